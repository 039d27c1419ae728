"""Orders and their arrival."""

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.happened import Happened, key_of
from crmkit.domain.interactions.amounts import COLUMN, by_nature, lines_of, one_currency
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money, shared
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import utc_if_given
from crmkit.domain.validators import named, not_empty

__all__ = ["Delivered", "Purchase"]


@frozen(kw_only=True, field_transformer=by_field)
class Purchase(Happened):
    """Goods ordered and to be paid for.

    Attributes:
        order_id: The order, as its source names it.
        lines: What was ordered, at least one line.
        discount: Taken off the goods as a whole, 0 or more.
        shipping, tax, fees: Charged on top, beside what lines of these natures say.
        promised_at: When delivery was promised, in UTC.
    """

    kind: ClassVar[str] = "purchase"

    order_id: str = field(validator=named)
    lines: tuple[Line, ...] = field(converter=lines_of, validator=not_empty)
    discount: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    fees: Money | None = None
    promised_at: datetime | None = field(default=None, converter=utc_if_given)

    def __attrs_post_init__(self) -> None:
        one_currency(self.lines, (self.discount, self.shipping, self.tax, self.fees))
        if self.discount is not None and self.discount.minor < 0:
            raise InvalidValueError("discount", str(self.discount), "must be 0 or more")
        if sum(line.amount.minor for line in self.goods) < self._off():
            raise InvalidValueError(
                "discount", self.order_id, "must not exceed the goods", "a credit is a Return"
            )

    @property
    def currency(self) -> str:
        """The currency of all its amounts."""
        return self.lines[0].amount.currency

    @property
    def goods(self) -> tuple[Line, ...]:
        """The lines that are goods."""
        return tuple(line for line in self.lines if line.nature is Nature.GOODS)

    def _off(self) -> int:
        """What is taken off the goods, in minor units of the original currency."""
        lines = sum(one.amount.minor for one in self.lines if one.nature is Nature.DISCOUNT)
        return (self.discount.minor if self.discount else 0) - lines

    def _totals(self) -> dict[str, int]:
        """Sums in minor units of the original currency, by column."""
        natures, off = by_nature(self.lines), self._off()
        totals = {column: natures[nature] for nature, column in COLUMN.items()}
        for column in ("shipping", "tax", "fees"):
            given = getattr(self, column)
            totals[column] += given.minor if given else 0
        return {**totals, "discount": off, "amount": natures[Nature.GOODS] - off}

    def paid_per_line(self) -> list[int]:
        """Return what was paid for each goods line after discount, in minor units.

        The parts add up to what was paid for all goods.
        """
        amounts = [line.amount.minor for line in self.goods]
        off = self._off()
        return shared(sum(amounts) - off, amounts) if off else amounts

    def _costs(self) -> tuple[int, int]:
        """Cost where it is known, and the paid amount that it is the cost of."""
        if all(line.cost is None for line in self.goods):
            return 0, 0
        known = [
            (line.cost.minor, paid)
            for line, paid in zip(self.goods, self.paid_per_line(), strict=True)
            if line.cost is not None
        ]
        return sum(cost for cost, _ in known), sum(paid for _, paid in known)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this order."""
        day = to.day(self.at)
        cost, costed = self._costs()
        minor = {**self._totals(), "cost": cost, "costed": costed}
        if self.currency != to.shop.currency:
            minor = {
                name: to.minor(Money(value, self.currency), day) for name, value in minor.items()
            }
        goods = self.goods
        return [
            self.row(
                to,
                order_id=self.order_id,
                order_key=key_of(self.source, self.order_id),
                goods=len(goods),
                units=sum(line.units for line in goods),
                due_day=None if self.promised_at is None else to.day(self.promised_at),
                **minor,
            )
        ]


@frozen(kw_only=True, field_transformer=by_field)
class Delivered(Happened):
    """An order reached the customer in full."""

    kind: ClassVar[str] = "delivered"

    order_id: str = field(validator=named)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this delivery."""
        key = key_of(self.source, self.order_id)
        return [self.row(to, order_id=self.order_id, order_key=key)]
