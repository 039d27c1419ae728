"""Spend response: how far a rate rises with what is spent on it, and where it ends.

    a(A) = c (1 − e^(−kA))

Each further unit of money wins a steady share k of those who could still be won, of whom
there are c in all. One point of the curve, where the shop stands today, and a judged ceiling
give the curve. Nothing is won where nothing is spent: do not use it for rates that come by
themselves, unless what comes anyway is taken out first.

    paper   here      unit
    A       spend     money per head
    a       rate      share, at that spend
    c       ceiling   share, whatever is spent
    k       speed     per unit of money

Source: Blattberg, R. C., Deighton, J. (1996). Manage marketing by the customer equity test.
Harvard Business Review 74(4), 136-144.
"""

from math import expm1, inf, log1p

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.yearly_rates import yearly

__all__ = ["SpendResponse"]


def _money(value: float) -> float:
    return checked_number(value, "spend", low=0)


def _rate(value: float) -> float:
    return float(yearly(value, "rate"))


@frozen(kw_only=True)
class SpendResponse:
    """A rate, what is spent on it today, and how high spending could take it.

    Attributes:
        spend: Money per head today, 0 or more.
        rate: Share won or kept at that spend, 0 to 1.
        ceiling: Share that unlimited spending would win or keep, above ``rate``, at most 1;
            None where the spend is to stay as it is.

    >>> curve = SpendResponse(spend=10, rate=0.2, ceiling=0.4)
    >>> round(curve.rate_at(20), 3)
    0.3
    """

    spend: float = field(converter=_money)
    rate: float = field(converter=_rate)
    ceiling: float | None = field(default=None)

    @ceiling.validator
    def _of_a_curve(self, attribute: object, value: float | None) -> None:
        del attribute
        if value is None:
            return
        if not self.rate < yearly(value, "ceiling"):
            raise InvalidValueError("ceiling", value, f"must be above the rate, {self.rate:g}")
        if not (self.rate and self.spend):
            name = "spend" if self.rate else "rate"
            rule = "must be above 0 for a curve to be drawn through it"
            raise InvalidValueError(name, 0, rule, "leave out the ceiling to keep it as it is")
        if not 0 < self.speed < inf:
            raise InvalidValueError("spend", self.spend, "leads to a curve that cannot be told")

    @property
    def speed(self) -> float:
        """Share of those still to be won that a further unit of money wins; 0 if it is fixed."""
        if self.ceiling is None:
            return 0.0
        return -log1p(-self.rate / self.ceiling) / self.spend

    def rate_at(self, spend: float) -> float:
        """Return the rate at another spend.

        Args:
            spend: Money per head, 0 or more.

        Raises:
            InvalidValueError: A spend below 0, or another than today's where that is fixed.
        """
        given = checked_number(spend, "spend", low=0)
        if given == self.spend:
            return self.rate
        if self.ceiling is None:
            rule = "cannot be told apart from that of today without a ceiling"
            raise InvalidValueError("spend", spend, rule)
        return -self.ceiling * expm1(-self.speed * given)
