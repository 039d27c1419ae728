"""The example that joins Olist's eight files: every row has a place, and the sums are right.

What the files say is counted here a second time, with polars and integer cents.
"""

import csv
import re
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from crmkit import CustomerBase, Delivered, Purchase, Return
from crmkit.domain import Nature, ReturnReason, Review, RowProblem

pl = pytest.importorskip("polars")

EXAMPLES = Path(__file__).parent.parent / "examples"
FALLS = "falls with a row that cannot be used"


@pytest.fixture(scope="module")
def example():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        yield import_module("olist")


class Loaded:
    """A folder read and kept once."""

    def __init__(self, example, folder, base=None):
        self.example, self.folder = example, folder
        self.base = base or CustomerBase.open("memory:", shop=example.SHOP)
        self.olist = example.Olist(folder)
        self.people = list(self.olist.people())
        self.facts = list(self.olist.facts())
        refused = example.keep_people(self.base, self.people)
        self.report = self.base.load([*refused, *self.facts])

    def of(self, kind):
        return [one for one in self.facts if isinstance(one, kind)]

    @property
    def problems(self):
        return {(one.row, one.field, one.reason) for one in self.report.problems}


# --- the real files -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(data):
    return data("olist_subset")


@pytest.fixture(scope="module")
def loaded(example, folder):
    return Loaded(example, folder)


@pytest.fixture(scope="module")
def raw(example, folder):
    """The files as polars reads them, all texts; amounts also in whole cents."""
    frames = {
        table: pl.read_csv(folder / f"{file}.gz", infer_schema=False).fill_null("")
        for table, (file, _) in example.FILES.items()
    }
    for table, column in (
        ("items", "price"),
        ("items", "freight_value"),
        ("payments", "payment_value"),
    ):
        cents = [int(Decimal(text).scaleb(2)) for text in frames[table][column]]
        frames[table] = frames[table].with_columns(pl.Series(f"{column}_c", cents))
    return frames


@pytest.fixture(scope="module")
def placed(raw):
    """Orders that have items, and whether they were called off."""
    called_off = pl.col("order_status").is_in(["canceled", "unavailable"])
    return (
        raw["orders"]
        .join(raw["items"], on="order_id", how="semi")
        .with_columns(called_off.alias("called_off"))
    )


def test_every_row_of_the_eight_files_has_one_place(loaded, raw):
    account = loaded.olist.account()
    assert {table: dict(fates) for table, fates in account.items()} == {
        "customers": {"fact": 8_016, "joined": 119},
        "orders": {"fact": 7_360, "refused": 775},
        "items": {"joined": 8_365},
        "payments": {"joined": 8_094, "refused": 830},
        "products": {"joined": 5_460},
        "translations": {"joined": 70, "unused": 1},
        "sellers": {"joined": 1_610},
        "reviews": {"fact": 8_225},
    }
    assert {name: fates.total() for name, fates in account.items()} == {
        name: len(frame) for name, frame in raw.items()
    }


def test_the_account_is_what_joins_of_the_files_give(loaded, raw, placed):
    account = loaded.olist.account()
    people = raw["customers"]["customer_unique_id"].n_unique()
    assert account["customers"]["fact"] == people
    assert account["orders"]["fact"] == len(placed)
    paid = raw["payments"].join(placed, on="order_id", how="semi")
    assert account["payments"]["joined"] == len(paid)
    for table, key in (("products", "product_id"), ("sellers", "seller_id")):
        used = raw[table].join(raw["items"], on=key, how="semi")
        assert account[table]["joined"] == len(used)
    words = raw["translations"].join(raw["products"], on="product_category_name", how="semi")
    assert account["translations"]["joined"] == len(words)


def test_the_one_row_that_nothing_refers_to_is_named(loaded):
    unused = [line for line in loaded.olist.told() if line.startswith("unused")]
    assert unused == ["unused: translations row 65, cds_dvds_musicais"]


