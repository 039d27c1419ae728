"""The parts of a report, as tables of text: what a terminal and a notebook show alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from crmkit.domain.labels import label
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.value.relationship.base_relationship_value import BaseRelationshipValue
from crmkit.profiles import Profile

if TYPE_CHECKING:
    from crmkit.report.state import StateOfBase

__all__ = ["Part", "Row", "parts_of", "title_of"]

Row = tuple[str, ...]

#: What the intervals of value say.
INTERVALS = (
    "Intervals of value: how well the models' parameters are known, not how luck will spread "
    "single customers."
)

#: Columns of words; all others but the first hold figures.
WORDS = frozenset({"reason", "why", "state", "example"})


def _rows(value: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(value)


@frozen(kw_only=True)
class Part:
    """A table of the report.

    Attributes:
        title: What it is about.
        columns: The keys of its columns ("state"), or texts that are no key ("EUR").
        rows: Its cells, as text.
        notes: What the reader must know of them.
        language: The language it is in.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(converter=_rows)
    notes: tuple[str, ...] = ()
    language: str = "en"

    @property
    def heads(self) -> tuple[str, ...]:
        """What its columns are called."""
        return tuple(_Words(self.language).head(one) for one in self.columns)

    def sheet(self) -> Sheet:
        """Return it for a notebook: a row's first cell, and the others in one line."""
        return Sheet(
            title=self.title,
            rows=tuple((row[0], _told(self.columns, self.heads, row)) for row in self.rows),
            notes=self.notes,
        )

    @property
    def figures(self) -> tuple[bool, ...]:
        """Which columns hold figures, and are set to the right."""
        return tuple(i > 0 and one not in WORDS for i, one in enumerate(self.columns))


@frozen
class _Words:
    """The words of a report in one language."""

    language: str

    def __call__(self, key: str) -> str:
        return label(f"report.{key}", self.language)

    def head(self, column: str) -> str:
        """A column's key in that language, or a text that is no key as it is."""
        return self(column) if column.islower() else column

    def figure(self, one: Estimate, *, percent: bool = False) -> tuple[str, str]:
        """A figure and its interval, or what is missing."""
        if one.value is None:
            return self("unknown"), one.notes[0] if one.notes else ""
        shape = "{:.1%}" if percent else "{:,.2f}"
        ends = ""
        if one.low is not None and one.high is not None:
            ends = f"{shape.format(one.low)} {self('to')} {shape.format(one.high)}"
        return shape.format(one.value), ends

    def money(self, value: Money | None) -> str:
        return self("unknown") if value is None else str(value)


def title_of(state: "StateOfBase", language: str = "en") -> str:
    """Return the line a report begins with."""
    say = _Words(language)
    since = f", {say('since')} {state.first_day}" if state.first_day else ""
    return f"{state.shop_id} {say('as_of')} {state.as_of}{since}"


def parts_of(state: "StateOfBase", language: str = "en") -> Iterator[Part]:
    """Yield the parts of a report, in the order to read them.

    Args:
        state: The figures.
        language: "en" or "zh"; of labels alone, notes and reasons stay English.
    """
    say, currency = _Words(language), state.books.revenue.currency

    def part(title: str, columns: str, rows: Iterator[Row], notes: tuple[str, ...] = ()) -> Part:
        keys = tuple(columns.split())
        return Part(title=title, columns=keys, rows=rows, notes=notes, language=language)

    yield part(say("counts"), "what how_many", _counts(state, say))
    yield part(say("books"), "head amount", _books(state, say))
    kpis = f"{say('customers_of')}, {state.kpis.period}"
    yield part(kpis, "what figure interval", _kpis(state, say))
    yield part(say("lifecycle"), "state customers", _counted(state.states, language))
    yield part(say("levels"), "level customers", _counted(state.levels, language))
    asked = state.satisfaction.asked
    what = "what figure interval n"
    yield part(say("satisfaction"), what, _satisfaction(state, say), asked.notes)
    means = "dimension mean interval n"
    yield part(say("loyalty"), means, _loyalty(state, say), state.loyalty.notes)
    yield part(say("types"), "type customers", _counted(state.loyalty.classes, language))
    worth = state.relationship_value
    title = f"{say('worth')}, {worth.period}"
    yield part(title, "indicator amount", _worth(worth, say), worth.notes)
    yield part(say("value"), "what figure interval", _value(state, say), (*state.models, INTERVALS))
    yield part(say("concentration"), "customers share", _concentration(state, say))
    yield part(
        f"{say('most_valuable')} {state.ranked_by}",
        f"customer state orders {currency} alive weeks to_come interval",
        (_valuable(one, language) for one in state.most_valuable),
    )
    yield part(
        say("most_at_risk"),
        f"customer state {currency} at_stake why",
        (_risky(one, language) for one in state.most_at_risk),
    )


