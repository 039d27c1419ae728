"""A customer's loyalty from what the shop has seen: behaviour and stated intentions.

Rates are per year since the first purchase, a customer of less than a year being judged as
if of one, so that two orders in a first week do not look like a hundred a year. What nobody
asked or recorded stays missing; it is never read as 0.
"""

from collections.abc import Iterable

from attrs import frozen

from crmkit.domain.money import Money
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Indicator
from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.loyalty.behavioural import behavioural
from crmkit.metrics.loyalty.dimension import Dimension
from crmkit.metrics.loyalty.intentional import intentional
from crmkit.metrics.loyalty.loyalty import Loyalty, loyalty
from crmkit.metrics.satisfaction.asked import Asked

__all__ = ["BaseLoyalty", "CustomerLoyalty", "base_loyalty", "observed_loyalty"]

_DAYS_A_YEAR = 365.25


@frozen(kw_only=True)
class CustomerLoyalty:
    """A customer's loyalty with the dimensions it was judged from.

    Attributes:
        behavioural: What the customer does.
        intentional: What the customer says they mean to do.
        loyalty: The judgement over both.
    """

    behavioural: Dimension
    intentional: Dimension
    loyalty: Loyalty

    def __str__(self) -> str:
        return "\n".join([f"loyalty {self.loyalty}", *self.loyalty.notes])


def observed_behaviour(summary: CustomerSummary, shop: Shop) -> Dimension:
    """Return the behavioural dimension of a customer.

    Args:
        summary: The customer, as of a day.
        shop: Whose ``yearly_volume`` anchors the volume; None leaves it missing.
    """
    if summary.age is None or summary.recency is None:
        return behavioural()
    years = max(summary.age / _DAYS_A_YEAR, 1.0)
    reference = shop.yearly_volume
    spent = Money(summary.buying.revenue, shop.currency).amount
    return behavioural(
        volume=float(spent) / years,
        volume_reference=None if reference is None else float(reference.amount),
        purchases_per_year=len(summary.buying.occasions) / years,
        continuity=summary.recency / summary.age if summary.age else None,
    )


def stated_intention(answers: Iterable[Asked]) -> Dimension:
    """Return the intentional dimension from the answers that count."""
    shares = {one.indicator: one.share for one in answers}
    return intentional(
        repurchase=shares.get(Indicator.REPURCHASE),
        expand=shares.get(Indicator.EXPAND),
        recommend=shares.get(Indicator.RECOMMEND),
    )


def observed_loyalty(
    summary: CustomerSummary, answers: Iterable[Asked], shop: Shop
) -> CustomerLoyalty:
    """Return a customer's loyalty as far as it was observed.

    Args:
        summary: The customer, as of a day.
        answers: The answers that count (``asked``).
        shop: Whose anchors rule.
    """
    does, means = observed_behaviour(summary, shop), stated_intention(answers)
    judged = loyalty(behavioural=does, intentional=means)
    return CustomerLoyalty(behavioural=does, intentional=means, loyalty=judged)


@frozen(kw_only=True)
class BaseLoyalty:
    """The loyalty of a base: means over the customers whose score is known.

    Attributes:
        behavioural, intentional, overall: Means, 0 to 1.
        notes: For how many customers nothing is known.
    """

    behavioural: Estimate
    intentional: Estimate
    overall: Estimate
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(
            [
                f"behavioural  {self.behavioural}",
                f"intentional  {self.intentional}",
                f"overall      {self.overall}",
                *self.notes,
            ]
        )


def base_loyalty(everyone: Iterable[CustomerLoyalty]) -> BaseLoyalty:
    """Return the mean loyalty of buyers, by dimension."""
    people = list(everyone)

    def mean(scores: Iterable[float | None]) -> Estimate:
        known = [score for score in scores if score is not None]
        return mean_estimate(known, unit="score", low=0, high=1)

    unknown = sum(one.loyalty.overall is None for one in people)
    return BaseLoyalty(
        behavioural=mean(one.behavioural.score for one in people),
        intentional=mean(one.intentional.score for one in people),
        overall=mean(one.loyalty.overall for one in people),
        notes=(f"{unknown:,} of {len(people):,} customers have no score",) if unknown else (),
    )
