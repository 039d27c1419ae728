"""Visits, consents, offers, referrals, and what it cost to win and keep a customer."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from crmkit.domain.interactions import (
    ConsentChanged,
    Contact,
    CostIncurred,
    Direction,
    Interaction,
    OfferAnswered,
    OfferShown,
    Purpose,
    Referral,
    Visit,
    VisitAction,
)
from crmkit.synthetic.campaigns import Campaign, campaign, eligible
from crmkit.synthetic.goods import CATALOGUE
from crmkit.synthetic.lives import Life
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Course, Planted

__all__ = ["campaigns_met", "consents", "referrals", "visits", "winning"]

_WON_BY_ADVERTISING = 0.5
_GREETINGS = 365


def _visit(truth: Planted, number: int, day: float, action: VisitAction, setting: Setting) -> Visit:
    draw = setting.draw(truth.customer_id, "visit", number)
    return Visit(
        id=f"{truth.customer_id}-visit-{number}",
        customer_id=truth.customer_id,
        at=setting.at(day),
        channel="web",
        action=action,
        product_ids=() if action is VisitAction.CAME else (draw.choice(CATALOGUE).id,),
        lasted_seconds=20 + int(draw.expovariate(1 / 180)),
    )


def visits(truth: Planted, life: Life, setting: Setting) -> Iterator[Interaction]:
    """Yield the visits before purchases, or of somebody who only looks."""
    draw = setting.draw(truth.customer_id, "visits")
    if truth.course is Course.BUYS:
        plan = _before_buying(life, draw)
    else:
        alone = _wanting if truth.course is Course.INTENDS else _looking
        plan = alone(truth.first_day, draw)
    for number, (day, action) in enumerate(plan, start=1):
        yield _visit(truth, number, day, action, setting)


_Plan = Iterator[tuple[float, VisitAction]]


def _before_buying(life: Life, draw: Random) -> _Plan:
    """A few visits in the days before the first purchase, one or none before the others."""
    for i, occasion in enumerate(life.occasions):
        steps = 1 + int(draw.random() * 3) if i == 0 else int(draw.random() * 2)
        for left in range(steps, 0, -1):
            action = VisitAction.CARTED if draw.random() < 0.3 else VisitAction.VIEWED
            yield occasion.day - left + 0.3 * draw.random(), action


def _wanting(first_day: int, draw: Random) -> _Plan:
    """Somebody who shows that they want to buy, and does not: a cart, or views on four days."""
    yield first_day + draw.random(), VisitAction.VIEWED
    if draw.random() < 0.5:
        signs = (VisitAction.CARTED, VisitAction.WISHED, VisitAction.QUOTED)
        yield first_day + 2 + draw.random(), draw.choice(signs)
    else:
        for day in (2, 4, 7):
            yield first_day + day + draw.random(), VisitAction.VIEWED


def _looking(first_day: int, draw: Random) -> _Plan:
    """Somebody who comes by now and then, without a sign of wanting to buy."""
    for number in range(1 + int(draw.random() * 3)):
        actions = (VisitAction.CAME, VisitAction.SEARCHED, VisitAction.VIEWED)
        yield first_day + 20 * number + draw.random(), draw.choice(actions)


def consents(truth: Planted, setting: Setting) -> Iterator[Interaction]:
    """Yield what a customer allows and forbids."""
    if not truth.consents or truth.course is not Course.BUYS:
        return
    yield _consent(truth, "given", truth.first_day, setting)
    if truth.withdraws_day is not None and truth.withdraws_day > truth.first_day:
        yield _consent(truth, "withdrawn", truth.withdraws_day, setting)


def _consent(truth: Planted, what: str, day: int, setting: Setting) -> ConsentChanged:
    return ConsentChanged(
        id=f"{truth.customer_id}-consent-{what}",
        customer_id=truth.customer_id,
        at=setting.at(day),
        medium="email",
        granted=what == "given",
        evidence="order form, double opt-in",
    )


def campaigns_met(truth: Planted, life: Life, setting: Setting) -> Iterator[Interaction]:
    """Yield the offers shown to a customer, their answers, and the greetings to many."""
    number = 0
    while (one := campaign(number)).day < setting.days:
        if eligible(truth, one) and not one.holds_back(truth.customer_id, setting):
            yield from _offer(truth, one, setting)
        number += 1
    if life.occasions and truth.consents:
        yield from _greetings(truth, life, setting)


def _offer(truth: Planted, one: Campaign, setting: Setting) -> Iterator[Interaction]:
    key = f"{truth.customer_id}-{one.offer_id}"
    named: dict[str, Any] = {
        "customer_id": truth.customer_id,
        "offer_id": one.offer_id,
        "campaign_id": one.id,
    }
    at = setting.at(one.day)
    yield OfferShown(id=f"{key}-shown", at=at, channel="email", **named)
    spent = setting.money("0.12")
    yield CostIncurred(id=f"{key}-cost", at=at, activity="marketing", amount=spent, **named)
    if one.declined_by(truth.customer_id, setting):
        declined = setting.at(one.day + 0.5)
        yield OfferAnswered(id=f"{key}-answer", at=declined, accepted=False, **named)


def _greetings(truth: Planted, life: Life, setting: Setting) -> Iterator[Interaction]:
    """The same good wishes to everybody: care, but of a campaign."""
    year = 0
    while (day := 355.5 + _GREETINGS * year) < min(life.ends, float(setting.days)):
        if day > truth.first_day + 1:
            yield Contact(
                id=f"{truth.customer_id}-greeting-{year + 1}",
                customer_id=truth.customer_id,
                at=setting.at(day),
                channel="email",
                campaign_id=f"greetings-{year + 1}",
                direction=Direction.OUTBOUND,
                purpose=Purpose.CARE,
            )
        year += 1


def winning(truth: Planted, setting: Setting) -> Iterator[Interaction]:
    """Yield what it cost to win a customer whom nobody brought."""
    draw = setting.draw(truth.customer_id, "winning")
    by_advertising = draw.random() < _WON_BY_ADVERTISING
    if truth.course is Course.BUYS and truth.referred_by is None and by_advertising:
        yield CostIncurred(
            id=f"{truth.customer_id}-acquisition",
            customer_id=truth.customer_id,
            at=setting.at(truth.first_day),
            activity="acquisition",
            amount=setting.money(f"{6 + 6 * draw.random():.2f}"),
        )


def referrals(
    truth: Planted, brought: Iterable[Planted], setting: Setting
) -> Iterator[Interaction]:
    """Yield the referrals by which a customer brought others."""
    for other in brought:
        if other.referred_day is not None:
            yield Referral(
                id=f"{truth.customer_id}-brought-{other.customer_id}",
                customer_id=truth.customer_id,
                at=setting.at(other.referred_day),
                referred_id=other.customer_id,
                joined_anyway=other.joined_anyway,
                reward=setting.money("5.00"),
            )