def _counts(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    counts = state.counts
    yield say("known"), f"{counts.customers:,}"
    yield f"  {say('bought')}", f"{counts.buyers:,}"
    yield f"  {say('came_back')}", f"{counts.repeat_buyers:,}"
    yield say("guests"), f"{counts.guests:,}"
    yield say("net_orders"), f"{counts.orders:,}"
    yield say("void_orders"), f"{counts.void_orders:,}"
    yield say("returned_orders"), f"{counts.returned_orders:,}"


def _books(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    books = state.books
    yield say("paid"), say.money(books.paid)
    yield f"− {say('refunded')}", say.money(books.refunded)
    yield f"= {say('revenue')}", say.money(books.revenue)
    yield f"  {say('of_customers')}", say.money(books.customer_revenue)
    yield f"  {say('of_guests')}", say.money(books.guest_revenue)
    yield say("profit"), say.money(books.profit)
    for head, amount in books.beside.items():
        if amount:
            yield f"{say('beside')}: {say(head)}", say.money(amount)


def _kpis(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    kpis, people = state.kpis, state.kpis.customers
    yield say("opening"), f"{people.opening:,}", ""
    yield f"+ {say('new')}", f"{people.new:,}", ""
    yield f"+ {say('reactivated')}", f"{people.reactivated:,}", ""
    yield f"− {say('lost')}", f"{people.lost:,}", ""
    yield f"= {say('closing')}", f"{people.closing:,}", ""
    yield say("churn"), *say.figure(people.churn, percent=True)
    yield say("upgraded"), *say.figure(people.upgrade_rate, percent=True)
    yield say("net_orders"), f"{kpis.orders:,}", ""
    yield say("revenue"), say.money(kpis.revenue), ""
    yield say("average_order"), *say.figure(kpis.average_order)
    yield say("average_profit"), *say.figure(people.average_profitability)


def _counted(counts: Mapping[Any, int], language: str) -> Iterator[Row]:
    yield from ((label(word, language), f"{count:,}") for word, count in counts.items())


def _satisfaction(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    asked = state.satisfaction.asked
    for key, one, percent in (
        ("nps", asked.nps, False),
        ("csat", asked.csat.top_box, True),
        ("ces", asked.ces.easy, True),
        ("shown", state.satisfaction.shown, False),
    ):
        yield say(key), *say.figure(one, percent=percent), f"{one.n:,g}"


def _loyalty(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    for key in ("cognitive", "affective", "intentional", "behavioural", "overall"):
        one = getattr(state.loyalty, key)
        yield say(key), *say.figure(one), f"{one.n:,g}"


def _worth(worth: BaseRelationshipValue, say: _Words) -> Iterator[Row]:
    for key in ("profitability", "capability", "referral", "potential"):
        yield say(key), say.money(getattr(worth, key))
    yield f"= {say('worth')}", say.money(worth.total)
    yield f"{say('beside')}: {say('cash_flow')}", say.money(worth.cash_flow)


def _value(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    yield say("still_there"), *say.figure(state.alive)
    yield say("expected"), *say.figure(state.expected_purchases)
    yield f"{say('equity')} ({state.equity.unit})", *say.figure(state.equity)


def _concentration(state: "StateOfBase", say: _Words) -> Iterator[Row]:
    for top in state.concentration.top_shares:
        yield f"{say('top')} {top.customers:.0%}", f"{top.interpolated:.1%}"
    if state.concentration.gini is not None:
        yield say("gini"), f"{state.concentration.gini:.3f}"
    for note in state.concentration.notes:
        yield note, ""


def _or_unknown(value: float | None, shape: str) -> str:
    return "?" if value is None else shape.format(value)


def _valuable(one: Profile, language: str) -> Row:
    worth, low, high = one.worth
    ends = "" if low is None or high is None else f"{low:,.0f}–{high:,.0f}"
    return (
        one.customer_id,
        label(one.state, language),
        f"{one.orders:,}",
        f"{one.revenue.amount:,.0f}",
        _or_unknown(one.alive, "{:.0%}"),
        _or_unknown(one.expected_purchases, "{:.1f}"),
        _or_unknown(worth, "{:,.0f}"),
        ends,
    )


def _risky(one: Profile, language: str) -> Row:
    return (
        one.customer_id,
        label(one.state, language),
        f"{one.revenue.amount:,.0f}",
        _or_unknown(one.at_stake, "{:,.0f}"),
        one.reason,
    )


def _told(columns: Sequence[str], heads: Sequence[str], row: Row) -> str:
    """All cells of a row but the first in one line: what stands second, then the others."""
    shown = [row[1]]
    for key, head, cell in zip(columns[2:], heads[2:], row[2:], strict=True):
        if key == "interval" and cell:
            shown[-1] += f" ({cell})"
        elif cell:
            shown.append(f"{head} {cell}")
    return ", ".join(shown)
