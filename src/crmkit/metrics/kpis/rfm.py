"""RFM: how recently, how often and for how much did each customer buy?

Recency here is the days since the latest purchase, unlike the recency of the models (first to
latest). The default scheme compares with fixed cuts, so that a score means the same next year
and in another shop. Quintiles rank customers against each other and are not comparable over
time; their cuts are returned so that they can be frozen and used as fixed ones.

Sources:
    Hughes, A. M. (1996). The complete database marketer, 2nd ed. (quintiles, nested cells).
    Stone, B. (1994). Successful direct marketing methods, 5th ed. (points).
    The default cuts are crmkit's own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from math import inf, isnan
from types import MappingProxyType
from typing import Any, Literal

from attrs import Attribute, field, frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.intervals import checked_number

__all__ = ["Rfm", "RfmCuts", "RfmScore", "rfm"]

Scheme = Literal["fixed", "quintile", "nested", "stone"]
_Column = Sequence[float | None]
_Scores = list[float | None]
_LEAST = 5
_DAYS_A_MONTH = 365.25 / 12
_STONE_MONTHS = ((3, 20), (6, 10), (9, 5), (12, 3), (24, 1))


def _four(instance: object, attribute: "Attribute[Any]", value: Sequence[float | None]) -> None:
    del instance
    given = [cut for cut in value or () if cut is not None]
    if value is None:
        return
    if len(value) != 4 or any(isnan(cut) for cut in given) or given != sorted(given):
        rule = "must be four ascending numbers"
        raise InvalidValueError(attribute.name, value, rule, "None stands for a cut never reached")


@frozen(kw_only=True)
class RfmCuts:
    """Where one score ends and the next begins; a cut of None is never reached.

    Attributes:
        recency: Greatest days since the latest purchase for the scores 5, 4, 3, 2.
        frequency: Least purchases for the scores 2, 3, 4, 5.
        money: Least spend for the scores 2, 3, 4, 5, in the caller's unit; None where the
            caller gave none, for no amount is much in every shop.
    """

    recency: tuple[float | None, ...] = field(default=(30, 90, 180, 365), validator=_four)
    frequency: tuple[float | None, ...] = field(default=(2, 3, 5, 10), validator=_four)
    money: tuple[float | None, ...] | None = field(default=None, validator=_four)


DEFAULT_CUTS = RfmCuts()


@frozen(kw_only=True)
class RfmScore:
    """One customer's scores: 1 to 5, 5 is best; points with the scheme "stone".

    Attributes:
        recency: None where the days since the latest purchase are missing.
        frequency: None where the purchases are missing.
        money: None where the spend is missing, or no cuts for it were given.
        points: The weighted sum of the scheme "stone"; None with the others.
    """

    recency: float | None
    frequency: float | None
    money: float | None
    points: float | None = None

    def __str__(self) -> str:
        scores = (self.recency, self.frequency, self.money)
        return "-".join("?" if score is None else f"{score:g}" for score in scores)


@frozen(kw_only=True)
class Rfm:
    """The scores of all customers, with what is needed to repeat them.

    Attributes:
        scheme: The scheme used.
        scores: One per customer, in the order given.
        cuts: Where the scores end: those used (fixed) or those found (quintile), which give
            the same scores as fixed ones; None where there are none (nested, stone).
        notes: What could not be scored, and why.
    """

    scheme: str
    scores: tuple[RfmScore, ...]
    cuts: RfmCuts | None
    notes: tuple[str, ...] = ()


def rfm(
    days_since_last: Iterable[float | None],
    frequency: Iterable[float | None],
    money: Iterable[float | None],
    *,
    scheme: Scheme = "fixed",
    cuts: RfmCuts | None = None,
) -> Rfm:
    """Recency, frequency and money scores.

    Args:
        days_since_last: Days since the latest purchase, 0 or more, one per customer.
        frequency: Purchases in the window looked at, whole, in the same order.
        money: Spend in that window; in units (not cents) of the currency for "stone".
        scheme: "fixed" compares with ``cuts``; "quintile" ranks the customers, equal values
            sharing their average rank; "nested" ranks frequency within each recency score
            and money within each of both; "stone" gives points (20, 10, 5, 3, 1 for up to 3,
            6, 9, 12, 24 months; 4 a purchase and a tenth of the spend, at most 20 each) and
            weighs them 5, 3, 2.
        cuts: For "fixed"; where None the default ones, which leave money unscored.

    Returns:
        A score per customer; parts whose input is None are None.

    Raises:
        InsufficientDataError: Fewer than five known values to rank.
        InvalidValueError: A NaN, a negative number of days or purchases, columns of unequal
            length, cuts for another scheme, or no such scheme.

    Source:
        Hughes (1996); Stone (1994).

    >>> str(rfm([12], [4], [80.0], cuts=RfmCuts(money=(20, 50, 100, 200))).scores[0])
    '5-3-3'
    """
    if scheme not in _SCHEMES:
        raise InvalidValueError("scheme", scheme, f"must be one of {', '.join(_SCHEMES)}")
    if cuts is not None and scheme != "fixed":
        raise InvalidValueError("cuts", cuts, 'must be None unless scheme is "fixed"')
    days = _column(days_since_last, "days_since_last", low=0)
    times = _column(frequency, "frequency", low=0, whole=True)
    spent = _column(money, "money")
    for name, column in (("frequency", times), ("money", spent)):
        if len(column) != len(days):
            raise InvalidValueError(
                name, f"{len(column)} values", f"must have one per customer, so {len(days)}"
            )
    if scheme == "fixed":
        return _fixed(days, times, spent, cuts or DEFAULT_CUTS)
    return _SCHEMES[scheme](days, times, spent)


def _column(
    values: Iterable[float | None], name: str, *, low: float = -inf, whole: bool = False
) -> _Column:
    return [
        None if value is None else checked_number(value, f"{name}[{index}]", low=low, whole=whole)
        for index, value in enumerate(values)
    ]


def _zipped(recency: _Column, frequency: _Column, money: _Column) -> tuple[RfmScore, ...]:
    return tuple(
        RfmScore(recency=r, frequency=f, money=m)
        for r, f, m in zip(recency, frequency, money, strict=True)
    )


def _fixed(days: _Column, times: _Column, spent: _Column, cuts: RfmCuts) -> Rfm:
    nearness = [None if cut is None else -cut for cut in cuts.recency]
    unscored: _Scores = [None] * len(spent)
    money = unscored if cuts.money is None else _by_cuts(spent, cuts.money)
    note = "money is not scored: give cuts.money, in the unit of your amounts"
    return Rfm(
        scheme="fixed",
        scores=_zipped(_by_cuts(_negated(days), nearness), _by_cuts(times, cuts.frequency), money),
        cuts=cuts,
        notes=(note,) if cuts.money is None else (),
    )


def _by_cuts(values: _Column, cuts: _Column) -> _Scores:
    reached = [cut for cut in cuts if cut is not None]
    return [None if v is None else 1 + sum(v >= cut for cut in reached) for v in values]


def _negated(values: _Column) -> _Column:
    return [None if value is None else -value for value in values]


def _quintile(days: _Column, times: _Column, spent: _Column) -> Rfm:
    near = _negated(days)
    scored = [_ranked(near), _ranked(times), _ranked(spent)]
    recency, frequency, money = map(_found, (near, times, spent), scored)
    return Rfm(
        scheme="quintile",
        scores=_zipped(*scored),
        cuts=RfmCuts(
            recency=tuple(reversed(_negated(recency))),
            frequency=frequency,
            money=money if any(value is not None for value in spent) else None,
        ),
    )


def _ranked(values: _Column, *, least: int = _LEAST) -> _Scores:
    """Quintiles 1 to 5 of the known values, equal values sharing their average rank."""
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    if 0 < len(known) < least or not values:
        what = 'customers (scheme="fixed" scores any number)'
        raise InsufficientDataError("RFM by quintiles", least, len(known), what)
    scores: _Scores = [None] * len(values)
    before = 0
    for _, group in groupby(known, key=lambda pair: pair[0]):
        tied = [place for _, place in group]
        twice_rank = 2 * before + len(tied) + 1
        for place in tied:
            scores[place] = -(-5 * twice_rank // (2 * len(known)))
        before += len(tied)
    return scores


def _found(values: _Column, scores: _Scores) -> tuple[float | None, ...]:
    """The least value that reaches each of the scores 2, 3, 4, 5."""
    pairs = [(v, s) for v, s in zip(values, scores, strict=True) if v is not None and s is not None]
    return tuple(
        min((value for value, score in pairs if score >= step), default=None)
        for step in (2, 3, 4, 5)
    )


def _nested(days: _Column, times: _Column, spent: _Column) -> Rfm:
    recency = _ranked(_negated(days))
    frequency = _within([recency], times)
    money = _within([recency, frequency], spent)
    return Rfm(
        scheme="nested",
        scores=_zipped(recency, frequency, money),
        cuts=None,
        notes=("nested scores have no cuts: each cell is ranked on its own",),
    )


def _within(outer: Sequence[_Scores], values: _Column) -> _Scores:
    """Quintiles within each cell of the outer scores; None where one of those is None."""
    cells: dict[tuple[float | None, ...], list[int]] = {}
    for place, cell in enumerate(zip(*outer, strict=True)):
        cells.setdefault(cell, []).append(place)
    scores: _Scores = [None] * len(values)
    for cell, places in cells.items():
        if None not in cell:
            ranked = _ranked([values[place] for place in places], least=1)
            for place, score in zip(places, ranked, strict=True):
                scores[place] = score
    return scores


def _stone(days: _Column, times: _Column, spent: _Column) -> Rfm:
    return Rfm(
        scheme="stone",
        scores=tuple(map(_stone_score, days, times, spent)),
        cuts=None,
    )


def _stone_score(days: float | None, times: float | None, spent: float | None) -> RfmScore:
    recency = None if days is None else _stone_recency(days)
    frequency = None if times is None else min(20.0, 4 * times)
    money = None if spent is None else min(20.0, max(0.0, spent / 10))
    points = None
    if recency is not None and frequency is not None and money is not None:
        points = 5 * recency + 3 * frequency + 2 * money
    return RfmScore(recency=recency, frequency=frequency, money=money, points=points)


def _stone_recency(days: float) -> float:
    reached = (points for months, points in _STONE_MONTHS if days <= months * _DAYS_A_MONTH)
    return next(reached, 0)


_SCHEMES: Mapping[str, Callable[..., Rfm]] = MappingProxyType(
    {"fixed": _fixed, "quintile": _quintile, "nested": _nested, "stone": _stone}
)
