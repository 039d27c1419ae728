"""Which rises of a price a base of customers puts up with: the curve and its median.

Assumptions and symbols as in ``price_tolerance``; rises are taken as independent, so a customer
with very many of them should not be among few others.

Source: Ayer, M., Brunk, H. D., Ewing, G. M., Reid, W. T., Silverman, E. (1955). An empirical
distribution function for sampling with incomplete information. Annals of Mathematical
Statistics 26, 641-647 (the isotonic curve is the likeliest).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import checked_number
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, wilson
from crmkit.metrics.isotonic import isotonic
from crmkit.metrics.price.rises import Change, rises_of
from crmkit.metrics.resampling import DRAWS, checked_draws, redrawn
from crmkit.metrics.seeds import checked_seed

__all__ = ["AcceptedPremium", "PriceAcceptance", "price_acceptance"]

_MEDIAN = "premium that half accept, isotonic curve, bootstrap of the rises"
_UNIT = "of the price"
#: A finer step would tell every premium from every other, and say nothing of any.
_LEAST_STEP = 1e-6


@frozen(kw_only=True)
class AcceptedPremium:
    """How many accept one premium.

    Attributes:
        premium: As a share of the price.
        yes: Rises accepted, of ``accepted.n``.
        accepted: Share who accept it, evened out so that it never rises with the premium.
    """

    premium: float
    yes: int
    accepted: Estimate


@frozen(kw_only=True)
class PriceAcceptance(Shown):
    """Which rises a base puts up with.

    Attributes:
        premiums: The share who accept each premium, ascending.
        median: The premium that half accept; its interval is open above where many samples
            do not fall to a half.
        n: Rises.
        left_out: What was left out.
    """

    premiums: tuple[AcceptedPremium, ...]
    median: Estimate
    n: int
    left_out: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the share who accept each premium."""
        shares = ((f"up {one.premium:.1%}", one.accepted) for one in self.premiums)
        rows = (("half accept", self.median), *shares)
        return Sheet(title="Price rises accepted", rows=rows, notes=self.left_out)

    def explain(self) -> Explanation:
        """Return how the curve came about."""
        shares = (
            one.accepted.explain("accepted_premium", called=f"a rise of {one.premium:.1%}")
            for one in self.premiums
        )
        return explained(
            "price_acceptance",
            self.median,
            inputs={"rises": self.n},
            left_out=self.left_out,
            parts=(self.median.explain("median_tolerance"), *shares),
        )


def price_acceptance(
    changes: Iterable[Change], *, step: float = 0.05, draws: int = DRAWS, seed: int = 0
) -> PriceAcceptance:
    """Share of rises accepted at each premium, over a base.

    Args:
        changes: (premium, accepted) of every rise of every customer, as for ``price_tolerance``.
        step: Premiums are rounded to multiples of it, one or more; above 0.
        draws: Samples of rises for the interval of the median, 100 or more.
        seed: From 0; the same seed gives the same interval.

    Returns:
        Wilson intervals per premium, and the premium that half accept, on straight lines from
        all accepting no rise. Undefined without a rise; where more than half accept even the
        highest premium, the median has no value but a lower end.

    Raises:
        InvalidValueError: A premium below -1 or NaN, an answer that is neither yes nor no, a
            step that is not above 0 (a millionth at least), or bad draws or seed.

    Source:
        Ayer et al. (1955).
    """
    width = checked_number(step, "step")
    if width < _LEAST_STEP:
        raise InvalidValueError("step", step, "must be above 0, a millionth at least")
    checked_draws(draws)
    checked_seed(seed)
    found = rises_of(changes)
    rises = [(max(1, round(premium / width)), accepted) for premium, accepted in found.rises]
    steps = _steps(rises)
    shares = _shares(steps)
    return PriceAcceptance(
        premiums=tuple(
            _accepted(at * width, k, n, share)
            for (at, k, n), share in zip(steps, shares, strict=True)
        ),
        median=_median(rises, width, draws=draws, seed=seed),
        n=len(rises),
        left_out=found.left_out,
    )


def _steps(rises: Sequence[tuple[int, bool]]) -> list[tuple[int, int, int]]:
    """(multiple of the step, accepted, rises), ascending."""
    asked = Counter(at for at, _ in rises)
    yes = Counter(at for at, accepted in rises if accepted)
    return [(at, yes[at], asked[at]) for at in sorted(asked)]


def _shares(steps: Sequence[tuple[int, int, int]]) -> tuple[float, ...]:
    return isotonic([k / n for _, k, n in steps], [n for _, _, n in steps], increasing=False)


def _accepted(premium: float, k: int, n: int, share: float) -> AcceptedPremium:
    low, high = wilson(share * n, n)
    method = "share accepted, never rising with the premium, Wilson interval"
    accepted = Estimate(value=share, low=low, high=high, n=n, unit="share", method=method)
    return AcceptedPremium(premium=premium, yes=k, accepted=accepted)


def _half(rises: Sequence[tuple[int, bool]]) -> float:
    """The multiple of the step that half accept; infinite where more accept every one."""
    steps = _steps(rises)
    curve = [(0.0, 1.0), *zip((float(at) for at, _, _ in steps), _shares(steps), strict=True)]
    for (at, share), (next_at, next_share) in pairwise(curve):
        if next_share <= 0.5:
            return at + (next_at - at) * (share - 0.5) / (share - next_share)
    return inf


def _median(rises: Sequence[tuple[int, bool]], step: float, *, draws: int, seed: int) -> Estimate:
    n = len(rises)
    if n == 0:
        return undefined(unit=_UNIT, method=_MEDIAN, note="no price rose", low=0)
    drawn = sorted(
        redrawn(lambda places: _half([rises[one] for one in places]), n, draws=draws, seed=seed)
    )
    tail = int((1 - LEVEL) / 2 * (len(drawn) - 1))
    # Whole ranks, as the line between a number and infinity has no middle.
    low, high = (_known(drawn[at], step) for at in (tail, -1 - tail))
    value = _known(_half(rises), step)
    if value is None:
        highest = max(at for at, _ in rises) * step
        why = "more than half accept even the highest rise"
        return undefined(unit=_UNIT, method=_MEDIAN, note=why, low=low or highest, n=n)
    return Estimate(value=value, low=low, high=high, n=n, unit=_UNIT, method=_MEDIAN)


def _known(multiple: float, step: float) -> float | None:
    return None if multiple == inf else multiple * step
