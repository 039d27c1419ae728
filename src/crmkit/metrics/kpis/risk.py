"""Who is slipping away, what is at stake, and how one can tell.

At risk is a customer who is dormant by the lifecycle, or more likely gone than not by the
model, and not yet lost. At stake is what a year of them brought (at least a year is taken, so
that newcomers are not scaled up), times the chance that they have left; where no model tells
that chance, all of it.
"""

from attrs import frozen

from crmkit.domain.money import Money
from crmkit.domain.shop import Shop
from crmkit.domain.states import State
from crmkit.domain.tally import CustomerSummary

__all__ = ["Risk", "risk"]

_BEYOND_RISK = frozenset({State.POTENTIAL, State.INTENT, State.LOST})


@frozen(kw_only=True)
class Risk:
    """A customer who is slipping away.

    Attributes:
        at_stake: Net order revenue of a year times the chance of having left, major units.
        reason: How one can tell, in words.
    """

    at_stake: float
    reason: str


def risk(
    summary: CustomerSummary,
    *,
    state: State,
    alive: float | None,
    usual: float | None,
    shop: Shop,
) -> Risk | None:
    """Return what is at stake with a customer, or None for one who is not at risk.

    Args:
        summary: The customer, as of a day.
        state: Where the customer stands.
        alive: Chance that the customer will still buy, 0 to 1; None if no model tells it.
        usual: Quiet days beyond which the customer is dormant.
        shop: Whose currency rules.
    """
    likely_gone = alive is not None and alive < 0.5
    if state in _BEYOND_RISK or not (state is State.DORMANT or likely_gone):
        return None
    brought = float(Money(max(summary.buying.order_revenue, 0), shop.currency).amount)
    gone = 1.0 if alive is None else 1.0 - alive
    return Risk(
        at_stake=brought / (summary.years or 1.0) * gone,
        reason=_reason(summary.quiet, usual, alive),
    )


def _reason(quiet: int | None, usual: float | None, alive: float | None) -> str:
    parts = [f"quiet {quiet} days"]
    if usual is not None:
        parts.append(f"usually back within {usual:.0f}")
    if alive is not None:
        parts.append(f"{alive:.0%} likely still a customer")
    return ", ".join(parts)
