"""Expectation and disconfirmation: was it worse or better than expected?

    paper   here                  unit
    E       expected              steps of the scale
    P       perceived             steps of the same scale
    D       P - E, or as asked    steps: below 0 worse than expected, 0 as expected, above 0 better

What is expected moves satisfaction twice: it is the mark that quality is held against, and it
colours how quality is seen. So a promise that raises expectations, at the quality there is,
lowers disconfirmation by as much. ``effects`` says which of both weighs more in these answers.

D is inferred (``disconfirmation``) or asked ("worse … better than expected";
``asked_disconfirmation``). Asked, it needs no memory of what was expected and is the more
reliable; a difference of two answers carries the error of both.

Assumptions: the steps of the scale are equally far apart, both questions are on it, and
expectation is not at the top of the scale for most (then nothing can be better than expected; a
note says so).

Source: Oliver, R. L. (1980). A cognitive model of the antecedents and consequences of satisfaction
decisions. Journal of Marketing Research 17, 460-469. Peter, J. P., Churchill, G. A., Brown, T. J.
(1993). Caution in the use of difference scores in consumer research. Journal of Consumer Research
19, 655-662.
"""

from collections.abc import Iterable, Sequence
from math import inf, isfinite
from typing import Literal

from attrs import evolve, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import checked_word
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, mean_estimate, share_estimate, valid_scale
from crmkit.metrics.one_scale import OneScale, one_scale
from crmkit.metrics.satisfaction.satisfaction_effects import (
    SatisfactionEffects,
    asked_effects,
    linear_effects,
    surface,
)

__all__ = ["Disconfirmation", "asked_disconfirmation", "disconfirmation"]

_Answers = Iterable[float | None]
_OPEN = (-inf, inf)


@frozen(kw_only=True)
class Disconfirmation(Shown):
    """How what was found compares with what was expected.

    Attributes:
        kind: "inferred" from two answers, or "asked" in one.
        mean: Mean disconfirmation, in steps of the scale: below 0 worse than expected.
        negative: Share, 0 to 1, of respondents who found it worse than expected.
        simple: Share who found it as expected.
        positive: Share who found it better than expected.
        effects: What satisfaction hangs on; None where it was not given.
    """

    kind: Literal["inferred", "asked"]
    mean: Estimate
    negative: Estimate
    simple: Estimate
    positive: Estimate
    effects: SatisfactionEffects | None = None

    def _shares(self) -> tuple[tuple[str, str, Estimate], ...]:
        return (
            ("worse than expected", "disconfirmation_negative", self.negative),
            ("as expected", "disconfirmation_simple", self.simple),
            ("better than expected", "disconfirmation_positive", self.positive),
        )

    def sheet(self) -> Sheet:
        """Return mean, shares and effects as they are shown in a notebook."""
        return Sheet(
            title=f"Disconfirmation, {self.kind}",
            rows=(("mean", self.mean), *((called, one) for called, _, one in self._shares())),
            notes=self.mean.notes,
            parts=() if self.effects is None else (self.effects.sheet(),),
        )

    def explain(self) -> Explanation:
        """Return how mean, shares and effects came about."""
        return explained(
            "disconfirmation" if self.kind == "inferred" else "asked_disconfirmation",
            self.mean.told,
            inputs={"respondents": f"{self.mean.n:,g}"},
            parts=(
                self.mean.explain("disconfirmation_mean"),
                *(one.explain(name) for _, name, one in self._shares()),
                *(() if self.effects is None else (self.effects.explain(),)),
            ),
        )


def disconfirmation(
    expected: _Answers,
    perceived: _Answers,
    satisfaction: _Answers | None = None,
    *,
    scale: OneScale | None = None,
    model: Literal["linear", "polynomial"] = "linear",
) -> Disconfirmation:
    """Disconfirmation inferred from expectation and perceived quality, and what it brings.

    Args:
        expected: What each respondent expected; None is a missing answer.
        perceived: What each found, in the same order and on the same scale.
        satisfaction: How satisfied each is, on the same scale; None where it was not asked, and
            then there are no effects.
        scale: Lowest and highest step of all answers (by "expected", "perceived" and
            "satisfaction" where each is named: then all must be the same); None takes any
            finite number.
        model: "linear" regresses satisfaction on expectation and disconfirmation, "polynomial" on
            expectation, quality, their squares and their product, from the middle of ``scale``.

    Returns:
        The mean of perceived less expected with a t interval, shares with Wilson intervals, and
        the effects with t intervals. A respondent with either answer missing is left out; the
        notes say how many.

    Raises:
        InvalidValueError: NaN, an answer off the scale, several scales, columns of unequal
            length; with satisfaction: expectation, quality or their difference is the same for
            all (or one follows from the other), or a polynomial without a scale.
        InsufficientDataError: With satisfaction: fewer than five complete respondents (seven for
            the polynomial).

    Source:
        Oliver (1980).

    >>> disconfirmation([4, 5, 6, 3], [5, 5, 5, 4]).mean.value
    0.25
    """
    checked_word(model, "model", ("linear", "polynomial"))
    asked = {"expected": expected, "perceived": perceived}
    if satisfaction is not None:
        asked["satisfaction"] = satisfaction
    low, high = _OPEN if scale is None else one_scale(scale, asked)
    table = answer_table(asked, low=low, high=high)
    pairs = table.only(["expected", "perceived"])
    found = _found(
        [p - e for e, p in pairs.complete],
        kind="inferred",
        span=(low - high, high - low),
        notes=(*pairs.left_out(), *_at_ceiling([e for e, _ in pairs.complete], high)),
    )
    if satisfaction is None:
        return found
    return evolve(found, effects=_inferred_effects(table, model, (low + high) / 2))


