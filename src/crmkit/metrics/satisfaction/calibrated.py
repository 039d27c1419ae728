"""The proxy of satisfaction, calibrated: what a customer would answer if asked.

Made by ``calibrate_shown`` from customers of whom both are known. It stays a labelled guess:
beside the expected answer stands how far off it was for customers it was not fitted to.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from math import sqrt
from statistics import fmean, variance
from typing import Any, NamedTuple, Self

from attrs import asdict, evolve, field, frozen, validators

from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side, undefined
from crmkit.metrics.intervals import checked_number, two_sided_z
from crmkit.metrics.satisfaction.shown import ShownSatisfaction
from crmkit.metrics.satisfaction.signals import ShownAnchors

__all__ = ["UNIT", "ErrorBand", "Knot", "ShownCalibration", "expected_answer", "expected_mean"]

UNIT = "of the scale"
METHOD = "isotonic regression of answers on the proxy; interval of one answer, out of sample"
_METHOD_OF_MEAN = "mean of expected answers; interval from their spread and the error of the fit"
_FIGURES = ("rmse", "mae", "rmse_of_mean", "mae_of_mean", "r_squared", "rank_correlation")


class Knot(NamedTuple):
    """A point of the calibration: a proxy, 0 to 100, and the answer expected of it, 0 to 1."""

    score: float
    answer: float


class ErrorBand(NamedTuple):
    """How far answers were off for proxies up to ``upto``: 95 % lay between the two ends."""

    upto: float
    low: float
    high: float


def _rising(_instance: object, _attribute: object, knots: tuple[Knot, ...]) -> None:
    for name, column in zip(Knot._fields, zip(*knots, strict=True), strict=False):
        if list(column) != sorted(column):
            raise InvalidValueError(f"knots.{name}", column, "must never fall")


def _knots(value: Iterable[Iterable[float]]) -> tuple[Knot, ...]:
    return tuple(Knot(*one) for one in value)


def _bands(value: Iterable[Iterable[float]]) -> tuple[ErrorBand, ...]:
    return tuple(ErrorBand(*one) for one in value)


@frozen(kw_only=True)
class ShownCalibration(Shown):
    """What customers answer, by what their behaviour shows, and how well that is foretold.

    Attributes:
        knots: The calibration, straight between its knots and level beyond them.
        bands: How far single answers were off, by the proxy.
        rmse, mae: Root of the mean squared error and mean absolute error, as shares of the
            scale, for customers the calibration was not fitted to.
        rmse_of_mean, mae_of_mean: The same for saying the mean answer of everybody.
        r_squared: Share of the squared error of the mean that is spared, out of sample; below
            0 where the mean does better.
        rank_correlation: Spearman's, of the proxy with the answers.
        residual: Standard deviation of the errors, out of sample.
        n: Customers with a proxy and an answer.
        missing: Customers left out for want of either.
        folds: Parts, of which each was foretold from the others.
        anchors: By which the proxies were judged; None where only scores were given.
        notes: What the reader must know.
    """

    knots: tuple[Knot, ...] = field(converter=_knots, validator=[validators.min_len(1), _rising])
    bands: tuple[ErrorBand, ...] = field(converter=_bands, validator=validators.min_len(1))
    rmse: Estimate
    mae: Estimate
    rmse_of_mean: Estimate
    mae_of_mean: Estimate
    r_squared: Estimate
    rank_correlation: Estimate
    residual: float
    n: int
    missing: int
    folds: int
    anchors: ShownAnchors | None = None
    notes: tuple[str, ...] = ()

    @property
    def beats_mean(self) -> bool:
        """Whether it foretells answers better than their mean does, beyond chance."""
        return self.r_squared.low is not None and self.r_squared.low > 0

    def of(self, shown: ShownSatisfaction | float | None) -> Estimate:
        """Return the answer to expect of a customer, as a share of its scale.

        Args:
            shown: The proxy, or its score, 0 to 100; None where nothing was observed.

        Returns:
            The expected answer, 0 to 1, with the interval in which a single answer lies;
            undefined where nothing was observed.

        Raises:
            InvalidValueError: A score that cannot be, or a proxy judged by other anchors than
                those that were calibrated.
        """
        score = self._score(shown)
        if score is None:
            return undefined(
                unit=UNIT,
                method=METHOD,
                note="no signal of behaviour was observed",
                low=0,
                high=1,
            )
        value = self.answer_of(score)
        band = self.bands[min(bisect_left(self.bands, (score,)), len(self.bands) - 1)]
        return Estimate(
            value=value,
            low=max(0.0, min(value, value + band.low)),
            high=min(1.0, max(value, value + band.high)),
            n=self.n,
            unit=UNIT,
            method=METHOD,
            notes=self._doubts(score),
        )

    def answer_of(self, score: float) -> float:
        """Return the answer to expect of a score, 0 to 1, without its interval."""
        return answer_at(self.knots, score)

    def _score(self, shown: ShownSatisfaction | float | None) -> float | None:
        if isinstance(shown, ShownSatisfaction):
            if self.anchors is not None and shown.anchors != self.anchors:
                raise InvalidValueError(
                    "shown", shown.anchors, "must be judged by the anchors that were calibrated"
                )
            return shown.score.value
        return None if shown is None else checked_number(shown, "shown", low=0, high=100)

    def _doubts(self, score: float) -> tuple[str, ...]:
        beyond = not self.knots[0].score <= score <= self.knots[-1].score
        return (
            *(("nobody who answered has a proxy as extreme",) if beyond else ()),
            *(() if self.beats_mean else ("the proxy foretells answers no better than a mean",)),
        )

    @property
    def errors(self) -> Mapping[str, Estimate]:
        """The out-of-sample errors by what each is called."""
        return {
            "error out of sample (RMSE)": self.rmse,
            "error of saying the mean (RMSE)": self.rmse_of_mean,
            "error out of sample (MAE)": self.mae,
            "error of saying the mean (MAE)": self.mae_of_mean,
            "error spared (R²)": self.r_squared,
            "rank correlation": self.rank_correlation,
        }

    @property
    def told(self) -> str:
        """The errors in a line."""
        return f"off by {self.rmse.told} out of sample, the mean by {self.rmse_of_mean.told}"

    def sheet(self) -> Sheet:
        """Return the errors and the knots as they are shown."""
        errors, reasons = side_by_side(self.errors)
        return Sheet(
            title="What behaviour foretells of answers",
            rows=(*errors, *self._examples()),
            notes=(*reasons, *self.notes),
        )

    def _examples(self) -> Iterator[tuple[str, str]]:
        """The answers to expect of five proxies, from the lowest to the highest seen."""
        first, last = self.knots[0].score, self.knots[-1].score
        for score in sorted({first + part * (last - first) / 4 for part in range(5)}):
            yield f"expected answer at {score:.0f} of 100", f"{self.answer_of(score):.0%}"

    def explain(self) -> Explanation:
        """Return how the calibration came about."""
        return explained(
            "shown_calibration",
            self.told,
            inputs={"parts": self.folds, "notes": "; ".join(self.notes)},
            coverage=f"{self.n:,} of {self.n + self.missing:,} customers have both",
            parts=tuple(getattr(self, name).explain(f"shown_{name}") for name in _FIGURES),
        )

    def to_plain(self) -> dict[str, Any]:
        """Return it as dictionaries, lists, words and numbers, fit for JSON."""
        kept = {name: asdict(getattr(self, name)) for name in _FIGURES}
        for one in kept.values():
            one["notes"] = list(one["notes"])
        anchors = None if self.anchors is None else asdict(self.anchors, recurse=False)
        if anchors is not None:
            anchors["weights"] = dict(anchors["weights"])
        return {
            **kept,
            "knots": [list(one) for one in self.knots],
            "bands": [list(one) for one in self.bands],
            "anchors": anchors,
            "notes": list(self.notes),
            **{name: getattr(self, name) for name in ("residual", "n", "missing", "folds")},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the calibration that ``to_plain`` was called of.

        Raises:
            InvalidValueError: A part is missing, or knots that fall.
        """
        try:
            figures: dict[str, Any] = {name: Estimate(**plain[name]) for name in _FIGURES}
            rest = {name: plain[name] for name in plain.keys() - _FIGURES}
            anchors = rest.pop("anchors")
            made = cls(
                **{name: evolve(one, notes=tuple(one.notes)) for name, one in figures.items()},
                **rest | {"notes": tuple(rest["notes"])},
                anchors=None if anchors is None else ShownAnchors(**anchors),
            )
        except (KeyError, TypeError) as broken:
            raise InvalidValueError("plain", str(broken), "must be what to_plain gave") from broken
        return made


