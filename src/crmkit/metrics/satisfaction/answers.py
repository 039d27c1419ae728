"""A customer's standing answers: the latest to each question, on its own scale.

A question is judged over all touchpoints and at each of them. The latest answer within the
window counts, earlier ones stay in the tally; answers of the same microsecond count as their
mean. An answer on another scale than its instrument declares is no answer to that item: it is
marked and left out. The stars of reviews are not among them; they are one of the signals of
``behavioural_satisfaction``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.scales import ReadAs, Scale, reading_of
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.surveys import (
    BUILT_IN,
    REVIEW,
    Indicator,
    Instrument,
    Question,
    instrument,
    item_of,
)
from crmkit.domain.tally import CustomerSummary, Ratings
from crmkit.domain.times import date_of, day_micros
from crmkit.metrics.catalogue import explained

__all__ = ["WINDOW_DAYS", "Asked", "asked", "explained_together"]

#: Answers older than this say nothing about today.
WINDOW_DAYS = 365

_DAY = day_micros(1)


@frozen(kw_only=True)
class Asked(Shown):
    """A customer's standing answer to one question.

    Attributes:
        question: ``instrument/item``.
        touchpoint: Where it was asked; None over all touchpoints.
        indicator: What it tells; None for an item that is not declared, or was answered on
            another scale than declared.
        latest: The latest answer within the window, in steps of ``scale``.
        scale: The steps there were.
        answers: How often the customer answered, in all.
        at: When the latest answer was given, in microseconds since 1970-01-01 UTC.
        reads, reverse: How a step is read, as the item declares.
        left_out: Why the answer does not count; empty where it does.
        at_touchpoints: The standing answers at each touchpoint; empty where there is none.
    """

    question: str
    touchpoint: str | None = None
    indicator: Indicator | None
    latest: float
    scale: Scale
    answers: int
    at: int
    reads: ReadAs = ReadAs.SCALE
    reverse: bool = False
    left_out: str = ""
    at_touchpoints: "tuple[Asked, ...]" = ()

    @property
    def share(self) -> float:
        """How much of its indicator the latest answer tells, 0 to 1."""
        return reading_of(self.latest, self.scale, self.reads, reverse=self.reverse)

    @property
    def instrument(self) -> str:
        """The questionnaire it belongs to."""
        return Question.parse(self.question).instrument

    def __str__(self) -> str:
        times = f"{self.answers:,} answer{'s' if self.answers != 1 else ''}"
        return f"{self.latest:.4g} on {self.scale} ({date_of(self.at // _DAY)}, {times})"

    def sheet(self) -> Sheet:
        """Return the answer as it is shown."""
        at = tuple((f"at {one.touchpoint}", one) for one in self.at_touchpoints)
        notes = (self.left_out,) if self.left_out else ()
        return Sheet(title=self.question, rows=(("latest", self), *at), notes=notes)

    def explain(self) -> Explanation:
        """Return how the answer is read."""
        turned = ", turned round" if self.reverse else ""
        at = {f"at {one.touchpoint}": one.told for one in self.at_touchpoints}
        return explained(
            "standing_answer",
            "not counted" if self.left_out else f"{self.share:.2f} of 1",
            inputs={
                "latest": self,
                "read as": f"{self.reads}{turned}",
                "tells": self.indicator or "nothing that is declared",
                **at,
            },
            left_out=(self.left_out,) if self.left_out else (),
            called=self.question,
        )

    @property
    def told(self) -> str:
        """The answer, how much that is, and of what, as a person reads it."""
        if self.left_out:
            return f"{self}: not counted"
        return f"{self}: {self.share:.2f} of {self.indicator or 1}"


def explained_together(answers: Iterable[Asked]) -> Explanation:
    """Return how standing answers are read, in a row for each.

    Args:
        answers: Any of one customer's.
    """
    given = tuple(answers)
    return explained(
        "standing_answer",
        f"{len(given):,} question{'s' if len(given) != 1 else ''}",
        inputs=[(one.question, one.told) for one in given],
        left_out=tuple(one.left_out for one in given if one.left_out),
    )


_Part = tuple[Question, Ratings]


def _by_question(
    voice: Mapping[str, Ratings], instruments: tuple[Instrument, ...]
) -> dict[tuple[str, Scale], list[_Part]]:
    """The answers to each question on each scale, by touchpoint."""
    found: defaultdict[tuple[str, Scale], list[_Part]] = defaultdict(list)
    for key, given in sorted(voice.items()):
        question = Question.parse(key)
        review = question.instrument == REVIEW and instrument(REVIEW, instruments) is None
        low, high = given.scale_low, given.scale_high
        if given.answers and not review and low is not None and high is not None:
            found[question.name, Scale(low, high)].append((question, given))
    return found


def _standing(
    parts: Sequence[_Part],
    scale: Scale,
    oldest: int,
    instruments: tuple[Instrument, ...],
    touchpoint: str | None = None,
) -> Asked | None:
    """The answer that counts among those to one question on one scale."""
    question = parts[0][0]
    at = max(given.last_at or 0 for _, given in parts)
    if at < oldest:
        return None
    latest = [given for _, given in parts if given.last_at == at]
    item = item_of(question, instruments)
    fits = item is not None and item.scale == scale
    return Asked(
        question=question.name,
        touchpoint=touchpoint,
        indicator=item.indicator if item is not None and fits else None,
        latest=sum(given.latest_points.total or 0 for given in latest)
        / sum(given.latest_answers.total or 0 for given in latest),
        scale=scale,
        answers=sum(given.answers for _, given in parts),
        at=at,
        reads=item.reads if item is not None and fits else ReadAs.SCALE,
        reverse=item.reverse if item is not None and fits else False,
        left_out=_off_scale(question, scale, item.scale) if item is not None and not fits else "",
        at_touchpoints=() if touchpoint else _at_touchpoints(parts, scale, oldest, instruments),
    )


def _off_scale(question: Question, scale: Scale, declared: Scale) -> str:
    return f"{question.name} answered on {scale}, not on {declared}"


def _at_touchpoints(
    parts: Sequence[_Part], scale: Scale, oldest: int, instruments: tuple[Instrument, ...]
) -> tuple[Asked, ...]:
    found = (
        _standing([part], scale, oldest, instruments, part[0].touchpoint)
        for part in parts
        if part[0].touchpoint is not None
    )
    return tuple(one for one in found if one is not None)


def asked(
    summary: CustomerSummary,
    *,
    window_days: int = WINDOW_DAYS,
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> tuple[Asked, ...]:
    """Return a customer's standing answers, by question over its touchpoints.

    Args:
        summary: The customer, as of a day.
        window_days: How many days back from that day an answer counts.
        instruments: The declared questionnaires; answers to others are kept without an
            indicator.

    Returns:
        One answer per question, with those at its touchpoints inside it. Answers on another
        scale than declared come too, marked ``left_out`` and without an indicator.
    """
    oldest = day_micros(summary.as_of_day - window_days)
    found = (
        _standing(parts, scale, oldest, instruments)
        for (_, scale), parts in _by_question(summary.voice, instruments).items()
    )
    return tuple(one for one in found if one is not None)