def _inferred_effects(table: AnswerTable, model: str, middle: float) -> SatisfactionEffects:
    if model == "polynomial" and not isfinite(middle):
        raise InvalidValueError(
            "scale", None, "must be given for the polynomial", "it counts from the scale's middle"
        )
    e, p, s = _columns(table)
    effects = linear_effects(e, p, s) if model == "linear" else surface(e, p, s, middle=middle)
    return evolve(effects, notes=table.left_out())


def _columns(table: AnswerTable) -> list[list[float]]:
    """The answers of complete respondents, question by question."""
    return [[row[place] for row in table.complete] for place in range(len(table.names))]


def asked_disconfirmation(
    answers: _Answers,
    satisfaction: _Answers | None = None,
    *,
    scale: tuple[float, float],
    as_expected: float | None = None,
    expected: _Answers | None = None,
) -> Disconfirmation:
    """Disconfirmation as asked: "much worse than expected" to "much better than expected".

    Args:
        answers: Answers on ``scale``; None is a missing one.
        satisfaction: How satisfied each is, on a scale of its own; None where it was not asked,
            and then there are no effects.
        scale: Lowest (worse) and highest (better) step of ``answers``.
        as_expected: The step that means "as expected"; None for the middle of the scale. On a
            scale without a middle step nobody can answer that, and a note says so.
        expected: What each respondent expected, on a scale of its own; a term of the effects.

    Returns:
        The mean distance from "as expected" in steps with a t interval, shares with Wilson
        intervals, and the effects with t intervals, without the comparison of expectation with
        quality: it needs quality as found.

    Raises:
        InvalidValueError: NaN, an answer off the scale, columns of unequal length,
            ``as_expected`` off the scale; with satisfaction: a predictor that is the same for
            all, or follows from the other.
        InsufficientDataError: With satisfaction: fewer than five complete respondents.

    Source:
        Oliver (1980).

    >>> asked_disconfirmation([3, 2, 4, 5, 1], scale=(1, 5)).negative.value
    0.4
    """
    low, high = valid_scale(scale)
    zero = (low + high) / 2 if as_expected is None else as_expected
    zero = checked_number(zero, "as_expected", low=low, high=high)
    checked = answer_table({"answers": answers}, field="asked", low=low, high=high)
    rest = {"satisfaction": satisfaction, "expected": expected}
    given = {name: column for name, column in rest.items() if column is not None}
    table = answer_table({**checked.columns, **given}, field="asked")
    found = _found(
        [one - zero for (one,) in checked.complete],
        kind="asked",
        span=(low - zero, high - zero),
        notes=(*checked.left_out(), *_without_middle(zero - low)),
    )
    if satisfaction is None:
        return found
    d, s, *e = _columns(table)
    effects = asked_effects([one - zero for one in d], e[0] if e else None, s)
    return evolve(found, effects=evolve(effects, notes=table.left_out()))


def _without_middle(steps: float) -> tuple[str, ...]:
    return () if steps == int(steps) else ("no step of the scale says as expected",)


def _at_ceiling(expected: Sequence[float], high: float) -> tuple[str, ...]:
    at_top = sum(one == high for one in expected)
    if 2 * at_top <= len(expected):
        return ()
    return (f"{at_top:,} of {len(expected):,} expect the most there is: it cannot be exceeded",)


def _found(
    gaps: Sequence[float],
    *,
    kind: Literal["inferred", "asked"],
    span: tuple[float, float],
    notes: tuple[str, ...],
) -> Disconfirmation:
    worse, better = sum(one < 0 for one in gaps), sum(one > 0 for one in gaps)
    n = len(gaps)
    low, high = (end if isfinite(end) else None for end in span)
    return Disconfirmation(
        kind=kind,
        mean=mean_estimate(gaps, unit="steps of the scale", low=low, high=high, notes=notes),
        negative=share_estimate(worse, n, method="share worse than expected"),
        simple=share_estimate(n - worse - better, n, method="share as expected"),
        positive=share_estimate(better, n, method="share better than expected"),
    )
