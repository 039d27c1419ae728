"""Margin multiple: lifetime value as a multiple of the yearly margin, and what moves it.

    paper   here        unit
    r       retention   share of customers who stay from one year to the next
    i       discount    discount rate per year
    g       growth      growth of a customer's margin per year
    m       margin      money per year and customer

The margins are paid at the end of each year by those who stayed; the first is m, each later
one 1 + g times the one before. Retention, discount and growth are constant for ever: do not
use it where customers who stay become ever more loyal, as in most subscriptions. The terms
are taken as they are written (0.1 is a tenth), so that the border is exact.

Source: Gupta, S., Lehmann, D. R. (2005). Managing Customers as Investments. Wharton School
Publishing; elasticities: Gupta, S., Lehmann, D. R., Stuart, J. A. (2004). Valuing customers.
Journal of Marketing Research 41(1), 7-18.
"""

from fractions import Fraction

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.deterministic._closed_form import as_float
from crmkit.metrics.value.relationship._exact import Number, exact

__all__ = ["ClvElasticities", "MarginMultiple", "clv_elasticities", "margin_multiple"]


@frozen(kw_only=True)
class MarginMultiple(Shown):
    """How many yearly margins a customer is worth.

    Attributes:
        value: The multiple, 0 or more.
        retention: Share of customers who stay from one year to the next.
        discount: Discount rate per year.
        growth: Growth of a customer's margin per year.
        first_margin_now: Whether a margin of today is in it.
    """

    value: float
    retention: float
    discount: float
    growth: float
    first_margin_now: bool

    def sheet(self) -> Sheet:
        """Return the multiple and its terms as they are shown."""
        return Sheet(title=f"Margin multiple: {self.value:.4g}", rows=self._inputs())

    def explain(self) -> Explanation:
        """Return how the multiple came about."""
        return explained("margin_multiple", f"{self.value:.4g}", inputs=self._inputs())

    def _inputs(self) -> tuple[tuple[str, str], ...]:
        first = "now" if self.first_margin_now else "in a year"
        return (
            *_yearly(self.retention, self.discount),
            ("growth", f"{self.growth:.4g} a year"),
            ("first margin", first),
        )


def _yearly(retention: float, discount: float) -> tuple[tuple[str, str], ...]:
    return (("retention", f"{retention:.4g} a year"), ("discount", f"{discount:.4g} a year"))


def margin_multiple(
    retention: Number, discount: Number, *, growth: Number = 0, first_margin_now: bool = False
) -> MarginMultiple:
    """Return what a customer is worth in yearly margins.

    Args:
        retention: Share of customers who stay from one year to the next, 0 to 1.
        discount: Discount rate per year, 0 or more; 0.12 is 12 %.
        growth: Growth of a customer's margin per year, above -1.
        first_margin_now: Whether the first margin is paid today, by everybody, in place of in
            a year, by those who stayed; without growth that adds exactly 1.

    Raises:
        InvalidValueError: A term that cannot be, or a value without end: retention × (1 +
            growth) is 1 + discount or more.

    Source:
        Gupta & Lehmann (2005).

    >>> round(margin_multiple(0.9, 0.12).value, 2)
    4.09
    """
    kept, rate = _terms(retention, discount)
    grown = 1 + exact(growth, "growth")
    if grown <= 0:
        raise InvalidValueError("growth", growth, "must be above -1", "write -5 % as -0.05")
    first = 1 + rate if first_margin_now else kept
    value = first / _spread(retention, kept * grown, rate)
    return MarginMultiple(
        value=as_float(value, "retention", retention),
        retention=float(retention),
        discount=float(discount),
        growth=float(growth),
        first_margin_now=first_margin_now,
    )


def _terms(retention: Number, discount: Number) -> tuple[Fraction, Fraction]:
    return exact(retention, "retention", low=0, high=1), exact(discount, "discount", low=0)


def _spread(retention: Number, kept: Fraction, rate: Fraction) -> Fraction:
    """What is lost of a margin's value per year; positive, or the value has no end."""
    if kept < 1 + rate:
        return 1 + rate - kept
    rule = "must, times (1 + growth), be less than 1 + discount"
    raise InvalidValueError("retention", retention, rule, "the value would have no end")


@frozen(kw_only=True)
class ClvElasticities(Shown):
    """By how many per cent lifetime value changes where a driver changes by one per cent.

    Attributes:
        retention: Of retention, 1 or more.
        margin: Of the margin: always 1.
        discount: Of the discount rate, 0 or less.
        at_retention: Retention per year at which they hold.
        at_discount: Discount rate per year at which they hold.
    """

    retention: float
    margin: float
    discount: float
    at_retention: float
    at_discount: float

    def sheet(self) -> Sheet:
        """Return the elasticities as they are shown."""
        told = ((name, f"{one:.4g}") for name, one in self._drivers())
        return Sheet(
            title=f"Elasticities of lifetime value at {self._where()}",
            rows=tuple(told),
            notes=("change of the value in per cent where the driver changes by one per cent",),
        )

    def explain(self) -> Explanation:
        """Return how the elasticities came about."""
        inputs = _yearly(self.at_retention, self.at_discount)
        return explained(
            "clv_elasticities",
            ", ".join(f"{name} {one:.4g}" for name, one in self._drivers()),
            inputs=inputs,
            parts=(
                explained(f"clv_{name}_elasticity", f"{one:.4g}", inputs=inputs)
                for name, one in self._drivers()
            ),
        )

    def _where(self) -> str:
        return f"retention {self.at_retention:.4g}, discount {self.at_discount:.4g}"

    def _drivers(self) -> tuple[tuple[str, float], ...]:
        return (
            ("retention", self.retention),
            ("margin", self.margin),
            ("discount", self.discount),
        )


def clv_elasticities(retention: Number, discount: Number) -> ClvElasticities:
    """Return how lifetime value, as a margin multiple without growth, answers to its drivers.

    Args:
        retention: Share of customers who stay from one year to the next, 0 to 1.
        discount: Discount rate per year, 0 or more; 0.12 is 12 %.

    Raises:
        InvalidValueError: A term that cannot be, or a value without end (retention 1 at
            discount 0).

    Source:
        Gupta, Lehmann & Stuart (2004).

    >>> found = clv_elasticities(0.9, 0.12)
    >>> round(found.retention, 4), found.margin, round(found.discount, 4)
    (5.0909, 1.0, -0.5455)
    """
    kept, rate = _terms(retention, discount)
    spread = _spread(retention, kept, rate)
    return ClvElasticities(
        retention=as_float((1 + rate) / spread, "retention", retention),
        margin=1.0,
        discount=as_float(-rate / spread, "retention", retention),
        at_retention=float(retention),
        at_discount=float(discount),
    )
