"""The parts of a report, as tables of text: what a terminal and a notebook show alike."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crmkit.domain.labels import label
from crmkit.metrics.value.relationship.base_relationship_value import BaseRelationshipValue
from crmkit.profiles import Profile
from crmkit.report.part import Part, Row, Words
from crmkit.report.parts_of_loyalty import of_loyalty, of_movement, of_relationship
from crmkit.report.parts_of_satisfaction import of_needs, of_satisfaction

if TYPE_CHECKING:
    from crmkit.report.state import StateOfBase

__all__ = ["parts_of", "title_of"]

#: What the intervals of value say.
INTERVALS = (
    "Intervals of value: how well the models' parameters are known, not how luck will spread "
    "single customers."
)


def title_of(state: "StateOfBase", language: str = "en") -> str:
    """Return the line a report begins with."""
    say = Words(language)
    since = f", {say('since')} {state.first_day}" if state.first_day else ""
    return f"{state.shop_id} {say('as_of')} {state.as_of}{since}"


def parts_of(state: "StateOfBase", language: str = "en") -> Iterator[Part]:
    """Yield the parts of a report, in the order to read them.

    Args:
        state: The figures.
        language: "en" or "zh"; of labels alone, notes and reasons stay English.
    """
    say = Words(language)
    yield say.part(say("counts"), "what how_many", _counts(state, say))
    yield say.part(say("books"), "head amount", _books(state, say))
    title = f"{say('customers_of')}, {state.kpis.period}"
    yield say.part(title, "what figure interval", _kpis(state, say))
    yield say.part(say("lifecycle"), "state customers", say.counted(state.states))
    yield say.part(say("levels"), "level customers", say.counted(state.levels))
    yield from of_relationship(state.relationship, say)
    yield from of_satisfaction(state.satisfaction, say)
    yield from of_needs(state.findings, say)
    yield from of_loyalty(state.loyalty, say)
    yield from of_movement(state.findings, say)
    yield from _of_money(state, say)


def _of_money(state: "StateOfBase", say: Words) -> Iterator[Part]:
    worth, currency = state.relationship_value, state.books.revenue.currency
    title = f"{say('worth')}, {worth.period}"
    yield say.part(title, "indicator amount", _worth(worth, say), worth.notes)
    notes = *state.models, INTERVALS
    yield say.part(say("value"), "what figure interval", _value(state, say), notes)
    yield say.part(say("concentration"), "customers share", _concentration(state, say))
    yield say.part(
        f"{say('most_valuable')} {state.ranked_by}",
        f"customer state orders {currency} alive weeks to_come interval",
        (_valuable(one, say.language) for one in state.most_valuable),
        () if state.most_valuable else (say("nobody"),),
    )
    yield say.part(
        say("most_at_risk"),
        f"customer state {currency} at_stake why",
        (_risky(one, say.language) for one in state.most_at_risk),
        () if state.most_at_risk else (say("nobody"),),
    )


def _counts(state: "StateOfBase", say: Words) -> Iterator[Row]:
    counts = state.counts
    yield say("known"), f"{counts.customers:,}"
    yield f"  {say('bought')}", f"{counts.buyers:,}"
    yield f"  {say('came_back')}", f"{counts.repeat_buyers:,}"
    yield say("guests"), f"{counts.guests:,}"
    yield say("net_orders"), f"{counts.orders:,}"
    yield say("void_orders"), f"{counts.void_orders:,}"
    yield say("returned_orders"), f"{counts.returned_orders:,}"


def _books(state: "StateOfBase", say: Words) -> Iterator[Row]:
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


def _kpis(state: "StateOfBase", say: Words) -> Iterator[Row]:
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


def _worth(worth: BaseRelationshipValue, say: Words) -> Iterator[Row]:
    for key in ("profitability", "capability", "referral", "potential"):
        yield say(key), say.money(getattr(worth, key))
    yield f"= {say('worth')}", say.money(worth.total)
    yield f"{say('beside')}: {say('cash_flow')}", say.money(worth.cash_flow)


def _value(state: "StateOfBase", say: Words) -> Iterator[Row]:
    yield say("still_there"), *say.figure(state.alive)
    yield say("expected"), *say.figure(state.expected_purchases)
    yield f"{say('equity')} ({state.equity.unit})", *say.figure(state.equity)


def _concentration(state: "StateOfBase", say: Words) -> Iterator[Row]:
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
