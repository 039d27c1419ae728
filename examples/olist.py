"""Olist's eight files become facts: how a platform's tables are joined and accounted for.

    python examples/olist.py FOLDER [--store sqlite:///olist.db]

FOLDER holds the "Brazilian E-Commerce Public Dataset by Olist", as .csv or .csv.gz files.

    file           a row becomes
    customers      a Customer; further rows of the same person add a name
    orders         a Purchase; also a Delivered, if it arrived; also a Return, if called off
    items          a line of its purchase; their freight is one line of shipping
    products       the category of a line
    translations   the same in English; a category without translation stays Portuguese
    sellers        part of the purchase's ``extra``, one for each line
    payments       part of the purchase's ``extra``, compared with what the order cost
    reviews        a Review

- A customer is a person, ``customer_unique_id``; ``customer_id`` is new with each order.
- A review is known by its id and its order, as an id may stand under several orders. It
  happened when the customer answered. It is no SurveyResponse, since it answers no declared
  instrument; its stars count as satisfaction shown.
- An order that is canceled or unavailable is given back in full, freight included. The files
  do not say when: it is taken to be the last moment they know of the order.
- An order is kept whole or not at all: if one of its rows cannot be used, all are problems.
  So are orders without items, and their payments. Reviews of them are kept.
- Times have no zone; they are those of Sao Paulo. A delivery is promised for a day.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path

from attrs import evolve
from table_rows import CellError, Row, Tables, grouped, moment, money, text, whole

from crmkit import Customer, CustomerBase, Delivered, Line, Money, Purchase, Return, Shop
from crmkit.domain import (
    Identifier,
    Interaction,
    Nature,
    ReturnReason,
    Review,
    RowProblem,
)

SOURCE = "olist"
SHOP = Shop(id=SOURCE, currency="BRL", timezone="America/Sao_Paulo")
FILES = {
    "customers": ("olist_customers_dataset.csv", "customer_id"),
    "orders": ("olist_orders_dataset.csv", "order_id"),
    "items": ("olist_order_items_dataset.csv", "order_id"),
    "payments": ("olist_order_payments_dataset.csv", "order_id"),
    "products": ("olist_products_dataset.csv", "product_id"),
    "translations": ("product_category_name_translation.csv", "product_category_name"),
    "sellers": ("olist_sellers_dataset.csv", "seller_id"),
    "reviews": ("olist_order_reviews_dataset.csv", "review_id"),
}
CALLED_OFF = {"canceled", "unavailable"}
BOUGHT, ARRIVED = "order_purchase_timestamp", "order_delivered_customer_date"
MOMENTS = (BOUGHT, "order_approved_at", "order_delivered_carrier_date", ARRIVED)


at = partial(moment, zone=SHOP.zone)
reais = partial(money, currency=SHOP.currency)


def total(amounts: Iterable[Money]) -> Money:
    """Return the sum of amounts."""
    return sum(amounts, Money.zero(SHOP.currency))


class Olist(Tables):
    """The eight files, joined. The account is complete once ``people`` and ``facts`` are read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FILES)
        self.paid_otherwise: dict[str, Money] = {}

    def people(self) -> Iterator[Customer | RowProblem]:
        """Yield a record of every person, and the problems of rows that name none."""
        for rows in grouped(self.rows["customers"], "customer_unique_id").values():
            yield from self.kept(person, rows[0], rows[1:])

    def facts(self) -> Iterator[Interaction | RowProblem]:
        """Yield all that happened, and a problem for every row that is not kept."""
        for row in self.rows["orders"]:
            items, payments = (self.all(name, row["order_id"]) for name in ("items", "payments"))
            yield from self.kept(self.order, row, items, payments)
        for row in self.rows["reviews"]:
            yield from self.kept(self.review, row)
        for row in chain(self.rows["items"], self.rows["payments"]):
            if row["order_id"] not in self.by_key["orders"]:
                yield row.refused(CellError(row, "order_id", "must be one of orders"))

    def order(self, row: Row, items: list[Row], payments: list[Row]) -> Iterator[Interaction]:
        """Yield what happened with an order."""
        if not items:
            raise CellError(row, "order_id", "must be the order of an item")
        bought = self.purchase(row, items, payments)
        yield bought
        if row[ARRIVED]:
            yield delivered(row, bought)
        if row["order_status"] in CALLED_OFF:
            yield called_off(row, bought)
        paid = total(reais(one, "payment_value") for one in payments)
        if paid != (cost := total(line.amount for line in bought.lines)):
            self.paid_otherwise[bought.order_id] = paid - cost

    def purchase(self, row: Row, items: list[Row], payments: list[Row]) -> Purchase:
        """Return an order with its lines, shipping, sellers and payments."""
        freight = total(reais(item, "freight_value") for item in items)
        return Purchase(
            id=row["order_id"],
            order_id=row["order_id"],
            customer_id=self.customer_id(row),
            at=at(row, BOUGHT),
            source=SOURCE,
            lines=[*map(self.line, items), Line(amount=freight, nature=Nature.SHIPPING)],
            promised_at=at(row, "order_estimated_delivery_date"),
            extra={
                "customer_id": row["customer_id"],
                "status": row["order_status"],
                "sellers": [self.seller(item) for item in items],
                "payments": [payment(one) for one in payments],
            },
        )

    def line(self, item: Row) -> Line:
        """Return one item; where two of a kind are bought, Olist has two rows."""
        name = self.cells("products", item["product_id"]).get("product_category_name", "")
        english = self.cells("translations", name).get("product_category_name_english")
        return Line(
            product_id=item["product_id"],
            amount=reais(item, "price"),
            category=english or name or None,
        )

    def seller(self, item: Row) -> dict[str, str]:
        """Return who sold an item, and from where."""
        return {"seller_id": item["seller_id"], **self.cells("sellers", item["seller_id"])}

    def review(self, row: Row) -> Iterator[Interaction]:
        """Yield what a customer wrote about an order."""
        yield Review(
            id=f"{row['review_id']}/{row['order_id']}",
            order_id=row["order_id"],
            customer_id=self.customer_id(self.the("orders", row)),
            at=at(row, "review_answer_timestamp"),
            source=SOURCE,
            stars=whole(row, "review_score"),
            title=text(row, "review_comment_title"),
            text=text(row, "review_comment_message"),
        )

    def customer_id(self, order: Row) -> str:
        """Return who placed an order."""
        return self.the("customers", order)["customer_unique_id"]


