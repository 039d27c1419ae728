"""Orders and their arrival."""

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact, filled, unfilled
from crmkit.domain.happened import Happened, key_of
from crmkit.domain.interactions.amounts import converted, lines_of, one_currency, summed
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money, shared
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import utc_if_given
from crmkit.domain.validators import named, not_empty

__all__ = ["Delivered", "Purchase"]

# Looked up once: members of an enumeration are slow to name.
_GOODS, _DISCOUNT = Nature.GOODS, Nature.DISCOUNT

# The columns of a row between those of orders, and behind them.
_OF_SURVEYS = unfilled(after="due_day", before="offer_id")
_OF_OTHERS = unfilled(after="campaign_id")


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
        off = self._off()
        if off > 0 and sum([line.amount.minor for line in self.goods]) < off:
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
        return tuple([line for line in self.lines if line.nature is _GOODS])

    def _off(self) -> int:
        """What is taken off the goods, in minor units of the original currency."""
        lines = sum([line.amount.minor for line in self.lines if line.nature is _DISCOUNT])
        return _minor(self.discount) - lines

    def paid_per_line(self) -> list[int]:
        """Return what was paid for each goods line after discount, in minor units.

        The parts add up to what was paid for all goods.
        """
        amounts = [line.amount.minor for line in self.goods]
        off = self._off()
        return shared(sum(amounts) - off, amounts) if off else amounts

    def _costs(self) -> tuple[int, int]:
        """Cost where it is known, and the paid amount that it is the cost of."""
        known = [
            (line.cost.minor, paid)
            for line, paid in zip(self.goods, self.paid_per_line(), strict=True)
            if line.cost is not None
        ]
        return sum([cost for cost, _ in known]), sum([paid for _, paid in known])

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this order."""
        sums = converted(self._sums(), self.currency, to, self.at)
        # Named column by column, as other kinds are, it takes half as long again.
        row = filled(
            (
                *self.leading(to),
                self.order_id,
                key_of(self.source, self.order_id),
                *sums.values(),
                None if self.promised_at is None else to.day(self.promised_at),
                *_OF_SURVEYS,
                self.offer_id,
                self.campaign_id,
                *_OF_OTHERS,
            )
        )
        return [row]

    def _sums(self) -> dict[str, int]:
        """What its lines and what is charged on top add up to, by column."""
        sums = summed(self.lines)
        off = sums["discount"] = self._off()
        sums["amount"] -= off
        for line in self.lines:
            if line.cost is not None:
                sums["cost"], sums["costed"] = self._costs()
                break
        if self.shipping is not None:
            sums["shipping"] += self.shipping.minor
        if self.tax is not None:
            sums["tax"] += self.tax.minor
        if self.fees is not None:
            sums["fees"] += self.fees.minor
        return sums


def _minor(money: Money | None) -> int:
    return 0 if money is None else money.minor


@frozen(kw_only=True, field_transformer=by_field)
class Delivered(Happened):
    """An order reached the customer in full."""

    kind: ClassVar[str] = "delivered"

    order_id: str = field(validator=named)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this delivery."""
        key = key_of(self.source, self.order_id)
        return [self.row(to, order_id=self.order_id, order_key=key)]
