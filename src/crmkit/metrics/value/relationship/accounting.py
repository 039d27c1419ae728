"""Relationship value read off summaries: the accounts of one customer, or of all guests.

The year's accounts are made of what happened within the period; what could still be won and
how long it may last are judged from everything up to the moment.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from attrs import frozen

from crmkit.domain.money import Money, decimals
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary, Matter
from crmkit.domain.times import Period
from crmkit.metrics.value.base.customer_value import CustomerValue
from crmkit.metrics.value.relationship.capability import (
    CapabilityValue,
    ContributionTally,
    capability_value,
)
from crmkit.metrics.value.relationship.cost_to_serve import CostToServe, cost_to_serve
from crmkit.metrics.value.relationship.lifetime import Lifetime
from crmkit.metrics.value.relationship.potential import PotentialValue, potential_value
from crmkit.metrics.value.relationship.referral import ReferralValue
from crmkit.metrics.value.relationship.relationship_value import (
    RelationshipValue,
    relationship_value,
)

__all__ = ["Accounts", "recorded_costs", "relationship_value_of"]

_COST = "cost/"
_CONTRIBUTION = "contribution/"
_MINUTE = 60

#: What is spent under a matter that is no cost of its own, by that matter's first word.
_BESIDE = {"referral": "referral_reward", "promise": "remedy"}


@frozen(kw_only=True)
class Accounts:
    """What happened with one customer, or with all guests, within a period.

    Attributes:
        period: The days.
        within: What the facts of these days amount to.
        received: What the orders amount to whose payment falls into them.
    """

    period: Period
    within: CustomerSummary
    received: Buying


def relationship_value_of(
    accounts: Accounts,
    *,
    shop: Shop,
    summary: CustomerSummary | None = None,
    value: CustomerValue | None = None,
    referral: ReferralValue | None = None,
    wallet: Money | None = None,
    margin: float | None = None,
) -> RelationshipValue:
    """Return the five indicators of a relationship over a period.

    Args:
        accounts: What happened within the period.
        shop: Whose rates and prices rule.
        summary: The customer as of the moment judged at; None for guests.
        value: The same customer's outlook; None for guests.
        referral: What those are worth whom the customer brought.
        wallet: What such a customer spends a year with all shops.
        margin: Share of the shop's revenue that stays as profit.
    """
    within, currency = accounts.within, shop.currency
    profit = within.buying.profit(shop.gross_margin)
    return relationship_value(
        customer_id=within.customer_id,
        period=accounts.period,
        currency=currency,
        revenue=Money(within.buying.revenue, currency),
        margin=None if profit is None else Money(profit, currency),
        costs=recorded_costs(within.matters, currency),
        serving=_serving(within, shop),
        received=Money(accounts.received.revenue, currency),
        lifetime=_lifetime(summary, value, shop),
        capability=None if summary is None else _capability(within, shop),
        referral=referral,
        potential=None if summary is None else _potential(summary, wallet, margin, shop),
    )


def recorded_costs(matters: Mapping[str, Matter], currency: str) -> dict[str, Money]:
    """Return what was spent on a customer, by activity."""
    spent: dict[str, int] = {}
    for word, one in matters.items():
        first, _, rest = word.partition("/")
        activity = rest if word.startswith(_COST) else _BESIDE.get(first, first)
        if one.spent or word.startswith(_COST):
            spent[activity] = spent.get(activity, 0) + one.spent
    return {activity: Money(minor, currency) for activity, minor in spent.items()}


def _serving(within: CustomerSummary, shop: Shop) -> CostToServe | None:
    """The cost to serve; None where the shop gives no rates."""
    rates = shop.serving_rates
    if not rates:
        return None
    matters, dealings = within.matters, within.dealings
    volumes: dict[str, int | Decimal] = {
        "order": within.buying.orders + within.buying.void_orders,
        "return": dealings.returns,
        "delivery": dealings.deliveries,
        "contact": sum(one.times for one in _under("contact/", matters)),
        "contact_minute": Decimal(sum(one.lasted for one in _under("contact/", matters))) / _MINUTE,
        "case": sum(one.times for one in _under("case/", matters)),
        "visit": dealings.visits,
    }
    return cost_to_serve(volumes, rates, currency=shop.currency)


def _under(prefix: str, matters: Mapping[str, Matter]) -> Iterable[Matter]:
    return (one for word, one in matters.items() if word.startswith(prefix))


def _capability(within: CustomerSummary, shop: Shop) -> CapabilityValue:
    """What was learnt from the customer: contributions, and reviews."""
    found = {
        word.removeprefix(_CONTRIBUTION): one
        for word, one in within.matters.items()
        if word == "review" or word.startswith(_CONTRIBUTION)
    }
    return capability_value(
        [part for kind, one in found.items() for part in _contributed(kind, one, shop.currency)],
        shop.contribution_values,
        currency=shop.currency,
    )


def _contributed(kind: str, one: Matter, currency: str) -> Iterable[ContributionTally]:
    """Contributions of a kind: those priced by the shop, and those of stated worth."""
    stated = one.times - one.unpriced
    if one.unpriced:
        yield ContributionTally(kind=kind, n=one.unpriced, thousandths=one.unpriced_points)
    if stated:
        yield ContributionTally(
            kind=kind,
            n=stated,
            thousandths=one.points - one.unpriced_points,
            worth=Money(one.worth, currency),
        )


def _lifetime(
    summary: CustomerSummary | None, value: CustomerValue | None, shop: Shop
) -> Lifetime | None:
    if summary is None or summary.first_day is None:
        return None
    return Lifetime(
        tenure=summary.age,
        alive=None if value is None else value.alive,
        remaining=None if value is None else value.expected_purchases,
        first_seen_only=shop.first_seen_only(summary.first_day),
    )


def _potential(
    summary: CustomerSummary, wallet: Money | None, margin: float | None, shop: Shop
) -> PotentialValue:
    """What could still be won of a year's spending."""
    here = Decimal(str(summary.yearly_revenue or 0)).scaleb(-decimals(shop.currency))
    return potential_value(
        wallet,
        Money.rounded(here, shop.currency),
        capture=shop.capture_chance,
        margin=shop.gross_margin if margin is None else margin,
    )
