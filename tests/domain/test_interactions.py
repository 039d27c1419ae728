"""Interactions are valid from birth and give flat rows whose money adds up."""

import copy
import pickle
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError, NoRateError
from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.happened import key_of
from crmkit.domain.interactions import (
    KINDS,
    Delivered,
    Purchase,
    Return,
    SurveyResponse,
    in_order,
)
from crmkit.domain.lines import Line, Nature
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Answer, Scale
from crmkit.domain.times import day_number, microseconds
from crmkit.testing import FakeRates
from crmkit.testing.strategies import histories, interactions, purchases, returns

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
MADRID = Reporting(Shop(id="lamp", currency="EUR", timezone="Europe/Madrid"))
ANY_RATES = FakeRates({f"{code}/EUR": Decimal("0.5") for code in ("USD", "JPY", "KWD")})
PAID = Reporting(MADRID.shop, ANY_RATES)
MONEY_COLUMNS = ("shipping", "tax", "fees", "adjustments", "liabilities", "donations")


def goods(minor, quantity="1", **more):
    return Line(product_id="cup", quantity=quantity, amount=Money(minor, "EUR"), **more)


def other(nature, minor):
    return Line(amount=Money(minor, "EUR"), nature=nature)


def order(*lines, **more):
    return Purchase(
        **({"id": "1", "customer_id": "ann", "at": AT, "order_id": "o"} | more), lines=lines
    )


def back(*lines, **more):
    return Return(**({"id": "r", "customer_id": "ann", "at": AT} | more), lines=lines)


@given(interactions())
def test_rows_say_whose_and_when(one):
    for part, row in enumerate(one.facts(PAID)):
        assert (row.shop_id, row.source, row.id, row.part) == ("lamp", one.source, one.id, part)
        assert (row.kind, row.revision, row.customer_id) == (
            one.kind,
            one.revision,
            one.customer_id,
        )
        assert row.at == microseconds(one.at)
        assert row.guest == one.customer_id.startswith("guest:")
        for name, value in zip(Fact._fields, row, strict=True):
            assert value is None or isinstance(value, str if name in TEXT_COLUMNS else int)


@given(interactions())
def test_interactions_are_values(one):
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one
    assert evolve(one) == one
    assert KINDS[one.kind] is type(one)
    assert hash(one) == hash(evolve(one))


@given(purchases(currency=st.just("EUR")))
def test_the_books_of_an_order_add_up(one):
    (row,) = one.facts(MADRID)
    charged = sum(line.amount.minor for line in one.lines)
    charged -= one.discount.minor if one.discount else 0
    charged += sum(extra.minor for extra in (one.shipping, one.tax, one.fees) if extra)
    assert row.amount + sum(getattr(row, name) for name in MONEY_COLUMNS) == charged
    assert row.amount >= 0
    assert 0 <= row.costed <= row.amount or not row.goods
    assert sum(one.paid_per_line()) == (row.amount if row.goods else 0)
    assert row.units == sum(line.units for line in one.lines if line.nature is Nature.GOODS)


@given(returns(currency=st.just("EUR")))
def test_the_books_of_a_return_add_up(one):
    rows = one.facts(MADRID)
    given_back = sum(row.amount for row in rows)
    per_line = one.refunded_per_line()
    assert sum(per_line) + one.rest() == given_back
    if one.refund is not None:
        assert given_back == one.refund.minor
    others = sum(
        line.amount.minor
        for line in one.lines
        if line.nature not in (Nature.GOODS, Nature.DISCOUNT)
    )
    assert -sum(getattr(row, name) or 0 for row in rows for name in MONEY_COLUMNS) == others


def test_an_order_is_one_row():
    one = order(
        goods(1000, "2", cost=Money(300, "EUR")),
        goods(500),
        other("discount", -100),
        other("shipping", 400),
        other("adjustment", -7),
        other("liability", 2500),
        other("donation", 50),
        discount=Money(50, "EUR"),
        shipping=Money(95, "EUR"),
        tax=Money(210, "EUR"),
        fees=Money(30, "EUR"),
        promised_at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC),
    )
    (row,) = one.facts(MADRID)
    assert (row.amount, row.discount, row.shipping, row.tax, row.fees) == (1350, 150, 495, 210, 30)
    assert (row.adjustments, row.liabilities, row.donations) == (-7, 2500, 50)
    assert (row.goods, row.units) == (2, 3000)
    assert (row.cost, row.costed) == (300, 900)
    assert row.order_key == key_of("shop", "o") == "shop/o"
    assert row.day == day_number(datetime(2026, 3, 2, tzinfo=UTC).date())
    assert row.due_day == day_number(datetime(2026, 3, 5, tzinfo=UTC).date())


