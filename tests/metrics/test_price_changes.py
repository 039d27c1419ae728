"""Rises of prices that a customer took or let pass, read from hand-made histories."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase, Line, Money, Purchase, Return, Shop
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import PriceChange, cognitive, price_changes_of, price_tolerance

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(day):
    return START + timedelta(days=day)


def euros(amount, currency="EUR"):
    return Money.of(f"{amount:.2f}", currency)


def line(price, product="tea", quantity=1, currency="EUR"):
    return Line(product_id=product, quantity=quantity, amount=euros(price * quantity, currency))


def bought(day, *lines, discount=None):
    return Purchase(
        id=f"o{day}",
        order_id=f"o{day}",
        customer_id="ann",
        at=at(day),
        lines=lines,
        discount=discount,
    )


def back(day, of, *lines):
    return Return(
        id=f"b{day}",
        customer_id="ann",
        at=at(day),
        order_id=None if of is None else f"o{of}",
        lines=lines,
    )


def premiums(*history, **options):
    return [(round(one.premium, 4), one.accepted) for one in price_changes_of(history, **options)]


def test_who_buys_again_at_a_higher_price_has_taken_the_rise():
    found = price_changes_of([bought(30, line(11)), bought(0, line(10))])
    assert found == (
        PriceChange(product_id="tea", at=at(30), was=1000, now=1100, currency="EUR", accepted=True),
    )
    assert found[0].premium == pytest.approx(0.1)


def test_the_taken_premium_is_a_price_tolerance():
    (rise,) = price_changes_of([bought(0, line(10)), bought(30, line(11))])
    assert cognitive(price_tolerance=rise.premium).indicators["price_tolerance"] == pytest.approx(
        0.4
    )


def test_equal_and_falling_prices_are_no_rise():
    assert premiums(bought(0, line(10)), bought(30, line(10)), bought(60, line(9))) == []


def test_a_price_is_per_piece():
    assert premiums(bought(0, line(10, quantity=3)), bought(30, line(12))) == [(0.2, True)]


def test_two_lines_of_a_product_have_their_mean_price():
    assert premiums(bought(0, line(9), line(11)), bought(30, line(12))) == [(0.2, True)]


def test_what_came_back_was_never_bought():
    history = bought(0, line(10)), bought(30, line(12)), back(35, 30, line(12))
    assert premiums(*history) == []
    assert premiums(*history, bought(60, line(11))) == [(0.1, True)]


def test_a_return_that_names_no_order_is_linked_by_the_rule_of_returns():
    assert premiums(bought(0, line(10)), bought(30, line(12)), back(35, None, line(12))) == []


def test_of_what_came_back_in_part_the_rest_counts():
    history = bought(0, line(10)), bought(30, line(12, quantity=2)), back(35, 30, line(12))
    assert premiums(*history) == [(0.2, True)]


def test_a_discount_on_the_order_never_looks_like_a_rise():
    half = bought(0, line(10), discount=euros(5))
    assert premiums(half, bought(30, line(10))) == []
    assert premiums(bought(0, line(10)), bought(30, line(12), discount=euros(2))) == []
    assert premiums(bought(0, line(10)), bought(30, line(12), discount=euros(1))) == [(0.1, True)]


def test_gifts_other_products_and_other_currencies_tell_nothing():
    assert premiums(bought(0, line(0)), bought(30, line(12))) == []
    assert premiums(bought(0, line(10)), bought(30, line(12, product="mug"))) == []
    dollars = bought(30, line(12, currency="USD"))
    assert premiums(bought(0, line(10)), dollars) == []
    nameless = Line(amount=euros(10))
    assert premiums(bought(0, nameless), bought(30, line(12))) == []


PRICES = {"tea": [(at(-9), euros(10)), (at(20), euros(13))]}


def refused(*history, until=400, prices=PRICES):
    return premiums(*history, prices=prices, until=at(until), patience_days=100)


def test_who_buys_other_things_and_never_it_again_has_refused_the_rise():
    history = bought(0, line(10)), bought(50, line(5, product="mug"))
    found = price_changes_of(history, prices=PRICES, until=at(400), patience_days=100)
    assert found == (
        PriceChange(
            product_id="tea", at=at(20), was=1000, now=1300, currency="EUR", accepted=False
        ),
    )
    assert premiums(*history) == []


def test_who_is_gone_for_good_tells_nothing():
    assert refused(bought(0, line(10))) == []
    assert refused(bought(0, line(10)), bought(10, line(5, product="mug"))) == []


def test_patience_must_be_over():
    history = bought(0, line(10)), bought(50, line(5, product="mug"))
    assert refused(*history, until=119) == []
    assert refused(*history, until=120) == [(0.3, False)]


def test_a_rise_that_was_taken_back_in_time_is_none():
    taken_back = {"tea": [*PRICES["tea"], (at(60), euros(10))]}
    history = bought(0, line(10)), bought(50, line(5, product="mug"))
    assert refused(*history, prices=taken_back) == []


def test_a_rise_that_was_taken_is_not_refused_as_well():
    assert refused(bought(0, line(10)), bought(50, line(13)), bought(70, line(5, "mug"))) == [
        (0.3, True)
    ]


def test_no_patience_is_refused():
    with pytest.raises(InvalidValueError, match="patience_days"):
        price_changes_of([], patience_days=0)


steps = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 50)), max_size=8)


@given(steps, st.randoms())
def test_any_order_of_the_history_tells_the_same_and_every_premium_is_above_0(drawn, shuffled):
    day, history = 0, []
    for gap, price in drawn:
        day += gap
        history.append(bought(day, line(price)))
    found = price_changes_of(history)
    shuffled.shuffle(history)
    assert price_changes_of(history) == found
    assert all(one.premium > 0 for one in found)
    prices = [price for _, price in drawn]
    assert len(found) == sum(b > a for a, b in pairwise(prices))


def test_a_base_tells_the_rises_of_one_customer_and_of_all():
    history = [bought(0, line(10)), bought(30, line(11)), bought(60, line(12.1))]
    base = CustomerBase.open("memory:", shop=Shop(id="tea", currency="EUR"))
    base.record(history)
    prices = {"tea": [(at(0), euros(10)), (at(30), euros(11)), (at(60), euros(12.1))]}
    tolerance = base.price_tolerance("ann", prices=prices, as_of=at(400))
    assert tolerance.tolerance.value == pytest.approx(0.1)
    assert tolerance == price_tolerance(
        (one.premium, one.accepted)
        for one in price_changes_of(history, prices=prices, until=at(400))
    )
    early = base.price_tolerance("ann", as_of=at(10))
    assert early.tolerance.value is None
    everybody = base.price_acceptance(prices=prices, as_of=at(400))
    assert everybody.median.n == len(price_changes_of(history, prices=prices, until=at(400)))