def person(first: Row, more: list[Row]) -> Iterator[Customer]:
    """Yield a person, known by every customer_id, living where the first row says."""
    names = {row["customer_id"]: row for row in [first, *more]}
    yield Customer(
        id=first["customer_unique_id"],
        region=text(first, "customer_state"),
        identifiers=[Identifier(kind="platform", value=name, source=SOURCE) for name in names],
        attributes={"city": first["customer_city"]},
    )


def delivered(row: Row, bought: Purchase) -> Delivered:
    """Return the arrival of an order."""
    return Delivered(
        id=f"{bought.order_id}/delivered",
        order_id=bought.order_id,
        customer_id=bought.customer_id,
        at=at(row, ARRIVED),
        source=SOURCE,
    )


def called_off(row: Row, bought: Purchase) -> Return:
    """Return the cancellation of all that was bought, at the last moment known."""
    return Return(
        id=f"{bought.order_id}/cancelled",
        order_id=bought.order_id,
        customer_id=bought.customer_id,
        at=max(at(row, column) for column in MOMENTS if row[column]),
        source=SOURCE,
        lines=bought.lines,
        reason=ReturnReason.CANCELLED,
        note=row["order_status"],
    )


def payment(row: Row) -> dict[str, str | int]:
    """Return a payment as it is kept beside its purchase."""
    return {
        "type": row["payment_type"],
        "instalments": whole(row, "payment_installments"),
        "value": str(reais(row, "payment_value").amount),
    }


