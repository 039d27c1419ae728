"""The main job on a real shop's log: 541,909 rows in, the state of the base out.

UCI Online Retail. Counts that the log must give were worked out from its rows by other means.
"""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from crmkit import CustomerBase, Money, Purchase, Return, Shop, read_orders
from crmkit.domain import LinkRule, Nature, is_guest, link_returns
from crmkit.report.state import state_of_base

AS_OF = date(2011, 12, 9)
SHOP = Shop(id="retail", currency="GBP", timezone="Europe/London")


@pytest.fixture(scope="module")
def log(data):
    return data("uci_online_retail/online_retail.csv.gz")


@pytest.fixture(scope="module")
def in_memory(log):
    base = CustomerBase.open("memory:", shop=SHOP)
    source = read_orders(log, preset="online-retail")
    return base, base.load(source), source


@pytest.fixture(scope="module")
def in_two_steps(log, tmp_path_factory):
    """SQLite, everything before February first, then the whole file."""
    path = tmp_path_factory.mktemp("retail") / "crm.db"
    base = CustomerBase.open(f"sqlite:///{path}", shop=SHOP)
    february = datetime(2011, 2, 1, tzinfo=UTC)
    everything = list(read_orders(log, preset="online-retail"))
    early = [one for one in everything if isinstance(one, Purchase | Return) and one.at < february]
    first = base.load(early)
    whole = base.load(everything)
    yield base, first, whole, base.load(everything)
    base.close()


def test_every_row_is_accounted_for(in_memory):
    _, report, source = in_memory
    assert (source.rows, source.rows_used, source.rows_refused) == (541_909, 539_434, 2_475)
    assert (report.accepted, report.known, len(report.problems)) == (23_802, 0, 2_475)


def test_the_money_of_all_heads_is_that_of_all_rows(in_memory):
    base, report, _ = in_memory
    everyone = base.profiles(as_of=AS_OF).everyone
    beside = ("shipping", "fees", "adjustments", "liabilities", "donations")
    total = everyone.revenue + sum(getattr(everyone, head) for head in beside)
    refused = sum(
        round(100 * float(one.content["UnitPrice"]) * int(one.content["Quantity"]))
        for one in report.problems
    )
    assert Money(total + refused, "GBP") == Money.of("9747747.93", "GBP")


def test_every_identified_customer_is_known(in_memory):
    base, _, _ = in_memory
    people = base.summaries(as_of=AS_OF).customers
    assert len(people) == 4_372
    assert sum(one.dealings.purchases == 0 for one in people.values()) == 33


def test_returns_are_linked_by_the_rule(in_memory):
    base, _, _ = in_memory
    rules, in_part = Counter(), 0
    for customer_id, history in base.store.histories("retail"):
        if is_guest(customer_id):
            continue
        lines = {}
        back = {(one.source, one.id): one for one in history if isinstance(one, Return)}
        for link in link_returns(history):
            if back[link.source, link.id].lines[link.line].nature is Nature.GOODS:
                lines.setdefault((link.source, link.id, link.line), []).append(link.rule)
        rules.update(found[0] for found in lines.values())
        in_part += sum(found[0] != found[-1] for found in lines.values())
    assert rules == {
        LinkRule.EXACT: 2_718,
        LinkRule.LATEST: 4_680,
        LinkRule.SPLIT: 83,
        LinkRule.UNLINKED: 1_058,
    }
    assert in_part == 51
    assert base.profiles(as_of=AS_OF).everyone.void_orders == 124


def test_january_first_and_then_the_whole_file_gives_the_same_report(in_memory, in_two_steps):
    base, first, whole, again = in_two_steps
    assert first.accepted + whole.accepted == 23_802
    assert whole.known == first.accepted
    assert (again.accepted, again.known) == (0, 23_802)
    assert state_of_base(base, as_of=AS_OF) == state_of_base(in_memory[0], as_of=AS_OF)
    assert base.profiles(as_of=AS_OF).to_rows() == in_memory[0].profiles(as_of=AS_OF).to_rows()


def test_an_earlier_report_is_that_of_the_log_up_to_then(in_memory, log):
    """As of the end of January: the answers of a base that has not seen more."""
    until = date(2011, 1, 31)
    february = datetime(2011, 2, 1, tzinfo=UTC)
    past = CustomerBase.open("memory:", shop=SHOP)
    past.load(one for one in read_orders(log, preset="online-retail") if _before(one, february))
    assert state_of_base(past, as_of=until) == state_of_base(in_memory[0], as_of=until)


def _before(one, moment):
    return isinstance(one, Purchase | Return) and one.at < moment


def test_one_customer_and_all_customers_agree(in_memory):
    base, _, _ = in_memory
    profiles = base.profiles(as_of=AS_OF)
    for one in profiles.rows[::200]:
        value = base.value(one.customer_id, as_of=AS_OF)
        assert base.relationship(one.customer_id, as_of=AS_OF).state is one.state
        assert value.revenue == one.revenue
        if one.occasions:
            assert one.future_revenue == pytest.approx(value.future_revenue.value, rel=1e-9)
        else:
            assert one.future_revenue is value.future_revenue.value is None


def test_books_reconcile(in_memory):
    state = state_of_base(in_memory[0], as_of=AS_OF)
    books, people = state.books, state.kpis.customers
    assert books.paid - books.refunded == books.revenue
    assert books.customer_revenue + books.guest_revenue == books.revenue
    assert people.opening + people.new + people.reactivated - people.lost == people.closing
    assert sum(state.states.values()) == state.counts.customers
    assert books.profit is None
    assert "profit is unknown" in state.notes[0]
