"""The state of a base as one value, and as plain data."""

import json
import runpy
from datetime import date
from pathlib import Path

from crmkit import Money
from crmkit.domain import guest_id
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
    assert data["satisfaction"]["nps"]["value"] == 100
    assert data["satisfaction"]["nps"]["n"] == 1
    assert data["equity"]["value"] is None
    assert "needs at least" in data["equity"]["notes"][0]
    assert data["states"]["purchasing"] == 2
    assert data["as_of"] == "2026-02-01"
    assert {row["customer_id"] for row in data["most_valuable"]} == {"ann", "bob", "cid", "dan"}
