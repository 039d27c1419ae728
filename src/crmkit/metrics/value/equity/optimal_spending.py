"""Optimal spending: how much to spend on winning and on keeping customers.

With a(A) and r(R) the responses to spending and M = m (1 + d), the equity of a prospect

    CE = a m − A + a (m r − R)/(1 + d − r)   =   a(A) L(R) − A,   L = (M − R)/(1 + d − r(R))

comes apart: whatever A is, the best R is that of the largest L, and then the best A follows.

    R* = ln(w c_r/(1 + d − c_r))/k_r,   w + ln w = ln((1 + d − c_r)/c_r) + k_r M − 1
    A* = ln(c_a k_a L)/k_a

each 0 where its logarithm is below that. There the last unit of money spent brings back one:
the marginal cost of winning a customer and that of keeping one are both L, the value of a
customer (Pfeifer 2005). Beyond ``breaks_even_at`` of A a prospect costs more than they bring:
A = a(A) L.

    paper   here                   unit
    m       annual_margin          money per customer and year
    d       annual_discount        per year
    A       acquisition_cost       money per prospect approached
    R       annual_retention_cost  money per customer and year
    L       customer_value         money per customer won
    c, k    SpendResponse          share; per unit of money

Sources: Blattberg, R. C., Deighton, J. (1996). Manage marketing by the customer equity test.
Harvard Business Review 74(4), 136-144. Pfeifer, P. E. (2005). The optimal ratio of
acquisition and retention costs. Journal of Targeting, Measurement and Analysis for Marketing
13(2), 179-188. w: Corless, R. M., Jeffrey, D. J. (2002). The Wright ω function. AISC 2002.
"""

from math import exp, expm1, log

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.deterministic._closed_form import finite, in_money
from crmkit.metrics.value.equity.prospect_equity import ProspectEquity, prospect_equity
from crmkit.metrics.value.equity.spend_response import SpendResponse
from crmkit.metrics.value.yearly_rates import yearly

__all__ = ["OptimalSpending", "optimal_spending"]

_STEPS = 100
_NOT_WORTH_IT = "no spending on prospects pays: a customer brings less than it costs to win one"
_FIXED = "spending on {} is held as it is today: no ceiling was given"


