"""Do customers do what they say? Stated chances of buying against later purchases.

Stated intentions are known to be biased, and not alike at both ends: of those who say that they
will surely buy not all do, and of those who say that they will not some do. So the stated
chances are held against what happened, by classes of a tenth (the steps of Juster's scale), and
a calibrated chance is read off the closest curve that never falls: isotonic regression of
bought on stated, straight between the chances that were stated, level beyond them.

    paper   here        unit
    p       stated      chance, 0 to 1
    y       bought      1 or 0
            bias        mean of p − y; above 0 where more is said than done
    BS      brier       mean of (p − y)², 0 is perfect

Assumptions: what was asked and what was counted cover the same time and the same goods; the
answer came before; who answered is like those to whom the curve is applied. The curve is fitted
to these answers, so it flatters itself on them: judge it on others.

Sources: Juster, F. T. (1966). Consumer buying intentions and purchase probability. JASA 61,
658-696. Morwitz, V. G., Steckel, J. H., Gupta, A. (2007). When do purchase intentions predict
sales? International Journal of Forecasting 23, 347-364. Brier, G. W. (1950). Verification of
forecasts expressed in terms of probability. Monthly Weather Review 78, 1-3.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import floor, fsum
from statistics import fmean

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.intervals import checked_number, mean_estimate, share_estimate
from crmkit.metrics.isotonic import isotonic

__all__ = ["IntentionCalibration", "IntentionClass", "intention_calibration"]

_STEPS = 10
_Pair = tuple[float, int]


@frozen(kw_only=True)
class IntentionClass:
    """Those who stated about the same chance.

    Attributes:
        step: The tenth that their chances are nearest to, 0 to 10.
        stated: Mean of their chances, 0 to 1.
        bought: Share that bought, with a Wilson interval.
        calibrated: What the curve says of the mean stated chance.
    """

    step: int
    stated: float
    bought: Estimate
    calibrated: float


@frozen(kw_only=True)
class IntentionCalibration(Shown):
    """Stated chances held against what was done.

    Attributes:
        classes: By tenth of the stated chance, lowest first; only those that occur.
        stated: Mean stated chance, 0 to 1.
        bought: Share that bought, with a Wilson interval.
        bias: Mean of stated minus done, -1 to 1; above 0 where more is said than done.
        brier: Mean squared difference of stated and done, 0 (perfect) to 1.
        brier_of_share: What the same is if everyone is given the share that bought; None
            without answers. Stated chances with a higher one are worse than no answers.
        curve: Stated chance and calibrated chance, ascending in both.
        notes: What was left out.
    """

    classes: tuple[IntentionClass, ...]
    stated: Estimate
    bought: Estimate
    bias: Estimate
    brier: Estimate
    brier_of_share: float | None
    curve: tuple[tuple[float, float], ...]
    notes: tuple[str, ...] = ()

    def calibrated(self, chance: float | None) -> float | None:
        """Return the chance of buying of who states a chance.

        Args:
            chance: As stated, 0 to 1; None where nothing was.

        Returns:
            0 to 1; None where nothing was stated, or nothing is known of those who did.

        Raises:
            InvalidValueError: A chance outside 0 to 1.
        """
        if chance is None or not self.curve:
            return None
        return _read(self.curve, checked_number(chance, "chance", low=0, high=1))

    def to_rows(self) -> list[dict[str, object]]:
        """Return the classes as flat rows: step, n, stated, bought, low, high, calibrated."""
        return [
            {
                "step": one.step,
                "n": one.bought.n,
                "stated": one.stated,
                "bought": one.bought.value,
                "low": one.bought.low,
                "high": one.bought.high,
                "calibrated": one.calibrated,
            }
            for one in self.classes
        ]

    def _figures(self) -> dict[str, Estimate]:
        return {
            "mean stated": self.stated,
            "bought": self.bought,
            "bias": self.bias,
            "Brier score": self.brier,
        }

    def sheet(self) -> Sheet:
        """Return bias and classes as they are shown."""
        rows, reasons = side_by_side(self._figures())
        steps = tuple((f"said {one.stated:.2f}", one.bought) for one in self.classes)
        return Sheet(
            title="What was said and what was done",
            rows=(*rows, *steps),
            notes=(*reasons, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how bias, score and curve came about."""
        share = self.brier_of_share
        return explained(
            "intention_calibration",
            f"bias {self.bias.told}",
            inputs={
                "curve": ", ".join(f"{said:.2f} → {done:.2f}" for said, done in self.curve),
                "Brier score of the share alone": None if share is None else f"{share:.4f}",
            },
            left_out=self.notes,
            parts=(
                self.bias.explain("intention_bias"),
                self.brier.explain("intention_brier"),
                *(
                    one.bought.explain(
                        "intention_kept", called=f"bought, of those who said {one.stated:.2f}"
                    )
                    for one in self.classes
                ),
            ),
        )


