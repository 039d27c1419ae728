"""The relationship values of all customers together: nothing is lost, nothing counted twice.

    profitability = Σ customers + guests                      capability, potential = Σ customers
    referral      = Σ saved cost of those brought directly    total = sum of these four

Whoever was brought is a customer too, so the margin they bring is in their own row: here the
referrer is credited with a share of 0 of it. Revenue and profitability of customers and guests
are the shop's, to the minor unit. A row that lacks a figure is counted, not read as 0.

Source: crmkit; the credit share follows the double-counting guard of Kumar, V., Petersen,
J. A., Leone, R. P. (2007). How valuable is word of mouth? Harvard Business Review 85(10).
"""

from collections.abc import Iterable, Mapping
from math import fsum

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money, added
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import Period
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.relationship._exact import known_sum
from crmkit.metrics.value.relationship.relationship_value import INDICATORS, RelationshipValue

__all__ = ["BaseRelationshipValue", "total_of"]

_OURS = ("capability", "referral", "potential")


@frozen(kw_only=True)
class BaseRelationshipValue(Shown):
    """What the relationships of a shop were worth over a period, together.

    Attributes:
        period: The days it is of.
        customers: How many rows.
        revenue: Of customers and guests, net of refunds.
        guest_revenue: The guests' part of it.
        profitability: Of customers and guests, of those for whom it is known; None for none.
        cash_flow: The same as it was received.
        capability: Of customers; None where it is known for none.
        referral: Saved acquisition cost of those brought directly; None where known for none.
        potential: Of customers; None where it is known for none.
        total: Sum of the four amounts that are known; None without profitability.
        lacking: How many customers lack each of the figures, where any does.
        coverage: Mean coverage of the customers, 0 to 1; None without customers.
        notes: Who lacked what.
    """

    period: Period
    customers: int
    revenue: Money
    guest_revenue: Money
    profitability: Money | None
    cash_flow: Money | None
    capability: Money | None
    referral: Money | None
    potential: Money | None
    total: Money | None
    lacking: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    coverage: float | None
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the sums as they are shown."""
        return Sheet(
            title=f"Relationship value of {self.customers:,} customers and guests: "
            f"{_told(self.total)} ({self.period})",
            rows=tuple(self._sums().items()),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the sums came about."""
        return explained(
            "base_relationship_value",
            self.total,
            inputs=self._sums(),
            coverage="" if self.coverage is None else f"{self.coverage:.0%} of the indicators",
            left_out=self.notes,
        )

    def _sums(self) -> dict[str, str]:
        return {
            "revenue": str(self.revenue),
            "of that, guests": str(self.guest_revenue),
            "profitability": _told(self.profitability),
            "cash flow": _told(self.cash_flow),
            **{name: _told(getattr(self, name)) for name in _OURS},
        }


def _told(amount: Money | None) -> str:
    return "unknown" if amount is None else str(amount)


def total_of(
    rows: Iterable[RelationshipValue],
    *,
    period: Period,
    currency: str,
    guests: RelationshipValue | None = None,
) -> BaseRelationshipValue:
    """Add the relationship values of a shop up without counting anything twice.

    Args:
        rows: One per customer, all of ``period``.
        period: The days they are of.
        currency: ISO 4217 code of all money.
        guests: The guests' purchases taken together: revenue, margin and costs.

    Raises:
        InvalidValueError: A row of another period.
        CurrencyMismatchError: A row in another currency.

    Source:
        crmkit.
    """
    own = [_of(period, one, f"rows[{index}].period") for index, one in enumerate(rows)]
    all_of_them = own if guests is None else [*own, _of(period, guests, "guests.period")]
    sums = {
        "profitability": known_sum([one.profitability for one in all_of_them], currency),
        "capability": known_sum([one.amounts()["capability"] for one in own], currency),
        "referral": known_sum([_once(one) for one in own], currency),
        "potential": known_sum([one.amounts()["potential"] for one in own], currency),
    }
    lacking = _lacking(own)
    return BaseRelationshipValue(
        period=period,
        customers=len(own),
        revenue=added((one.revenue for one in all_of_them), currency),
        guest_revenue=Money.zero(currency) if guests is None else guests.revenue,
        cash_flow=known_sum([one.cash_flow for one in all_of_them], currency),
        **sums,
        total=None if sums["profitability"] is None else _together(sums.values(), currency),
        lacking=lacking,
        coverage=fsum(one.coverage for one in own) / len(own) if own else None,
        notes=_notes(lacking, len(own), guests),
    )


def _of(period: Period, row: RelationshipValue, name: str) -> RelationshipValue:
    if row.period != period:
        raise InvalidValueError(name, str(row.period), f"must be {period}")
    return row


def _once(row: RelationshipValue) -> Money | None:
    return None if row.referral is None else row.referral.base_value


def _together(amounts: Iterable[Money | None], currency: str) -> Money:
    return added((amount for amount in amounts if amount is not None), currency)


def _lacking(rows: list[RelationshipValue]) -> Mapping[str, int]:
    found = {name: sum(name in row.lacking for row in rows) for name in INDICATORS}
    found["referral"] = sum(_once(row) is None for row in rows)
    found["cash flow"] = sum(row.cash_flow is None for row in rows)
    return {name: count for name, count in found.items() if count}


def _notes(
    lacking: Mapping[str, int], customers: int, guests: RelationshipValue | None
) -> tuple[str, ...]:
    told = [f"{n:,} of {customers:,} customers lack {name}" for name, n in lacking.items()]
    if guests is not None and guests.profitability is None:
        told.append("the guests' profitability is not known: not in the total")
    return tuple(told)
