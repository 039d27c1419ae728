"""The level of a relationship: who turned to whom after the sale.

    level         the shop …                                          within the last year
    basic         sells, and no more
    reactive      can be reached: it tells buyers how, or has answered everybody who asked
    accountable   asks after the sale how it was: within 14 days, for half of the orders
    proactive     turns to the customer with advice or care, unasked, twice or more
    partnership   works with the customer on a project, and is proactive

The highest level whose thresholds are all met is the level; a level does not need those
below it. Contacts that belong to a case or to a campaign are not unasked.

Source: Kotler, P. (1991), five levels of relationship marketing; the thresholds are crmkit's.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.interactions import Contact, Direction, Purpose
from crmkit.domain.level_target import TargetLevel
from crmkit.domain.relationship_policy import RelationshipLevel
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary, Matter

__all__ = [
    "WINDOW_DAYS",
    "Evidence",
    "Level",
    "RelationshipLevel",
    "has_contacts",
    "level_of",
]

#: What happened longer ago says nothing about the level.
WINDOW_DAYS = 365

FORMULA = f"the highest level whose thresholds are all met within the last {WINDOW_DAYS} days"
SOURCE = "Kotler (1991); thresholds: crmkit"

FOLLOW_UP_SHARE = 0.5
PROACTIVE_CONTACTS = 2
PROJECTS = 1

_CONTACT = f"{Contact.kind}/"
_INBOUND = f"{_CONTACT}{Direction.INBOUND}/"
_UNASKED = tuple(
    f"{_CONTACT}{Direction.OUTBOUND}/{purpose}" for purpose in (Purpose.ADVICE, Purpose.CARE)
)
_PROJECT = tuple(f"{_CONTACT}{direction}/{Purpose.PROJECT}" for direction in Direction)


@frozen(kw_only=True)
class Evidence:
    """One threshold, and what there was.

    Attributes:
        level: The level that asks for it.
        what: What was looked at.
        had: What there was, as text.
        needed: What is needed, as text.
        met: Whether it was enough.
    """

    level: RelationshipLevel
    what: str
    had: str
    needed: str
    met: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.had} (needs {self.needed})"


@frozen(kw_only=True)
class Level:
    """The level of a relationship, with its evidence.

    Attributes:
        level: The highest level whose thresholds are all met.
        evidence: Every threshold, lowest level first.
        declared: The level that the shop says it keeps with them; None where it says nothing.
        target: The level that it should keep; None where nobody asked.
    """

    level: RelationshipLevel
    evidence: tuple[Evidence, ...]
    declared: RelationshipLevel | None = None
    target: TargetLevel | None = None

    @property
    def confidence(self) -> float:
        """Share, 0 to 1, of the thresholds that agree with the level.

        They agree where they are met up to the level, and not met above it.
        """
        agree = [one.met == (one.level.rank <= self.level.rank) for one in self.evidence]
        return sum(agree) / len(agree)

    @property
    def declared_gap(self) -> int | None:
        """By how many levels what the shop does falls short of what it says; None if unsaid."""
        return None if self.declared is None else self.declared.rank - self.level.rank

    @property
    def target_gap(self) -> int | None:
        """By how many levels it falls short of what it should do; None if that is unknown."""
        return None if self.target is None else self.target.gap(self.level)

    def __str__(self) -> str:
        return f"{self.level} (confidence {self.confidence:.0%})"

    @property
    def told_beside(self) -> tuple[tuple[str, str], ...]:
        """What was declared and what it should be, as a person reads them."""
        declared, target = self.declared, self.target
        found = {
            "declared": "" if declared is None else f"{declared}{_short(self.declared_gap)}",
            "target": "" if target is None else f"{target}{_short(self.target_gap)}",
        }
        return tuple((name, text) for name, text in found.items() if text)

    def explain(self) -> Explanation:
        """Return the thresholds and what there was of each."""
        return Explanation(
            figure="relationship_level",
            answer=self,
            formula=FORMULA,
            source=SOURCE,
            inputs={
                **{f"{one.level}: {one.what}": _told(one) for one in self.evidence},
                **dict(self.told_beside),
            },
        )


def _short(gap: int | None) -> str:
    if not gap:
        return ""
    levels = "1 level" if abs(gap) == 1 else f"{abs(gap)} levels"
    return f", {levels} {'short' if gap > 0 else 'above'}"


def _told(one: Evidence) -> str:
    return f"{one.had}, needs {one.needed}: {'met' if one.met else 'not met'}"


def has_contacts(summary: CustomerSummary) -> bool:
    """Tell whether a customer and the shop ever spoke: else the level needs no year's facts."""
    return any(word.startswith(_CONTACT) for word in summary.matters)


def level_of(
    year: CustomerSummary | None,
    shop: Shop,
    *,
    declared: RelationshipLevel | None = None,
    target: TargetLevel | None = None,
) -> Level:
    """Return the level of a relationship.

    Args:
        year: The customer's facts of the last ``WINDOW_DAYS`` days; None where the customer
            and the shop never spoke.
        shop: Whether it offers contact, and what it declares of everybody.
        declared: The level that the customer's record declares, before the shop's.
        target: The level that the relationship should have (``target_of``).
    """
    matters: Mapping[str, Matter] = {} if year is None else year.matters
    bought = Buying() if year is None else year.buying
    evidence = (
        _reachable(matters, shop),
        *_followed_up(bought),
        _at_least(
            RelationshipLevel.PROACTIVE, "contacts unasked", _unasked(matters), PROACTIVE_CONTACTS
        ),
        _at_least(RelationshipLevel.PARTNERSHIP, "projects", _times(matters, _PROJECT), PROJECTS),
    )
    met = {
        level: all(one.met for one in evidence if one.level is level) for level in RelationshipLevel
    }
    met[RelationshipLevel.PARTNERSHIP] &= met[RelationshipLevel.PROACTIVE]
    return Level(
        level=[level for level in met if met[level]][-1],
        evidence=evidence,
        declared=declared or shop.relationship_policy.declared,
        target=target,
    )


def _times(matters: Mapping[str, Matter], words: Iterable[str]) -> int:
    return sum(matters[word].times for word in words if word in matters)


def _unasked(matters: Mapping[str, Matter]) -> int:
    return sum(matters[word].unprompted for word in _UNASKED if word in matters)


def _at_least(level: RelationshipLevel, what: str, had: int, needed: int) -> Evidence:
    return Evidence(level=level, what=what, had=str(had), needed=str(needed), met=had >= needed)


def _reachable(matters: Mapping[str, Matter], shop: Shop) -> Evidence:
    inbound = [one for word, one in matters.items() if word.startswith(_INBOUND)]
    asked, answered = sum(one.asked for one in inbound), sum(one.yes for one in inbound)
    told = "contact is offered" if shop.offers_contact else f"{answered} of {asked} answered"
    return Evidence(
        level=RelationshipLevel.REACTIVE,
        what="the customer's contacts",
        had=told,
        needed="contact offered, or all answered",
        met=shop.offers_contact or (asked > 0 and answered == asked),
    )


def _followed_up(bought: Buying) -> tuple[Evidence, Evidence]:
    level, had, orders = RelationshipLevel.ACCOUNTABLE, bought.followed_up_orders, bought.orders
    return (
        _at_least(level, "orders followed up", had, 1),
        Evidence(
            level=level,
            what="share of orders followed up",
            had=f"{had} of {orders}",
            needed=f"{FOLLOW_UP_SHARE:.0%}",
            met=orders > 0 and had >= FOLLOW_UP_SHARE * orders,
        ),
    )