def test_what_is_refused_says_why(loaded, raw, placed):
    assert loaded.report.reasons() == [
        ("payments.order_id", FALLS, 830),
        ("orders.order_id", "must be the order of an item", 775),
    ]
    orders = raw["orders"].with_row_index("row", offset=1)
    empty = orders.join(placed, on="order_id", how="anti")
    refused = [one for one in loaded.report.problems if one.field == "orders.order_id"]
    assert [(one.row, one.value) for one in refused] == empty.select("row", "order_id").rows()


def test_loading_twice_adds_nothing(loaded):
    first = loaded.report
    assert (first.accepted, first.known) == (21_222, 0)
    again = Loaded(loaded.example, loaded.folder, loaded.base)
    assert (again.report.accepted, again.report.known) == (0, 21_222)
    assert again.report.problems == first.problems
    kept = {loaded.base.customer(one.id).version for one in loaded.people}
    assert kept == {1}


def test_facts_are_of_the_kinds_the_files_tell(loaded, placed):
    kinds = Counter(type(one) for one in loaded.facts)
    arrived = placed.filter(pl.col("order_delivered_customer_date") != "")
    assert kinds == {
        Purchase: len(placed),
        Delivered: len(arrived),
        Return: placed["called_off"].sum(),
        Review: 8_225,
        RowProblem: 1_605,
    }
    assert (kinds[Purchase], kinds[Delivered], kinds[Return]) == (7_360, 5_170, 467)
    assert loaded.olist.made == {
        "Customer": 8_016,
        "Purchase": 7_360,
        "Delivered": 5_170,
        "Return": 467,
        "Review": 8_225,
    }


def test_a_person_with_several_customer_ids_is_one_customer(loaded, raw, placed):
    names = raw["customers"].group_by("customer_unique_id").agg("customer_id")
    several = dict(names.filter(pl.col("customer_id").list.len() > 1).rows())
    assert len(several) == 73
    assert sum(len(ids) - 1 for ids in several.values()) == 119
    theirs = Counter(placed.join(raw["customers"], on="customer_id")["customer_unique_id"])
    everyone = loaded.base.summaries().customers
    for person, ids in several.items():
        record = loaded.base.customer(person)
        assert {one.value for one in record.identifiers} == set(ids)
        assert not set(ids) & set(everyone)
        bought = everyone[person].buying
        assert bought.orders + bought.void_orders == theirs[person]
    assert set(everyone) == set(raw["customers"]["customer_unique_id"])


def test_the_person_with_most_names_has_one_card(loaded):
    person = max(loaded.people, key=lambda one: len(one.identifiers))
    day = loaded.base.last_day()
    summary = loaded.base.summary(person.id, as_of=day)
    assert (len(person.identifiers), summary.buying.orders) == (5, 5)
    assert summary == loaded.base.summaries(as_of=day).customers[person.id]
    card = loaded.example.show(loaded.base, person.id, day)
    assert person.id in card
    assert card.count("\n") > 5


def test_revenue_is_the_price_of_all_items_that_were_not_called_off(loaded, raw, placed):
    kept = raw["items"].join(placed.filter(~pl.col("called_off")), on="order_id", how="semi")
    bought = loaded.base.summaries().everyone()
    assert bought.revenue == bought.order_revenue == kept["price_c"].sum() == 99_602_139
    assert bought.shipping == kept["freight_value_c"].sum()
    assert bought.paid == raw["items"]["price_c"].sum() == 109_326_435
    assert (bought.orders, bought.void_orders) == (6_893, 467)
    assert bought.units == 1_000 * len(raw["items"])


def test_late_deliveries_are_those_after_the_promised_day(loaded, placed):
    day = pl.col("order_delivered_customer_date").str.head(10)
    kept = placed.filter(~pl.col("called_off"), day != "")
    late = kept.filter(day > pl.col("order_estimated_delivery_date").str.head(10))
    bought = loaded.base.summaries().everyone()
    assert (bought.delivered, bought.late) == (len(kept), len(late)) == (5_164, 342)


