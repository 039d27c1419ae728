"""Satisfaction over time: the trend of every question, at every touchpoint where that is asked.

Who asks twenty questions finds one rising by chance: the directions of questions asked at once
are corrected for how many they are (Holm by default), and what stands out alone but not among
them is told in the notes and called steady. Answers are never overwritten: each counts in the
period it was given in.

Assumptions are those of ``trend`` for a single question; Holm's correction adds none.

Source: Holm (1979); Benjamini and Hochberg (1995).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, get_args

from attrs import evolve

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.facts import Fact
from crmkit.domain.scales import Scale, reading_of
from crmkit.domain.surveys import BUILT_IN, Instrument, Item, Question, item_of
from crmkit.metrics.catalogue import explained
from crmkit.metrics.kpis.calendar_periods import Per, checked_per
from crmkit.metrics.satisfaction.question_trend import UNIT, Trend, TrendDirection, trend
from crmkit.metrics.several_tests import (
    CORRECTIONS,
    Correction,
    benjamini_hochberg,
    checked_correction,
    holm,
)

__all__ = [
    "By",
    "Per",
    "corrected",
    "explained_trends",
    "satisfaction_trend",
    "telling",
    "told_in_short",
]

By = Literal["question", "touchpoint"]

_MOVING = (TrendDirection.RISING, TrendDirection.FALLING)


def explained_trends(trends: Mapping[str, Trend]) -> Explanation:
    """Return where answers are heading, in a row for each question.

    Args:
        trends: By question.
    """
    ways = Counter(one.direction for one in trends.values())
    counted = (f"{ways[way]:,} {way}" for way in TrendDirection if ways[way])
    return explained(
        "satisfaction_trend",
        ", ".join(counted) or "no question asked",
        inputs={
            "change": UNIT,
            **{name: f"{one.direction}, {one.slope.bare}" for name, one in trends.items()},
        },
        left_out=_not_standing(trends),
    )


def _not_standing(trends: Mapping[str, Trend]) -> tuple[str, ...]:
    """How many questions were tested at once, and what stood out alone but not among them."""
    tested = sum(one.p_adjusted is not None for one in trends.values())
    lost = [
        f"{name} ({one.alone} alone)"
        for name, one in trends.items()
        if one.alone in _MOVING and one.direction not in _MOVING
    ]
    if not lost:
        return ()
    return (f"not standing out among {tested:,} asked at once: {', '.join(lost)}",)


def told_in_short(trends: Mapping[str, Trend]) -> str:
    """Return which questions rise and fall, and how many do neither.

    Args:
        trends: By question.
    """
    by_way: defaultdict[TrendDirection, list[str]] = defaultdict(list)
    for name, one in trends.items():
        by_way[one.direction].append(name)
    named = (f"{way}: {', '.join(by_way[way])}" for way in _MOVING if way in by_way)
    counted = (f"{way}: {len(each):,}" for way, each in by_way.items() if way not in _MOVING)
    return "\n".join([*named, *sorted(counted)])


def satisfaction_trend(
    rows: Iterable[Fact],
    *,
    per: Per = "month",
    by: By = "question",
    instruments: tuple[Instrument, ...] = BUILT_IN,
    correction: Correction = "holm",
) -> dict[str, Trend]:
    """Return the trend of every question that was asked, of one customer or of a base.

    Args:
        rows: Flat rows; those that are no answers to a survey are passed over.
        per: The calendar period, in local days, that answers are grouped by.
        by: "question" over all touchpoints ("csat/satisfaction"), or "touchpoint", each apart
            ("csat/satisfaction@delivery"; without one where none was told).
        instruments: The declared questionnaires. An answer on another scale than declared
            (for an item that is not, than used most often over all touchpoints) is left out,
            and counted in the notes.
        correction: How the directions bear that several are asked for at once: "holm",
            "benjamini_hochberg" or "none".

    Raises:
        InvalidValueError: Another word for ``per``, ``by`` or ``correction``.
    """
    checked_per(per)
    checked_correction(correction)
    if by not in get_args(By):
        raise InvalidValueError("by", by, "must be question or touchpoint")
    by_question: defaultdict[Question, list[Fact]] = defaultdict(list)
    for row in rows:
        if row.kind == "survey_response" and row.instrument and row.item:
            by_question[Question(row.instrument, row.item)].append(row)
    found: dict[str, Trend] = {}
    for question, given in by_question.items():
        item = item_of(question, instruments)
        scale = _expected(given, item)
        for name, some in _apart(question, given, by).items():
            found[name] = _of_question(name, some, item, scale, per)
    return corrected(dict(sorted(found.items())), correction=correction)


def telling(rows: Iterable[Fact], instruments: tuple[Instrument, ...] = BUILT_IN) -> Iterator[Fact]:
    """Yield the answers to questions that tell something by themselves.

    Half of a pair of Kano's has no direction, and asking about many such at once would hide
    what moves.

    Args:
        rows: Flat rows.
        instruments: The declared questionnaires, whose items name what they tell.
    """
    for row in rows:
        if row.kind == "survey_response" and row.instrument and row.item:
            item = item_of(Question(row.instrument, row.item), instruments)
            if item is not None and item.indicator is not None:
                yield row


def _apart(question: Question, rows: Sequence[Fact], by: By) -> Mapping[str, list[Fact]]:
    """The answers to a question by what their trend is called."""
    named: defaultdict[str, list[Fact]] = defaultdict(list)
    for row in rows:
        touchpoint = Question.parse(row.question or "").touchpoint if by == "touchpoint" else None
        named[str(question._replace(touchpoint=touchpoint))].append(row)
    return named


def corrected(trends: Mapping[str, Trend], *, correction: Correction = "holm") -> dict[str, Trend]:
    """Return the trends with directions that bear how many were asked for at once.

    Args:
        trends: By question; those without a slope are no test, and stay as they are.
        correction: "holm", "benjamini_hochberg", or "none".

    Returns:
        Each with its adjusted p value. What rises or falls alone has a note of how many were
        asked at once, and whether it stands among them; a single one is left as it is.

    Raises:
        InvalidValueError: Another correction.
    """
    adjust = {"holm": holm, "benjamini_hochberg": benjamini_hochberg}
    tested = {name: one.p_value for name, one in trends.items() if one.p_value is not None}
    if checked_correction(correction) == "none" or len(tested) < 2:
        return dict(trends)
    adjusted = dict(zip(tested, adjust[correction](tested.values()), strict=True))
    return {
        name: _judged(one, adjusted.get(name), len(tested), CORRECTIONS[correction])
        for name, one in trends.items()
    }


def _judged(one: Trend, p_adjusted: float | None, tests: int, correction: str) -> Trend:
    if p_adjusted is None:
        return one
    judged = evolve(one, p_adjusted=p_adjusted)
    if judged.alone not in _MOVING:
        return judged
    stands = "stands" if judged.direction in _MOVING else "does not stand"
    note = (
        f"{judged.alone} {stands} among {tests:,} asked at once ({correction}, p {p_adjusted:.2g})"
    )
    return evolve(judged, notes=(*one.notes, note))


def _scale_of(row: Fact) -> Scale | None:
    """The scale of an answer; None for a question left open."""
    if row.rating is None or row.scale_low is None or row.scale_high is None:
        return None
    return Scale(row.scale_low, row.scale_high)


def _expected(rows: Iterable[Fact], item: Item | None) -> Scale | None:
    """The scale that counts: the declared one, else the one used most often."""
    if item is not None:
        return item.scale
    used = Counter(scale for scale in map(_scale_of, rows) if scale is not None)
    return max(used, key=lambda scale: (used[scale], scale.low, scale.high), default=None)


def _of_question(
    name: str, rows: Sequence[Fact], item: Item | None, counts: Scale | None, per: Per
) -> Trend:
    kept = [(row, scale) for row in rows if (scale := _scale_of(row)) in {None, counts}]
    off = len(rows) - len(kept)
    return trend(
        ((row.day, None if scale is None else _share(row, scale, item)) for row, scale in kept),
        per=per,
        question=name,
        notes=(f"{off:,} on another scale than {counts} left out",) if off else (),
    )


def _share(row: Fact, scale: Scale, item: Item | None) -> float:
    rating = row.rating or 0
    return reading_of(rating, scale) if item is None else item.reading(rating)
