"""Lifetime value of an employee: what they bring over their years with the firm, less their cost.

    V = Σ_{t=0}^{n} S(t) (p − w) ÷ (1 + d)^t − hiring − training

    paper   here            unit
    S(t)    survival        chance to be there at the start of period t, 0 to 1; S(0) = 1
            retention       share who stay from one period to the next: S(t) = retention^t
    p       productivity    money per period and person: what their work brings
    w       compensation    money per period and person: wages and what comes on top
    d       discount        discount rate per period
    n       periods         periods after the present one

It is the lifetime value of a customer by retention (``retention_clv``) with the margin of a
person's work in the place of the contribution of a purchase: a first margin now, the next in a
period, by those who stayed. Hiring and training are paid now. Where staff leave at no steady rate
the survival curve takes its place, as ``kaplan_meier`` finds it.

Assumptions: productivity and compensation are the same in every period, and who stays is as
productive as who goes. What a person's work brings is the firm's own estimate; the value is no
judgement of the person.

Sources:
    Berger, P. D., Nasr, N. I. (1998). Customer lifetime value: marketing models and applications.
    Journal of Interactive Marketing 12(1), 17-30 (the sum). Cascio, W., Boudreau, J. (2011).
    Investing in people, 2nd ed. FT Press (of staff).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, nextafter

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.money import currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.kpis.kaplan_meier import KaplanMeier
from crmkit.metrics.value.deterministic._closed_form import finite, in_money
from crmkit.metrics.value.deterministic.retention_clv import retention_clv

__all__ = ["EmployeeLifetimeValue", "employee_lifetime_value"]

_Span = tuple[float, float]


@frozen(kw_only=True)
class EmployeeLifetimeValue(Shown):
    """What an employee is worth from now on.

    Attributes:
        margins: Discounted margins, productivity less compensation, in units of ``currency``.
        hiring: What hiring them costs, 0 or more.
        training: What training them costs, 0 or more.
        margins_span: Ends of the margins where retention, or survival, came with an interval;
            None where it was a bare number.
        currency: ISO 4217 code of the money.
        productivity: What their work brings per period.
        compensation: What they are paid per period.
        stays: How long they stay, in words.
        discount: Discount rate per period.
        periods: Periods after the present one; None for ever.
    """

    margins: float
    hiring: float
    training: float
    margins_span: _Span | None = None
    currency: str = field(converter=currency_code)
    productivity: float
    compensation: float
    stays: str
    discount: float
    periods: int | None

    @property
    def value(self) -> float:
        """Margins less hiring and training, in units of ``currency``."""
        return self.margins - self.hiring - self.training

    @property
    def span(self) -> _Span | None:
        """Ends of the value, as those of the margins."""
        if self.margins_span is None:
            return None
        low, high = (end - self.hiring - self.training for end in self.margins_span)
        return low, high

    def sheet(self) -> Sheet:
        """Return the value and its parts as they are shown."""
        rows = (
            ("margins", self._money(self.margins)),
            ("hiring", self._money(self.hiring)),
            ("training", self._money(self.training)),
            *self._inputs(),
        )
        return Sheet(title=f"Employee lifetime value: {self._answer()}", rows=rows)

    def explain(self) -> Explanation:
        """Return how the value came about."""
        paid = (("hiring", self._money(self.hiring)), ("training", self._money(self.training)))
        inputs = (*paid, *self._inputs())
        return explained("employee_lifetime_value", self._answer(), inputs=inputs)

    def _money(self, amount: float) -> str:
        return in_money(amount, self.currency)

    def _answer(self) -> str:
        told = self._money(self.value)
        if self.span is None:
            return told
        return f"{told} ({self._money(self.span[0])} to {self._money(self.span[1])})"

    def _inputs(self) -> tuple[tuple[str, str], ...]:
        return (
            ("productivity", f"{self._money(self.productivity)} a period"),
            ("compensation", f"{self._money(self.compensation)} a period"),
            ("stays", self.stays),
            ("discount", f"{self.discount:.4g} a period"),
            ("horizon", "for ever" if self.periods is None else f"now and {self.periods} periods"),
        )


def employee_lifetime_value(
    *,
    productivity: float,
    compensation: float,
    discount: float,
    periods: int | None,
    currency: str,
    retention: float | Estimate | None = None,
    survival: Sequence[float] | KaplanMeier | None = None,
    hiring: float = 0,
    training: float = 0,
) -> EmployeeLifetimeValue:
    """Value an employee by what they bring while they stay.

    Args:
        productivity: What their work brings per period, in units of ``currency``.
        compensation: What they are paid per period, all included, in units of ``currency``.
        discount: Discount rate per period, 0 or more; 0.08 is 8 %.
        periods: Periods after the present one, a whole number; None for ever (by retention).
        currency: ISO 4217 code of the money.
        retention: Share who stay from one period to the next, 0 to 1. An ``Estimate``, as
            ``employee_retention`` gives it, hands its interval on.
        survival: In its place, the chance to be there at the start of each period from the
            present one, 1 first, never rising; or a survival curve in the same unit of time,
            which hands its interval on, point by point.
        hiring: What hiring costs, now, 0 or more, in units of ``currency``.
        training: What training costs, now, 0 or more, in units of ``currency``.

    Raises:
        InvalidValueError: Both retention and survival, or neither; a retention that is
            undefined; survival that rises, is too short or does not begin with 1; a value
            without end.

    Source:
        Berger & Nasr (1998); Cascio & Boudreau (2011).

    >>> found = employee_lifetime_value(
    ...     productivity=55_000,
    ...     compensation=40_000,
    ...     retention=0.85,
    ...     discount=0.08,
    ...     periods=4,
    ...     hiring=5_000,
    ...     training=3_000,
    ...     currency="EUR",
    ... )
    >>> round(found.value, 2)
    41165.0
    """
    brings = checked_number(productivity, "productivity")
    margin = finite(brings - checked_number(compensation, "compensation"), "productivity", brings)
    terms = _Terms(margin=margin, discount=discount, periods=periods, currency=currency)
    if retention is not None and survival is None:
        margins, stays = _by_retention(retention, terms)
    elif survival is not None and retention is None:
        margins, stays = _by_survival(survival, terms)
    else:
        raise InvalidValueError("retention", retention, "give it or survival, and not both")
    value, *ends = margins
    return EmployeeLifetimeValue(
        margins=value,
        hiring=checked_number(hiring, "hiring", low=0),
        training=checked_number(training, "training", low=0),
        margins_span=(min(ends), max(ends)) if ends else None,
        currency=currency,
        productivity=brings,
        compensation=float(compensation),
        stays=stays,
        discount=float(discount),
        periods=None if periods is None else int(periods),
    )


@frozen(kw_only=True)
class _Terms:
    """What does not hang on how long a person stays."""

    margin: float
    discount: float
    periods: int | None
    currency: str

    def __attrs_post_init__(self) -> None:
        checked_number(self.discount, "discount", low=0)
        if self.periods is not None:
            checked_number(self.periods, "periods", low=0, whole=True)

    def by_retention(self, retention: float) -> float:
        """The margins where the same share stays in every period."""
        return retention_clv(
            self.margin, retention, self.discount, currency=self.currency, years=self.periods
        ).value

    def by_survival(self, survival: Sequence[float]) -> float:
        """The margins where ``survival`` says who is there."""
        parts = (stays / (1 + self.discount) ** t for t, stays in enumerate(survival))
        return finite(self.margin * fsum(parts), "productivity", self.margin)


def _by_retention(given: float | Estimate, terms: _Terms) -> tuple[list[float], str]:
    """The margins and the ends of theirs, where there are any."""
    if not isinstance(given, Estimate):
        return [terms.by_retention(given)], f"{given:.4g} a period"
    if given.value is None:
        raise InvalidValueError("retention", given, "must be defined")
    ends = () if given.low is None or given.high is None else (given.low, given.high)
    return [terms.by_retention(one) for one in (given.value, *ends)], f"{given.bare} a period"


def _by_survival(given: Sequence[float] | KaplanMeier, terms: _Terms) -> tuple[list[float], str]:
    """The margins and the ends of theirs, where there are any."""
    if terms.periods is None:
        raise InvalidValueError("periods", None, "must be a number where survival is given")
    ahead = int(terms.periods)
    if isinstance(given, KaplanMeier):
        return [terms.by_survival(one) for one in _curves(given, ahead)], "as the survival curve"
    stays = [checked_number(s, f"survival[{t}]", low=0, high=1) for t, s in enumerate(given)]
    if len(stays) <= ahead:
        raise InvalidValueError("survival", len(stays), f"must be {ahead + 1} long or longer")
    if stays[0] != 1 or any(later > now for now, later in pairwise(stays)):
        raise InvalidValueError("survival", tuple(stays), "must begin with 1, and never rise")
    told = ", ".join(f"{s:.4g}" for s in stays[1 : ahead + 1])
    return [terms.by_survival(stays[: ahead + 1])], told or "the present period alone"


def _curves(curve: KaplanMeier, ahead: int) -> tuple[list[float], list[float], list[float]]:
    """The curve, its lower and its upper ends: the chance to be there when a period begins."""
    heights, lows, highs = [1.0], [1.0], [1.0]
    for t in range(1, ahead + 1):
        stays = curve.at(nextafter(t, 0))  # who leaves at t was there when t began
        if stays.value is None or stays.low is None or stays.high is None:
            rule = f"must reach to period {ahead}"
            raise InvalidValueError("survival", f"nothing known from period {t} on", rule)
        heights.append(stays.value)
        lows.append(stays.low)
        highs.append(stays.high)
    return heights, lows, highs
