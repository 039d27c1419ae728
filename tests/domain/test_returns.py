"""Returns find their orders by the rule, lose nothing, and never look ahead."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.customer import guest_id
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Purchase, Return, in_order
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import LinkRule, facts_of, link_returns
from crmkit.domain.shop import Shop
from crmkit.testing.strategies import histories

TO = Reporting(Shop(id="lamp", currency="EUR"))


def day(number):
    return datetime(2026, 1, number, tzinfo=UTC)


def cups(quantity, minor, cost=None, product="cup"):
    cost = None if cost is None else Money(cost, "EUR")
    return Line(product_id=product, quantity=quantity, amount=Money(minor, "EUR"), cost=cost)


def order(number, on, *lines, who="ann"):
    return Purchase(id=number, order_id=number, customer_id=who, at=day(on), lines=lines)


def back(number, on, *lines, who="ann", **more):
    return Return(id=number, customer_id=who, at=day(on), lines=lines, **more)


def found(*history):
    """The rule, order, units and amount of every link."""
    return [
        (link.rule.value, link.part.order_key, link.part.units, link.part.amount)
        for link in link_returns(history)
    ]


# --- the rule ------------------------------------------------------------------------------


def test_a_named_order_is_the_link_even_before_it_is_known():
    assert found(back("r", 9, cups(1, 5), order_id="1")) == [("named", "shop/1", 1000, 5)]


def test_exactly_the_quantity_at_the_price_comes_first():
    history = order("1", 1, cups(2, 10)), order("2", 2, cups(3, 15)), order("3", 3, cups(2, 12))
    assert found(*history, back("r", 9, cups(2, 10))) == [("exact", "shop/1", 2000, 10)]


def test_what_is_no_goods_is_never_held_though_it_names_a_product():
    off = Line(product_id="cup", amount=Money(-100, "EUR"), nature=Nature.DISCOUNT)
    bought = order("1", 1, cups(2, 1000), off)
    assert found(bought, back("r", 9, cups(2, 1000))) == [("exact", "shop/1", 2000, 1000)]
    assert found(bought, back("r", 9, cups(3, 1500))) == [
        ("split", "shop/1", 2000, 1000),
        ("unlinked", None, 1000, 500),
    ]


def test_of_several_exact_orders_the_latest_is_taken():
    history = order("1", 1, cups(2, 10)), order("2", 2, cups(2, 10))
    assert found(*history, back("r", 9, cups(2, 10))) == [("exact", "shop/2", 2000, 10)]


def test_ties_go_to_the_greater_order_id():
    history = order("a", 1, cups(2, 10)), order("b", 1, cups(2, 10))
    assert found(*history, back("r", 9, cups(2, 10))) == [("exact", "shop/b", 2000, 10)]


def test_else_the_latest_order_with_enough_left():
    history = order("1", 1, cups(5, 25)), order("2", 2, cups(4, 20)), order("3", 3, cups(1, 5))
    assert found(*history, back("r", 9, cups(2, 10))) == [("latest", "shop/2", 2000, 10)]


def test_else_it_is_split_latest_first():
    history = order("1", 1, cups(2, 10)), order("2", 2, cups(1, 5))
    assert found(*history, back("r", 9, cups(3, 16))) == [
        ("split", "shop/2", 1000, 5),
        ("split", "shop/1", 2000, 11),
    ]


def test_what_remains_is_unlinked():
    assert found(order("1", 1, cups(1, 5)), back("r", 9, cups(3, 15))) == [
        ("split", "shop/1", 1000, 5),
        ("unlinked", None, 2000, 10),
    ]


def test_quantities_are_deducted_as_lines_are_linked():
    history = order("1", 1, cups(2, 10)), order("2", 2, cups(2, 10))
    returns = back("r", 9, cups(2, 10), cups(1, 5)), back("s", 10, cups(1, 5), cups(1, 5))
    assert [key for _, key, _, _ in found(*history, *returns)] == [
        *("shop/2", "shop/1"),
        *("shop/1", None),
    ]


@pytest.mark.parametrize("on", [3, 4])
def test_only_orders_strictly_earlier_count(on):
    assert found(order("1", on, cups(1, 5)), back("r", 3, cups(1, 5))) == [
        ("unlinked", None, 1000, 5)
    ]


def test_other_products_and_lines_without_one_do_not_count():
    history = order("1", 1, cups(1, 5), cups(1, 5, product=None))
    returns = back("r", 9, cups(1, 5, product="cap"), cups(1, 5, product=None))
    assert {rule for rule, *_ in found(history, returns)} == {"unlinked"}


def test_guests_are_linked_by_name_only():
    guest = guest_id("shop", "1")
    bought = order("1", 1, cups(1, 5), who=guest)
    assert found(bought, back("r", 9, cups(1, 5), who=guest)) == [("unlinked", None, 1000, 5)]
    named = back("r", 9, cups(1, 5), who=guest, order_id="1")
    assert found(bought, named) == [("named", "shop/1", 1000, 5)]


def test_a_named_return_deducts_too():
    history = order("1", 1, cups(1, 5)), back("r", 2, cups(1, 5), order_id="1")
    assert found(*history, back("s", 3, cups(1, 5)))[1] == ("unlinked", None, 1000, 5)


def test_lines_of_one_product_in_an_order_are_held_together():
    bought = order("1", 1, cups(1, 5), cups(2, 10))
    assert found(bought, back("r", 9, cups(3, 15))) == [("exact", "shop/1", 3000, 15)]


# --- costs -----------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(0, 1000), st.data())
def test_costs_come_back_exactly_when_all_is_returned(bought, cost, data):
    left, pieces = bought, []
    while left:
        pieces.append(data.draw(st.integers(1, left)))
        left -= pieces[-1]
    returns = [back(f"r{i:02}", 9, cups(piece, piece)) for i, piece in enumerate(pieces)]
    links = link_returns([order("1", 1, cups(bought, bought, cost)), *returns])
    assert sum(link.part.cost for link in links) == cost
    assert sum(link.part.costed for link in links) == bought
    assert all(link.part.cost >= 0 for link in links)


def test_an_unknown_cost_stays_unknown():
    bought = order("1", 1, cups(1, 5, 2), cups(1, 5))
    (link,) = link_returns([bought, back("r", 9, cups(2, 10))])
    assert (link.part.cost, link.part.costed) == (0, 0)


# --- laws -------------------------------------------------------------------------------------

guests = histories(customer_id=guest_id("shop", "1"))


@given(histories() | guests)
def test_links_lose_no_unit_and_no_amount(history):
    parts = defaultdict(list)
    for link in link_returns(history):
        parts[link.source, link.id, link.line].append(link.part)
    for one in history:
        if isinstance(one, Return):
            for i, (line, amount) in enumerate(
                zip(one.lines, one.refunded_per_line(), strict=True)
            ):
                mine = parts.pop((one.source, one.id, i), [])
                if line.nature in (Nature.GOODS, Nature.DISCOUNT):
                    units = line.units if line.nature is Nature.GOODS else 0
                    assert sum(part.units for part in mine) == units
                    assert sum(part.amount for part in mine) == amount
                else:
                    assert mine == []
    assert not parts


@given(histories(named=False))
def test_no_order_gives_back_more_than_it_held(history):
    held, came = defaultdict(int), defaultdict(int)
    lines = {}
    for one in history:
        for i, line in enumerate(getattr(one, "lines", ())):
            if isinstance(one, Purchase) and line.nature is Nature.GOODS:
                held[f"{one.source}/{one.order_id}", line.product_id] += line.units
            lines[one.source, one.id, i] = line
    for link in link_returns(history):
        if link.part.order_key is not None:
            product = lines[link.source, link.id, link.line].product_id
            came[link.part.order_key, product] += link.part.units
    assert all(units <= held[key] for key, units in came.items())


@given(histories(), st.randoms())
def test_links_do_not_depend_on_the_order_of_arrival(history, chance):
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert link_returns(shuffled) == link_returns(history)
    assert facts_of(shuffled, TO) == facts_of(history, TO)


@given(histories(), st.integers(0, 13))
def test_a_history_cut_at_a_moment_has_the_links_it_had_then(history, cut):
    end = datetime(2026, 1, 1 + cut, tzinfo=UTC)
    before = [one for one in history if one.at <= end]
    kept = {(one.source, one.id) for one in before}
    whole = [link for link in link_returns(history) if (link.source, link.id) in kept]
    assert whole == link_returns(before)
    rows = [row for row in facts_of(history, TO) if (row.source, row.id) in kept]
    assert rows == facts_of(before, TO)


@given(guests)
def test_guests_are_never_linked_by_the_rule(history):
    rules = {link.rule for link in link_returns(history)}
    assert rules <= {LinkRule.NAMED, LinkRule.UNLINKED}


@given(histories())
def test_named_orders_are_kept(history):
    named = {(one.source, one.id): one.order_key for one in history if isinstance(one, Return)}
    for link in link_returns(history):
        if named[link.source, link.id] is not None:
            assert (link.rule, link.part.order_key) == (
                LinkRule.NAMED,
                named[link.source, link.id],
            )


@given(histories())
def test_flat_rows_are_numbered_and_carry_all_that_was_refunded(history):
    rows = defaultdict(list)
    for row in facts_of(history, TO):
        assert isinstance(row, Fact)
        rows[row.source, row.id].append(row)
    assert rows.keys() == {(one.source, one.id) for one in history}
    for one in in_order(history):
        mine = rows[one.source, one.id]
        assert [row.part for row in mine] == list(range(len(mine)))
        if isinstance(one, Return):
            assert sum(row.amount for row in mine) == sum(one.refunded_per_line()) + one.rest()
            assert len({row.order_key for row in mine}) == len(mine)


def test_a_return_in_another_currency_is_never_taken_for_the_order():
    yen = Line(product_id="cup", quantity=1, amount=Money(1000, "JPY"), cost=Money(400, "JPY"))
    euros = cups(1, 1000)
    assert found(order("1", 1, yen), back("r", 9, euros)) == [("unlinked", None, 1000, 1000)]
    named = back("r", 9, euros, order_id="1")
    parts = [link.part for link in link_returns([order("1", 1, yen), named])]
    assert [(part.order_key, part.cost, part.costed) for part in parts] == [("shop/1", 0, 0)]
