"""The equity of a prospect: what one is worth who may become a customer.

Of the prospects approached at cost A a share a is won and brings m a year; from the first
year on R is spent on each to keep them, and a share r stays.

    CE = a m − A + a (m − R/r) r′/(1 − r′),   r′ = r/(1 + d)

    paper   here                    unit
    a       acquisition_rate        share of prospects approached
    A       acquisition_cost        money per prospect approached
    m       annual_margin           money per customer and year
    r       annual_retention        share of customers who stay from one year to the next
    R       annual_retention_cost   money per customer and year
    d       annual_discount         per year

Every term is of a year; a rate of a month or a week has to be turned into a yearly one first:
1 − (1 − 2 %)¹² of those leave in a year of whom 2 % leave in a month.

Source: Blattberg, R. C., Deighton, J. (1996). Manage marketing by the customer equity test.
Harvard Business Review 74(4), 136-144.
"""

from collections.abc import Mapping
from fractions import Fraction

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.deterministic._closed_form import as_float, in_money
from crmkit.metrics.value.relationship._exact import Number, exact
from crmkit.metrics.value.yearly_rates import yearly

__all__ = ["ProspectEquity", "prospect_equity"]


@frozen(kw_only=True)
class ProspectEquity(Shown):
    """What one prospect is worth before they are approached.

    Attributes:
        acquisition: Of the first year, less the cost of the approach, in units of
            ``currency``.
        retention: Of the years after, less the cost of keeping, in units of ``currency``.
        currency: ISO 4217 code of the money.
        terms: What went in, by name, as it is shown.
    """

    acquisition: float
    retention: float
    currency: str = field(converter=currency_code)
    terms: Mapping[str, str] = field(converter=FrozenMapping, hash=False)

    @property
    def value(self) -> float:
        """Acquisition and retention equity together, in units of ``currency``."""
        return self.acquisition + self.retention

    def sheet(self) -> Sheet:
        """Return the equity and its two parts as they are shown."""
        rows = (
            ("acquisition", in_money(self.acquisition, self.currency)),
            ("retention", in_money(self.retention, self.currency)),
            *self.terms.items(),
        )
        return Sheet(title=f"Equity per prospect: {self._answer()}", rows=rows)

    def explain(self) -> Explanation:
        """Return how the equity came about."""
        return explained("prospect_equity", self._answer(), inputs=self.terms)

    def _answer(self) -> str:
        return in_money(self.value, self.currency)


def prospect_equity(
    acquisition_rate: Number,
    annual_margin: Number,
    annual_retention: Number,
    annual_discount: Number,
    *,
    currency: str,
    acquisition_cost: Number = 0,
    annual_retention_cost: Number = 0,
) -> ProspectEquity:
    """Value a prospect: the chance to win them, and what they bring from then on.

    Args:
        acquisition_rate: Share of the prospects approached who become customers, 0 to 1.
        annual_margin: Money a customer brings per year before the cost of keeping them.
        annual_retention: Share of customers who stay from one year to the next, 0 to 1.
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.
        currency: ISO 4217 code of the money.
        acquisition_cost: Cost of approaching one prospect, 0 or more.
        annual_retention_cost: Cost of keeping one customer for a year, 0 or more.

    Raises:
        InvalidValueError: A term that cannot be, or a value without end (retention 1 at
            discount 0).

    Source:
        Blattberg & Deighton (1996).

    >>> costs = {"acquisition_cost": 5, "annual_retention_cost": 10}
    >>> round(prospect_equity(0.1, 100, 0.8, 0.1, **costs, currency="EUR").value, 2)
    28.33
    """
    won = yearly(acquisition_rate, "acquisition_rate")
    spent = exact(acquisition_cost, "acquisition_cost", low=0)
    margin = exact(annual_margin, "annual_margin")
    keeping = exact(annual_retention_cost, "annual_retention_cost", low=0)
    kept = yearly(annual_retention, "annual_retention")
    rate = yearly(annual_discount, "annual_discount")
    if kept == 1 + rate:
        rule = "must be less than 1 where nothing is discounted"
        given = annual_retention
        raise InvalidValueError("annual_retention", given, rule, "the value would have no end")
    # The formula above with r taken out of its denominators, so that retention may be 0.
    first = won * margin - spent
    later = won * (margin * kept - keeping) / (1 + rate - kept)
    as_float(abs(first) + abs(later), "annual_margin", annual_margin)
    return ProspectEquity(
        acquisition=float(first),
        retention=float(later),
        currency=currency,
        terms=_told(won, spent, margin, keeping, kept, rate, currency=currency),
    )


def _told(*terms: Fraction, currency: str) -> dict[str, str]:
    won, spent, margin, keeping, kept, rate = map(float, terms)
    return {
        "won": f"{won:.4g}",
        "margin": f"{in_money(margin, currency)} a year",
        "approach": f"{in_money(spent, currency)} a prospect",
        "keeping": f"{in_money(keeping, currency)} a year",
        "retention": f"{kept:.4g} a year",
        "discount": f"{rate:.4g} a year",
    }
