"""The state of a base as one value, and as plain data."""

import json
import runpy
from datetime import date
from pathlib import Path

import pytest

from crmkit import Money
from crmkit.domain import guest_id
from crmkit.domain.labels import label
from crmkit.domain.level import RelationshipLevel
from crmkit.report.parts import parts_of
from crmkit.report.plain import plain
from crmkit.report.state import state_of_base

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, back, opened, said = (small[name] for name in ("bought", "back", "opened", "said"))
FACTS = (
    bought("a1", 0),
    bought("a2", 9, "30.00"),
    bought("b1", 3, who="bob"),
    back("b1", 5, who="bob"),
    bought("c1", 4, "8.00", who="cid"),
    bought("g1", 4, "7.00", who=guest_id("shop", "g1")),
    said("nps", "recommend", 9, (0, 10), on=10, who="dan"),
)
AS_OF = date(2026, 2, 1)


def test_counts_tell_known_customers_from_buyers_and_repeat_buyers():
    counts = state_of_base(opened(*FACTS), as_of=AS_OF).counts
    assert (counts.customers, counts.buyers, counts.repeat_buyers) == (4, 2, 1)
    assert (counts.guests, counts.orders, counts.void_orders, counts.returned_orders) == (
        1,
        4,
        1,
        1,
    )


def test_books_add_up():
    books = state_of_base(opened(*FACTS), as_of=AS_OF).books
    assert (books.paid, books.refunded) == (Money(8500, "EUR"), Money(2000, "EUR"))
    assert (books.revenue, books.customer_revenue, books.guest_revenue) == (
        Money(6500, "EUR"),
        Money(5800, "EUR"),
        Money(700, "EUR"),
    )
    assert books.profit == Money(3250, "EUR")


def test_concentration_is_over_buyers_alone():
    state = state_of_base(opened(*FACTS), as_of=AS_OF)
    assert (state.concentration.n, state.concentration.total) == (2, 58.0)


def test_the_report_is_of_the_twelve_months_before():
    state = state_of_base(opened(*FACTS), as_of=AS_OF)
    assert str(state.kpis.period) == "2025-02-02 to 2026-02-01"
    assert (state.as_of, state.first_day) == (AS_OF, date(2026, 1, 1))


def test_plain_data_is_json_with_every_interval_and_note():
    state = state_of_base(opened(*FACTS), as_of=AS_OF)
    data = json.loads(json.dumps(plain(state), allow_nan=False))
    assert data["books"]["revenue"] == {"amount": "65.00", "currency": "EUR"}
    assert data["satisfaction"]["asked"]["nps"]["value"] == 100
    assert data["satisfaction"]["asked"]["nps"]["n"] == 1
    assert data["equity"]["value"] is None
    assert "needs at least" in data["equity"]["notes"][0]
    assert data["states"]["purchasing"] == 2
    assert data["as_of"] == "2026-02-01"
    assert {row["customer_id"] for row in data["most_valuable"]} == {"ann", "bob", "cid", "dan"}


def test_levels_and_relationship_value_are_of_everybody():
    state = state_of_base(opened(*FACTS), as_of=AS_OF)
    assert list(state.levels) == list(RelationshipLevel)
    assert sum(state.levels.values()) == state.counts.customers
    worth = state.relationship_value
    assert str(worth.period) == str(state.kpis.period)
    assert (worth.revenue, worth.guest_revenue) == (state.books.revenue, state.books.guest_revenue)
    assert worth.profitability == state.kpis.profit == Money(3250, "EUR")


def test_a_notebook_shows_every_part_with_every_text_escaped():
    state = state_of_base(opened(*FACTS, bought("x1", 6, who="<b>eve</b>")), as_of=AS_OF)
    html = state._repr_html_()
    for part in parts_of(state):
        assert f"<strong>{part.title}</strong>" in html
    assert "&lt;b&gt;eve&lt;/b&gt;" in html
    assert "<b>eve" not in html
    assert "unknown (no answers), n 0" in str(state)
    assert "Intervals of value" in str(state)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_has_its_heads_and_whole_rows(language):
    state = state_of_base(opened(*FACTS), as_of=AS_OF)
    parts = list(parts_of(state, language))
    assert len({part.title for part in parts}) == len(parts) == 14
    for part in parts:
        assert len(part.heads) == len(part.columns) == len(part.figures)
        assert all(len(row) == len(part.columns) for row in part.rows)


def test_chinese_parts_hold_the_same_figures():
    state = state_of_base(opened(*FACTS), as_of=AS_OF)
    english, chinese = parts_of(state), parts_of(state, "zh")
    for one, other in zip(english, chinese, strict=True):
        assert len(one.rows) == len(other.rows)
        assert one.title != other.title
        figures = [i for i, right in enumerate(one.figures) if right and i == 1]
        for row, same in zip(one.rows, other.rows, strict=True):
            known = [i for i in figures if row[i] != "unknown"]
            assert [row[i] for i in known] == [same[i] for i in known]


def test_states_of_single_customers_are_in_the_language_asked_for():
    slow = [bought(f"e{i}", 5 * i, who="eve") for i in range(4)]
    state = state_of_base(opened(*FACTS, *slow), as_of=date(2026, 2, 20))
    *_, valuable, risky = parts_of(state, "zh")
    assert state.most_valuable
    assert state.most_at_risk
    for part, people in ((valuable, state.most_valuable), (risky, state.most_at_risk)):
        assert [row[1] for row in part.rows] == [label(one.state, "zh") for one in people]
