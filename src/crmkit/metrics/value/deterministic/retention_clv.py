"""Lifetime value by retention: purchases at a steady rhythm, a customer who leaves is gone.

    paper   here           unit
    GC      contribution   money per purchase: gross contribution margin
    M       promotion      money per year and customer still there
    r       retention      share of customers who stay from one purchase cycle to the next
    d       discount       discount rate per year
    n       years          years ahead
    q       cycle_years    years from one purchase to the next

The first purchase is now, the next in q years, by those who stayed. Promotion is paid in the
middle of each year, for who is still there when it begins; within a cycle they leave at a
steady rate. With q = 1 it is case 1 of the paper, with longer cycles case 2b. It does not fit
shops whose customers come and go: a customer who pauses counts as lost (``markov_clv``).

Source: Berger, P. D., Nasr, N. I. (1998). Customer lifetime value: marketing models and
applications. Journal of Interactive Marketing 12(1), 17-30.
"""

from math import exp, log1p

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.money import currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.deterministic._closed_form import finite, geometric, in_money, log_share

__all__ = ["RetentionClv", "retention_clv"]


@frozen(kw_only=True)
class RetentionClv(Shown):
    """What a customer is worth from the purchase of today on.

    Attributes:
        contributions: Discounted contribution of the purchases, in units of ``currency``.
        promotions: Discounted cost of promotion, in units of ``currency``, 0 or more.
        currency: ISO 4217 code of the money.
        contribution: Gross contribution per purchase.
        promotion: Cost of promotion per year.
        retention: Share of customers who stay from one purchase cycle to the next.
        discount: Discount rate per year.
        years: Years ahead; None for ever.
        cycle_years: Years from one purchase to the next.
    """

    contributions: float
    promotions: float
    currency: str = field(converter=currency_code)
    contribution: float
    promotion: float
    retention: float
    discount: float
    years: int | None
    cycle_years: int

    @property
    def value(self) -> float:
        """Contributions less promotions, in units of ``currency``."""
        return self.contributions - self.promotions

    def sheet(self) -> Sheet:
        """Return the value and its two sides as they are shown."""
        rows = (
            ("contributions", in_money(self.contributions, self.currency)),
            ("promotions", in_money(self.promotions, self.currency)),
            *self._inputs(),
        )
        return Sheet(title=f"Lifetime value by retention: {self._answer()}", rows=rows)

    def explain(self) -> Explanation:
        """Return how the value came about."""
        return explained("retention_clv", self._answer(), inputs=self._inputs())

    def _answer(self) -> str:
        return in_money(self.value, self.currency)

    def _inputs(self) -> tuple[tuple[str, str], ...]:
        return (
            ("per purchase", in_money(self.contribution, self.currency)),
            ("promotion", f"{in_money(self.promotion, self.currency)} a year"),
            ("retention", f"{self.retention:.4g} a cycle"),
            ("discount", f"{self.discount:.4g} a year"),
            ("cycle", f"{self.cycle_years} years" if self.cycle_years > 1 else "1 year"),
            ("horizon", "for ever" if self.years is None else f"{self.years} years"),
        )


def retention_clv(
    contribution: float,
    retention: float,
    discount: float,
    *,
    currency: str,
    years: int | None,
    promotion: float = 0,
    cycle_years: int = 1,
) -> RetentionClv:
    """Value a customer who buys at a steady rhythm until they leave.

    Args:
        contribution: Gross contribution per purchase, in units of ``currency``.
        retention: Share of customers who stay from one purchase cycle to the next, 0 to 1.
        discount: Discount rate per year, 0 or more; 0.2 is 20 %.
        currency: ISO 4217 code of the money.
        years: Years ahead, a whole number of cycles; None for ever.
        promotion: Cost of promotion per year and customer, 0 or more, in units of ``currency``.
        cycle_years: Years from one purchase to the next, a whole number.

    Raises:
        InvalidValueError: A term that cannot be, years that end within a cycle, or a value
            without end (for ever, with retention 1 and discount 0).

    Source:
        Berger & Nasr (1998), cases 1 and 2b.

    >>> terms = {"promotion": 50, "years": 10, "currency": "USD"}
    >>> round(retention_clv(260, 0.75, 0.2, **terms).value, 2)
    568.78
    """
    paid = checked_number(contribution, "contribution")
    spent = checked_number(promotion, "promotion", low=0)
    stay = log_share(checked_number(retention, "retention", low=0, high=1))
    cycle = checked_number(cycle_years, "cycle_years", low=1, whole=True)
    yearly = log1p(checked_number(discount, "discount", low=0))
    ahead = _horizon(years, cycle)
    if ahead is None and stay == yearly == 0:
        rule = "must be less than 1 where nothing is discounted and it goes on for ever"
        raise InvalidValueError("retention", retention, rule)
    purchases = geometric(stay - cycle * yearly, None if ahead is None else ahead / cycle + 1)
    promoted = exp(-yearly / 2) * geometric(stay / cycle - yearly, ahead)
    brought = finite(paid * purchases, "contribution", contribution)
    cost = finite(spent * promoted, "promotion", promotion)
    finite(brought - cost, "contribution", contribution)
    return RetentionClv(
        contributions=brought,
        promotions=cost,
        currency=currency,
        contribution=paid,
        promotion=spent,
        retention=float(retention),
        discount=float(discount),
        years=None if ahead is None else int(ahead),
        cycle_years=int(cycle),
    )


def _horizon(years: int | None, cycle: float) -> float | None:
    if years is None:
        return None
    ahead = checked_number(years, "years", low=0, whole=True)
    if ahead % cycle:
        rule = f"must be a whole number of cycles of {cycle:g} years"
        raise InvalidValueError("years", years, rule)
    return ahead
