"""Penalty–reward analysis: Kano's classes from ratings, without asking in pairs.

Ratings of attributes and of the whole are enough. Per attribute two marks are entered, "rated
low" and "rated high" (the middle is what they are held against), and the whole is explained by
all of them at once by least squares. What a low rating takes off is the penalty, what a high one
adds the reward.

    symbol    here      unit
    y         overall   steps of the whole
    −b_low    penalty   steps of the whole
    b_high    reward    steps of the whole

Assumptions: respondents are independent; what attributes do adds up; the whole is rated after
the attributes, not by them. A few hundred complete answers, some of them low: with happy
customers alone there is no penalty to see. Ratings at the ends of the whole's scale flatten
effects. Effects are what goes together, not proof of cause.

Sources: Brandt, R. D. (1987). A procedure for identifying value-enhancing service components
using customer satisfaction survey data. In: Add value to your service, AMA, 61-65; Matzler, K.,
Sauerwein, E. (2002). The factor structure of customer satisfaction. International Journal of
Service Industry Management 13(4), 314-332; Mikulić & Prebežac (2008) for range and asymmetry.
"""

from collections.abc import Iterable, Sequence
from statistics import pstdev

from attrs import frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import MOST
from crmkit.metrics.drivers.impact import Impact, ImpactClass
from crmkit.metrics.drivers.marked_fit import marked_fit
from crmkit.metrics.drivers.marks import marks_of
from crmkit.metrics.intervals import checked_number, valid_scale
from crmkit.metrics.named_parts import part_named

__all__ = ["PenaltyReward", "penalty_reward"]

_OVERALL = "the whole"
#: A small effect, in standard deviations: Cohen, J. (1988). Statistical power analysis.
_SMALL = 0.2
_QUARTER = 0.25
_NO_CAUSE = "what goes together, not what causes what"


