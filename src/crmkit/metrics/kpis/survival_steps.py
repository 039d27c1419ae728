"""The steps of a survival curve: products, Greenwood's variance, ends on log(−log S), areas.

Source: as in ``kaplan_meier``.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import exp, fsum, log, sqrt

from attrs import frozen

from crmkit.metrics.intervals import two_sided_z, wilson
from crmkit.metrics.kpis.spells import Happening

__all__ = ["SurvivalStep", "area_under", "survival_steps"]


@frozen(kw_only=True)
class SurvivalStep:
    """The curve at a time at which something happened.

    Attributes:
        time: When, in the caller's unit.
        at_risk: Customers there and watched just before.
        ended: Those of them who ended then.
        censored: Those of them last seen then.
        entered: Customers who are watched from then on.
        survival: Chance to be there beyond it, 0 to 1.
        standard_error: Greenwood's; None where the survival is 0.
        low, high: The interval of the survival.
    """

    time: float
    at_risk: int
    ended: int
    censored: int
    entered: int
    survival: float
    standard_error: float | None
    low: float
    high: float


def survival_steps(happenings: Iterable[Happening], level: float) -> Iterator[SurvivalStep]:
    """Return the curve, step by step.

    Args:
        happenings: What happened, in order of time.
        level: Coverage of the intervals.
    """
    survival, spread, high = 1.0, 0.0, 1.0
    for each in happenings:
        n, d = each.at_risk, each.ended
        if d:
            survival *= (n - d) / n
            spread += d / (n * (n - d)) if n > d else 0.0
        low, high = _ends(survival, spread, each, high, level)
        yield SurvivalStep(
            time=each.time,
            at_risk=n,
            ended=d,
            censored=each.censored,
            entered=each.entered,
            survival=survival,
            standard_error=survival * sqrt(spread) if survival else None,
            low=low,
            high=high,
        )


def _ends(
    survival: float, spread: float, each: Happening, before: float, level: float
) -> tuple[float, float]:
    if survival == 1:
        return wilson(each.at_risk, each.at_risk, level=level)
    if survival == 0:
        return 0.0, before if before < 1 else wilson(0, each.at_risk, level=level)[1]
    gone = -log(survival)
    factor = exp(two_sided_z(level) * sqrt(spread) / gone)
    return exp(-gone * factor), exp(-gone / factor)


def area_under(steps: Sequence[SurvivalStep], end: float) -> tuple[float, float]:
    """Return the area under the curve up to a time, and its standard error.

    Args:
        steps: The curve.
        end: Where it is cut off, 0 or more.
    """
    falls = [step for step in steps if step.ended and step.time < end]
    times = [0.0, *(step.time for step in falls), end]
    heights = [1.0, *(step.survival for step in falls)]
    pieces = [
        height * (until - start)
        for height, start, until in zip(heights, times, times[1:], strict=False)
    ]
    to_come, terms = 0.0, []
    for step, piece in zip(reversed(falls), reversed(pieces), strict=False):
        to_come += piece
        stays = step.at_risk - step.ended
        if stays:
            terms.append(to_come**2 * step.ended / (step.at_risk * stays))
    return fsum(pieces), sqrt(fsum(terms))
