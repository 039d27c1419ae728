"""One row of an order log as one line: its nature, quantity and money, and which way it goes.

A row is *sold*, *given back*, or *either* (discounts and adjustments carry their own sign and
go with the order they stand in). In a log without a rule of its own for returns, goods are
given back where the quantity or the amount is below zero, and so is money for shipping,
fees, tax, gift cards and donations. What is given back is positive in a return's lines.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from operator import itemgetter
from typing import NamedTuple

from attrs import evolve, field, frozen

from crmkit.adapters.importers.columns import Columns
from crmkit.adapters.importers.memo import Memo
from crmkit.adapters.importers.numbers import decimal_mark, flag, money, number
from crmkit.adapters.importers.refusals import Refused
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.lines import Line, Nature
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.money import Money, currency_code

#: The roles that make up a line.
LINE_ROLES = (
    "product",
    "quantity",
    "price",
    "amount",
    "cost",
    "category",
    "nature",
    "refund",
    "currency",
)

#: The words for natures in a column that says them, beside the names of the natures.
NATURE_WORDS: Mapping[str, Nature] = {
    **{nature.value: nature for nature in Nature},
    **dict.fromkeys(("", "product", "item", "line_item"), Nature.GOODS),
    **dict.fromkeys(("postage", "delivery", "carriage", "freight"), Nature.SHIPPING),
    **dict.fromkeys(("coupon", "promotion", "rebate"), Nature.DISCOUNT),
    **dict.fromkeys(("fees", "charge"), Nature.FEE),
    **dict.fromkeys(("vat", "taxes"), Nature.TAX),
    **dict.fromkeys(("correction", "manual"), Nature.ADJUSTMENT),
    **dict.fromkeys(("gift_card", "gift card", "gift voucher"), Nature.LIABILITY),
}
_OWN_SIGN = frozenset({Nature.DISCOUNT, Nature.ADJUSTMENT})


class Document(Enum):
    """What a log says of an order as a whole."""

    MIXED = "each row says by its sign what it is"
    INVOICE = "nothing is given back here"
    CREDIT = "all of it is given back"


class Side(Enum):
    """Which way the money of a line goes."""

    SOLD = "sold"
    BACK = "back"
    EITHER = "either"


class Read(NamedTuple):
    """A row's line.

    Attributes:
        line: It, with the sign that its side asks for; as in a purchase where it is either.
        side: Which way it goes.
        free: Whether it came at no price.
    """

    line: Line
    side: Side
    free: bool


@frozen(kw_only=True)
class LineRules:
    """How the cells of a line are read.

    Attributes:
        currency: Of amounts in rows that name none.
        natures: What product codes stand for; a code that ends in ``*`` is a beginning.
        decimal: What stands before decimals, "." or ",".
    """

    currency: str | None = field()
    natures: Mapping[str, Nature] = field(default=EMPTY, converter=FrozenMapping)
    decimal: str = field(default=".", converter=decimal_mark)

    @currency.validator
    def _is_one(self, _attribute: object, value: str | None) -> None:
        if value is not None:
            currency_code(value)

    def nature(self, product: str) -> Nature:
        """Return what a product code stands for."""
        if product in self.natures:
            return Nature(self.natures[product])
        beginnings = (code for code in self.natures if code.endswith("*"))
        code = next((code for code in beginnings if product.startswith(code[:-1])), None)
        return Nature.GOODS if code is None else Nature(self.natures[code])


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return itemgetter(*places)


class LineReader:
    """Reads the rows of one table as lines; equal rows give the same line."""

    def __init__(self, columns: Columns, rules: LineRules) -> None:
        self._roles = tuple(role for role in LINE_ROLES if role in columns)
        self._rules = rules
        self.pick = _picker([columns.places[role] for role in self._roles])
        #: By what a log says of the order: the line in the picked cells, or what is wrong.
        self.of: Mapping[Document, Memo[tuple[str, ...], Read | Refused]] = {
            document: Memo(self._reading(document)) for document in Document
        }

    def _reading(self, document: Document) -> Callable[[tuple[str, ...]], Read | Refused]:
        def read(key: tuple[str, ...]) -> Read | Refused:
            given = dict(zip(self._roles, map(str.strip, key), strict=True))
            try:
                return self._read(given, document)
            except InvalidValueError as error:
                return Refused.by(error)

        return read

    def _read(self, given: Mapping[str, str], document: Document) -> Read:
        nature = self._nature(given)
        quantity, raw, free = self._money(given, nature)
        if flag("refund", given.get("refund", "")):
            document, quantity, raw = Document.CREDIT, -abs(quantity), -_sized(raw)
        side = _side(document, nature, quantity, raw)
        line = Line(
            product_id=given.get("product") or None,
            quantity=abs(quantity),
            amount=-raw if side is Side.BACK else raw,
            cost=self._cost(given, abs(quantity), raw.currency),
            category=given.get("category") or None,
            nature=nature,
        )
        return Read(line, side, free)

    def _nature(self, given: Mapping[str, str]) -> Nature:
        word = given.get("nature", "").casefold()
        if word not in NATURE_WORDS:
            raise InvalidValueError("nature", word, f"must be one of {', '.join(Nature)}")
        return NATURE_WORDS[word] if word else self._rules.nature(given.get("product", ""))

    def _money(self, given: Mapping[str, str], nature: Nature) -> tuple[Decimal, Money, bool]:
        """Quantity, amount with the sign of the log, and whether it came at no price."""
        currency = self._currency(given)
        counted = given.get("quantity", "1") or ("" if nature is Nature.GOODS else "1")
        quantity = number("quantity", counted, self._rules.decimal)
        if "amount" in given:
            value = price = number("amount", given["amount"], self._rules.decimal)
        else:
            price = number("price", given["price"], self._rules.decimal)
            value = quantity * price
        return quantity, money("amount", value, currency), not price

    def _currency(self, given: Mapping[str, str]) -> str:
        stated = given.get("currency", "").upper() or self._rules.currency
        if stated is None:
            raise InvalidValueError("currency", "", "must be stated", "tell currency= for blanks")
        return currency_code(stated)

    def _cost(self, given: Mapping[str, str], quantity: Decimal, currency: str) -> Money | None:
        if not given.get("cost"):
            return None
        cost = number("cost", given["cost"], self._rules.decimal)
        if cost < 0:
            raise InvalidValueError("cost", given["cost"], "must be 0 or more")
        return money("cost", quantity * cost, currency)


def _sized(amount: Money) -> Money:
    return Money(abs(amount.minor), amount.currency)


def _side(document: Document, nature: Nature, quantity: Decimal, raw: Money) -> Side:
    below = quantity < 0 or raw.minor < 0
    if document is Document.CREDIT:
        if nature is Nature.GOODS and raw.minor > 0:
            raise InvalidValueError(
                "quantity", str(quantity), "goods given back must be below 0 here"
            )
        return Side.BACK
    if nature is Nature.GOODS and quantity < 0 < raw.minor:
        raise InvalidValueError(
            "quantity", str(quantity), "a quantity below 0 cannot cost more than 0"
        )
    if document is Document.INVOICE:
        if nature is Nature.GOODS and below:
            raise InvalidValueError(
                "quantity", str(quantity), "goods below 0 belong on a cancellation"
            )
        return Side.EITHER if nature in _OWN_SIGN else Side.SOLD
    if nature in _OWN_SIGN:
        return Side.EITHER
    return Side.BACK if below else Side.SOLD


def given_back(line: Line) -> Line:
    """Return a line of a purchase as a return says it."""
    return evolve(line, amount=-line.amount)


def must_lower_the_bill(line: Line) -> Refused | None:
    """Return what is wrong with a line that was placed in a purchase, if anything is."""
    if line.nature is Nature.DISCOUNT and line.amount.minor > 0:
        return Refused("amount", str(line.amount), "a discount in an order must be below 0")
    return None
