"""What happened between a customer and the shop: one closed union of frozen kinds.

A kind says what it is, checks itself and gives its flat rows; the wire format, the stores
and the tally read the union at the end of this file, so a new kind is written here and
nowhere else. Facts that belong together share a key: ``source/order_id``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, get_args

from attrs import field, frozen

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.happened import Happened, order_key
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money, shared
from crmkit.domain.reporting import Reporting
from crmkit.domain.surveys import Answer
from crmkit.domain.times import utc_if_given
from crmkit.domain.validators import named, named_if_given, not_empty

#: The columns of a row that hold each nature of money other than goods.
_COLUMN = {
    Nature.SHIPPING: "shipping",
    Nature.TAX: "tax",
    Nature.FEE: "fees",
    Nature.ADJUSTMENT: "adjustments",
    Nature.LIABILITY: "liabilities",
    Nature.DONATION: "donations",
}


def _lines(value: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(value)


def _answers(value: Iterable[Answer]) -> tuple[Answer, ...]:
    return tuple(value)


def _one_currency(lines: Iterable[Line], others: Iterable[Money | None]) -> str:
    amounts = [line.amount for line in lines] + [other for other in others if other is not None]
    currencies = list(dict.fromkeys(amount.currency for amount in amounts))
    if len(currencies) != 1:
        if currencies:
            raise CurrencyMismatchError(currencies[0], currencies[1])
        raise InvalidValueError("lines", (), "must hold at least one line")
    return currencies[0]


def _by_nature(lines: Iterable[Line]) -> dict[Nature, int]:
    totals = dict.fromkeys(Nature, 0)
    for line in lines:
        totals[line.nature] += line.amount.minor
    return totals


@frozen(kw_only=True)
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
    lines: tuple[Line, ...] = field(converter=_lines, validator=not_empty)
    discount: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    fees: Money | None = None
    promised_at: datetime | None = field(default=None, converter=utc_if_given)

    def __attrs_post_init__(self) -> None:
        _one_currency(self.lines, (self.discount, self.shipping, self.tax, self.fees))
        if self.discount is not None and self.discount.minor < 0:
            raise InvalidValueError("discount", str(self.discount), "must be 0 or more")
        if self._totals()["amount"] < 0:
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

    def _totals(self) -> dict[str, int]:
        """Sums in minor units of the original currency, by column."""
        natures = _by_nature(self.lines)
        off = (self.discount.minor if self.discount else 0) - natures[Nature.DISCOUNT]
        totals = {column: natures[nature] for nature, column in _COLUMN.items()}
        for column in ("shipping", "tax", "fees"):
            given = getattr(self, column)
            totals[column] += given.minor if given else 0
        return {**totals, "discount": off, "amount": natures[Nature.GOODS] - off}

    def paid_per_line(self) -> list[int]:
        """Return what was paid for each goods line after discount, in minor units.

        The parts add up to what was paid for all goods.
        """
        amounts = [line.amount.minor for line in self.goods]
        total = self._totals()["amount"]
        return amounts if sum(amounts) == total else shared(total, amounts)

    def _costs(self) -> tuple[int, int]:
        """Cost where it is known, and the paid amount that it is the cost of."""
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
                order_key=order_key(self.source, self.order_id),
                goods=len(goods),
                units=sum(line.units for line in goods),
                due_day=None if self.promised_at is None else to.day(self.promised_at),
                **minor,
            )
        ]


@frozen(kw_only=True)
class Delivered(Happened):
    """An order reached the customer in full."""

    kind: ClassVar[str] = "delivered"

    order_id: str = field(validator=named)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this delivery."""
        key = order_key(self.source, self.order_id)
        return [self.row(to, order_id=self.order_id, order_key=key)]


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class Return(Happened):
    """Goods sent back, money given back, or both. A cancelled order is one.

    Attributes:
        order_id: The order, where the source knows it; else it is derived per customer.
        lines: What came back and what is given back for it.
        refund: What is given back for goods, where it differs from the lines.
        reason: Why, in the shop's own words.
    """

    kind: ClassVar[str] = "return"

    order_id: str | None = field(default=None, validator=named_if_given)
    lines: tuple[Line, ...] = field(default=(), converter=_lines)
    refund: Money | None = None
    reason: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        _one_currency(self.lines, (self.refund,))
        if self.refund is not None and self.refund.minor < 0:
            raise InvalidValueError("refund", str(self.refund), "must be 0 or more")

    @property
    def currency(self) -> str:
        """The currency of all its amounts."""
        return _one_currency(self.lines, (self.refund,))

    @property
    def order_key(self) -> str | None:
        """The key of the order that the source names, if it does."""
        return None if self.order_id is None else order_key(self.source, self.order_id)

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
        stated = sum(self.refunded_per_line())
        return 0 if self.refund is None else self.refund.minor - stated

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
        natures = _by_nature(self.lines)
        others = {column: -natures[nature] for nature, column in _COLUMN.items()}
        rows = _per_order(self.unlinked() if parts is None else parts)
        home = self.order_key
        if any(others.values()) or not rows:
            rows.setdefault(home, Part(order_key=home))
        return [
            self._row(to, i, part, others if key == home else {})
            for i, (key, part) in enumerate(rows.items())
        ]

    def _row(self, to: Reporting, i: int, part: Part, others: Mapping[str, int]) -> Fact:
        day = to.day(self.at)
        minor = {"amount": part.amount, "cost": part.cost, "costed": part.costed, **others}
        if self.currency != to.shop.currency:
            minor = {
                name: to.minor(Money(value, self.currency), day) for name, value in minor.items()
            }
        return self.row(
            to,
            i,
            order_id=self.order_id,
            order_key=part.order_key or f"~{order_key(self.source, self.id)}",
            goods=sum(line.nature is Nature.GOODS for line in self.lines) if i == 0 else 0,
            units=part.units,
            **minor,
        )