def test_amounts_are_brought_into_the_shops_currency():
    line = Line(product_id="cup", amount=Money(1000, "USD"), cost=Money(301, "USD"))
    (row,) = order(line).facts(PAID)
    assert (row.amount, row.cost) == (500, 150)
    with pytest.raises(NoRateError):
        order(line).facts(MADRID)


def test_a_return_that_names_its_order_counts_for_it():
    (row,) = back(goods(500), order_id="o").facts(MADRID)
    assert (row.order_key, row.amount, row.units) == ("shop/o", 500, 1000)


def test_a_return_that_names_none_has_a_key_of_its_own():
    (row,) = back(goods(500), other("shipping", 400)).facts(MADRID)
    assert (row.order_key, row.amount, row.shipping) == ("~shop/r", 500, -400)


def test_a_refund_is_shared_by_the_lines():
    one = back(goods(600), goods(300), refund=Money(600, "EUR"))
    assert one.refunded_per_line() == [400, 200]
    assert one.rest() == 0
    assert back(refund=Money(600, "EUR")).rest() == 600


def test_a_survey_gives_a_row_per_answer():
    scale = Scale(0, 10)
    one = SurveyResponse(
        id="s",
        customer_id="ann",
        at=AT,
        instrument="nps",
        order_id="o",
        answers=[
            Answer(item="recommend", value=9, scale=scale),
            Answer(item="again", value=None, scale=scale),
        ],
    )
    rows = one.facts(MADRID)
    assert [(row.part, row.question, row.rating) for row in rows] == [
        (0, "nps/recommend#0..10", 9),
        (1, "nps/again#0..10", None),
    ]
    assert {(row.scale_low, row.scale_high, row.order_key) for row in rows} == {(0, 10, None)}


@pytest.mark.parametrize(
    ("wrong", "raised"),
    [
        (order, ValueError),
        (lambda: order(goods(100), id=""), InvalidValueError),
        (lambda: order(goods(100), id=7), InvalidValueError),
        (lambda: order(goods(100), customer_id=None), InvalidValueError),
        (lambda: order(goods(100), order_id=""), InvalidValueError),
        (lambda: order(goods(100), at=datetime(2026, 3, 1)), InvalidValueError),
        (lambda: order(goods(100), source="My Shop"), InvalidValueError),
        (lambda: order(goods(100), source="a/b"), InvalidValueError),
        (lambda: order(goods(100), revision=-1), ValueError),
        (lambda: order(goods(100), discount=Money(101, "EUR")), InvalidValueError),
        (lambda: order(goods(100), discount=Money(-1, "EUR")), InvalidValueError),
        (lambda: order(goods(100), shipping=Money(1, "USD")), CurrencyMismatchError),
        (lambda: order(goods(100), promised_at=datetime(2026, 3, 1)), InvalidValueError),
        (back, InvalidValueError),
        (lambda: back(goods(100), refund=Money(-1, "EUR")), InvalidValueError),
        (lambda: back(goods(100), refund=Money(1, "USD")), CurrencyMismatchError),
        (lambda: back(goods(100), order_id=""), InvalidValueError),
        (lambda: goods(-1), InvalidValueError),
        (lambda: goods(1, "-1"), InvalidValueError),
        (lambda: goods(1, "0.0001"), InvalidValueError),
        (lambda: goods(1, 0.5), InvalidValueError),
        (lambda: goods(1, nature="bribe"), ValueError),
        (lambda: goods(1, cost=Money(1, "USD")), CurrencyMismatchError),
        (lambda: Delivered(id="1", customer_id="a", at=AT, order_id=""), InvalidValueError),
    ],
)
def test_what_cannot_exist_is_refused(wrong, raised):
    with pytest.raises(raised):
        wrong()


@given(histories(), st.randoms())
def test_the_order_of_a_history_is_its_own(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    ordered = in_order(shuffled)
    assert ordered == in_order(history)
    assert Counter(map(id, ordered)) == Counter(map(id, history))
    assert ordered == sorted(ordered, key=lambda one: (one.at, one.source, one.id))


def test_extra_fields_stay_out_of_the_repr_and_cannot_be_changed():
    one = order(goods(100), extra={"colour": "x"})
    assert "colour" not in repr(one)
    assert one.extra == {"colour": "x"}
    with pytest.raises(TypeError):
        one.extra["colour"] = "y"
    assert FrozenMapping({"a": 1}) == {"a": 1}
    assert len(FrozenMapping({"a": 1})) == 1