def test_a_called_off_order_is_given_back_at_its_last_known_moment(loaded, placed):
    stamps = placed.select(
        "order_id",
        pl.max_horizontal(
            "order_purchase_timestamp",
            "order_approved_at",
            "order_delivered_carrier_date",
            "order_delivered_customer_date",
        ),
    )
    latest = dict(stamps.rows())
    bought = {one.order_id: one for one in loaded.of(Purchase)}
    for back in loaded.of(Return):
        local = back.at.astimezone(loaded.example.SHOP.zone)
        assert local.strftime("%Y-%m-%d %H:%M:%S") == latest[back.order_id]
        assert back.lines == bought[back.order_id].lines
        assert back.reason is ReturnReason.CANCELLED
    assert Counter(one.note for one in loaded.of(Return)) == {"canceled": 461, "unavailable": 6}


def test_reviews_are_known_by_review_and_order(loaded, raw):
    reviews = loaded.of(Review)
    ids = Counter(one.id.partition("/")[0] for one in reviews)
    assert len({one.id for one in reviews}) == 8_225
    assert len(ids) == 8_225 - 34
    assert sum(count > 1 for count in ids.values()) == 28
    stars = Counter(str(one.stars) for one in reviews)
    assert stars == Counter(raw["reviews"]["review_score"])


def test_reviews_of_orders_without_items_are_kept(loaded):
    bought = {one.order_id for one in loaded.of(Purchase)}
    assert sum(one.order_id not in bought for one in loaded.of(Review)) == 778


def test_texts_of_several_lines_are_intact(loaded, raw):
    column = "review_comment_message"
    ids = pl.concat_str("review_id", "order_id", separator="/")
    written = dict(raw["reviews"].select(ids.alias("id"), column).rows())
    read = {one.id: one.text for one in loaded.of(Review)}
    assert all(read[id_] == (text if text.strip() else None) for id_, text in written.items())
    assert sum("\r\n" in text for text in written.values()) == 436
    assert sum("\r\n" in (text or "") for text in read.values()) == 436 - 3  # blank but for it
    assert sum(text is None for text in read.values()) == 4_116
    assert sum(one.title is None for one in loaded.of(Review)) == 7_245


def test_lines_hold_their_product_and_its_category_in_english(loaded, raw):
    joined = (
        raw["items"]
        .join(raw["products"], on="product_id", how="left")
        .join(raw["translations"], on="product_category_name", how="left")
    )
    word = pl.coalesce("product_category_name_english", "product_category_name")
    expected = Counter(
        (order, product, cents, category or None)
        for order, product, cents, category in joined.select(
            "order_id", "product_id", "price_c", word
        ).rows()
    )
    assert expected == Counter(
        (one.order_id, line.product_id, line.amount.minor, line.category)
        for one in loaded.of(Purchase)
        for line in one.goods
    )
    categories = {line.category for one in loaded.of(Purchase) for line in one.goods}
    assert {"health_beauty", "pc_gamer", None} <= categories
    assert "beleza_saude" not in categories


def test_sellers_and_payments_stay_with_their_purchase(loaded, raw, placed):
    sellers = raw["items"].join(raw["sellers"], on="seller_id", how="left")
    columns = ["order_id", "seller_id", "seller_city", "seller_state"]
    assert Counter(sellers.select(columns).rows()) == Counter(
        (one.order_id, seller["seller_id"], seller["seller_city"], seller["seller_state"])
        for one in loaded.of(Purchase)
        for seller in one.extra["sellers"]
    )
    paid = raw["payments"].join(placed, on="order_id", how="semi")
    assert Counter(paid["payment_type"]) == Counter(
        payment["type"] for one in loaded.of(Purchase) for payment in one.extra["payments"]
    )


