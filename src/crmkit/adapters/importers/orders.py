"""Order logs: rows of a table become purchases and returns.

**Roles of columns.** ``customer``, ``time`` and ``price`` (of one unit, times ``quantity``) or
``amount`` (of the row) are needed. Of the row are also ``product``, ``cost`` (of one unit),
``category``, ``nature`` (goods, shipping, discount …), ``refund`` (yes or no) and
``currency``; of the order ``channel``, ``discount``, ``shipping`` and ``tax``, stated once or
alike on each of its rows, and ``revision``, the highest of its rows. Amounts are without tax.
Quantity times price is rounded half-even to the minor unit, row by row.

**Orders.** Rows with one ``order`` are one order, wherever they stand and whatever their
minutes; its time is that of its earliest row. Without an order column each row is an order,
with an id made of its content and a number among equal rows, so that the same row has the
same id in a file of January and in the file of the year.

**Customers.** A blank customer, 0, or a word for nothing is a guest, unless another row of
the order names one. Mail addresses are compared in small letters; ``17850.0`` is ``17850``.
An order with rows of two customers is refused, all of it: a guess would put one customer's
goods into another's history.

**Returns.** Rows below zero (see ``order_lines``) become a return: per order and local day,
naming the order if goods were sold under the same number in this file; else which order they
undo is found later, from the customer's history.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from attrs import fields

from crmkit.adapters.importers.columns import Columns, Synonyms, find, missing
from crmkit.adapters.importers.mended import REVISION
from crmkit.adapters.importers.moments import Moments
from crmkit.adapters.importers.order_builder import OrderBuilder, OrderRules
from crmkit.adapters.importers.order_lines import LineRules
from crmkit.adapters.importers.presets import Preset, fitting, preset_called
from crmkit.adapters.importers.row_logs import RowLog
from crmkit.adapters.importers.tables import Table, open_table
from crmkit.domain.errors import InvalidValueError, UnreadableLogError
from crmkit.domain.happened import Happened
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Nature
from crmkit.domain.times import zone_of
from crmkit.domain.validators import source_word

#: The names by which each role is found where neither a preset nor the user tells it.
#: Where a name could mean the row or the order, the role has to be told.
ORDER_COLUMNS: Synonyms = {
    "order": (
        *("order_id", "order_number", "order_no", "order_name", "order", "invoice_no"),
        *("invoice_number", "invoice_id", "invoice", "transaction_id", "transaction_no"),
        *("receipt_id", "receipt_no", "receipt", "basket_id"),
    ),
    "customer": (
        *("customer_id", "customer_no", "customer_number", "customer", "client_id", "client"),
        *("user_id", "user", "member_id", "account_id", "buyer_id", "buyer"),
        *("customer_email", "email", "email_address"),
    ),
    "time": (
        *("created_at", "order_date", "ordered_at", "invoice_date", "transaction_date"),
        *("purchase_date", "purchased_at", "placed_at", "processed_at", "order_time"),
        *("order_purchase_timestamp", "timestamp", "datetime", "date", "time"),
    ),
    "product": (
        *("sku", "product_id", "product_sku", "product_code", "stock_code", "item_id"),
        *("item_sku", "lineitem_sku", "variant_id", "asin", "product", "item"),
        *("product_name", "lineitem_name"),
    ),
    "quantity": ("quantity", "qty", "units", "qty_ordered", "lineitem_quantity"),
    "price": (
        *("unit_price", "price", "item_price", "price_each", "price_per_unit"),
        "lineitem_price",
    ),
    "amount": (
        *("line_total", "line_amount", "amount", "net_amount", "total", "total_price"),
        *("subtotal", "sales", "revenue", "order_total", "order_amount"),
        "grand_total",
    ),
    "cost": ("unit_cost", "cost_price", "cost_per_item"),
    "category": ("category", "product_category", "product_type", "department"),
    "nature": ("nature", "line_type"),
    "refund": ("is_refund", "is_return", "is_returned"),
    "channel": ("channel", "sales_channel"),
    "currency": ("currency", "currency_code", "order_currency"),
    "discount": ("order_discount", "total_discount", "discount_total"),
    "shipping": ("order_shipping", "total_shipping", "shipping_total", "shipping"),
    "tax": ("order_tax", "total_tax", "tax_total"),
    "revision": (REVISION,),
}
_NO_SYNONYMS: Synonyms = {**dict.fromkeys(ORDER_COLUMNS, ()), "revision": (REVISION,)}
_OF_AN_ORDER = frozenset({"order_total", "order_amount", "grand_total"})


class OrderLog(RowLog[Purchase | Return]):
    """The purchases and returns of a file, and the rows that could not be used.

    Iterating yields ``Purchase``, ``Return`` and ``RowProblem``, each order when its last row
    has passed. It can be iterated again; each time the file is read twice.
    """

    def __init__(self, table: Table, columns: Columns, rules: OrderRules) -> None:
        super().__init__(table)
        self.columns = columns
        self._rules = rules

    def _builder(self) -> OrderBuilder:
        moments = Moments(self._rules.zone, day_first=self._rules.day_first)
        return OrderBuilder(self._table.path, self.columns, self._rules, moments)

    def __repr__(self) -> str:
        return f"OrderLog({str(self._table.path)!r})"


def _chosen_amount(columns: Columns, told: Mapping[str, str]) -> Columns:
    """Let one of price and amount say the money: the told one, else price with a quantity."""
    if "price" not in columns or "amount" not in columns:
        return columns
    if "amount" in told or ("price" not in told and "quantity" not in columns):
        return columns.without(["price"])
    return columns.without(["amount"])


def _row_amount(columns: Columns, told: Mapping[str, str]) -> Columns:
    """Leave out an order's total where the rows are its lines."""
    name = columns.name("amount").casefold().replace(" ", "_")
    if "amount" not in told and "product" in columns and name in _OF_AN_ORDER:
        return columns.without(["amount"])
    return columns


