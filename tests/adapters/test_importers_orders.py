"""Order logs of any shop: rows become orders and returns, and none is lost."""

from decimal import Decimal

import pytest

from crmkit.adapters.importers import Preset, read_orders
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Nature
from crmkit.domain.money import Money
from crmkit.domain.problems import RowProblem

HEADER = "order_id,customer_id,created_at,sku,qty,unit_price\n"


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "log.csv"
        path.write_text(text, encoding="utf-8")
        log = read_orders(path, **{"currency": "EUR", "source": "shop", **options})
        found = list(log)
        assert log.rows == log.total_rows == log.rows_used + log.rows_refused
        assert found == list(log), "a second reading gives the same"
        return found

    return read


def amounts(one):
    return [line.amount.minor for line in one.lines]


def test_scattered_rows_are_one_order_at_its_earliest_moment(read):
    found = read(
        HEADER
        + "o1,c1,2026-01-02 10:05,a,2,1.50\n"
        + "o2,c2,2026-01-02 10:04,a,1,1.50\n"
        + "o1,c1,2026-01-02 10:03,b,1,0.335\n"
    )
    assert [one.id for one in found] == ["o2", "o1"]
    order = found[1]
    assert type(order) is Purchase
    assert (order.order_id, order.customer_id, order.at.minute) == ("o1", "c1", 3)
    assert amounts(order) == [300, 34]
    assert [line.product_id for line in order.lines] == ["a", "b"]


def test_a_row_without_customer_is_a_guests_unless_the_order_names_one(read):
    guest, named = read(
        HEADER + "o1,,2026-01-02,a,1,1\no2,c2,2026-01-02,a,1,1\no2,,2026-01-02,b,1,1\n"
    )
    assert guest.customer_id == "guest:shop/o1"
    assert (named.customer_id, len(named.lines)) == ("c2", 2)


def test_an_order_of_two_customers_is_refused_whole(read):
    found = read(HEADER + "o1,c1,2026-01-02,a,1,1\no1,c2,2026-01-02,a,1,1\n")
    assert [(one.row, one.field) for one in found] == [(1, "customer_id"), (2, "customer_id")]
    assert "2 customers" in found[0].reason


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("o1,c1,soon,a,1,1", "created_at", "soon"),
        ("o1,c1,2026-01-02,a,1,free", "unit_price", "free"),
        ("o1,c1,2026-01-02,a,1.2345,1", "qty", "1.2345"),
        ("o1,c1,2026-01-02,a,,1", "qty", ""),
        (",c1,2026-01-02,a,1,1", "order_id", ""),
        ("o1,guest:x/1,2026-01-02,a,1,1", "customer_id", "guest:x/1"),
        ("o1,c1,2026-01-02,a,-1,-1", "qty", "-1"),
        ("o1,c1,2026-01-02,a", "row", "o1 c1 2026-01-02 a"),
        ("o1,c1,2026-01-02,a,1,1,x", "row", "o1 c1 2026-01-02 a 1 1 x"),
    ],
)
def test_a_bad_row_is_a_problem_that_says_where(read, row, field, value):
    good, bad = sorted(
        read(HEADER + row + "\no9,c9,2026-01-02,a,1,1\n"), key=lambda one: type(one).__name__
    )
    assert good.id == "o9"
    assert (bad.row, bad.field, bad.value) == (1, field, value)
    assert bad.content["created_at"] == row.split(",")[2]


def test_problems_do_not_show_mail_addresses(read):
    found = read(HEADER + "o1,ann@x.com,2026-01-02,a,1,1,ann@x.com\n")
    assert "ann" not in str(found[0])
    assert found[0].content["customer_id"] == "ann@x.com"


def test_blanks_behind_the_last_column_and_blank_lines_are_forgiven(read):
    found = read(HEADER.replace("\n", ",\n") + "\no1,c1,2026-01-02,a,1,1,\n\n")
    assert [one.id for one in found] == ["o1"]


