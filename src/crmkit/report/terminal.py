"""The state of a base in a terminal, as rich tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmkit._require import require
from crmkit.domain.money import Money
from crmkit.domain.problems import RowProblem
from crmkit.loading import LoadReport
from crmkit.metrics.estimate import Estimate
from crmkit.profiles import Profile
from crmkit.report.state import StateOfBase

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["loaded", "tables"]

Row = Sequence[str]
_INTERVALS = (
    "Intervals of value: how well the models' parameters are known, not how luck will spread "
    "single customers."
)
_WORDS = frozenset({"reason", "why", "state"})


def _table(title: str, columns: Sequence[str], rows: Iterable[Row]) -> "Table":
    """A table whose first column is text and whose other columns are figures."""
    table = require("rich.table", extra="cli").Table
    box = require("rich.box", extra="cli").SIMPLE_HEAD
    made = table(title=title, title_justify="left", min_width=len(title) + 2, box=box)
    text = require("rich.text", extra="cli").Text
    for i, column in enumerate(columns):
        figures = i > 0 and column not in _WORDS
        made.add_column(column, justify="right" if figures else "left", no_wrap=i == 0)
    for row in rows:
        made.add_row(*map(text, row))  # a customer's id is never markup
    done: Table = made
    return done


def _figure(one: Estimate, *, percent: bool = False) -> tuple[str, str]:
    """A figure and its interval, or what is missing."""
    if one.value is None:
        return "unknown", one.notes[0] if one.notes else ""
    shape = "{:.1%}" if percent else "{:,.2f}"
    ends = (
        ""
        if one.low is None or one.high is None
        else (f"{shape.format(one.low)} to {shape.format(one.high)}")
    )
    return shape.format(one.value), ends


def _or_unknown(value: float | None, shape: str) -> str:
    return "?" if value is None else shape.format(value)


def _money(value: Money | None) -> str:
    return "unknown" if value is None else str(value)


def loaded(report: LoadReport, *, what: str) -> Iterator[Any]:
    """Yield what became of a file: a line, and a table of its problems by reason."""
    yield f"{what}: {report}"
    reasons = report.reasons()
    if reasons:
        first = {(p.field, p.reason): p for p in reversed(report.problems)}
        rows = [
            (name, reason, f"{count:,}", _where(first[name, reason]))
            for name, reason, count in reasons[:10]
        ]
        yield _table("Rows not used", ("field", "reason", "rows", "for example"), rows)
    if len(reasons) > 10:
        yield f"… and {len(reasons) - 10} more reasons"


def _where(problem: RowProblem) -> str:
    """The row and the value that show what is meant."""
    value = problem.value if len(problem.value) <= 20 else f"{problem.value[:19]}…"
    return value if problem.row is None else f"row {problem.row:,}: {value}"


def tables(state: StateOfBase) -> Iterator[Any]:
    """Yield the parts of the report, in the order to read them."""
    since = f", facts since {state.first_day}" if state.first_day else ""
    yield f"{state.shop_id} as of {state.as_of}{since}"
    yield _table("Counts", ("what", "how many"), _count_rows(state))
    yield _table("Books (whole log)", ("head", "amount"), _book_rows(state))
    yield _table(f"Customers, {state.kpis.period}", ("what", "figure", "95 %"), _kpi_rows(state))
    yield _table(
        "Lifecycle",
        ("state", "customers"),
        [(str(name), f"{count:,}") for name, count in state.states.items()],
    )
    yield _table("Satisfaction (asked)", ("what", "figure", "95 %", "n"), _asked_rows(state))
    yield _table("Loyalty (0 to 1)", ("dimension", "mean", "95 %", "n"), _loyalty_rows(state))
    yield _table("Relationship value", ("what", "figure", "95 %"), _value_rows(state))
    yield from state.models
    yield _INTERVALS
    yield _table("Concentration of revenue", ("customers", "share"), _concentration_rows(state))
    yield _table(
        f"Most valuable by {state.ranked_by}",
        (
            "customer",
            "state",
            "orders",
            state.books.revenue.currency,
            "alive",
            "52 weeks",
            "to come",
            "95 %",
        ),
        [_valuable(one) for one in state.most_valuable],
    )
    yield _table(
        "Most at risk",
        ("customer", "state", state.books.revenue.currency, "at stake", "why"),
        [_risky(one) for one in state.most_at_risk],
    )
    for note in state.notes:
        yield f"Note: {note}"


def _count_rows(state: StateOfBase) -> Iterator[Row]:
    counts = state.counts
    yield "customers known", f"{counts.customers:,}"
    yield "  who bought", f"{counts.buyers:,}"
    yield "  who came back", f"{counts.repeat_buyers:,}"
    yield "guests", f"{counts.guests:,}"
    yield "orders (net)", f"{counts.orders:,}"
    yield "orders void", f"{counts.void_orders:,}"
    yield "orders with a return", f"{counts.returned_orders:,}"


def _book_rows(state: StateOfBase) -> Iterator[Row]:
    books = state.books
    yield "paid for goods", _money(books.paid)
    yield "− refunded", _money(books.refunded)
    yield "= revenue", _money(books.revenue)
    yield "  of customers", _money(books.customer_revenue)
    yield "  of guests", _money(books.guest_revenue)
    yield "profit", _money(books.profit)
    for head, amount in books.beside.items():
        if amount:
            yield f"beside: {head}", _money(amount)


def _kpi_rows(state: StateOfBase) -> Iterator[Row]:
    kpis, people = state.kpis, state.kpis.customers
    yield "active at the start", f"{people.opening:,}", ""
    yield "+ new", f"{people.new:,}", ""
    yield "+ reactivated", f"{people.reactivated:,}", ""
    yield "− lost", f"{people.lost:,}", ""
    yield "= active at the end", f"{people.closing:,}", ""
    yield "churn", *_figure(people.churn, percent=True)
    yield "upgraded to loyal", *_figure(people.upgrade_rate, percent=True)
    yield "orders (net)", f"{kpis.orders:,}", ""
    yield "revenue", _money(kpis.revenue), ""
    yield "average order", *_figure(kpis.average_order)
    yield "profit per customer", *_figure(people.average_profitability)


def _asked_rows(state: StateOfBase) -> Iterator[Row]:
    asked = state.satisfaction
    rows = (
        ("NPS, points", asked.nps, False),
        ("CSAT, top box", asked.csat.top_box, True),
        ("CES, easy", asked.ces.easy, True),
    )
    for name, one, percent in rows:
        yield name, *_figure(one, percent=percent), f"{one.n:,g}"


def _loyalty_rows(state: StateOfBase) -> Iterator[Row]:
    loyal = state.loyalty
    for name, one in (
        ("behavioural", loyal.behavioural),
        ("intentional", loyal.intentional),
        ("overall (of what is known)", loyal.overall),
    ):
        yield name, *_figure(one), f"{one.n:,g}"


def _value_rows(state: StateOfBase) -> Iterator[Row]:
    yield "customers expected to be still there", *_figure(state.alive)
    yield "occasions to expect in 52 weeks", *_figure(state.expected_purchases)
    yield f"lifetime value to come ({state.equity.unit})", *_figure(state.equity)


def _concentration_rows(state: StateOfBase) -> Iterator[Row]:
    for top in state.concentration.top_shares:
        yield f"top {top.customers:.0%}", f"{top.interpolated:.1%}"
    if state.concentration.gini is not None:
        yield "Gini", f"{state.concentration.gini:.3f}"
    for note in state.concentration.notes:
        yield note, ""


def _valuable(one: Profile) -> Row:
    worth, low, high = one.worth
    ends = "" if low is None or high is None else f"{low:,.0f}–{high:,.0f}"
    return (
        one.customer_id,
        str(one.state),
        f"{one.orders:,}",
        f"{one.revenue.amount:,.0f}",
        _or_unknown(one.alive, "{:.0%}"),
        _or_unknown(one.expected_purchases, "{:.1f}"),
        _or_unknown(worth, "{:,.0f}"),
        ends,
    )


def _risky(one: Profile) -> Row:
    return (
        one.customer_id,
        str(one.state),
        f"{one.revenue.amount:,.0f}",
        _or_unknown(one.at_stake, "{:,.0f}"),
        one.reason,
    )
