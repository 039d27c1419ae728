"""Retention: after how long without a sign of life a person is forgotten.

A rule names a group of people and a number of days. Whoever of the group has done nothing for
so long is due, unless something still binds the shop: an open case, a promise that is not
settled, a tag that says to wait, or a law that wants the papers of an order kept for a time.

    activity    the last day on which the customer did something: came, bought, sent back,
                answered, wrote, called, consented. What the shop does (mails, offers, costs)
                is none. Without any, the first day on which they were met.
    due day     activity + days; where the rule keeps orders, not before the last order + that

The books stay whatever is forgotten: see ``crmkit.domain.forgetting``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.joining import MERGE_SOURCE
from crmkit.domain.kept import Erased
from crmkit.domain.naming import by_field
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import date_of
from crmkit.domain.validators import named, whole
from crmkit.domain.words import Word

__all__ = [
    "Due",
    "Retained",
    "RetentionGroup",
    "RetentionRule",
    "RetentionRun",
    "Spared",
    "is_activity",
    "sorted_out",
]

#: The tag that keeps a person from being forgotten by a rule.
HOLD = "hold"

#: The kinds that are a customer's own doing; of contacts those that come in.
_OWN = frozenset(
    {
        "case_opened",
        "consent_changed",
        "contribution",
        "offer_answered",
        "purchase",
        "referral",
        "return",
        "review",
        "survey_response",
        "visit",
    }
)
_INBOUND = "contact/inbound/"


class RetentionGroup(Word):
    """Whom a rule is about."""

    LEADS = "leads"
    BUYERS = "buyers"
    GUESTS = "guests"
    EVERYBODY = "everybody"


def _tags(value: Iterable[str]) -> frozenset[str]:
    return frozenset(value)


@frozen(kw_only=True, field_transformer=by_field)
class RetentionRule:
    """Whom to forget, and after how long.

    Attributes:
        name: What the rule is called.
        of: Leads (customers without an order that counts), buyers, guests, or everybody.
        days: Days without activity after which they are due.
        order_days: Days after the last order before which they are not, where a law wants
            its papers kept with a name; 0 for none.
        hold_tags: Whoever has one of these tags is spared.
    """

    name: str = field(validator=named)
    of: RetentionGroup = field(converter=RetentionGroup)
    days: int = field(validator=whole(0))
    order_days: int = field(default=0, validator=whole(0))
    hold_tags: frozenset[str] = field(default=frozenset({HOLD}), converter=_tags)

    def is_about(self, one: "Retained") -> bool:
        """Tell whether a person is of the group."""
        group = (
            RetentionGroup.GUESTS
            if one.guest
            else RetentionGroup.BUYERS
            if one.buyer
            else RetentionGroup.LEADS
        )
        return self.of in {RetentionGroup.EVERYBODY, group}

    def due_day(self, one: "Retained") -> int | None:
        """Return the day on which a person is due; None where no day is known of them."""
        if one.active_day is None:
            return None
        due = one.active_day + self.days
        return due if one.order_day is None else max(due, one.order_day + self.order_days)

    def spares(self, one: "Retained") -> str:
        """Return what keeps a person from being forgotten; empty where nothing does."""
        reasons = [f"{word} open" for word in ("case", "promise") if getattr(one, f"{word}s")]
        tags = sorted(self.hold_tags & one.tags)
        return ", ".join([*reasons, *(f"tag {tag!r}" for tag in tags)])


@frozen(kw_only=True)
class Retained:
    """What a rule needs to know of a person.

    Attributes:
        customer_id: Who; the survivor of those who were merged.
        guest: Whether it is a guest.
        buyer: Whether an order counts.
        active_day: The last day on which they did something, days since 1970-01-01.
        order_day: The day of the last order, void or not; None without one.
        cases, promises: How many are open.
        tags: The shop's labels, of all their records.
    """

    customer_id: str
    guest: bool = False
    buyer: bool = False
    active_day: int | None = None
    order_day: int | None = None
    cases: int = 0
    promises: int = 0
    tags: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Due:
    """A person whom a rule says to forget.

    Attributes:
        customer_id: Who.
        rule: The name of the rule; the first of those that say so.
        active_day: The last day on which they did something, days since 1970-01-01.
        due_day: Since when they are due.
    """

    customer_id: str
    rule: str
    active_day: int
    due_day: int

    def __str__(self) -> str:
        active, due = date_of(self.active_day), date_of(self.due_day)
        return f"{self.rule}: last active {active}, due since {due}"


@frozen(kw_only=True)
class Spared:
    """A person who would be due, and what still binds the shop.

    Attributes:
        customer_id: Who.
        rule: The name of the rule.
        reason: What binds the shop ("case open").
    """

    customer_id: str
    rule: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}: spared, {self.reason}"


@frozen(kw_only=True)
class RetentionRun(Shown):
    """Who is due by a shop's rules, and what was done about it.

    Attributes:
        as_of_day: The day judged at, days since 1970-01-01.
        rules: The rules.
        due: Who is due, by customer id.
        spared: Who would be, but for something that still binds the shop, by customer id.
        undated: People of whom no day is known; no rule can be applied to them.
        erased: What was done, in the order of ``due``; empty in a dry run.
        dry_run: Whether nothing was done.
    """

    as_of_day: int
    rules: tuple[RetentionRule, ...]
    due: tuple[Due, ...] = ()
    spared: tuple[Spared, ...] = ()
    undated: tuple[str, ...] = ()
    erased: tuple[Erased, ...] = ()
    dry_run: bool = True

    def sheet(self) -> Sheet:
        """Return how many are due by each rule, and who they are."""
        counts = Counter(one.rule for one in self.due)
        told = [(rule.name, f"{counts[rule.name]:,} of {rule.of} due") for rule in self.rules]
        people = Sheet(
            title="due" if self.dry_run else "were due",
            rows=tuple((one.customer_id, one) for one in self.due) if self.dry_run else (),
        )
        spared = Sheet(title="spared", rows=tuple((one.customer_id, one) for one in self.spared))
        return Sheet(
            title=f"retention as of {date_of(self.as_of_day)}: {len(self.due):,} due",
            rows=tuple(told),
            notes=tuple(self._notes()),
            parts=tuple(part for part in (people, spared) if part.rows),
        )

    def _notes(self) -> Iterator[str]:
        if self.dry_run:
            yield "dry run: nobody was erased"
        else:
            yield f"{len(self.erased):,} were erased; their orders stay in the books"
        if self.undated:
            yield f"no day is known of {len(self.undated):,} records: no rule applies to them"


def is_activity(fact: Fact) -> bool:
    """Tell whether a flat row is a customer's own doing."""
    if fact.source == MERGE_SOURCE:
        return False
    return fact.kind in _OWN or (fact.matter or "").startswith(_INBOUND)


