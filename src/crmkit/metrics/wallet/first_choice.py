"""First choice from what was bought: how often is this shop or brand chosen, beyond chance?

A few purchases say little about one customer, so the observed share is drawn towards the usual
one: with k of n purchases, and the usual share counting as much as κ purchases,

    share = (k + κ p0) / (n + κ)

That is the mean of a Beta(k + κ p0, n − k + κ (1 − p0)), whose middle 95 % is the interval.
Assumptions: choices of one customer are independent, and customers' shares are spread around
the usual one as Beta(κ p0, κ (1 − p0)) is; κ and p0 are the caller's and taken as known. Do not
use it where a customer alternates on purpose.

    paper   here        unit
    k, n    chosen, purchases
    p0      usual       share, above 0 and below 1
    κ       strength    purchases

Source: Efron, B., Morris, C. (1977). Stein's paradox in statistics. Scientific American 236(5),
119-127, for drawing shares towards their mean; the default strength is crmkit's own.
"""

from math import inf

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.beta_distribution import beta_quantile
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import LEVEL, checked_number

__all__ = ["first_choice"]


def first_choice(chosen: int, purchases: int, *, usual: float, strength: float = 4.0) -> Estimate:
    """Share of purchases for which a brand is chosen, drawn towards the usual share.

    Args:
        chosen: Purchases of the brand, 0 to ``purchases``.
        purchases: Purchases of such goods.
        usual: The share to draw towards, above 0 and below 1: that of all customers.
        strength: How many purchases it counts as, above 0.

    Returns:
        The share, 0 to 1, with a 95 % interval of its beta distribution; without purchases
        the usual one, and a note.

    Raises:
        InvalidValueError: Counts that are no whole numbers or do not fit, a usual share that
            is not between 0 and 1, or no strength.

    Source:
        Efron and Morris (1977).

    >>> round(first_choice(3, 5, usual=0.3).value, 4)
    0.4667
    """
    n = checked_number(purchases, "purchases", low=0, whole=True)
    k = checked_number(chosen, "chosen", low=0, high=n, whole=True)
    p0 = checked_number(usual, "usual")
    kappa = checked_number(strength, "strength", low=0, high=inf)
    if not 0 < p0 < 1:
        raise InvalidValueError("usual", usual, "must lie between 0 and 1")
    if kappa == 0:
        raise InvalidValueError("strength", strength, "must be above 0")
    a, b = k + kappa * p0, n - k + kappa * (1 - p0)
    tail, share = (1 - LEVEL) / 2, a / (a + b)
    return Estimate(
        value=share,
        # A distribution all at one end has its quantiles there, and its mean beside them.
        low=min(share, beta_quantile(tail, a, b)),
        high=max(share, beta_quantile(1 - tail, a, b)),
        n=n,
        unit="share",
        method="share drawn towards the usual one, beta interval",
        notes=() if n else ("no purchases: the usual share",),
    )