def keep_people(base: CustomerBase, people: Iterable[Customer | RowProblem]) -> list[RowProblem]:
    """Keep the records that are new or have changed, and return the problems among them."""
    problems = []
    for one in people:
        if isinstance(one, RowProblem):
            problems.append(one)
            continue
        kept = base.customer(one.id)
        new = one if kept is None else evolve(one, version=kept.version)
        if new != kept:
            base.put_customer(new)
    return problems


def told_of_payments(olist: Olist) -> str:
    """Tell how far payments are what the orders cost."""
    off = sorted(olist.paid_otherwise.values())
    span = f": {off[0]} to {off[-1]}, {total(off)} together" if off else ""
    more = sum(abs(one.minor) > 1 for one in off)
    return f"paid otherwise than items and freight: {len(off)} orders, {more} by over a cent{span}"


def told_of_base(base: CustomerBase, as_of: date) -> Iterator[str]:
    """Yield the state of the customer base in a few lines."""
    yield str(base.profiles(as_of=as_of))
    bought = base.summaries(as_of=as_of).everyone()
    yield f"revenue           {Money(bought.revenue, SHOP.currency)}, {bought.orders:,} orders"
    yield f"called off        {bought.void_orders:,} orders"
    yield f"late              {bought.late:,} of {bought.delivered:,} delivered"


def check(olist: Olist, base: CustomerBase, problems: int) -> None:
    """Compare the account with its files and with the base.

    Raises:
        SystemExit: They differ, by what.
    """
    fates, everyone = olist.account(), base.summaries()
    bought = everyone.everyone()
    reviewed = [one.matters.get("review") for one in everyone.customers.values()]
    counts = {f"{name} read": (fates[name].total(), len(olist.rows[name])) for name in FILES} | {
        "orders": (fates["orders"]["fact"], bought.orders + bought.void_orders),
        "lines": (fates["items"]["joined"], bought.units // 1000),
        "reviews": (fates["reviews"]["fact"], sum(one.times for one in reviewed if one)),
        "problems": (sum(one["refused"] for one in fates.values()), problems),
    }
    for what, (told, found) in counts.items():
        if told != found:
            raise SystemExit(f"{what}: {told:,} in the account, but {found:,} found")


def show(base: CustomerBase, customer_id: str, as_of: date) -> str:
    """Return a customer's card."""
    return str(base.card(customer_id, as_of=as_of))


def some_customers(olist: Olist, base: CustomerBase, as_of: date) -> list[str]:
    """Return who has most names, who is worth most and who is most at risk."""
    names = Counter(row["customer_unique_id"] for row in olist.rows["customers"])
    profiles = base.profiles(as_of=as_of)
    chosen = [*profiles.most_valuable(1), *profiles.most_at_risk(1)]
    return list(dict.fromkeys([*dict(names.most_common(1)), *(one.customer_id for one in chosen)]))


def report_on(folder: Path, store: str) -> Iterator[str]:
    """Read the files, keep the facts, and yield what became of everything, line by line."""
    olist = Olist(folder)
    with CustomerBase.open(store, shop=SHOP) as base:
        report = base.load(chain(keep_people(base, olist.people()), olist.facts()))
        check(olist, base, len(report.problems))
        yield from olist.told()
        yield "made of them: " + ", ".join(f"{n:,} {kind}" for kind, n in olist.made.items())
        yield f"kept: {report}"
        yield from (f"refused: {n:,} {field} {why}" for field, why, n in report.reasons())
        yield told_of_payments(olist)
        if as_of := base.last_day():
            yield from told_of_base(base, as_of)
            for customer_id in some_customers(olist, base, as_of):
                yield show(base, customer_id, as_of)


def main() -> None:
    """Print the report on a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", default="memory:")
    given = parser.parse_args()
    sys.stdout.writelines(f"{line}\n" for line in report_on(given.folder, given.store))


if __name__ == "__main__":
    main()