def test_orders_paid_otherwise_than_their_items_and_freight_are_told(loaded, raw):
    items = raw["items"].group_by("order_id").agg(pl.col("price_c", "freight_value_c").sum())
    payments = raw["payments"].group_by("order_id").agg(pl.col("payment_value_c").sum())
    both = items.join(payments, on="order_id", how="left").with_columns(
        (pl.col("payment_value_c") - pl.col("price_c") - pl.col("freight_value_c")).alias("off")
    )
    off = dict(both.filter(pl.col("off") != 0).select("order_id", "off").rows())
    assert {id_: one.minor for id_, one in loaded.olist.paid_otherwise.items()} == off
    assert loaded.example.told_of_payments(loaded.olist) == (
        "paid otherwise than items and freight: 42 orders, 26 by over a cent: "
        "BRL -0.02 to BRL 111.89, BRL 458.12 together"
    )


def test_the_example_runs_as_a_program(folder):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "olist.py"), str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[2].split() == ["orders", "8,135", "7,360", "0", "775", "0"]
    assert "kept: 21,222 interactions accepted, 0 known already, 1,605 problems" in lines
    told = {re.split(r"\s{2,}", line)[0]: line for line in lines}
    assert told["revenue"].endswith("BRL 996,021.39, 6,893 orders")
    assert told["late"].endswith("342 of 5,164 delivered")


# --- a small shop of the same shape, whole and damaged --------------------------------------

NAMES = {
    "customers": "customer_id,customer_unique_id,customer_city,customer_state",
    "orders": "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
    "order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date",
    "items": "order_id,order_item_id,product_id,seller_id,price,freight_value",
    "payments": "order_id,payment_sequential,payment_type,payment_installments,payment_value",
    "products": "product_id,product_category_name",
    "translations": "product_category_name,product_category_name_english",
    "sellers": "seller_id,seller_city,seller_state",
    "reviews": "review_id,order_id,review_score,review_comment_title,review_comment_message,"
    "review_creation_date,review_answer_timestamp",
}
DAY = "2018-01-{:02} 10:00:00"
SMALL = {
    "customers": [
        ["c1", "ann", "recife", "PE"],
        ["c2", "ann", "olinda", "PE"],
        ["c3", "bob", "santos", "SP"],
        ["c4", "cid", "santos", "SP"],
    ],
    "orders": [
        ["o1", "c1", "delivered", DAY.format(1), DAY.format(2), "", DAY.format(9), DAY.format(8)],
        ["o2", "c2", "canceled", DAY.format(3), DAY.format(4), "", "", DAY.format(20)],
        ["o3", "c3", "shipped", DAY.format(5), "", "", "", DAY.format(20)],
        ["o4", "c4", "unavailable", DAY.format(6), "", "", "", DAY.format(20)],
    ],
    "items": [
        ["o1", "1", "p1", "s1", "10.0", "1.5"],
        ["o1", "2", "p1", "s1", "10.0", "1.5"],
        ["o2", "1", "p1", "s1", "10.0", "1.5"],
        ["o3", "1", "p2", "s9", "7.25", "0.0"],
    ],
    "payments": [
        ["o1", "1", "boleto", "1", "23.00"],
        ["o2", "1", "voucher", "1", "11.50"],
        ["o3", "1", "credit_card", "3", "8.00"],
        ["o4", "1", "credit_card", "1", "5.00"],
    ],
    "products": [["p1", "abajur"], ["p2", "radio"], ["p3", "abajur"]],
    "translations": [["abajur", "lamp"]],
    "sellers": [["s1", "ibitinga", "SP"]],
    "reviews": [
        ["r1", "o1", "5", "Oba", "Chegou,\r\n\r\nlindo", DAY.format(10), DAY.format(11)],
        ["r1", "o2", "1", "", " ", DAY.format(10), DAY.format(11)],
        ["r4", "o4", "2", "", "", DAY.format(10), DAY.format(11)],
    ],
}


