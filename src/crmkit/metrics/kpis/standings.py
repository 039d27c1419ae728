"""Where customers stood at both ends of a period, by the overdue rule of the lifecycle.

A customer is active from the first occasion until lost (``domain.lifecycle``). Both ends are
judged with what is known, and void, now, so that opening + new + reactivated − lost =
closing holds for any window. The tier is 2 from ``Shop.loyal_occasions`` on, else 1.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Literal

from crmkit.domain.lifecycle import is_active
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import Period
from crmkit.metrics.kpis.standing import Standing

__all__ = ["standings"]


def standings(
    customers: Iterable[CustomerSummary],
    period: Period,
    *,
    shop: Shop,
    base_gap: float | None,
    profits: Mapping[str, float | None],
) -> list[Standing]:
    """Return where each customer stood who was active at some time in the period.

    Args:
        customers: Each customer, with what is known now.
        period: Closed-open local days.
        shop: Whose policy rules.
        base_gap: ``usual_gap`` of the base.
        profits: Profit in the period by customer, in major units; None where unknown.
    """
    judged = (
        _standing(one, period, shop, base_gap, profits.get(one.customer_id)) for one in customers
    )
    return [one for one in judged if one.active]


def _standing(
    customer: CustomerSummary,
    period: Period,
    shop: Shop,
    base_gap: float | None,
    profit: float | None,
) -> Standing:
    days, window = customer.days, period.days()
    before, until = bisect_left(days, window.start), bisect_left(days, window.stop)
    opening = is_active(days, window.start - 1, base_gap, shop)
    closing = is_active(days, window.stop - 1, base_gap, shop)
    joined = _joined(before, until) if not opening else None
    return Standing(
        customer_id=customer.customer_id,
        opening=opening,
        joined=joined,
        left=(opening or joined is not None) and not closing,
        tier_opening=_tier(before, shop) if opening else None,
        tier_closing=_tier(until, shop) if closing else None,
        profit=profit,
    )


def _joined(before: int, until: int) -> Literal["new", "reactivated"] | None:
    """How someone who was not active joined, from occasions before and until the end."""
    if until == before:
        return None
    return "reactivated" if before else "new"


def _tier(occasions: int, shop: Shop) -> int:
    return 2 if occasions >= shop.loyal_occasions else 1