def test_goods_below_zero_are_a_return_of_their_order_and_day(read):
    sold, one, two = read(
        HEADER
        + "o1,c1,2026-01-02 09:00,a,3,2.00\n"
        + "o1,c1,2026-01-05 09:00,a,-1,2.00\n"
        + "o1,c1,2026-01-05 08:00,a,1,-2.00\n"
        + "o1,c1,2026-01-09 09:00,a,-1,2.00\n"
    )
    assert amounts(sold) == [600]
    assert (one.id, one.order_id, one.at.hour) == ("o1/return/2026-01-05", "o1", 8)
    assert [(line.quantity, line.amount.minor) for line in one.lines] == [(1, 200), (1, 200)]
    assert (two.id, amounts(two)) == ("o1/return/2026-01-09", [200])


def test_a_credit_note_with_its_own_number_names_no_order(read):
    _, back = read(HEADER + "o1,c1,2026-01-02,a,1,2\nk7,c1,2026-01-05,a,-1,2\n")
    assert (type(back), back.id, back.order_id) == (Return, "k7/return/2026-01-05", None)


def test_rows_flagged_as_refunds_give_back_whatever_their_sign(read):
    log = "order,customer,date,sku,amount,is_refund\n"
    sold, back = read(log + "o1,c1,2026-01-02,a,5,no\no1,c1,2026-01-03,a,5,yes\n")
    assert (type(sold), type(back)) == (Purchase, Return)
    assert amounts(back) == [500]


def test_natures_are_told_by_column_or_by_code(read):
    said = ("a,1,10,goods", "x,1,-2,coupon", "y,1,3,postage")
    rows = "".join(f"o1,c1,2026-01-02,{cells}\n" for cells in said)
    (order,) = read(HEADER.replace("\n", ",nature\n") + rows)
    natures = [line.nature for line in order.lines]
    assert natures == [Nature.GOODS, Nature.DISCOUNT, Nature.SHIPPING]
    rows = "o1,c1,2026-01-02,a,1,10\no1,c1,2026-01-02,GIFT-50,1,50\no1,c1,2026-01-02,P,1,3\n"
    (order,) = read(HEADER + rows, natures={"GIFT-*": Nature.LIABILITY, "P": "shipping"})
    natures = [line.nature for line in order.lines]
    assert natures == [Nature.GOODS, Nature.LIABILITY, Nature.SHIPPING]


def test_a_discount_must_lower_the_bill(read):
    rows = "o1,c1,2026-01-02,a,1,10\no1,c1,2026-01-02,D,1,2\n"
    bad, order = read(HEADER + rows, natures={"D": Nature.DISCOUNT})
    assert (bad.row, "below 0" in bad.reason) == (2, True)
    assert amounts(order) == [1000]


def test_a_discount_taken_back_with_the_goods_lowers_the_refund(read):
    rows = "k1,c1,2026-01-02,a,-1,10\nk1,c1,2026-01-02,D,1,2\n"
    (back,) = read(HEADER + rows, natures={"D": Nature.DISCOUNT})
    assert amounts(back) == [1000, -200]


def test_a_discount_above_the_goods_refuses_all_rows_of_the_order(read):
    rows = "o1,c1,2026-01-02,a,1,10\no1,c1,2026-01-02,D,1,-20\n"
    found = read(HEADER + rows, natures={"D": Nature.DISCOUNT})
    assert [(type(one), one.row) for one in found] == [(RowProblem, 1), (RowProblem, 2)]
    assert "must not exceed the goods" in found[0].reason


def test_what_an_order_states_is_taken_once(read):
    header = "order,customer,date,sku,price,shipping,total_tax,discount_total,unit_cost,channel\n"
    rows = "o1,c1,2026-01-02,a,10,4.90,2,-1,6,web\no1,c1,2026-01-02,b,10,4.90,,,,\n"
    (order,) = read(header + rows)
    assert (order.shipping, order.tax) == (Money(490, "EUR"), Money(200, "EUR"))
    assert (order.discount, order.channel) == (Money(100, "EUR"), "web")
    assert [line.cost for line in order.lines] == [Money(600, "EUR"), None]


def test_rows_that_disagree_on_their_order_are_refused(read):
    header = "order,customer,date,sku,price,shipping\n"
    found = read(header + "o1,c1,2026-01-02,a,10,4.90\no1,c1,2026-01-02,b,10,5.90\n")
    assert [one.field for one in found] == ["shipping", "shipping"]