def _per_order(parts: Iterable[Part]) -> dict[str | None, Part]:
    rows: dict[str | None, Part] = {}
    for part in parts:
        have = rows.get(part.order_key, Part(order_key=part.order_key))
        rows[part.order_key] = Part(
            order_key=part.order_key,
            units=have.units + part.units,
            amount=have.amount + part.amount,
            cost=have.cost + part.cost,
            costed=have.costed + part.costed,
        )
    return rows


@frozen(kw_only=True)
class SurveyResponse(Happened):
    """A customer answered a survey.

    Attributes:
        instrument: The questionnaire's name.
        answers: The answers, at least one, each item once.
        touchpoint: What the survey was about ("delivery", "checkout").
        order_id: The order it was about, if any.
    """

    kind: ClassVar[str] = "survey_response"

    instrument: str = field(validator=named)
    answers: tuple[Answer, ...] = field(converter=_answers, validator=not_empty)
    touchpoint: str | None = None
    order_id: str | None = field(default=None, validator=named_if_given)

    @answers.validator
    def _each_item_once(self, _attribute: object, value: tuple[Answer, ...]) -> None:
        if len({answer.item for answer in value}) < len(value):
            raise InvalidValueError("answers", self.instrument, "must answer each item once")

    def facts(self, to: Reporting) -> list[Fact]:
        """Return a row per answer. They belong to the customer, not to an order's books."""
        return [
            self.row(
                to,
                part,
                order_id=self.order_id,
                instrument=self.instrument,
                item=answer.item,
                question=f"{self.instrument}/{answer.item}",
                rating=answer.value,
                scale_low=answer.scale.low,
                scale_high=answer.scale.high,
            )
            for part, answer in enumerate(self.answers)
        ]


#: Everything that can happen, as one closed union.
Interaction = Purchase | Delivered | Return | SurveyResponse

#: Every kind by its stable word.
KINDS: Mapping[str, type[Happened]] = {kind.kind: kind for kind in get_args(Interaction)}


def in_order(interactions: Iterable[Interaction]) -> list[Interaction]:
    """Return interactions by (at, source, id), the order of every history."""
    return sorted(interactions, key=lambda one: (one.at, one.source, one.id, one.revision))
