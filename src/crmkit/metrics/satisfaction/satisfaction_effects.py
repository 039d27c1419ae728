"""What satisfaction hangs on: what was expected, and how that was confirmed.

    paper     here                              unit
    Sat       satisfaction                      steps of its scale
    E, P      expected, perceived               steps of one scale
    D         disconfirmation, P - E            steps
    b1, b2    coefficients of expected and of disconfirmation

    Sat = b0 + b1 E + b2 D + e     (the model)
        = b0 + (b1 - b2) E + b2 P  (the same, as D = P - E)

So b2 is what a step of perceived quality brings where expectations stay, and b1 - b2 what a step
of expectation brings where quality stays: ``quality`` and ``expectation``. (b1 itself is what a
step of both together brings.) Putting E, P and D side by side would say the same thing three
times; it is not possible.

Which of the two weighs more? With c1 = (quality + expectation) / 2 and
c2 = (quality - expectation) / 2, quality outweighs expectation, whatever their signs, where c1 and
c2 have one sign, and expectation outweighs quality where they have two. Both are coefficients of
Sat on E + P and P - E. It is undecided while a t interval of either holds 0, so that a call is
wrong in 5 % of samples at most where both weigh the same.

The polynomial does not take for granted that only the difference counts: E, P, E², E P, P², both
from the middle of the scale.

Assumptions: respondents are independent, the scatter around the plane is alike everywhere, and
expectation was asked before the purchase: who is asked afterwards remembers it as they found
things. It is a correlation; what moves both is not held.

Source: Oliver, R. L. (1980). A cognitive model of the antecedents and consequences of satisfaction
decisions. Journal of Marketing Research 17, 460-469. Edwards, J. R. (2002), in: Measuring and
Analyzing Behavior in Organizations, 350-400, for the polynomial. Which outweighs: crmkit.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal

from attrs import evolve, field, frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.least_squares import LeastSquares, least_squares

__all__ = ["Outweighs", "SatisfactionEffects", "asked_effects", "linear_effects", "surface"]

_PER_STEP = "steps of satisfaction per step"
_PER_SQUARE = "steps of satisfaction per squared step"
_LEVEL = "steps of satisfaction"
_LEAST = 5
_WITHOUT = "leave satisfaction out: mean and shares need no effects"

_Numbers = Sequence[float]


class Outweighs(StrEnum):
    """Which of the two moves satisfaction more, step for step.

    ``UNDECIDED`` where the answers do not tell.
    """

    EXPECTATION = "expectation"
    QUALITY = "quality"
    UNDECIDED = "undecided"


@frozen(kw_only=True)
class SatisfactionEffects(Shown):
    """A regression of satisfaction.

    Attributes:
        model: "linear" on expectation and disconfirmation (on disconfirmation alone where no
            expectation was asked), or the "polynomial" of expectation and quality.
        coefficients: By term, the intercept first, with t intervals.
        r_squared: Share of the variance of satisfaction that the terms explain; undefined where
            all are equally satisfied. It describes this sample and has no interval.
        expectation: What a step of expectation brings where perceived quality stays; None where
            disconfirmation was asked for, or of a polynomial (there it differs by place).
        quality: What a step of perceived quality brings where expectation stays; None likewise.
        outweighs: Which of these two is greater, whatever their signs; None likewise.
        notes: What was left out.
    """

    model: Literal["linear", "polynomial"]
    coefficients: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    r_squared: Estimate
    expectation: Estimate | None = None
    quality: Estimate | None = None
    outweighs: Outweighs | None = None
    notes: tuple[str, ...] = ()

    def _figures(self) -> tuple[tuple[str, str, Estimate], ...]:
        """What it is called, its name in the catalogue, and the figure."""
        effects = (
            ("expectation, quality held", "expectation_effect", self.expectation),
            ("quality, expectation held", "quality_effect", self.quality),
        )
        return (
            *((term, "satisfaction_coefficient", one) for term, one in self.coefficients.items()),
            *((called, name, one) for called, name, one in effects if one is not None),
            ("R²", "satisfaction_r_squared", self.r_squared),
        )

    def sheet(self) -> Sheet:
        """Return coefficients and effects as they are shown in a notebook."""
        verdict = () if self.outweighs is None else (("outweighs", self.outweighs),)
        return Sheet(
            title=f"What satisfaction hangs on, {self.model} (n {self.r_squared.n:,g})",
            rows=(*((called, one) for called, _, one in self._figures()), *verdict),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the effects came about."""
        return explained(
            "satisfaction_effects",
            f"R² {self.r_squared}",
            inputs={"model": self.model, "terms": ", ".join(self.coefficients)},
            left_out=self.notes,
            parts=(
                *(one.explain(name, called=called) for called, name, one in self._figures()),
                *([] if self.outweighs is None else [explained("outweighs", self.outweighs)]),
            ),
        )