def answer_at(knots: tuple[Knot, ...], score: float) -> float:
    """Return the answer at a score: straight between two knots, level beyond them all."""
    after = bisect_right(knots, score, key=lambda one: one.score)
    if after == 0:
        return knots[0].answer
    left = knots[after - 1]
    if after == len(knots) or left.score == score:
        return left.answer
    right = knots[after]
    part = (score - left.score) / (right.score - left.score)
    return min(right.answer, left.answer + part * (right.answer - left.answer))


def expected_answer(
    calibration: ShownCalibration | CrmkitError, shown: ShownSatisfaction | float | None
) -> Estimate:
    """Return the answer to expect of a customer; undefined, with the reason, if it cannot be told.

    Args:
        calibration: The base's, or why there is none.
        shown: The customer's proxy.
    """
    if isinstance(calibration, ShownCalibration):
        return calibration.of(shown)
    return undefined(unit=UNIT, method=METHOD, note=str(calibration), low=0, high=1)


def expected_mean(
    calibration: ShownCalibration | CrmkitError, everyone: Iterable[ShownSatisfaction]
) -> Estimate:
    """Return the mean answer to expect of a base, of those too who were not asked.

    Args:
        calibration: The base's, or why there is none.
        everyone: The proxy of each customer.
    """
    if not isinstance(calibration, ShownCalibration):
        return undefined(unit=UNIT, method=_METHOD_OF_MEAN, note=str(calibration), low=0, high=1)
    scores = [one.score.value for one in everyone]
    found = [calibration.answer_of(score) for score in scores if score is not None]
    if not found:
        note = "no signal of behaviour was observed"
        return undefined(unit=UNIT, method=_METHOD_OF_MEAN, note=note, low=0, high=1)
    spread = variance(found) if len(found) > 1 else 0.0
    half = two_sided_z() * sqrt(spread / len(found) + calibration.residual**2 / calibration.n)
    value, unseen = fmean(found), len(scores) - len(found)
    return Estimate(
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        n=len(found),
        unit=UNIT,
        method=_METHOD_OF_MEAN,
        notes=(
            "from a proxy, as customers like those who answered would answer",
            *((f"nothing observed of {unseen:,} of {len(scores):,} customers",) if unseen else ()),
        ),
    )
