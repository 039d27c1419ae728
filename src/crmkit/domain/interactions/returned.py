"""Goods that came back and money that was given back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from attrs import field, frozen
from attrs.converters import optional

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.happened import Happened, key_of
from crmkit.domain.interactions.amounts import OTHERS, converted, lines_of, one_currency, summed
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money, shared
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.validators import named_if_given, private_text
from crmkit.domain.words import Word

__all__ = ["FAULTS", "Part", "Return", "ReturnReason"]


class ReturnReason(Word):
    """Why something came back, as far as it tells whose fault it was."""

    DEFECT = "defect"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"
    LATE = "late"
    SIZE = "size"
    CHANGED_MIND = "changed_mind"
    CANCELLED = "cancelled"
    OTHER = "other"


#: The reasons for which the shop is to blame: they tell of dissatisfaction, the others do not.
FAULTS = frozenset(
    {
        ReturnReason.DEFECT,
        ReturnReason.NOT_AS_DESCRIBED,
        ReturnReason.WRONG_ITEM,
        ReturnReason.LATE,
    }
)


@frozen(kw_only=True, field_transformer=by_field)
class Part:
    """A part of a return that counts for one order.

    Attributes:
        order_key: That order; None for what could not be linked.
        units: Goods sent back, in thousandths.
        amount: Refunded for them, in minor units.
        cost: Cost of those goods as far as known, in minor units.
        costed: The part of ``amount`` whose cost is known.
    """

    order_key: str | None
    units: int = 0
    amount: int = 0
    cost: int = 0
    costed: int = 0


@frozen(kw_only=True, field_transformer=by_field)
class Return(Happened):
    """Goods sent back, money given back, or both. A cancelled order is one.

    Attributes:
        order_id: The order, where the source knows it; else it is derived per customer.
        lines: What came back and what is given back for it.
        refund: What is given back for goods, where it differs from the lines.
        reason: Why, as far as it tells whose fault it was.
        note: Why, in the customer's or the shop's own words.
    """

    kind: ClassVar[str] = "return"

    order_id: str | None = field(default=None, validator=named_if_given)
    lines: tuple[Line, ...] = field(default=(), converter=lines_of)
    refund: Money | None = None
    reason: ReturnReason | None = field(default=None, converter=optional(ReturnReason))
    note: str | None = field(default=None, validator=private_text, repr=False)

    def __attrs_post_init__(self) -> None:
        one_currency(self.lines, (self.refund,))
        if self.refund is not None and self.refund.minor < 0:
            raise InvalidValueError("refund", str(self.refund), "must be 0 or more")

    @property
    def currency(self) -> str:
        """The currency of all its amounts."""
        if self.lines:
            return self.lines[0].amount.currency
        return one_currency(self.lines, (self.refund,))

    @property
    def order_key(self) -> str | None:
        """The key of the order that the source names, if it does."""
        return None if self.order_id is None else key_of(self.source, self.order_id)

    def refunded_per_line(self) -> list[int]:
        """Return what is given back for each line of goods or discount, in minor units.

        The other natures have 0. The parts add up to the refund, unless there is no such line.
        """
        for_goods = (Nature.GOODS, Nature.DISCOUNT)
        amounts = [line.amount.minor if line.nature in for_goods else 0 for line in self.lines]
        if self.refund is None or not any(line.nature in for_goods for line in self.lines):
            return amounts
        places = [i for i, line in enumerate(self.lines) if line.nature in for_goods]
        parts = shared(self.refund.minor, [abs(amounts[i]) for i in places])
        return [dict(zip(places, parts, strict=True)).get(i, 0) for i in range(len(amounts))]

    def rest(self) -> int:
        """Return what is given back for goods although no line says for which."""
        if self.refund is None:
            return 0
        return self.refund.minor - sum(self.refunded_per_line())

    def unlinked(self) -> list[Part]:
        """Return the parts of this return if it is linked to no order but a named one."""
        goods = [line for line in self.lines if line.nature is Nature.GOODS]
        total = sum(self.refunded_per_line()) + self.rest()
        units = sum(line.units for line in goods)
        return [Part(order_key=self.order_key, units=units, amount=total)]

    def facts(self, to: Reporting, parts: Sequence[Part] | None = None) -> list[Fact]:
        """Return a row per order that this return counts for.

        Args:
            to: The shop's zone, currency and rates.
            parts: How it was linked; by default to the named order only.
        """
        sums = summed(self.lines)
        others = {column: -sums[column] for column in OTHERS.values()}
        rows = _per_order(self.unlinked() if parts is None else parts)
        home = self.order_key
        if any(others.values()) or not rows:
            rows.setdefault(home, Part(order_key=home))
        return [
            self._row(to, i, part, others if key == home else {})
            for i, (key, part) in enumerate(rows.items())
        ]

    def _row(self, to: Reporting, i: int, part: Part, others: Mapping[str, int]) -> Fact:
        sums = {
            "goods": 0 if i else sum([line.nature is Nature.GOODS for line in self.lines]),
            "units": part.units,
            "amount": part.amount,
            "cost": part.cost,
            "costed": part.costed,
            **others,
        }
        columns = {
            "order_id": self.order_id,
            "order_key": part.order_key or f"~{key_of(self.source, self.id)}",
            "fault": None if self.reason is None else int(self.reason in FAULTS),
            **converted(sums, self.currency, to, self.at),
        }
        return self.row(to, i, **columns)


def _per_order(parts: Iterable[Part]) -> dict[str | None, Part]:
    rows: dict[str | None, Part] = {}
    for part in parts:
        have = rows.get(part.order_key)
        rows[part.order_key] = (
            part
            if have is None
            else Part(
                order_key=part.order_key,
                units=have.units + part.units,
                amount=have.amount + part.amount,
                cost=have.cost + part.cost,
                costed=have.costed + part.costed,
            )
        )
    return rows
