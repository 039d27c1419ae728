"""Rows by their columns: each stands where ``Fact`` says, and holds what the value says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import KINDS, Part, Purchase, Return
from crmkit.domain.interactions.amounts import SUMS
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.times import day_of, microseconds, zone_of
from crmkit.testing.draws import draws

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
EARLIEST, LATEST = (1, 1, 1, 0, 30), (9999, 12, 31, 23, 30)


class Doubling:
    def rate(self, *_):
        return Decimal(2)


SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid")
TO = Reporting(SHOP)


def eur(minor):
    return Money(minor, "EUR")


ORDER = Purchase(
    id="1",
    customer_id="guest:shop/1",
    at=AT,
    order_id="o1",
    channel="web",
    revision=3,
    offer_id="tea",
    campaign_id="spring",
    lines=[
        Line(product_id="cup", quantity=2, amount=eur(1000), cost=eur(300)),
        Line(product_id="pot", quantity="0.5", amount=eur(3000)),
        *(Line(amount=eur(i), nature=nature) for i, nature in enumerate(list(Nature)[1:], -2)),
    ],
    discount=eur(38),
    shipping=eur(100),
    tax=eur(200),
    fees=eur(300),
    promised_at=AT + timedelta(days=2),
)

ROW = Fact(
    shop_id="lamp",
    source="shop",
    id="1",
    part=0,
    revision=3,
    customer_id="guest:shop/1",
    guest=1,
    kind="purchase",
    at=microseconds(AT),
    day=(AT - datetime(1970, 1, 1, tzinfo=UTC)).days + 1,
    channel="web",
    order_id="o1",
    order_key="shop/o1",
    goods=2,
    units=2500,
    amount=3961,
    cost=300,
    costed=990,
    discount=39,
    shipping=98,
    tax=201,
    fees=300,
    adjustments=2,
    liabilities=3,
    donations=4,
    due_day=(AT - datetime(1970, 1, 1, tzinfo=UTC)).days + 3,
    offer_id="tea",
    campaign_id="spring",
)


def test_an_order_is_one_row_with_every_sum_in_its_column():
    assert ORDER.facts(TO) == [ROW]


def test_money_of_another_currency_is_converted_and_counts_are_not():
    shop = evolve(SHOP, currency="USD")
    (row,) = ORDER.facts(Reporting(shop, rates=Doubling()))
    counts = {"goods", "units"}
    doubled = {n: getattr(ROW, n) * (1 if n in counts else 2) for n in SUMS}
    assert row == ROW._replace(**doubled)


def test_the_sums_of_a_row_stand_side_by_side():
    assert SUMS[0] == "goods"
    assert SUMS[-1] == "donations"
    assert len(SUMS) == 12


def test_a_return_has_other_money_only_where_it_is_at_home():
    back = Return(
        id="r",
        customer_id="ann",
        at=AT,
        order_id="o1",
        lines=[Line(quantity=3, amount=eur(700)), Line(amount=eur(90), nature="shipping")],
        reason="defect",
    )
    (row,) = back.facts(TO)
    assert (row.order_key, row.goods, row.units, row.amount) == ("shop/o1", 1, 3000, 700)
    assert (row.shipping, row.tax, row.discount, row.fault) == (-90, 0, None, 1)
    elsewhere, home = back.facts(TO, [Part(order_key="shop/o2", units=3000, amount=700)])
    assert (elsewhere.goods, elsewhere.amount, elsewhere.shipping) == (1, 700, None)
    assert (home.goods, home.amount, home.shipping, home.part) == (0, 0, -90, 1)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_row_has_what_every_kind_has_in_its_column(kind):
    for one in draws(kind, 50):
        rows = one.facts(Reporting(SHOP, rates=Doubling()))
        assert {len(row) for row in rows} == {len(Fact._fields)}
        for part, row in enumerate(rows):
            bare = one.row(TO, part)
            own = {n: v for n, v in row._asdict().items() if v is not None}
            assert own.items() >= {n: v for n, v in bare._asdict().items() if v is not None}.items()
            assert type(row) is Fact


def test_a_column_that_no_row_has_is_refused():
    with pytest.raises(KeyError, match="colour"):
        ORDER.row(TO, colour="red")


@pytest.mark.parametrize("quantity", [10**30, "1E+13", "1.00000000000000000000000000000001"])
def test_a_quantity_beyond_what_rows_hold_is_refused(quantity):
    with pytest.raises(InvalidValueError, match="at most three decimals, up to 1,000,000,000,000"):
        Line(quantity=quantity, amount=eur(5))


def test_the_largest_quantity_is_kept_in_thousandths():
    assert Line(quantity=10**12, amount=eur(5)).units == 10**15
    assert Line(quantity="999999999999.999", amount=eur(5)).units == 10**15 - 1


@pytest.mark.parametrize("code", ["A1B", 'A"B', "A-B", "EU", "ÄÖÜ", "eur"])
def test_a_currency_is_three_capital_letters(code):
    with pytest.raises(InvalidValueError, match="ISO 4217"):
        Money(5, code)


@pytest.mark.parametrize(("at", "zone"), [(EARLIEST, "America/Lima"), (LATEST, "Europe/Madrid")])
def test_a_day_beyond_the_calendar_of_the_shop_is_refused(at, zone):
    at = datetime(*at, tzinfo=UTC)
    with pytest.raises(InvalidValueError, match=f"within the years 1 to 9999 in {zone}"):
        day_of(at, zone_of(zone))
