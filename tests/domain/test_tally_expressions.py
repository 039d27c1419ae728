"""Drawn declarations mean what a slow, plain reading of them says."""

import itertools
import operator
import pickle
import runpy
import traceback
from functools import reduce
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally import (
    At,
    Expr,
    NetOrder,
    Tally,
    count,
    distinct,
    figures,
    highest,
    lowest,
    per,
    reading,
    row,
    rules,
    total,
    total_at,
    whole,
)

drawn = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("drawn_tallies.py"))))
over_facts = drawn.drawn_tallies(Tally, drawn.FACTS)
over_orders = drawn.drawn_tallies(Tally, drawn.ORDERS)


@settings(max_examples=settings.default.max_examples * 4)
@given(over_facts, drawn.wild_facts(min_size=4))
def test_the_generated_fold_reads_a_declaration_as_the_slow_reader_does(tally, facts):
    got = tally.collect(facts)
    want = drawn.slowly_read(tally, facts)
    assert {name: getattr(got, name) for name in want} == want


@given(over_orders, st.lists(drawn.wild_facts(3), max_size=5))
def test_readings_of_rows_are_computed_in_place_and_mean_the_same(tally, orders):
    rows = [NetOrder.collect(facts) for facts in orders]
    want = drawn.slowly_read(tally, rows)
    for got in (tally.collect(rows), tally.collect(rows, over=NetOrder)):
        assert {name: getattr(got, name) for name in want} == want


@given(over_facts, drawn.wild_facts())
def test_collecting_is_adding_up_what_each_row_says(tally, facts):
    assert reduce(operator.add, map(tally.of, facts), tally()) == tally.collect(facts)


@given(over_facts, drawn.wild_facts(), drawn.wild_facts(), drawn.wild_facts())
def test_every_declared_tally_is_a_commutative_monoid(tally, a, b, c):
    x, y, z = map(tally.collect, (a, b, c))
    assert tally() + x == x == x + tally()
    assert (x + y) + z == x + (y + z) == tally.collect(a + b + c)
    assert x + y == y + x


@frozen(kw_only=True)
class Visits(Tally):
    """Rows with a page, of which some cost money."""

    pages: frozenset[str] = distinct(row.page)
    last: At = total_at(row.cents, highest=row.day)
    dear: int = count(where=row.cents > 5)
    spread = reading(row.pages - row.dear)


@frozen(kw_only=True)
class Visitors(Tally):
    """Visits again, one row per visitor."""

    many: int = count(where=row.pages >= 2)
    last_cents: int = total(row.last)


def visit(page, day, cents):
    return SimpleNamespace(page=page, day=day, cents=cents)


def test_sets_and_totals_at_an_extreme_read_as_their_figures_in_rows_above():
    one = Visits.collect([visit("a", 1, 9), visit("b", 2, 4), visit(None, 2, 3)])
    two = Visits.collect([visit("a", 7, None)])
    assert one.last == At(2, 7)
    assert two.last == At(None, None)
    assert Visitors.collect([one, two], over=Visits) == Visitors(many=1, last_cents=7)


def test_figures_are_plain_numbers():
    visits = Visits.collect([visit("a", 1, 9), visit("b", 2, 4)])
    assert figures(visits) == {"pages": 2, "last": 4, "last_at": 2, "dear": 1, "spread": 1}


def test_rows_without_a_key_belong_to_no_part():
    @frozen(kw_only=True)
    class ByPage(Tally):
        pages: dict = per(row.page, Visits, where=row.day > 1)
        paid: Visits = whole(Visits, where=row.cents.known())

    found = ByPage.collect(iter([visit("a", 1, 1), visit("a", 2, 2), visit(None, 3, None)]))
    assert set(found.pages) == {"a"}
    assert found.pages["a"].last == At(2, 2)
    assert found.paid.last == At(2, 2)
    assert found.paid.pages == {"a"}


PAIRS = list(itertools.product([None, -1, 0, 1], repeat=2))


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_every_comparison_with_gaps_and_without(name, left, right):
    compare = getattr(operator, name)
    wheres = [compare(row.a, row.b)]
    wheres += [compare(row.a, right)] if right is not None else []
    wheres += [compare(left, row.b)] if left is not None else []
    fields = {f"n{i}": count(where=where) for i, where in enumerate(wheres)}
    compared = attrs.make_class("Compared", fields, bases=(Tally,), frozen=True, kw_only=True)
    want = left is not None and right is not None and compare(left, right)
    found = compared.of(SimpleNamespace(a=left, b=right))
    assert set(figures(found).values()) == {int(want)}


def test_a_comparison_with_a_missing_value_is_false_either_way():
    @frozen(kw_only=True)
    class Compared(Tally):
        same: int = count(where=row.cents == row.day)
        other: int = count(where=row.cents != row.day)
        not_same: int = count(where=~(row.cents == row.day))

    assert Compared.of(visit("a", None, None)) == Compared(same=0, other=0, not_same=1)


def test_tallies_of_two_kinds_do_not_add():
    with pytest.raises(TypeError):
        Visits() + Visitors()


def test_tallies_cross_process_borders():
    order = NetOrder(paid=3, day=1)
    assert pickle.loads(pickle.dumps(order)) == order


def test_a_subclass_keeps_the_inherited_rules_and_may_replace_one():
    @frozen(kw_only=True)
    class Longer(Visits):
        dear: int = count(where=row.cents > 100)
        first: int | None = lowest(row.day)

    assert set(rules(Longer)) == {"pages", "last", "dear", "first"}
    assert Longer.of(visit("a", 3, 9)) == Longer(
        pages=frozenset("a"), last=At(3, 9), dear=0, first=3
    )


def test_a_field_may_replace_an_inherited_reading():
    @frozen(kw_only=True)
    class Replaced(Visits):
        spread: int | None = highest(row.day)

    assert figures(Replaced.of(visit("a", 3, 9)))["spread"] == 3


def test_generated_code_shows_in_tracebacks():
    with pytest.raises(AttributeError) as caught:
        Visits.collect([object()])
    assert "c_cents = r.cents" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bool(row.units > 1),
        lambda: 0 < row.units < 5,
        lambda: row.units == None,  # noqa: E711
        lambda: row.units > 0.5,
        lambda: row.units == True,  # noqa: E712
        lambda: row.kind < "b",
        lambda: row.kind + "b",
        lambda: (row.units + 1) & (row.units > 1),
        lambda: (row.units > 1) & 1,
        lambda: ~(row.units + 1),
        lambda: (row.units > 1) + 1,
        lambda: (row.units > 1) == 1,
        lambda: total_at(row.units),
        lambda: total_at(row.units, lowest=row.day, highest=row.day),
        lambda: per(row.units + 1, NetOrder),
    ],
)
def test_what_engines_would_read_differently_is_refused(wrong):
    with pytest.raises(InvalidValueError):
        wrong()


@pytest.mark.parametrize("name", ["_private", "a b", "x; import os", "class"])
def test_only_names_are_columns(name):
    with pytest.raises(AttributeError):
        getattr(row, name)


def test_expressions_show_what_they_are():
    shown = repr((row.units - 1).at_least(0) > row.amount)
    assert shown == "gt(floor(sub(col('units'), lit(1)), lit(0)), col('amount'))"
    assert isinstance(row.units, Expr)
