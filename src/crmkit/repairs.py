"""What the customers of a base are worth, as repairing their contact points is ranked by."""

from collections.abc import Callable

from crmkit.domain.repair import RepairWorth
from crmkit.profiles import Profile, Profiles

__all__ = ["worths_of"]


def _revenue(one: Profile) -> float | None:
    return float(one.revenue.amount) if one.orders else None


def _column(profiles: Profiles) -> Callable[[Profile], float | None]:
    """The figure that ``Profiles.ranked_by`` names."""
    if any(one.clv is not None for one in profiles):
        return lambda one: one.clv
    if any(one.future_revenue is not None for one in profiles):
        return lambda one: one.future_revenue
    return _revenue


def worths_of(profiles: Profiles) -> dict[str, RepairWorth]:
    """Return what every customer is worth by id, all by the same figure."""
    column = _column(profiles)
    return {
        one.customer_id: RepairWorth(amount=column(one), of=profiles.ranked_by) for one in profiles
    }