def _found(table: Table, preset: Preset | None, told: Mapping[str, str]) -> Columns:
    if preset is None:
        columns = find(table.path, table.names, told, ORDER_COLUMNS)
        return _row_amount(_chosen_amount(columns, told), told)
    columns = find(table.path, table.names, told, {**_NO_SYNONYMS, **preset.columns})
    return _chosen_amount(columns, told)


def _needed(table: Table, columns: Columns, preset: Preset | None) -> None:
    """Refuse a file in which a needed role has no column."""
    money = "price" if preset is not None and "price" in preset.columns else "amount"
    lacking = [role for role in ("customer", "time") if role not in columns]
    if "price" not in columns and "amount" not in columns:
        lacking.append(money)
    others = [one for one in fitting(table.names) if preset is None or one != preset.name]
    hint = " or ".join(f"--preset {one} (preset={one!r})" for one in others)
    if preset is not None:
        lacking += [role for role in preset.columns if role not in columns and role not in lacking]
        if lacking:
            raise _wrong_preset(table, preset, lacking, hint)
    if lacking:
        raise missing(table.path, columns, lacking, hint)


def _wrong_preset(
    table: Table, preset: Preset, lacking: list[str], hint: str
) -> UnreadableLogError:
    absent = ", ".join(f"{role} ({preset.columns[role][0]})" for role in lacking)
    return UnreadableLogError(
        str(table.path),
        f"does not look like {preset.name}: it has no column for {absent}",
        f"take {hint}" if hint else "leave the preset out and tell the columns",
    )


def read_orders(
    path: str | PathLike[str],
    *,
    preset: str | Preset | None = None,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    source: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    format: str | None = None,  # noqa: A002
    natures: Mapping[str, Nature] | None = None,
    decimal: str = ".",
    day_first: bool | None = None,
) -> OrderLog:
    """Open an order log: CSV, JSON lines or aligned columns, plain or gzip.

    Args:
        path: The file.
        preset: "cdnow", "online-retail", or a ``Preset`` of your own.
        columns: Column by role, where they are not found by their names or differ from the
            preset's; an empty name leaves a role out.
        currency: ISO 4217 code of the amounts; the preset's by default. Needed without a
            preset unless a column states it.
        timezone: Where times without an offset are local; the preset's, else UTC.
        source: The word for the system it comes from; the preset's name, else "shop".
        encoding: UTF-8 with or without byte order mark by default.
        delimiter: Found from the file by default.
        format: "csv", "jsonl" or "aligned"; found from the file by default.
        natures: What product codes stand for, beside the preset's; a code that ends in ``*``
            is a beginning.
        decimal: What stands before decimals, "." or ",".
        day_first: Whether dates such as 01/02/2010 start with the day; found from the file
            by default, and asked for where nothing in it decides.

    Returns:
        The log, to iterate over; nothing but its first lines has been read.

    Raises:
        UnreadableLogError: The file cannot be read, or its columns play no roles; also while
            iterating, before anything is yielded, where a later part of it is damaged.
        InvalidValueError: An argument that cannot be.
    """
    kind = preset_called(preset) if isinstance(preset, str) else preset
    table = open_table(
        Path(path),
        encoding=encoding,
        format=format,
        delimiter=delimiter,
        headerless=kind.headerless if kind else (),
    )
    found = _found(table, kind, columns or {})
    _needed(table, found, kind)
    word = source or (kind.name if kind else "shop")
    source_word(None, fields(Happened).source, word)
    money = currency or (kind.currency if kind else None)
    if money is None and "currency" not in found:
        raise InvalidValueError("currency", None, "must be told", "no column of the file states it")
    rules = OrderRules(
        source=word,
        zone=zone_of(timezone or (kind.timezone if kind else "UTC")),
        day_first=day_first,
        lines=LineRules(
            currency=money,
            natures={**(kind.natures if kind else {}), **(natures or {})},
            decimal=decimal,
        ),
        cancellation=kind.cancellation if kind else None,
        stock_movements=kind.stock_movements if kind else False,
        numbered_customers=kind.numbered_customers if kind else False,
        extra=tuple(name for name in (kind.extra if kind else ()) if name in found.names),
    )
    return OrderLog(table, found, rules)
