"""An order and what becomes of it: delivery, return, promise, complaint, what it costs."""

from collections.abc import Iterator
from random import Random

from attrs import frozen

from crmkit.domain.interactions import (
    CostIncurred,
    Delivered,
    Interaction,
    OfferAnswered,
    PromiseMade,
    PromiseSettled,
    Purchase,
    Return,
    ReturnReason,
    Risk,
)
from crmkit.domain.lines import Line
from crmkit.synthetic.campaigns import Campaign, taken_up
from crmkit.synthetic.goods import basket, lines_of
from crmkit.synthetic.lives import Occasion
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import SPENDING, Planted

__all__ = ["PROMISED_DAYS", "Order", "happenings", "order_of"]

PROMISED_DAYS = 4
"""Days within which an order is promised to arrive."""

_LATEST = 10
_PROMISE_CHANCE = 0.25
_WHIM_CHANCE = 0.03
_SAYS_SO = 0.5
_FAULTS = (ReturnReason.DEFECT, ReturnReason.NOT_AS_DESCRIBED, ReturnReason.WRONG_ITEM)
_WHIMS = (ReturnReason.SIZE, ReturnReason.CHANGED_MIND)
_CHANNELS = {
    "club": ("app", "app", "web"),
    "regular": ("web", "web", "app", "phone"),
    "bargain": ("web", "marketplace"),
}


@frozen(kw_only=True)
class Order:
    """One order.

    Attributes:
        id: Its id.
        occasion: When it was placed, and what will be complained of.
        arrives: When it arrives, in days from the shop's start.
        lines: What was ordered.
        channel: Where.
        campaign: The campaign whose offer it takes up; None for none.
    """

    id: str
    occasion: Occasion
    arrives: float
    lines: tuple[Line, ...]
    channel: str
    campaign: Campaign | None


def order_of(truth: Planted, occasion: Occasion, setting: Setting) -> Order:
    """Return the order of an occasion."""
    order_id = f"{truth.customer_id}-{occasion.number + 1}"
    draw = setting.draw(order_id)
    p = SPENDING[0]
    amount = draw.gammavariate(p, truth.mean_spend / p)
    return Order(
        id=order_id,
        occasion=occasion,
        arrives=int(occasion.day) + _days_under_way(truth.late_chance, draw) + draw.random(),
        lines=lines_of(basket(amount, draw).items(), setting.currency),
        channel=draw.choice(_CHANNELS[truth.segment]),
        campaign=taken_up(truth, occasion.day, setting),
    )


def _days_under_way(late_chance: float, draw: Random) -> int:
    if draw.random() < late_chance:
        return PROMISED_DAYS + 1 + min(_LATEST - 1, int(draw.expovariate(0.5)))
    return 1 + int(draw.random() * PROMISED_DAYS)


def happenings(truth: Planted, order: Order, setting: Setting) -> Iterator[Interaction]:
    """Yield the purchase and what follows from it, but for cases and voices."""
    draw = setting.draw(order.id, "after")
    if order.campaign is not None and draw.random() < _SAYS_SO:
        yield OfferAnswered(
            id=f"{order.id}-accepts",
            customer_id=truth.customer_id,
            at=setting.at(order.occasion.day),
            offer_id=order.campaign.offer_id,
            campaign_id=order.campaign.id,
            accepted=True,
        )
    yield _purchase(truth, order, setting)
    yield Delivered(
        id=f"{order.id}-delivered",
        customer_id=truth.customer_id,
        at=setting.at(order.arrives),
        order_id=order.id,
    )
    yield from _return(truth, order, setting, draw)
    if draw.random() < _PROMISE_CHANCE:
        yield from _promise(truth, order, setting, draw)


def _purchase(truth: Planted, order: Order, setting: Setting) -> Purchase:
    one = order.campaign
    return Purchase(
        id=order.id,
        customer_id=truth.customer_id,
        at=setting.at(order.occasion.day),
        order_id=order.id,
        channel=order.channel,
        lines=order.lines,
        shipping=setting.money("4.90") if one is None else None,
        promised_at=setting.at(order.occasion.day + PROMISED_DAYS),
        offer_id=None if one is None else one.offer_id,
        campaign_id=None if one is None else one.id,
    )


def _return(truth: Planted, order: Order, setting: Setting, draw: Random) -> Iterator[Interaction]:
    """The last line comes back, for a fault or a whim, or nothing does."""
    fate, which, days = draw.random(), draw.random(), draw.random()
    if fate >= truth.fault_chance + _WHIM_CHANCE:
        return
    reasons = _FAULTS if fate < truth.fault_chance else _WHIMS
    at = setting.at(order.arrives + 1 + 9 * days)
    yield Return(
        id=f"{order.id}-return",
        customer_id=truth.customer_id,
        at=at,
        order_id=order.id,
        lines=order.lines[-1:],
        reason=reasons[int(which * len(reasons))],
    )
    yield CostIncurred(
        id=f"{order.id}-handling",
        customer_id=truth.customer_id,
        at=at,
        activity="handling",
        amount=setting.money("5.50"),
    )


def _promise(truth: Planted, order: Order, setting: Setting, draw: Random) -> Iterator[Interaction]:
    """A gift that is to arrive on a day: kept, or broken and made up for."""
    due = order.occasion.day + 7 + 10 * draw.random()
    kept, risk = draw.random() < truth.keep_chance, draw.choice(tuple(Risk))
    key = f"{order.id}-promise"
    yield PromiseMade(
        id=key,
        customer_id=truth.customer_id,
        at=setting.at(order.occasion.day),
        promise_id=key,
        what="wrapped as a gift, there on the day",
        due=setting.at(due),
        risk=risk,
        order_id=order.id,
    )
    yield PromiseSettled(
        id=f"{key}-settled",
        customer_id=truth.customer_id,
        at=setting.at(due if kept else due + 1),
        promise_id=key,
        kept=kept,
        remedy=None if kept else setting.money("10.00"),
    )
