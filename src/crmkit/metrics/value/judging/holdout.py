"""A log cut in two: what was known of each customer by a day, and what they then did.

A model that was fitted to everything can only be praised. Cut at ``split``: the days up to
and including it are what a model may learn from, the days after it up to and including
``until`` are what it has to foretell.

    paper    here       unit
    x        repeats    occasions after the first, up to the split
    t_x      recency    weeks from the first to the last of them
    T        age        weeks from the first occasion to the split
    t*       weeks      weeks from the split to ``until``
    x*       bought     occasions after the split, up to ``until``

Whoever first bought after the split was no customer then: they are left out and counted. Do
not cut a log of summaries that have seen later returns without knowing it: an order that was
returned after the split is no occasion before it either.

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy
way. Marketing Science 24(2), 275-284, section 4: CDNOW cut after 39 weeks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import date_of
from crmkit.metrics.catalogue import explained
from crmkit.metrics.kpis.calendar_periods import checked_day
from crmkit.metrics.kpis.cohort_lives import History, days_of
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit

__all__ = ["Holdout", "holdout"]

_Model = TypeVar("_Model", bound=BuyingModel)
_DAYS_A_WEEK = 7
NO_HOLDOUT = "the hold-out has no days: the log is cut at its end"


@frozen(kw_only=True)
class Holdout(Shown):
    """What was known of customers by a day, and what they bought after it.

    Attributes:
        split: The last day that a model may learn from.
        until: The last day of the hold-out.
        repeats: Occasions after the first by the split, per customer.
        recency: Weeks from the first to the last of them.
        age: Weeks from the first occasion to the split.
        bought: Occasions in the hold-out, per customer.
        index: Which of the histories given each customer is, from 0.
        first_days: How many customers had their first occasion on which day.
        repeat_days: How many repeat occasions there were on which day, up to ``until``.
        notes: Who was left out, and what the reader must know.
    """

    split: date
    until: date
    repeats: tuple[int, ...]
    recency: tuple[float, ...]
    age: tuple[float, ...]
    bought: tuple[int, ...]
    index: tuple[int, ...]
    first_days: tuple[tuple[date, int], ...]
    repeat_days: tuple[tuple[date, int], ...]
    notes: tuple[str, ...] = ()

    @property
    def customers(self) -> int:
        """Customers by the split."""
        return len(self.repeats)

    @property
    def weeks(self) -> float:
        """Weeks of the hold-out."""
        return (self.until - self.split).days / _DAYS_A_WEEK

    @property
    def total(self) -> int:
        """Occasions in the hold-out, of all customers."""
        return sum(self.bought)

    def fit(self, model: type[_Model]) -> Fit[_Model]:
        """Fit a model to what was known by the split.

        Args:
            model: ``NBD``, ``BGNBD``, ``MBGNBD`` or ``ParetoNBD``.

        Raises:
            InsufficientDataError: Too few customers, repeat buyers or different histories.
            MissingExtraError: numpy or scipy is not installed.
        """
        return model.fit(self.repeats, self.recency, self.age)

    def to_rows(self) -> list[dict[str, float]]:
        """Return one flat row per customer, in the order given."""
        names = ("index", "repeats", "recency", "age", "bought")
        columns = (self.index, self.repeats, self.recency, self.age, self.bought)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def brief(self) -> str:
        """Return in a line what this is."""
        return f"{_many(self.customers)} until {self.split}, held out until {self.until}"

    def sheet(self) -> Sheet:
        """Return how much there is on both sides of the split."""
        return Sheet(title=self.brief(), rows=tuple(self._told().items()), notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the log was cut."""
        return explained("holdout", self.brief(), inputs=self._told(), left_out=self.notes)

    def _told(self) -> dict[str, str]:
        came_back, bought = sum(map(bool, self.repeats)), sum(map(bool, self.bought))
        known = _many(sum(self.repeats), "repeat purchase")
        return {
            "until the split": f"{known} by {_many(came_back)}",
            "held out": f"{_many(self.total, 'purchase')} by {_many(bought)}, {self.weeks:g} weeks",
        }


@frozen
class _Life:
    """The days of one customer who had bought by the split, in order."""

    index: int
    known: Sequence[date]
    later: Sequence[date]


def holdout(histories: Iterable[History], *, split: date, until: date) -> Holdout:
    """Cut a log into what was known by a day, and what came after it.

    Args:
        histories: One per customer: a ``CustomerSummary`` as of ``until`` or later, or the days
            on which they bought, in any order (of a mapping, its keys). Several purchases on
            one day are one occasion.
        split: The last day that is known.
        until: The last day that counts; what is later is ignored.

    Returns:
        The customers by the split, in the order given. Where nobody had bought by then there
        is none, and a note says so.

    Raises:
        InvalidValueError: A split after ``until``, a day that is no date, or a summary as of an
            earlier day; the error names the index.

    Source:
        Fader, Hardie & Lee (2005).

    >>> from datetime import date
    >>> ann, bob = [date(2026, 1, 5), date(2026, 1, 19), date(2026, 3, 2)], [date(2026, 2, 20)]
    >>> cut = holdout([ann, bob], split=date(2026, 2, 2), until=date(2026, 3, 30))
    >>> cut.repeats, cut.recency, cut.age, cut.bought, cut.weeks
    ((1,), (2.0,), (4.0,), (1,), 8.0)
    >>> cut.notes
    ('1 customer first seen after the split left out',)
    """
    split, until = checked_day(split, "split"), checked_day(until, "until")
    if split > until:
        raise InvalidValueError("split", split, f"must not be after {until}, the last day")
    days = [_days(one, index, until) for index, one in enumerate(histories)]
    lives = list(_lives(days, split))
    repeats = Counter(day for life in lives for day in (*life.known[1:], *life.later))
    return Holdout(
        split=split,
        until=until,
        repeats=tuple(len(life.known) - 1 for life in lives),
        recency=tuple(_weeks(life.known[0], life.known[-1]) for life in lives),
        age=tuple(_weeks(life.known[0], split) for life in lives),
        bought=tuple(len(life.later) for life in lives),
        index=tuple(life.index for life in lives),
        first_days=tuple(sorted(Counter(life.known[0] for life in lives).items())),
        repeat_days=tuple(sorted(repeats.items())),
        notes=tuple(_notes(days, len(lives), split, until)),
    )


def _days(history: Any, index: int, until: date) -> list[date]:
    """The days that count, in order, each once."""
    if isinstance(history, CustomerSummary) and (as_of := date_of(history.as_of_day)) < until:
        rule = f"must be as of {until} or later"
        raise InvalidValueError(f"histories[{index}]", f"a summary as of {as_of}", rule)
    return sorted(days_of(history, index, until))


def _lives(days: Iterable[Sequence[date]], split: date) -> Iterator[_Life]:
    for index, own in enumerate(days):
        known = [day for day in own if day <= split]
        if known:
            yield _Life(index, known, own[len(known) :])


def _weeks(start: date, end: date) -> float:
    return (end - start).days / _DAYS_A_WEEK


def _notes(days: list[list[date]], customers: int, split: date, until: date) -> Iterator[str]:
    without = sum(not own for own in days)
    if without:
        yield f"{_many(without)} without an occasion by {until} left out"
    if late := len(days) - without - customers:
        yield f"{_many(late)} first seen after the split left out"
    if not customers:
        yield f"no customers: nobody had bought by {split}"
    if split == until:
        yield NO_HOLDOUT


def _many(count: int, what: str = "customer") -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
