"""Where a customer stands, and on what evidence they came there.

    stage    state          a customer …
    attract  potential      is known, and has not bought
    acquire  intent         has shown that they want to buy
    manage   purchasing     has bought
    retain   loyal          has bought on ``loyal_occasions`` occasions or more
    retain   dormant        has been quiet longer than is usual for them
    acquire  lost           has been quiet twice as long
    manage   reactivated    was lost and bought again

Intent is a wish list, a cart or a quote, or products looked at on ``Shop.intent_visits`` days
within a fortnight. What is usual is personal: the 90 % quantile of the customer's own gaps
between occasions (linear between order statistics), or, with fewer than two gaps, of all gaps
in the base; never less than ``Shop.lapse_days``. Which moves there are is the table of
``Shop.lifecycle``: where it has no such move, the next best that it has is made, or none.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import floor

from attrs import frozen

from crmkit.domain.shop import Shop
from crmkit.domain.states import State

OVERDUE_QUANTILE = 0.9
OWN_GAPS_NEEDED = 2
LOST_FACTOR = 2
INTENT_WINDOW_DAYS = 14


@frozen(kw_only=True)
class Transition:
    """One move.

    Attributes:
        day: When, in days since 1970-01-01 in the shop's zone.
        trigger: What caused it ("purchase", "quiet 41 days").
        origin: The state before; None for the first.
        to: The state after.
    """

    day: int
    trigger: str
    origin: State | None
    to: State


@frozen(kw_only=True)
class Patience:
    """How long a customer may be quiet.

    Attributes:
        dormant_after: Quiet days beyond which the customer is dormant.
        lost_after: Quiet days beyond which the customer is lost.
        own: True if found from the customer's own gaps, False if from the base's.
    """

    dormant_after: float
    lost_after: float
    own: bool


def quantile(values: Sequence[float], q: float) -> float:
    """Return the ``q`` quantile of at least one value, linear between order statistics."""
    ranked = sorted(values)
    place = q * (len(ranked) - 1)
    below = floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def gaps(days: Sequence[int]) -> list[int]:
    """Return the days between consecutive occasions."""
    return [later - earlier for earlier, later in pairwise(days)]


def usual_gap(bases_days: Iterable[Sequence[int]]) -> float | None:
    """Return the 90 % quantile of all gaps in a base; None where nobody came twice.

    Args:
        bases_days: The occasion days of each customer, ascending.
    """
    pooled = [gap for days in bases_days for gap in gaps(days)]
    return quantile(pooled, OVERDUE_QUANTILE) if pooled else None


def patience(days: Sequence[int], base_gap: float | None, shop: Shop) -> Patience:
    """Return how long a customer with these occasions may be quiet.

    Args:
        days: The customer's occasion days so far, ascending.
        base_gap: ``usual_gap`` of the base, for customers with fewer than two gaps.
        shop: Whose ``lapse_days`` is the least.
    """
    own = gaps(days)
    enough = len(own) >= OWN_GAPS_NEEDED
    usual = quantile(own, OVERDUE_QUANTILE) if enough else base_gap
    after = max(float(shop.lapse_days), usual or 0.0)
    return Patience(dormant_after=after, lost_after=LOST_FACTOR * after, own=enough)


def is_active(days: Sequence[int], on: int, base_gap: float | None, shop: Shop) -> bool:
    """Tell whether a customer was a buyer and not lost at the end of day ``on``.

    Args:
        days: Occasion days, ascending; those after ``on`` are ignored.
        on: The day, in days since 1970-01-01.
        base_gap: ``usual_gap`` of the base.
        shop: Whose policy rules.
    """
    so_far = [day for day in days if day <= on]
    return bool(so_far) and on - so_far[-1] <= patience(so_far, base_gap, shop).lost_after


def intent_day(first_sign: int | None, viewed: Sequence[int], needed: int) -> int | None:
    """Return the day from which a customer has shown that they want to buy, if any.

    Args:
        first_sign: The first day with a wish list, a cart or a quote.
        viewed: The days on which they looked at products, ascending.
        needed: How many such days within a fortnight show it too.
    """
    ends = viewed[needed - 1 :]
    shown = [
        end for start, end in zip(viewed, ends, strict=False) if end - start < INTENT_WINDOW_DAYS
    ]
    if first_sign is not None:
        shown.append(first_sign)
    return min(shown, default=None)


def _bought(state: State, occasions: int, shop: Shop) -> State:
    """The state after an occasion: won back, loyal or purchasing, as the table allows."""
    grown = (State.LOYAL,) if occasions >= shop.loyal_occasions else ()
    won = (State.REACTIVATED,) if state is State.LOST else ()
    return shop.lifecycle.first_of(state, *won, *grown, State.PURCHASING) or state


def _fading(
    state: State, last: int, until: int, limit: Patience, shop: Shop
) -> Iterator[Transition]:
    """The moves of a customer who is quiet after day ``last``, up to and on ``until``."""
    for after, to in ((limit.dormant_after, State.DORMANT), (limit.lost_after, State.LOST)):
        day = last + floor(after) + 1
        if day > until:
            return
        if to is state or shop.lifecycle.first_of(state, to) is None:
            continue
        yield Transition(day=day, trigger=f"quiet {day - last} days", origin=state, to=to)
        state = to


def moves(
    days: Sequence[int],
    *,
    first_seen: int,
    as_of_day: int,
    base_gap: float | None,
    shop: Shop,
    intent: int | None = None,
) -> tuple[Transition, ...]:
    """Return every move of a customer up to ``as_of_day``, the first one included.

    What is usual is judged at each time from the occasions up to then.

    Args:
        days: Days of net purchase occasions, ascending.
        first_seen: The day of the first fact.
        as_of_day: The last day that counts.
        base_gap: ``usual_gap`` of the base.
        shop: Whose policy and whose table of moves rule.
        intent: The day from which they showed that they want to buy (``intent_day``).
    """
    state = State.POTENTIAL
    made = [Transition(day=first_seen, trigger="first contact", origin=None, to=state)]

    def move(day: int, trigger: str, to: State) -> None:
        if to is not made[-1].to:
            made.append(Transition(day=day, trigger=trigger, origin=made[-1].to, to=to))

    wanted = intent is not None and (not days or intent < days[0])
    if intent is not None and wanted and shop.lifecycle.first_of(state, State.INTENT):
        move(intent, "intent shown", State.INTENT)
    for i, day in enumerate(days):
        move(day, "purchase", _bought(made[-1].to, i + 1, shop))
        until = days[i + 1] - 1 if i + 1 < len(days) else as_of_day
        if until - day > shop.lapse_days:  # before that nobody fades, whatever is usual
            limit = patience(days[: i + 1], base_gap, shop)
            made += _fading(made[-1].to, day, until, limit, shop)
    return tuple(made)