def sorted_out(
    rules: Sequence[RetentionRule], people: Iterable[Retained], *, as_of_day: int
) -> RetentionRun:
    """Return who is due by which rule; the first rule that says so names it.

    Args:
        rules: In the order in which they are asked.
        people: Everybody, each once.
        as_of_day: The day judged at, days since 1970-01-01.

    Raises:
        InvalidValueError: Two rules have one name.
    """
    _told_apart(rules)
    due: list[Due] = []
    spared: list[Spared] = []
    undated: list[str] = []
    for one in sorted(people, key=lambda each: each.customer_id):
        if one.active_day is None:
            undated.append(one.customer_id)
        elif (rule := _first(rules, one, as_of_day)) is None:
            continue
        elif reason := rule.spares(one):
            spared.append(Spared(customer_id=one.customer_id, rule=rule.name, reason=reason))
        else:
            due.append(_due(rule, one))
    return RetentionRun(
        as_of_day=as_of_day,
        rules=tuple(rules),
        due=tuple(due),
        spared=tuple(spared),
        undated=tuple(undated),
    )


def _told_apart(rules: Sequence[RetentionRule]) -> None:
    names = Counter(rule.name for rule in rules)
    for name, times in names.items():
        if times > 1:
            raise InvalidValueError("rules", name, "must have names of their own")


def _first(rules: Sequence[RetentionRule], one: Retained, as_of_day: int) -> RetentionRule | None:
    """The first rule that is about a person and by whose day they are due.

    One that spares them leaves them to the next.
    """
    found = [
        rule for rule in rules if rule.is_about(one) and _reached(rule.due_day(one), as_of_day)
    ]
    return next((rule for rule in found if not rule.spares(one)), next(iter(found), None))


def _reached(due_day: Any, as_of_day: int) -> bool:
    return due_day is not None and due_day <= as_of_day


def _due(rule: RetentionRule, one: Retained) -> Due:
    return Due(
        customer_id=one.customer_id,
        rule=rule.name,
        active_day=one.active_day or 0,
        due_day=rule.due_day(one) or 0,
    )