def intention_calibration(
    stated: Iterable[float | None], bought: Iterable[bool | int | None]
) -> IntentionCalibration:
    """Calibration of stated intentions against later purchases.

    Args:
        stated: The stated chance of buying of each customer, 0 to 1 (an answer of 0 to 10 on
            Juster's scale over 10); None where nothing was stated.
        bought: Whether each bought in the time asked about, True or False, 1 or 0; None where
            it is not known yet.

    Returns:
        Shares by class, bias, Brier score and the curve; undefined without answers.

    Raises:
        InvalidValueError: A chance outside 0 to 1, a deed that is not yes or no, or not as
            many of one as of the other.

    Source:
        Juster (1966); Brier (1950); isotonic regression: Barlow et al. (1972).

    >>> found = intention_calibration([1.0, 1.0, 0.0, 0.0], [True, False, False, False])
    >>> (found.bias.value, found.calibrated(1.0), found.calibrated(0.5))
    (0.25, 0.5, 0.25)
    """
    pairs, missing = _pairs(list(stated), list(bought))
    curve = _curve(pairs)
    done = share_estimate(sum(y for _, y in pairs), len(pairs), method="bought")
    gaps = [p - y for p, y in pairs]
    share = done.value
    return IntentionCalibration(
        classes=tuple(_classes(pairs, curve)),
        stated=mean_estimate([p for p, _ in pairs], unit="chance", low=0, high=1),
        bought=done,
        bias=mean_estimate(gaps, unit="score", low=-1, high=1),
        brier=mean_estimate([gap * gap for gap in gaps], unit="score", low=0, high=1),
        brier_of_share=None if share is None else share * (1 - share),
        curve=curve,
        notes=(f"{missing:,} missing left out",) if missing else (),
    )


def _pairs(
    stated: Sequence[float | None], bought: Sequence[bool | int | None]
) -> tuple[list[_Pair], int]:
    if len(stated) != len(bought):
        raise InvalidValueError("bought", len(bought), f"must be as many as stated: {len(stated)}")
    pairs = []
    for index, (said, did) in enumerate(zip(stated, bought, strict=True)):
        p = None if said is None else checked_number(said, f"stated[{index}]", low=0, high=1)
        y = None if did is None else _deed(did, index)
        if p is not None and y is not None:
            pairs.append((p, y))
    return pairs, len(stated) - len(pairs)


def _deed(value: int, index: int) -> int:
    return int(checked_number(value, f"bought[{index}]", low=0, high=1, whole=True))


def _curve(pairs: Sequence[_Pair]) -> tuple[tuple[float, float], ...]:
    """The closest curve that never falls, at the chances that were stated."""
    by_chance: defaultdict[float, list[int]] = defaultdict(list)
    for p, y in pairs:
        by_chance[p].append(y)
    said = sorted(by_chance)
    done = isotonic([fmean(by_chance[p]) for p in said], [float(len(by_chance[p])) for p in said])
    return tuple(zip(said, done, strict=True))


def _read(curve: Sequence[tuple[float, float]], chance: float) -> float:
    place = bisect_left(curve, (chance, -1.0))
    if place == 0:
        return curve[0][1]
    if place == len(curve):
        return curve[-1][1]
    (left, low), (right, high) = curve[place - 1], curve[place]
    # From the nearer end, so that rounding cannot leave the span of both.
    return min(high, low + (high - low) * (chance - left) / (right - left))


def _classes(
    pairs: Sequence[_Pair], curve: Sequence[tuple[float, float]]
) -> Iterable[IntentionClass]:
    by_step: defaultdict[int, list[_Pair]] = defaultdict(list)
    for p, y in pairs:
        by_step[floor(_STEPS * p + 0.5)].append((p, y))
    for step, mine in sorted(by_step.items()):
        said = min(1.0, fsum(p for p, _ in mine) / len(mine))
        yield IntentionClass(
            step=step,
            stated=said,
            bought=share_estimate(sum(y for _, y in mine), len(mine), method="bought"),
            calibrated=_read(curve, said),
        )