def linear_effects(
    expected: _Numbers, perceived: _Numbers, satisfaction: _Numbers
) -> SatisfactionEffects:
    """Regress satisfaction on expectation and disconfirmation (quality less expectation).

    Args:
        expected: Expectations, complete.
        perceived: Quality as found, on the same scale.
        satisfaction: Satisfaction.

    Raises:
        InsufficientDataError: Fewer than five respondents.
        InvalidValueError: Expectation, quality or their difference is the same for all, or one
            follows from another.
    """
    gaps = [p - e for e, p in zip(expected, perceived, strict=True)]
    sums = [p + e for e, p in zip(expected, perceived, strict=True)]
    _varied({"expected": expected, "perceived": perceived, "perceived less expected": gaps})
    whole = _fitted({"expected": expected, "disconfirmation": gaps}, satisfaction)
    apart = least_squares([expected, perceived], satisfaction)
    return evolve(
        whole,
        expectation=_estimate(apart, 1, "least squares, perceived quality held"),
        quality=_estimate(apart, 2, "least squares, expectation held"),
        outweighs=_verdict(least_squares([sums, gaps], satisfaction)),
    )


def _verdict(turned: LeastSquares) -> Outweighs:
    (low, high), (below, above) = turned.interval(1), turned.interval(2)
    if low <= 0 <= high or below <= 0 <= above:
        return Outweighs.UNDECIDED
    return Outweighs.QUALITY if (low > 0) == (below > 0) else Outweighs.EXPECTATION


def asked_effects(
    disconfirmation: _Numbers, expected: _Numbers | None, satisfaction: _Numbers
) -> SatisfactionEffects:
    """Regress satisfaction on disconfirmation as asked, and on expectation where it is known.

    Args:
        disconfirmation: Worse to better than expected, complete.
        expected: Expectations; None where they were not asked.
        satisfaction: Satisfaction.

    Raises:
        InsufficientDataError: Fewer than five respondents.
        InvalidValueError: A predictor is the same for all, or follows from the other.
    """
    before = {} if expected is None else {"expected": expected}
    terms = {**before, "disconfirmation": disconfirmation}
    _varied(terms)
    return _fitted(terms, satisfaction)


def surface(
    expected: _Numbers, perceived: _Numbers, satisfaction: _Numbers, *, middle: float
) -> SatisfactionEffects:
    """Regress satisfaction on expectation, quality, their squares and their product.

    Args:
        expected: Expectations, complete.
        perceived: Quality as found, on the same scale.
        satisfaction: Satisfaction.
        middle: Middle of the scale, from which both are counted.

    Raises:
        InsufficientDataError: Fewer than seven respondents.
        InvalidValueError: The answers take too few values to tell the terms apart.

    Source:
        Edwards (2002).
    """
    _varied({"expected": expected, "perceived": perceived})
    e, p = [x - middle for x in expected], [x - middle for x in perceived]
    terms = {
        "expected": e,
        "perceived": p,
        "expected squared": [x * x for x in e],
        "expected times perceived": [x * y for x, y in zip(e, p, strict=True)],
        "perceived squared": [y * y for y in p],
    }
    return evolve(_fitted(terms, satisfaction), model="polynomial")


def _varied(terms: Mapping[str, _Numbers]) -> None:
    _enough(len(next(iter(terms.values()))), 2)
    for name, values in terms.items():
        if len(set(values)) == 1:
            raise InvalidValueError(name, values[0], "must differ between respondents", _WITHOUT)


def _enough(n: int, terms: int) -> None:
    needed = max(_LEAST, terms + 2)
    if n < needed:
        raise InsufficientDataError("satisfaction effects", needed, n, "complete respondents")


def _fitted(terms: Mapping[str, _Numbers], satisfaction: _Numbers) -> SatisfactionEffects:
    _enough(len(satisfaction), len(terms))
    try:
        fit = least_squares(list(terms.values()), satisfaction)
    except InvalidValueError as error:
        raise InvalidValueError(
            "answers", ", ".join(terms), "one follows from the others", _WITHOUT
        ) from error
    names = ("intercept", *terms)
    return SatisfactionEffects(
        model="linear",
        coefficients={
            name: _estimate(fit, place, "least squares", _unit(name))
            for place, name in enumerate(names)
        },
        r_squared=_explained_share(fit),
    )


def _unit(term: str) -> str:
    if term == "intercept":
        return _LEVEL
    return _PER_SQUARE if " " in term else _PER_STEP


def _estimate(fit: LeastSquares, place: int, method: str, unit: str = _PER_STEP) -> Estimate:
    low, high = fit.interval(place)
    return Estimate(
        value=fit.coefficients[place],
        low=low,
        high=high,
        n=fit.n,
        unit=unit,
        method=f"{method}, t interval",
    )


def _explained_share(fit: LeastSquares) -> Estimate:
    method = "least squares"
    if fit.r_squared is None:
        told = "all are equally satisfied"
        return undefined(unit="share", method=method, note=told, low=0, high=1, n=fit.n)
    return Estimate(value=fit.r_squared, n=fit.n, unit="share", method=method)
