"""Satisfaction as customers state it, of one or of all: question by question, never mixed.

Each customer counts once per question, with the latest answer. Nothing here is inferred from
behaviour. Assumptions: those who answered are like those who did not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.surveys import BUILT_IN, Instrument, Question, item_of
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.satisfaction.answers import WINDOW_DAYS, Asked, asked
from crmkit.metrics.satisfaction.ces import Ces, ces
from crmkit.metrics.satisfaction.csat import Csat, csat
from crmkit.metrics.satisfaction.nps import nps
from crmkit.metrics.satisfaction.stated_share import ABOUT_SATISFACTION, stated_share

__all__ = [
    "WINDOW_DAYS",
    "Asked",
    "HasAsked",
    "Satisfaction",
    "asked",
    "pooled",
    "stated_satisfaction",
]

_LEFT_OUT = "left out: "
#: Questions that have a figure of their own.
_BUILT_IN = frozenset({"csat/satisfaction", "ces/ease"})


def pooled(answers: Iterable[Asked]) -> Estimate:
    """Return the mean answer of many customers to one question, as a share of its scale.

    Args:
        answers: Answers that count, to one question on one scale.

    Raises:
        InvalidValueError: Two questions, two scales, or an answer that does not count.
    """
    given = list(answers)
    for field, kinds in (
        ("question", {one.question for one in given}),
        ("scale", {str(one.scale) for one in given}),
    ):
        if len(kinds) > 1:
            raise InvalidValueError(field, sorted(kinds), "must be one", "judge each by itself")
    if any(one.left_out for one in given):
        raise InvalidValueError("answers", given[0].question, "must be answers that count")
    return mean_estimate([one.share for one in given], unit="of the scale", low=0, high=1)


@frozen(kw_only=True)
class Satisfaction(Shown):
    """How satisfied customers say they are.

    Attributes:
        questions: Share of the scale, 0 to 1, per question: mean over those who answered.
        touchpoints: The same per question and touchpoint ("csat/satisfaction@delivery").
        satisfied: Mean over the customers of their answers about satisfaction and ease together,
            each read from 0 to 1.
        own: The questions about satisfaction and ease that are neither CSAT nor CES.
        nps: Net promoter score over the latest answers to "nps/recommend".
        csat: Satisfaction over the latest answers to "csat/satisfaction".
        ces: Ease over the latest answers to "ces/ease".
        answered: Customers with an answer that counts.
        customers: Customers there are.
        notes: What the reader must know.
    """

    questions: Mapping[str, Estimate]
    touchpoints: Mapping[str, Estimate]
    satisfied: Estimate
    own: tuple[str, ...]
    nps: Estimate
    csat: Csat
    ces: Ces
    answered: int
    customers: int
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the figures as they are shown."""
        own = tuple((name, self.questions[name]) for name in self.own if name in self.questions)
        rows = (
            ("satisfied", self.satisfied),
            ("NPS", self.nps),
            ("CSAT, top box", self.csat.top_box),
            ("CES, found it easy", self.ces.easy),
        )
        return Sheet(
            title="Satisfaction (asked)",
            rows=(*rows, *own, *self.touchpoints.items()),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        means = {**self.questions, **self.touchpoints}
        return explained(
            "satisfaction_asked",
            f"{self.answered:,} of {self.customers:,} customers answered",
            left_out=(note.removeprefix(_LEFT_OUT) for note in self.notes[1:]),
            parts=(
                self.satisfied.explain("satisfied"),
                self.nps.explain("nps"),
                self.csat.explain(),
                self.ces.explain(),
                explained("mean_answer", f"{len(self.questions):,} questions", inputs=means),
            ),
        )


class HasAsked:
    """An answer that holds what customers say gives its headline figures by name too."""

    __slots__ = ()

    asked: Satisfaction

    @property
    def nps(self) -> Estimate:
        """The net promoter score of what was asked."""
        return self.asked.nps

    @property
    def csat(self) -> Csat:
        """The satisfaction that was asked for."""
        return self.asked.csat

    @property
    def ces(self) -> Ces:
        """The ease that was asked for."""
        return self.asked.ces


def _on_one_scale(everyone: Iterable[Asked]) -> tuple[list[Asked], Counter[str]]:
    """The answers to one question that share its scale, and why the others do not count.

    The scale of an item that is not declared is the one used most often.
    """
    given = list(everyone)
    counting = [one for one in given if not one.left_out]
    left_out = Counter(one.left_out for one in given if one.left_out)
    used = Counter(one.scale for one in counting)
    usual = max(used, key=lambda scale: (used[scale], scale.low, scale.high), default=None)
    for one in counting:
        if usual is not None and one.scale != usual:
            left_out[f"{one.question} answered on {one.scale}, and most often on {usual}"] += 1
    return [one for one in counting if one.scale == usual], left_out


def _of_declared(
    people: Iterable[Iterable[Asked]], question: str, instruments: tuple[Instrument, ...]
) -> tuple[list[float], tuple[int, int] | None]:
    """The latest answers to a question, and the scale that is declared for it."""
    item = item_of(Question.parse(question), instruments)
    if item is None:
        return [], None
    same = (one for answers in people for one in answers if one.question == question)
    latest = [one.latest for one in same if one.scale == item.scale]
    return latest, (item.scale.low, item.scale.high)


def stated_satisfaction(
    everyone: Iterable[Sequence[Asked]], *, instruments: tuple[Instrument, ...] = BUILT_IN
) -> Satisfaction:
    """Return how satisfied customers say they are, each counted once per question.

    Args:
        everyone: The standing answers (``asked``) of each customer; one customer alone is a
            base of one.
        instruments: The declared questionnaires; the scales of CSAT and CES are theirs.

    Returns:
        Estimates per question and touchpoint; those nobody answered are undefined and say so.
    """
    people = [tuple(answers) for answers in everyone]
    by_question: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in (one for answers in people for one in answers):
        by_question[one.question].append(one)
    counting, why = {}, Counter[str]()
    for question in sorted(by_question):
        counting[question], left_out = _on_one_scale(by_question[question])
        why += left_out
    answered = sum(any(not one.left_out for one in answers) for answers in people)
    csats, csat_scale = _of_declared(people, "csat/satisfaction", instruments)
    eases, ces_scale = _of_declared(people, "ces/ease", instruments)
    promoters, nps_scale = _of_declared(people, "nps/recommend", instruments)
    return Satisfaction(
        questions={question: pooled(given) for question, given in counting.items() if given},
        touchpoints=_by_touchpoint(counting),
        satisfied=_satisfied(people),
        own=tuple(
            question
            for question in sorted(by_question)
            if question not in _BUILT_IN and _is_about_satisfaction(by_question[question])
        ),
        nps=nps(map(round, promoters) if nps_scale == (0, 10) else ()),
        csat=csat(csats, scale=csat_scale or (1, 5)),
        ces=ces(eases, scale=ces_scale or (1, 7)),
        answered=answered,
        customers=len(people),
        notes=(
            f"{answered:,} of {len(people):,} customers have an answer that counts",
            *(f"{_LEFT_OUT}{count:,} × {reason}" for reason, count in sorted(why.items())),
        ),
    )


def _satisfied(people: Iterable[Sequence[Asked]]) -> Estimate:
    shares = (stated_share(answers) for answers in people)
    known = [share for share in shares if share is not None]
    return mean_estimate(
        known, unit="of the scale", low=0, high=1, empty="no answer about satisfaction or ease"
    )


def _is_about_satisfaction(given: Iterable[Asked]) -> bool:
    return any(one.indicator in ABOUT_SATISFACTION for one in given)


def _by_touchpoint(counting: Mapping[str, Iterable[Asked]]) -> dict[str, Estimate]:
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    for question, given in counting.items():
        for one in (one for answer in given for one in answer.at_touchpoints):
            found[f"{question}@{one.touchpoint}"].append(one)
    return {key: pooled(given) for key, given in sorted(found.items())}
