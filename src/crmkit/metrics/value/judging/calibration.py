"""Do things happen as often as a model says? Predicted chances against what happened.

Those with the lowest chances make the first group, and so on; equal chances stay together, so
that groups of many ties differ in size. In a calibrated model the share for whom it happened
lies on the diagonal, within its interval.

The Brier score is the mean of (p - o)², o being 1 where it happened and 0 where not. With
means p̄ and ō in groups of share f, and ō over all o*,

    Brier = reliability - resolution + uncertainty + within
    reliability  Σ f (p̄ - ō)²    how far from the diagonal; 0 is best
    resolution   Σ f (ō - o*)²   how well the groups are told apart; more is better
    uncertainty  o*(1 - o*)      how hard the question is, whoever is asked
    within       mean of (p - p̄)² - 2 (p - p̄)(o - ō), what the groups hide; mostly small

Source: Brier, G. W. (1950). Verification of forecasts expressed in terms of probability.
Monthly Weather Review 78(1), 1-3. Murphy, A. H. (1973). A new vector partition of the
probability score. Journal of Applied Meteorology 12(4), 595-600. Within groups: Stephenson,
D. B., Coelho, C. A. S., Jolliffe, I. T. (2008). Two extra components in the Brier score
decomposition. Weather and Forecasting 23(4), 752-757.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import fsum
from typing import Any

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, mean_estimate, share_estimate

__all__ = ["Calibration", "CalibrationGroup", "calibration", "rank_groups"]

_MOST_GROUPS = 1000
_SHARE = "share for whom it happened"


@frozen(kw_only=True)
class CalibrationGroup:
    """Those of similar predicted chances.

    Attributes:
        lowest: The lowest of their chances.
        highest: The highest of them.
        predicted: The mean of them.
        observed: For what share it happened, with a Wilson interval.
    """

    lowest: float
    highest: float
    predicted: float
    observed: Estimate

    @property
    def n(self) -> int:
        """How many they are."""
        return int(self.observed.n)

    def to_row(self) -> dict[str, float | None]:
        """Return a flat row."""
        return {
            "n": self.n,
            "lowest": self.lowest,
            "highest": self.highest,
            "predicted": self.predicted,
            "observed": self.observed.value,
            "low": self.observed.low,
            "high": self.observed.high,
        }


@frozen(kw_only=True)
class Calibration(Shown):
    """Predicted chances against what happened.

    Attributes:
        groups: By predicted chance, lowest first.
        predicted: The mean of all chances; None without any.
        observed: For what share it happened, with a Wilson interval.
        brier: The Brier score: 0 is perfect, 0.25 is what always saying one half gets.
        reliability: Its part that comes of groups off the diagonal; None without chances.
        resolution: Its part, to be subtracted, that comes of telling groups apart.
        uncertainty: Its part that nobody can help.
        within: Its part that comes of differences within groups.
        notes: What was left out.
    """

    groups: tuple[CalibrationGroup, ...]
    predicted: float | None
    observed: Estimate
    brier: Estimate
    reliability: float | None
    resolution: float | None
    uncertainty: float | None
    within: float | None
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """How many chances were judged."""
        return int(self.observed.n)

    @property
    def skill(self) -> float | None:
        """1 − Brier ÷ uncertainty; None where it happened to all, or to none.

        The share of what is gained by a perfect forecast over always saying the mean.
        """
        if self.brier.value is None or not self.uncertainty:
            return None
        return 1 - self.brier.value / self.uncertainty

    def to_rows(self) -> list[dict[str, float | None]]:
        """Return one flat row per group, ready to be plotted."""
        return [group.to_row() for group in self.groups]

    def sheet(self) -> Sheet:
        """Return the groups and the score as they are shown."""
        groups = (
            (f"{one.lowest:.1%} to {one.highest:.1%}", f"{one.predicted:.1%}: {one.observed}")
            for one in self.groups
        )
        rows = (*groups, *self._told().items())
        return Sheet(title=f"Calibration of {self.n:,} chances", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the score came about."""
        parts = [self.brier.explain("brier")]
        told = f"Brier score {self.brier.told}"
        return explained("calibration", told, inputs=self._told(), left_out=self.notes, parts=parts)

    def _told(self) -> dict[str, object]:
        if self.predicted is None:
            return {"observed": self.observed}
        parts = {name: getattr(self, name) for name in _PARTS}
        return {
            "predicted": f"{self.predicted:.1%}",
            "observed": self.observed,
            "Brier score": self.brier,
            **{name: f"{value:.4f}" for name, value in parts.items()},
        }


