"""Satisfaction as customers state it: their latest answers, per question, never mixed.

Each question of an instrument is judged on its own scale. A customer's latest answer within
the window counts, earlier ones stay in the tally; two answers of the same microsecond count
as their mean. Nothing here is inferred from behaviour.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument, Scale, instrument
from crmkit.domain.tally import CustomerSummary, Ratings
from crmkit.domain.times import day_micros
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.satisfaction.ces import Ces, ces
from crmkit.metrics.satisfaction.csat import Csat, csat
from crmkit.metrics.satisfaction.nps import nps

__all__ = ["WINDOW_DAYS", "Asked", "Satisfaction", "asked", "stated_satisfaction"]

#: Answers older than this say nothing about today.
WINDOW_DAYS = 365


@frozen(kw_only=True)
class Asked:
    """A customer's standing answer to one question.

    Attributes:
        question: ``instrument/item``.
        indicator: What it tells; None for an instrument that is not declared.
        latest: The latest answer within the window, in steps of ``scale``.
        scale: The steps there were.
        answers: How often the customer answered, in all.
    """

    question: str
    indicator: Indicator | None
    latest: float
    scale: Scale
    answers: int

    @property
    def share(self) -> float:
        """The latest answer as a share of its scale, 0 to 1."""
        return (self.latest - self.scale.low) / (self.scale.high - self.scale.low)


def _indicator(question: str, instruments: tuple[Instrument, ...]) -> Indicator | None:
    name, _, item = question.partition("/")
    declared = instrument(name, instruments)
    return None if declared is None else declared.items.get(item)


def _answer(question: str, given: Ratings, instruments: tuple[Instrument, ...]) -> Asked | None:
    points, answers = given.latest_points.total, given.latest_answers.total
    if points is None or not answers or given.scale_low is None or given.scale_high is None:
        return None
    return Asked(
        question=question,
        indicator=_indicator(question, instruments),
        latest=points / answers,
        scale=Scale(given.scale_low, given.scale_high),
        answers=given.answers,
    )


def asked(
    summary: CustomerSummary,
    *,
    window_days: int = WINDOW_DAYS,
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> tuple[Asked, ...]:
    """Return the answers of a customer that still count, by question.

    Args:
        summary: The customer, as of a day.
        window_days: How many days back from that day an answer counts.
        instruments: The declared questionnaires; answers to others are kept without an
            indicator.
    """
    oldest = day_micros(summary.as_of_day - window_days)
    found = (
        _answer(question, given, instruments)
        for question, given in sorted(summary.voice.items())
        if given.last_at is not None and given.last_at >= oldest
    )
    return tuple(one for one in found if one is not None)


@frozen(kw_only=True)
class Satisfaction:
    """How satisfied customers say they are.

    Attributes:
        questions: Share of the scale, 0 to 1, per question: mean over those who answered.
        nps: Net promoter score over the latest answers to "nps/recommend".
        csat: Satisfaction over the latest answers to "csat/satisfaction".
        ces: Ease over the latest answers to "ces/ease".
        answered: Customers with an answer that counts.
        customers: Customers there are.
        notes: What the reader must know.
    """

    questions: Mapping[str, Estimate]
    nps: Estimate
    csat: Csat
    ces: Ces
    answered: int
    customers: int
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(
            [
                f"NPS   {self.nps}",
                f"CSAT  {self.csat.top_box} in the top box",
                f"CES   {self.ces.easy} found it easy",
                *self.notes,
            ]
        )


def _latest(everyone: Iterable[Sequence[Asked]], question: str, scale: Scale) -> list[float]:
    """The latest answers to one question that were given on the scale expected of it."""
    return [
        one.latest
        for answers in everyone
        for one in answers
        if one.question == question and one.scale == scale
    ]


def _scale_of(name: str) -> Scale:
    declared = instrument(name)
    assert declared is not None  # noqa: S101  the built-in instruments are declared
    return declared.scale


def stated_satisfaction(everyone: Iterable[Sequence[Asked]]) -> Satisfaction:
    """Return how satisfied customers say they are, each counted once per question.

    Args:
        everyone: The answers that count (``asked``) of each customer; one customer alone is
            a base of one.

    Returns:
        Estimates per question; those nobody answered are undefined and say so.
    """
    people = [tuple(answers) for answers in everyone]
    questions = sorted({one.question for answers in people for one in answers})
    shares = {
        question: [one.share for answers in people for one in answers if one.question == question]
        for question in questions
    }
    answered = sum(bool(answers) for answers in people)
    return Satisfaction(
        questions={
            question: mean_estimate(values, unit="of the scale", low=0, high=1)
            for question, values in shares.items()
        },
        nps=nps(map(round, _latest(people, "nps/recommend", _scale_of("nps")))),
        csat=csat(_latest(people, "csat/satisfaction", _scale_of("csat"))),
        ces=ces(_latest(people, "ces/ease", _scale_of("ces"))),
        answered=answered,
        customers=len(people),
        notes=(f"{answered:,} of {len(people):,} customers have an answer that counts",),
    )