@frozen(kw_only=True)
class PenaltyReward(Shown):
    """What attributes do to the whole, in the order in which to see to them.

    Attributes:
        attributes: Basic ones first, then performance, excitement, reverse, unclear and
            indifferent; within a class those of the greatest range first.
        r_squared: Share of the variance of the whole, 0 to 1, that all marks explain.
        low: Ratings up to this are low.
        high: Ratings from this on are high.
        negligible: The least effect that matters, in steps of the whole.
        n: Complete rows.
        notes: What was left out.
    """

    attributes: tuple[Impact, ...]
    r_squared: float
    low: float
    high: float
    negligible: float
    n: int
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> dict[str, ImpactClass]:
        """The class of each attribute."""
        return {one.name: one.kind for one in self.attributes}

    def __getitem__(self, name: str) -> Impact:
        """Return an attribute by its name.

        Raises:
            InvalidValueError: There is none of that name.
        """
        return part_named({one.name: one for one in self.attributes}, name, "attribute")

    def sheet(self) -> Sheet:
        """Return the attributes as they are shown."""
        missing = tuple(f"{one.name}: {note}" for one in self.attributes for note in one.notes)
        return Sheet(
            title=f"Penalties and rewards: R² {self.r_squared:.1%}, n {self.n:,}",
            rows=tuple((one.name, one.brief()) for one in self.attributes),
            notes=(*missing, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how the classes came about."""
        return explained(
            "penalty_reward",
            ", ".join(f"{name} {kind}" for name, kind in self.classes.items()),
            inputs={
                "low ratings": f"up to {self.low:g}",
                "high ratings": f"from {self.high:g}",
                "least effect that matters": self.negligible,
                "R²": self.r_squared,
                "complete rows": self.n,
                "read as": _NO_CAUSE,
            },
            left_out=(note for note in self.notes if note != _NO_CAUSE),
            parts=(one.explain() for one in self.attributes),
        )


def penalty_reward(
    ratings: Table,
    overall: Iterable[float | None],
    *,
    low: float | None = None,
    high: float | None = None,
    scale: tuple[float, float] = (1, 5),
    negligible: float | None = None,
) -> PenaltyReward:
    """Return what attributes take off the whole where bad, and add where good.

    Args:
        ratings: By attribute, how well it was done, on ``scale``; a row per respondent, None
            where missing.
        overall: Satisfaction with the whole, row by row, in any steps.
        low: Ratings up to this are low; by default the lowest quarter of the scale (1 and 2 of
            5, 1 to 3 of 10).
        high: Ratings from this on are high; by default the highest quarter (4 and 5 of 5).
        scale: Lowest and highest rating of an attribute.
        negligible: The least effect that matters, in steps of the whole, above 0; by default a
            fifth of the standard deviation of the whole. Many attributes share the whole: give a
            smaller one where none of them can do much, and where the answers are many.

    Returns:
        Penalties, rewards and classes with HC3 t intervals, over complete rows. Where fewer
        than five rated an attribute low (high, or between), its penalty (reward, or both) is
        undefined, and a note says so.

    Raises:
        InvalidValueError: NaN, off the scale, limits that leave no middle, a whole that does not
            vary, attributes that were rated alike by everybody.
        InsufficientDataError: Fewer complete rows than marks and two.

    Source:
        Brandt (1987); Mikulić & Prebežac (2008).

    >>> asked = {"speed": [1, 2, 3, 3, 5, 4] * 5}
    >>> found = penalty_reward(asked, [3, 3.2, 6, 6.2, 6.1, 6.2] * 5)
    >>> str(found["speed"].kind), round(found["speed"].penalty.value, 2)
    ('basic', 3.0)
    """
    least, most = valid_scale(scale)
    limits = _limits(low, high, (least, most))
    table = answer_table(ratings, field="ratings", low=least, high=most)
    rows, notes = _complete(table, overall)
    whole = [row[-1] for row in rows]
    marks = [
        marks_of(name, [row[place] for row in rows], limits)
        for place, name in enumerate(table.names)
    ]
    needed = sum(len(one.columns) for one in marks) + 2
    if len(rows) < needed:
        raise InsufficientDataError("penalty–reward analysis", needed, len(rows), "complete rows")
    margin = _margin(whole, negligible)
    found, r_squared = marked_fit(marks, whole, margin=margin)
    return PenaltyReward(
        attributes=tuple(sorted(found, key=_order)),
        r_squared=r_squared,
        low=limits[0],
        high=limits[1],
        negligible=margin,
        n=len(rows),
        notes=(*notes, _NO_CAUSE),
    )


def _limits(
    low: float | None, high: float | None, scale: tuple[float, float]
) -> tuple[float, float]:
    """Up to where a rating is low, and from where it is high."""
    least, most = scale
    quarter = _QUARTER * (most - least)
    lower = least + quarter if low is None else checked_number(low, "low", low=least, high=most)
    upper = most - quarter if high is None else checked_number(high, "high", low=least, high=most)
    if lower >= upper:
        raise InvalidValueError("low", lower, f"must be below high, which is {upper:g}")
    return lower, upper


def _complete(
    table: AnswerTable, overall: Iterable[float | None]
) -> tuple[list[tuple[float, ...]], tuple[str, ...]]:
    """The rows that are complete, the whole last, and a note of the others."""
    given = tuple(
        None if one is None else checked_number(one, f"overall[{row}]", low=-MOST, high=MOST)
        for row, one in enumerate(cells(overall, "overall"))
    )
    if len(given) != len(table):
        raise InvalidValueError("overall", len(given), f"must be {len(table)} long, as ratings")
    if _OVERALL in table.names:
        raise InvalidValueError("ratings", _OVERALL, "must not be the name of an attribute")
    joined = AnswerTable(columns={**table.columns, _OVERALL: given})
    return joined.complete, joined.left_out()


def _margin(whole: Sequence[float], negligible: float | None) -> float:
    """The least effect that matters."""
    spread = pstdev(whole)
    if spread == 0:
        raise InvalidValueError("overall", whole[0], "must vary over the complete rows")
    if negligible is None:
        return _SMALL * spread
    margin = checked_number(negligible, "negligible")
    if margin <= 0:
        raise InvalidValueError("negligible", negligible, "must be above 0")
    return margin


def _order(one: Impact) -> tuple[int, float, str]:
    """First the classes in their order, then the greatest range."""
    return list(ImpactClass).index(one.kind), -(one.range.value or 0), one.name
