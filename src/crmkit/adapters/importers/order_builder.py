"""The rows of one order, put together: a purchase, returns, or the problems of its rows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from attrs import frozen

from crmkit.adapters.importers.columns import Columns
from crmkit.adapters.importers.content_ids import ContentIds
from crmkit.adapters.importers.customers import customer_reader
from crmkit.adapters.importers.memo import Memo
from crmkit.adapters.importers.mended import revision_of
from crmkit.adapters.importers.moments import Moments
from crmkit.adapters.importers.numbers import money, number
from crmkit.adapters.importers.order_lines import (
    Document,
    LineReader,
    LineRules,
    Read,
    Side,
    given_back,
    must_lower_the_bill,
)
from crmkit.adapters.importers.refusals import Refused, Row, problem
from crmkit.domain.customer import guest_id
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.problems import RowProblem

_FREE_FOR_NOBODY = "a price of 0 for no customer is a stock movement, not a sale"


@frozen(kw_only=True)
class OrderRules:
    """How the rows of an order log are read.

    Attributes:
        source: The word for where it comes from.
        zone: Where naive times are local.
        day_first: Whether slashed dates start with the day; None to see.
        lines: How the cells of a line are read.
        cancellation, stock_movements, numbered_customers, extra: As in ``Preset``.
    """

    source: str
    zone: ZoneInfo
    day_first: bool | None = None
    lines: LineRules
    cancellation: str | None = None
    stock_movements: bool = False
    numbered_customers: bool = False
    extra: tuple[str, ...] = ()


class _Good(NamedTuple):
    """A row whose cells can all be used."""

    row: Row
    read: Read
    at: datetime
    customer: str


class _Order(NamedTuple):
    """What the good rows of one order have in common."""

    id: str
    customer_id: str
    channel: str | None
    extra: FrozenMapping
    revision: int


class OrderBuilder:
    """Makes purchases and returns of the rows of one file, in one reading of it."""

    def __init__(self, path: Path, columns: Columns, rules: OrderRules, moments: Moments) -> None:
        self._path = path
        self._columns = columns
        self._rules = rules
        self._moments = moments
        self._order = columns.places.get("order")
        self._time = columns.places["time"]
        self._customer = columns.places["customer"]
        self._lines = LineReader(columns, rules.lines)
        self._customers = Memo(customer_reader(numbered=rules.numbered_customers))
        self._extras = Memo(self._extra)
        self._ids = ContentIds()

    def key(self, cells: list[str]) -> str | None:
        """Return the order's number; None where each row is an order."""
        return None if self._order is None else cells[self._order].strip() or None

    def look(self, cells: list[str]) -> None:
        """See the date of a row in the first pass."""
        self._moments.look(cells[self._time])

    def settle(self) -> None:
        """Decide how dates are read."""
        self._moments.settle(self._path)

    def build(self, rows: list[Row]) -> list[Purchase | Return | RowProblem]:
        """Return what the rows of one order say."""
        number = self.key(rows[0][1])
        if number is None and self._order is not None:
            return self._all_refused(rows, Refused("order", "", "must not be blank"))
        document = self._document(number)
        read = [self._row(row, document) for row in rows]
        good = [one for one in read if isinstance(one, _Good)]
        bad: list[Purchase | Return | RowProblem] = [
            one for one in read if isinstance(one, RowProblem)
        ]
        return bad + self._order_of(number, document, good) if good else bad

    def _document(self, number: str | None) -> Document:
        beginning = self._rules.cancellation
        if beginning is None or number is None:
            return Document.MIXED
        return Document.CREDIT if number.startswith(beginning) else Document.INVOICE

    def _row(self, row: Row, document: Document) -> _Good | RowProblem:
        cells = row[1]
        read = self._lines.of[document][self._lines.pick(cells)]
        at = self._moments.of[cells[self._time]]
        customer = self._customers[cells[self._customer]]
        if isinstance(read, Refused):
            return self._refused(row, read)
        if isinstance(at, Refused):
            return self._refused(row, at)
        if isinstance(customer, Refused):
            return self._refused(row, customer)
        if read.free and not customer and self._rules.stock_movements:
            refused = Refused("price", self._columns.cell("price", cells), _FREE_FOR_NOBODY)
            return self._refused(row, refused)
        return _Good(row, read, at, customer)

    def _refused(self, row: Row, refused: Refused) -> RowProblem:
        return problem(self._columns.names, row, self._columns.name(refused.role), refused)

    def _all_refused(
        self, rows: Iterable[Row], refused: Refused
    ) -> list[Purchase | Return | RowProblem]:
        return [self._refused(row, refused) for row in rows]

    def _order_of(
        self, number: str | None, document: Document, good: list[_Good]
    ) -> list[Purchase | Return | RowProblem]:
        named = {one.customer for one in good if one.customer}
        if len(named) > 1:
            reason = f"the rows of this order name {len(named)} customers"
            return self._all_refused(
                (one.row for one in good), Refused("customer", number or "", reason)
            )
        customer = named.pop() if named else ""
        order_id = number or self._content_id(customer, good[0])
        try:
            revision = max(revision_of(self._cell("revision", one)) for one in good)
        except InvalidValueError as error:
            return self._all_refused((one.row for one in good), Refused.by(error))
        order = _Order(
            id=order_id,
            customer_id=customer or guest_id(self._rules.source, order_id),
            channel=next(filter(None, (self._cell("channel", one) for one in good)), None),
            extra=self._extras[self._extra_cells(good[0].row[1])],
            revision=revision,
        )
        return self._placed(order, document, good)

    def _placed(
        self, order: _Order, document: Document, good: list[_Good]
    ) -> list[Purchase | Return | RowProblem]:
        """Divide an order into what was sold and what was given back, by local day."""
        back = [one for one in good if one.read.side is Side.BACK]
        sold = [one for one in good if one.read.side is not Side.BACK]
        if back and all(one.read.side is Side.EITHER for one in sold):
            back, sold = good, []
        built = self._sold(order, sold) if sold else []
        if document is Document.CREDIT or self._order is None:
            return built + (self._back(order, order.id, None, back) if back else [])
        days: defaultdict[str, list[_Good]] = defaultdict(list)
        for one in back:
            days[self._moments.local_day(one.at)].append(one)
        for day, rows in days.items():
            named = order.id if sold else None
            built += self._back(order, f"{order.id}/return/{day}", named, rows)
        return built

    def _sold(self, order: _Order, sold: list[_Good]) -> list[Purchase | Return | RowProblem]:
        raising = [(one, must_lower_the_bill(one.read.line)) for one in sold]
        wrong = [self._refused(one.row, refused) for one, refused in raising if refused]
        sold = [one for one, refused in raising if not refused]
        if not sold:
            return [*wrong]
        try:
            discount = self._stated("discount", sold)
            purchase = Purchase(
                id=order.id,
                order_id=order.id,
                customer_id=order.customer_id,
                at=min(one.at for one in sold),
                channel=order.channel,
                source=self._rules.source,
                revision=order.revision,
                extra=order.extra,
                lines=tuple(one.read.line for one in sold),
                discount=Money(abs(discount.minor), discount.currency) if discount else None,
                shipping=self._stated("shipping", sold),
                tax=self._stated("tax", sold),
            )
        except InvalidValueError as error:
            return wrong + self._all_refused((one.row for one in sold), Refused.by(error))
        return [*wrong, purchase]

    def _back(
        self, order: _Order, back_id: str, named: str | None, back: list[_Good]
    ) -> list[Purchase | Return | RowProblem]:
        try:
            if named is None:
                self._nothing_stated(back)
            given = Return(
                id=back_id,
                order_id=named,
                customer_id=order.customer_id,
                at=min(one.at for one in back),
                channel=order.channel,
                source=self._rules.source,
                revision=order.revision,
                extra=order.extra,
                lines=tuple(map(_line_back, back)),
            )
        except InvalidValueError as error:
            return self._all_refused((one.row for one in back), Refused.by(error))
        return [given]

    def _cell(self, role: str, one: _Good) -> str:
        return self._columns.cell(role, one.row[1])

    def _stated(self, role: str, rows: list[_Good]) -> Money | None:
        """What the rows of an order state for all of it: blank, or the same in each."""
        if role not in self._columns:
            return None
        texts = dict.fromkeys(filter(None, (self._cell(role, one) for one in rows)))
        amounts = {number(role, text, self._rules.lines.decimal) for text in texts}
        if not amounts:
            return None
        if len(amounts) > 1:
            raise InvalidValueError(
                role, " and ".join(texts), "must be the same in each row of the order"
            )
        return money(role, amounts.pop(), rows[0].read.line.amount.currency)

    def _nothing_stated(self, back: list[_Good]) -> None:
        for role in ("discount", "shipping", "tax"):
            if self._stated(role, back):
                raise InvalidValueError(
                    role, self._cell(role, back[0]), "a return says it in a row of its own"
                )

    def _extra_cells(self, cells: list[str]) -> tuple[str, ...]:
        return tuple(cells[self._columns.names.index(name)] for name in self._rules.extra)

    def _extra(self, cells: tuple[str, ...]) -> FrozenMapping:
        kept = {name: cell for name, cell in zip(self._rules.extra, cells, strict=True) if cell}
        return FrozenMapping(kept) if kept else EMPTY

    def _content_id(self, customer: str, one: _Good) -> str:
        """An id for a row without an order number."""
        stated = tuple(self._cell(role, one) for role in ("channel", "discount", "shipping", "tax"))
        content = (
            customer,
            one.at.isoformat(),
            *_said(one.read.line),
            one.read.side.value,
            *stated,
        )
        return self._ids.of(content)


def _said(line: Line) -> tuple[object, ...]:
    cost = None if line.cost is None else line.cost.minor
    amount = (line.amount.minor, line.amount.currency)
    return (line.product_id, line.units, *amount, cost, line.category, line.nature.value)


def _line_back(one: _Good) -> Line:
    return one.read.line if one.read.side is Side.BACK else given_back(one.read.line)
