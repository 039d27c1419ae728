"""The flat form of what happened: rows of integers and words that every reader understands.

One interaction gives one row; a return gives one row per order it was linked to, a survey
response one per answer (``part`` counts them). Money is in minor units of the reporting
currency, quantities in thousandths, times in microseconds and days since 1970-01-01, so
that no engine has to know about currencies, decimals or time zones.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """One flat row.

    Attributes:
        shop_id: The tenant.
        source: Where the interaction came from.
        id: Its id there.
        part: 0 for the first row of an interaction, then 1, 2, …
        revision: The revision of the interaction that is read.
        customer_id: Never null; a guest's id is derived from the order.
        guest: 1 for a guest, else 0.
        kind: The word for the kind of interaction ("purchase").
        at: Microseconds since 1970-01-01 UTC.
        day: Days since 1970-01-01 in the shop's zone.
        channel: Where it happened.
        order_id: The order as its source names it, if any.
        order_key: ``source/order_id`` of the order this row counts for; a return that could
            not be linked has a key of its own. Null for rows that belong to no order.
        goods: Lines of goods; null where there are no lines.
        units: Goods bought or sent back, in thousandths.
        amount: Goods after discount (purchase), or refunded for goods (return); 0 or more.
        cost: Cost of those goods, as far as it is known.
        costed: The part of ``amount`` whose cost is known.
        discount: Discount given, 0 or more; already taken off ``amount``.
        shipping: Shipping charged, without tax; negative where given back.
        tax: Tax charged; negative where given back.
        fees: Fees charged to the customer; negative where given back.
        adjustments: Corrections that are none of the others, signed.
        liabilities: Money taken for later (gift cards sold), signed.
        donations: Money passed on, signed.
        due_day: The local day promised for delivery.
        instrument: The survey instrument of this answer.
        item: The item of this answer.
        question: ``instrument/item``, ``@touchpoint`` where there was one, ``#low..high``.
        rating: The answer, a whole step of its scale; null where not answered.
        scale_low: Lowest step of the scale.
        scale_high: Highest step of the scale.
        offer_id: The offer it belongs to.
        campaign_id: The campaign it belongs to.
        case_key: ``source/case_id`` of the case it belongs to.
        promise_key: ``source/promise_id`` of the promise it is about.
        referred_id: Whom the customer brought.
        matter: The word under which it is counted ("contact/outbound/advice").
        state: Yes (1) or no (0): answered, resolved, kept, accepted, granted, joined anyway.
        fault: 1 where a return was the shop's fault, 0 where not; null where no reason is given.
        intent: 1 where a visit shows that somebody means to buy, else 0.
        severity: 1 (slight) to 5 (grave).
        points: Quality times credit of a contribution, in thousandths.
        waited: Seconds the customer waited.
        lasted: Seconds it took.
        spent: What it cost the shop.
        worth: What a contribution was worth to the shop.
        due_at: When a case or promise was due, microseconds since 1970-01-01 UTC.
    """

    shop_id: str
    source: str
    id: str
    part: int
    revision: int
    customer_id: str
    guest: int
    kind: str
    at: int
    day: int
    channel: str | None = None
    order_id: str | None = None
    order_key: str | None = None
    goods: int | None = None
    units: int | None = None
    amount: int | None = None
    cost: int | None = None
    costed: int | None = None
    discount: int | None = None
    shipping: int | None = None
    tax: int | None = None
    fees: int | None = None
    adjustments: int | None = None
    liabilities: int | None = None
    donations: int | None = None
    due_day: int | None = None
    instrument: str | None = None
    item: str | None = None
    question: str | None = None
    rating: int | None = None
    scale_low: int | None = None
    scale_high: int | None = None
    offer_id: str | None = None
    campaign_id: str | None = None
    case_key: str | None = None
    promise_key: str | None = None
    referred_id: str | None = None
    matter: str | None = None
    state: int | None = None
    fault: int | None = None
    intent: int | None = None
    severity: int | None = None
    points: int | None = None
    waited: int | None = None
    lasted: int | None = None
    spent: int | None = None
    worth: int | None = None
    due_at: int | None = None


#: Makes a row of its values in their order; ``Fact`` itself takes three times as long.
filled: Callable[[Iterable[Any]], Fact] = partial(tuple.__new__, Fact)


def unfilled(after: str, before: str | None = None) -> tuple[None, ...]:
    """Return nothing for every column between two others, or behind one."""
    end = len(Fact._fields) if before is None else Fact._fields.index(before)
    return (None,) * (end - Fact._fields.index(after) - 1)


#: Columns that hold text; all others hold 64-bit integers.
TEXT_COLUMNS = frozenset(
    {
        "shop_id",
        "source",
        "id",
        "customer_id",
        "kind",
        "channel",
        "order_id",
        "order_key",
        "instrument",
        "item",
        "question",
        "offer_id",
        "campaign_id",
        "case_key",
        "promise_key",
        "referred_id",
        "matter",
    }
)
