"""What the relationships of a base are worth: models fitted once, every customer scored.

Fitted to the customers with at least one net purchase occasion, as of one day: the MBG/NBD
for how often they will come (it lets one-time buyers leave), the Gamma-Gamma for what they
spend on a day after their first. One customer and a whole base are scored by the same
formulas. What could not be fitted is missing and says why; the rest is still given.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from attrs import frozen

from crmkit.domain.errors import CrmkitError
from crmkit.domain.money import Money
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.value.clv import clv, total_clv
from crmkit.metrics.value.fit import Fit
from crmkit.metrics.value.gamma_gamma import GammaGamma
from crmkit.metrics.value.mbgnbd import MBGNBD

__all__ = ["HORIZON_WEEKS", "YEAR_WEEKS", "BaseModels", "CustomerValue", "fit_base"]

#: How far lifetime value looks ahead: three years.
HORIZON_WEEKS = 156
#: How far ``expected_purchases`` looks ahead.
YEAR_WEEKS = 52


@frozen(kw_only=True)
class CustomerValue:
    """What a relationship has brought and what it may still bring.

    Attributes:
        customer_id: Whose.
        revenue: Net of refunds so far, without tax and shipping.
        profit: Revenue so far less the cost of goods; None where it is unknown.
        tenure: Days since the first net purchase occasion; None without one.
        alive: Chance that the customer will still buy, 0 to 1.
        expected_purchases: Occasions to expect within the next 52 weeks.
        expected_spend: Net revenue to expect of an occasion, in major units.
        future_revenue: Discounted revenue to expect within three years, in major units.
        clv: Discounted profit to expect within three years, in major units.
        notes: What is missing and why.
    """

    customer_id: str
    revenue: Money
    profit: Money | None
    tenure: int | None
    alive: Estimate
    expected_purchases: Estimate
    expected_spend: Estimate
    future_revenue: Estimate
    clv: Estimate
    notes: tuple[str, ...] = ()