@pytest.fixture
def load(example, tmp_path):
    """Write tables as plain CSV with a byte-order mark, and load them."""

    def write(tables, base=None):
        for table, (file, _) in example.FILES.items():
            with (tmp_path / file).open("w", encoding="utf-8-sig", newline="") as lines:
                writer = csv.writer(lines, lineterminator="\n")
                writer.writerow(NAMES[table].split(","))
                writer.writerows(tables[table])
        return Loaded(example, tmp_path, base)

    return write


@pytest.fixture
def tables():
    return deepcopy(SMALL)


def damaged(tables, table, row, column, value):
    tables[table][row - 1][NAMES[table].split(",").index(column)] = value
    return tables


NO_ITEMS = {
    (4, "orders.order_id", "must be the order of an item"),
    (4, "payments.order_id", FALLS),
}


def test_a_small_shop_is_read_as_its_rows_say(load, tables):
    shop = load(tables)
    assert shop.problems == NO_ITEMS
    first = shop.of(Purchase)[0]
    assert first.at == datetime(2018, 1, 1, 12, tzinfo=UTC)
    assert [line.nature for line in first.lines] == [Nature.GOODS, Nature.GOODS, Nature.SHIPPING]
    assert [line.amount.minor for line in first.lines] == [1_000, 1_000, 300]
    assert {line.category for line in first.goods} == {"lamp"}
    assert dict(first.extra["payments"][0]) == {
        "type": "boleto",
        "instalments": 1,
        "value": "23.00",
    }
    other = shop.of(Purchase)[2]
    assert [line.category for line in other.goods] == ["radio"]
    assert [dict(one) for one in other.extra["sellers"]] == [{"seller_id": "s9"}]
    assert {id_: one.minor for id_, one in shop.olist.paid_otherwise.items()} == {"o3": 75}
    assert [one.text for one in shop.of(Review)] == ["Chegou,\r\n\r\nlindo", None, None]
    assert [(one.id, one.region) for one in shop.people] == [
        ("ann", "PE"),
        ("bob", "SP"),
        ("cid", "SP"),
    ]
    unused = [line for line in shop.olist.told() if line.startswith("unused")]
    assert unused == ["unused: products row 3, p3"]


DAMAGE = {
    "a price": (
        ("items", 2, "price", "ten"),
        {
            (2, "items.price", "must be an amount such as 19.90"),
            (1, "items.order_id", FALLS),
            (1, "orders.order_id", FALLS),
            (1, "payments.order_id", FALLS),
        },
    ),
    "a price below zero": (
        ("items", 4, "price", "-7.25"),
        {
            (4, "items.price", "must be 0 or more"),
            (3, "orders.order_id", FALLS),
            (3, "payments.order_id", FALLS),
        },
    ),
    "a payment": (
        ("payments", 3, "payment_value", ""),
        {
            (3, "payments.payment_value", "must be an amount such as 19.90"),
            (4, "items.order_id", FALLS),
            (3, "orders.order_id", FALLS),
        },
    ),
    "a time": (
        ("orders", 3, "order_purchase_timestamp", "9999-12-31 23:59:59"),
        {
            (
                3,
                "orders.order_purchase_timestamp",
                "must be a time such as 2017-10-02 10:56:33",
            ),
            (4, "items.order_id", FALLS),
            (3, "payments.order_id", FALLS),
        },
    ),
    "an order without a customer": (
        ("orders", 3, "customer_id", "c9"),
        {
            (3, "orders.customer_id", "must be one of customers"),
            (4, "items.order_id", FALLS),
            (3, "payments.order_id", FALLS),
        },
    ),
    "an item without an order": (
        ("items", 2, "order_id", "o9"),
        {(2, "items.order_id", "must be one of orders")},
    ),
    "a payment without an order": (
        ("payments", 1, "order_id", "o9"),
        {(1, "payments.order_id", "must be one of orders")},
    ),
    "a review without an order": (
        ("reviews", 1, "order_id", "o9"),
        {(1, "reviews.order_id", "must be one of orders")},
    ),
    "stars off the scale": (
        ("reviews", 1, "review_score", "6"),
        {(1, "reviews.stars", "must be a whole step of the scale 1 to 5")},
    ),
    "stars in words": (
        ("reviews", 1, "review_score", "five"),
        {(1, "reviews.review_score", "must be a whole number")},
    ),
    "a review that is there twice": (
        ("reviews", 2, "order_id", "o1"),
        {(2, "reviews.review_id", "must be there only once")},
    ),
    "an order that is there twice": (
        ("orders", 2, "order_id", "o1"),
        {
            (2, "orders.order_id", "must be there only once"),
            (3, "items.order_id", "must be one of orders"),
            (2, "payments.order_id", "must be one of orders"),
            (2, "reviews.order_id", "must be one of orders"),
        },
    ),
    "a person without a name": (
        ("customers", 3, "customer_unique_id", ""),
        {
            (3, "customers.id", "must be a text of at least one character"),
            (3, "orders.customer_id", "must be a text of at least one character"),
            (4, "items.order_id", FALLS),
            (3, "payments.order_id", FALLS),
        },
    ),
}