@frozen(kw_only=True)
class OptimalSpending(Shown):
    """What to spend on winning and on keeping a customer, and what that is worth.

    Attributes:
        acquisition_cost: Best spend per prospect; 0 where no approach pays.
        acquisition_rate: Share of the prospects that it wins.
        annual_retention_cost: Best spend per customer and year.
        annual_retention: Share of customers that it keeps from one year to the next.
        customer_value: Value of a customer won, at the best spend on keeping them.
        breaks_even_at: Spend per prospect from which on the equity is below 0; None where it
            is nowhere above 0, or where that spend is held.
        now: Equity per prospect at today's spending.
        best: Equity per prospect at the best spending.
        notes: What is held, and what does not pay.
    """

    acquisition_cost: float
    acquisition_rate: float
    annual_retention_cost: float
    annual_retention: float
    customer_value: float
    breaks_even_at: float | None
    now: ProspectEquity
    best: ProspectEquity
    notes: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """What the best spending adds to the equity per prospect, 0 or more."""
        return max(0.0, self.best.value - self.now.value)

    def sheet(self) -> Sheet:
        """Return the best spending beside today's as it is shown."""
        return Sheet(
            title=f"Best spending: {self._money(self.best.value)} per prospect, "
            f"now {self._money(self.now.value)}",
            rows=self._rows(),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the best spending came about."""
        answer = f"{self._money(self.best.value)} per prospect"
        parts = (self.now.explain(), self.best.explain())
        return explained(
            "optimal_spending", answer, inputs=self._rows(), left_out=self.notes, parts=parts
        )

    def _rows(self) -> tuple[tuple[str, str], ...]:
        end = self.breaks_even_at
        winning, keeping = f"wins {self.acquisition_rate:.4g}", f"keeps {self.annual_retention:.4g}"
        return (
            ("per prospect", f"{self._money(self.acquisition_cost)}, {winning}"),
            ("per customer", f"{self._money(self.annual_retention_cost)} a year, {keeping}"),
            ("a customer is worth", self._money(self.customer_value)),
            ("a prospect breaks even at", "unknown" if end is None else self._money(end)),
        )

    def _money(self, amount: float) -> str:
        return in_money(amount, self.best.currency)


def optimal_spending(
    *,
    acquisition: SpendResponse,
    retention: SpendResponse,
    annual_margin: float,
    annual_discount: float,
    currency: str,
) -> OptimalSpending:
    """Return the spending on winning and keeping customers that makes prospects worth most.

    Args:
        acquisition: What is spent on a prospect today, the share it wins, and its ceiling.
        retention: What is spent on a customer in a year, the share it keeps, and its ceiling.
        annual_margin: Money a customer brings per year before the cost of keeping them.
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.
        currency: ISO 4217 code of the money.

    Raises:
        InvalidValueError: A term that cannot be, or a value without end (a retention that
            may reach 1 at discount 0).

    Source:
        Blattberg & Deighton (1996).

    >>> best = optimal_spending(
    ...     acquisition=SpendResponse(spend=10, rate=0.2, ceiling=0.4),
    ...     retention=SpendResponse(spend=20, rate=0.6, ceiling=0.8),
    ...     annual_margin=100,
    ...     annual_discount=0.1,
    ...     currency="EUR",
    ... )
    >>> round(best.acquisition_cost, 2), round(best.annual_retention_cost, 2)
    (24.88, 34.88)
    """
    margin = checked_number(annual_margin, "annual_margin")
    rate = float(yearly(annual_discount, "annual_discount"))
    _refuse_no_end(retention, rate)
    kept = _best_retention(retention, margin * (1 + rate), rate)
    stays = retention.rate_at(kept)
    worth = (margin * (1 + rate) - kept) / (1 + rate - stays)
    spent = _best_acquisition(acquisition, finite(worth, "annual_margin", annual_margin))

    def equity(per_prospect: float, per_customer: float) -> ProspectEquity:
        return prospect_equity(
            acquisition.rate_at(per_prospect),
            margin,
            retention.rate_at(per_customer),
            rate,
            currency=currency,
            acquisition_cost=per_prospect,
            annual_retention_cost=per_customer,
        )

    return OptimalSpending(
        acquisition_cost=spent,
        acquisition_rate=acquisition.rate_at(spent),
        annual_retention_cost=kept,
        annual_retention=stays,
        customer_value=worth,
        breaks_even_at=_breaks_even(acquisition, worth),
        now=equity(acquisition.spend, retention.spend),
        best=equity(spent, kept),
        notes=_notes(acquisition, retention, spent),
    )


def _refuse_no_end(retention: SpendResponse, rate: float) -> None:
    highest = retention.rate if retention.ceiling is None else retention.ceiling
    if highest >= 1 + rate:
        rule = "must be less than 1 where nothing is discounted"
        name = "retention.rate" if retention.ceiling is None else "retention.ceiling"
        raise InvalidValueError(name, highest, rule, "the value would have no end")


def _best_retention(curve: SpendResponse, most: float, rate: float) -> float:
    """R*, where L is largest; 0 where keeping does not pay."""
    if curve.ceiling is None:
        return curve.spend
    share = curve.ceiling / (1 + rate - curve.ceiling)
    z = finite(curve.speed * most, "annual_margin", most) - 1 - log(share)
    gained = share * _omega(z)
    return log(gained) / curve.speed if gained > 1 else 0.0


def _best_acquisition(curve: SpendResponse, worth: float) -> float:
    """A*, where a(A) L − A is largest; 0 where no approach pays."""
    if curve.ceiling is None:
        return curve.spend
    steepest = _steepest(curve, curve.ceiling, worth)
    return log(steepest) / curve.speed if steepest > 1 else 0.0


def _breaks_even(curve: SpendResponse, worth: float) -> float | None:
    """The spend above 0 at which a(A) L = A; None without one."""
    if curve.ceiling is None:
        return None
    steepest = _steepest(curve, curve.ceiling, worth)
    return _crossing(steepest) / curve.speed if steepest > 1 else None


def _steepest(curve: SpendResponse, ceiling: float, worth: float) -> float:
    """What the first unit of money spent on prospects brings."""
    return finite(ceiling * curve.speed * worth, "acquisition.spend", curve.spend)


def _omega(z: float) -> float:
    """The w above 0 of w + ln w = z, by Newton's method; from below, so that it only climbs."""
    w = z - log(z) if z >= 1 else exp(z - 1)
    for _ in range(_STEPS):
        step = (z - w - log(w)) * w / (1 + w) if w else 0.0
        if step <= 1e-16 * w:
            break
        w += step
    return w


def _crossing(q: float) -> float:
    """The x above 0 of q (1 − e^−x) = x for q > 1, by Newton's method from above."""
    x = q
    for _ in range(_STEPS):
        step = (x + q * expm1(-x)) / (1 - q * exp(-x))
        if step <= 1e-16 * x:
            break
        x -= step
    return x


def _notes(acquisition: SpendResponse, retention: SpendResponse, spent: float) -> tuple[str, ...]:
    held = (("prospects", acquisition), ("keeping customers", retention))
    told = [_FIXED.format(name) for name, curve in held if curve.ceiling is None]
    return (*told, *(() if spent else (_NOT_WORTH_IT,)))