_PARTS = ("reliability", "resolution", "uncertainty", "within")


def calibration(
    probabilities: Iterable[float | None],
    happened: Iterable[bool | None],
    *,
    groups: int = 10,
) -> Calibration:
    """Predicted chances against what happened, by groups of the chance, and the Brier score.

    Args:
        probabilities: Chances, 0 to 1; None is unknown.
        happened: Whether it then happened; None is unknown.
        groups: How many groups to make, 1 to 1,000; there are fewer where chances are equal.

    Returns:
        Groups of the known pairs; without any, no group, and the score is undefined.

    Raises:
        InvalidValueError: No chance, no truth value, lists of unequal length, or another number
            of groups; the error names the index.

    Source:
        Brier (1950); Murphy (1973); Stephenson, Coelho & Jolliffe (2008).

    >>> one = calibration([0.1, 0.1, 0.8, 0.8], [False, False, True, False], groups=2)
    >>> [round(group.predicted, 2) for group in one.groups], round(one.brier.value, 4)
    ([0.1, 0.8], 0.175)
    """
    count = int(checked_number(groups, "groups", low=1, high=_MOST_GROUPS, whole=True))
    pairs, unknown = _pairs(probabilities, happened)
    chances, hits = [p for p, _ in pairs], [o for _, o in pairs]
    members = [[] for _ in range(count)]  # type: list[list[tuple[float, bool]]]
    for pair, group in zip(pairs, rank_groups(chances, count), strict=True):
        members[group].append(pair)
    parts = [part for part in members if part]
    return Calibration(
        groups=tuple(map(_group, parts)),
        predicted=_mean(chances) if pairs else None,
        observed=share_estimate(sum(hits), len(hits), method=_SHARE, empty="no chances"),
        brier=mean_estimate([(p - o) ** 2 for p, o in pairs], unit="score", low=0, high=1),
        **_decomposed(parts, len(pairs)),
        notes=(f"{unknown:,} unknown left out",) if unknown else (),
    )


def rank_groups(values: Sequence[float], groups: int) -> list[int]:
    """Return which of equal groups by size each value is in, from 0, lowest values first.

    Equal values are in one group, that of the middle of their ranks; a group may be empty.
    """
    counts = Counter(values)
    rising = sorted(counts)
    before = accumulate((counts[value] for value in rising), initial=0)
    place = {
        value: groups * (2 * below + counts[value]) // (2 * len(values))
        for value, below in zip(rising, before, strict=False)
    }
    return [place[value] for value in values]


def _pairs(
    probabilities: Iterable[float | None], happened: Iterable[Any]
) -> tuple[list[tuple[float, bool]], int]:
    """The known pairs, and how many are unknown."""
    chances, truths = list(probabilities), list(happened)
    if len(chances) != len(truths):
        rule = f"there are {len(chances)} probabilities"
        raise InvalidValueError("happened", f"{len(truths)} values", rule)
    pairs = []
    for index, (chance, truth) in enumerate(zip(chances, truths, strict=True)):
        if truth not in (True, False, None):
            raise InvalidValueError(f"happened[{index}]", truth, "must be true or false")
        if chance is not None:
            known = checked_number(chance, f"probabilities[{index}]", low=0, high=1)
            if truth is not None:
                pairs.append((known, bool(truth)))
    return pairs, len(chances) - len(pairs)


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def _group(pairs: Sequence[tuple[float, bool]]) -> CalibrationGroup:
    chances, hits = [p for p, _ in pairs], [o for _, o in pairs]
    return CalibrationGroup(
        lowest=min(chances),
        highest=max(chances),
        predicted=_mean(chances),
        observed=share_estimate(sum(hits), len(hits), method=_SHARE),
    )


def _decomposed(parts: Sequence[Sequence[tuple[float, bool]]], n: int) -> dict[str, float | None]:
    """The parts of the Brier score."""
    if not n:
        return dict.fromkeys(_PARTS)
    overall = sum(o for part in parts for _, o in part) / n
    off, apart, inside = list[float](), list[float](), list[float]()
    for part in parts:
        p_mean, o_mean = _mean([p for p, _ in part]), sum(o for _, o in part) / len(part)
        off.append(len(part) * (p_mean - o_mean) ** 2)
        apart.append(len(part) * (o_mean - overall) ** 2)
        inside += [(p - p_mean) ** 2 - 2 * (p - p_mean) * (o - o_mean) for p, o in part]
    return {
        "reliability": fsum(off) / n,
        "resolution": fsum(apart) / n,
        "uncertainty": overall * (1 - overall),
        "within": fsum(inside) / n,
    }