def test_a_return_that_states_shipping_is_not_read_half(read):
    (bad,) = read("order,customer,date,sku,price,shipping\nk1,c1,2026-01-02,a,-10,4.90\n")
    assert (bad.field, bad.value) == ("shipping", "4.90")


def test_a_column_can_state_the_currency_and_orders_have_one(read):
    header = HEADER.replace("\n", ",currency\n")
    rows = "o1,c1,2026-01-02,a,1,10,usd\no2,c1,2026-01-02,a,1,10,\n"
    one, two = read(header + rows)
    assert (one.currency, two.currency) == ("USD", "EUR")
    mixed = "o1,c1,2026-01-02,a,1,10,USD\no1,c1,2026-01-02,a,1,10,EUR\n"
    assert [type(one) for one in read(header + mixed)] == [RowProblem, RowProblem]
    (bad,) = read(header + "o1,c1,2026-01-02,a,1,10,dollars\n")
    assert bad.field == "currency"


def test_without_order_numbers_equal_rows_are_facts_with_stable_ids(read):
    january = "customer,date,amount\nc1,2026-01-02,5\nc1,2026-01-02,5.00\n"
    early = read(january)
    year = read(january + "c2,2026-02-02,5\n")
    assert len({one.id for one in year}) == 3
    assert year[:2] == early
    assert early[1].id == early[0].id + "-2"
    (guest,) = read("customer,date,amount\n,2026-01-02,5\n")
    assert guest.customer_id == f"guest:shop/{guest.order_id}"


def test_columns_are_told_by_role_without_regard_to_case(read):
    text = "Beleg;Kunde;Datum;Betrag\nb1;k1;31.12.2025;1.234,50\n"
    told = {"order": "beleg", "customer": "KUNDE", "time": "Datum", "amount": "Betrag"}
    (order,) = read(text, columns=told, decimal=",", timezone="Europe/Berlin")
    assert amounts(order) == [123_450]
    assert order.at.isoformat() == "2025-12-30T23:00:00+00:00"


def test_price_times_quantity_goes_before_a_total(read):
    (order,) = read("order,client,date,sku,qty,price,total\no1,c1,2026-01-02,a,2,5,99\n")
    assert amounts(order) == [1000]
    told = {"amount": "total"}
    (order,) = read(
        "order,client,date,sku,qty,price,total\no1,c1,2026-01-02,a,2,5,9\n", columns=told
    )
    assert (amounts(order), order.lines[0].quantity) == ([900], Decimal(2))


def test_a_role_can_be_left_out(read):
    text = HEADER.replace("\n", ",currency\n") + "o1,c1,2026-01-02,a,1,1,x\n"
    (order,) = read(text, columns={"currency": ""})
    assert order.currency == "EUR"


def test_a_preset_of_ones_own_is_taken(read):
    own = Preset(
        name="till",
        currency="JPY",
        columns={"customer": ("who",), "time": ("when",), "amount": ("yen",)},
        extra=("till",),
    )
    log = "who,when,yen,till\nc1,2026-01-02,500,3\n"
    (order,) = read(log, preset=own, currency=None, source=None)
    assert (order.source, order.lines[0].amount) == ("till", Money(500, "JPY"))
    assert dict(order.extra) == {"till": "3"}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"preset": "shopfiy"}, "preset"),
        ({"currency": None}, "currency"),
        ({"currency": "euro"}, "currency"),
        ({"timezone": "Madrid"}, "timezone"),
        ({"source": "My Shop"}, "source"),
        ({"encoding": "klingon"}, "encoding"),
        ({"delimiter": "::"}, "delimiter"),
        ({"format": "xlsx"}, "format"),
        ({"decimal": "'"}, "decimal"),
        ({"columns": {"buyer": "x"}}, "column"),
    ],
)
def test_arguments_that_cannot_be_are_refused(read, options, field):
    with pytest.raises(InvalidValueError) as caught:
        read(HEADER + "o1,c1,2026-01-02,a,1,1\n", **options)
    assert caught.value.field == field