@pytest.mark.parametrize(("damage", "problems"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_row_is_a_problem_and_the_rest_is_kept(load, tables, damage, problems):
    shop = load(damaged(tables, *damage))
    assert shop.problems == problems | NO_ITEMS
    account = shop.olist.account()
    assert sum(fates["refused"] for fates in account.values()) == len(shop.report.problems)
    assert {name: fates.total() for name, fates in account.items()} == {
        name: len(rows) for name, rows in tables.items()
    }
    shop.example.check(shop.olist, shop.base, len(shop.report.problems))


def test_a_missing_order_takes_nothing_else_along(load, tables):
    whole = load(tables)
    del tables["orders"][0]
    shop = load(tables)
    lost = {one.id for one in whole.facts if not isinstance(one, RowProblem)} - {
        one.id for one in shop.facts if not isinstance(one, RowProblem)
    }
    assert lost == {"o1", "o1/delivered", "r1/o1"}
    assert {
        (1, "items.order_id", "must be one of orders"),
        (2, "items.order_id", "must be one of orders"),
        (1, "payments.order_id", "must be one of orders"),
        (1, "reviews.order_id", "must be one of orders"),
    } <= shop.problems


def test_a_base_that_holds_something_else_does_not_pass_for_the_account(load, tables):
    base = load(tables).base
    damaged(tables, "items", 4, "price", "much")
    shop = load(tables, base)
    with pytest.raises(SystemExit, match="orders: 2 in the account, but 3 found"):
        shop.example.check(shop.olist, shop.base, len(shop.report.problems))


def test_a_store_on_disk_is_filled_once(example, load, tables, tmp_path):
    folder, url = load(tables).folder, f"sqlite:///{tmp_path / 'olist.db'}"
    first, second = (list(example.report_on(folder, url)) for _ in range(2))
    assert "kept: 8 interactions accepted, 0 known already, 2 problems" in first
    assert "kept: 0 interactions accepted, 8 known already, 2 problems" in second
    changed = damaged(tables, "customers", 3, "customer_state", "RJ")
    load(changed)
    third = list(example.report_on(folder, url))
    assert "kept: 0 interactions accepted, 8 known already, 2 problems" in third
    with CustomerBase.open(url, shop=example.SHOP) as base:
        versions = {id_: base.customer(id_).version for id_ in ("ann", "bob", "cid")}
        assert versions == {"ann": 1, "bob": 2, "cid": 1}
        assert base.customer("bob").region == "RJ"
