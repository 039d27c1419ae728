"""How the shop deals with a customer after the sale: contacts, care, advice, projects, cases.

A customer's planted style decides who turns to whom, so that each of the five levels of
relationship meets its own threshold and no higher one:

    style         what happens
    basic         questions of some are not answered, nobody asks
    reactive      a question every 100 days, and each is answered
    accountable   also a follow-up within a week of every delivery
    proactive     also advice or care on days 10 and 24, then every 45 days
    partnership   also a common project on day 30, then every 150 days

Greetings to many, which belong to a campaign, and answers in a case go to customers of all
styles: they must not count as proactive. Who has left is in touch for 200 days more.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from crmkit.domain.interactions import (
    CaseAbout,
    CaseClosed,
    CaseOpened,
    Contact,
    Direction,
    Interaction,
    Purpose,
)
from crmkit.domain.level import RelationshipLevel
from crmkit.synthetic.lives import Life
from crmkit.synthetic.orders import Order
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Planted

__all__ = ["case_of", "closing_day", "dealings"]

_QUESTIONS_EVERY, _CARE_EVERY, _PROJECT_EVERY = 100, 45, 150
_FOLLOWED = frozenset(
    {RelationshipLevel.ACCOUNTABLE, RelationshipLevel.PROACTIVE, RelationshipLevel.PARTNERSHIP}
)
_CARED_FOR = frozenset({RelationshipLevel.PROACTIVE, RelationshipLevel.PARTNERSHIP})
_TOPICS = ("assembly", "which bulb fits", "spare parts", "where is my parcel")


def dealings(
    truth: Planted, life: Life, orders: Sequence[Order], setting: Setting
) -> Iterator[Interaction]:
    """Yield the contacts of a buyer that belong to no case."""
    if not orders:
        return
    until = min(life.ends, float(setting.days))
    draw = setting.draw(truth.customer_id, "questions")
    yield from _questions(truth, until, setting, draw)
    if truth.style in _FOLLOWED:
        yield from (_follow_up(truth, order, setting) for order in orders)
    if truth.style in _CARED_FOR:
        yield from _care(truth, until, setting)
    if truth.style is RelationshipLevel.PARTNERSHIP:
        yield from _projects(truth, until, setting)


def _every(first: float, step: int, until: float) -> Iterator[tuple[int, float]]:
    """Numbered days, ``step`` apart."""
    number, day = 0, first
    while day < until:
        yield number, day
        number, day = number + 1, day + step


def _questions(
    truth: Planted, until: float, setting: Setting, draw: Random
) -> Iterator[Interaction]:
    basic = truth.style is RelationshipLevel.BASIC
    if basic and draw.random() < 0.4:
        return
    first = truth.first_day + 3 + 10 * draw.random()
    for number, day in _every(first, _QUESTIONS_EVERY, until):
        yield Contact(
            id=f"{truth.customer_id}-question-{number + 1}",
            customer_id=truth.customer_id,
            at=setting.at(day),
            channel="phone" if draw.random() < 0.3 else "email",
            direction=Direction.INBOUND,
            purpose=Purpose.ANSWER,
            topic=draw.choice(_TOPICS),
            waited_seconds=int(draw.expovariate(1 / 1800)),
            lasted_seconds=None if basic else 60 + int(draw.expovariate(1 / 240)),
            answered=not basic,
        )


def _outbound(truth: Planted, what: str, day: float, purpose: Purpose, setting: Setting) -> Contact:
    return Contact(
        id=f"{truth.customer_id}-{what}",
        customer_id=truth.customer_id,
        at=setting.at(day),
        channel="email",
        staff_id=f"staff-{1 + truth.first_day % 5}",
        direction=Direction.OUTBOUND,
        purpose=purpose,
        lasted_seconds=300,
    )


def _follow_up(truth: Planted, order: Order, setting: Setting) -> Contact:
    draw = setting.draw(order.id, "follow-up")
    return Contact(
        id=f"{order.id}-follow-up",
        customer_id=truth.customer_id,
        at=setting.at(order.arrives + 2 + 4 * draw.random()),
        channel="phone",
        direction=Direction.OUTBOUND,
        purpose=Purpose.FOLLOW_UP,
        lasted_seconds=90 + int(draw.expovariate(1 / 120)),
        answered=True,
        order_id=order.id,
    )


def _care(truth: Planted, until: float, setting: Setting) -> Iterator[Interaction]:
    start = truth.first_day + 10.5
    days = [start, *(day for _, day in _every(start + 14, _CARE_EVERY, until))]
    for number, day in enumerate(days):
        purpose = Purpose.CARE if number % 2 else Purpose.ADVICE
        yield _outbound(truth, f"care-{number + 1}", day, purpose, setting)


def _projects(truth: Planted, until: float, setting: Setting) -> Iterator[Interaction]:
    for number, day in _every(truth.first_day + 30.5, _PROJECT_EVERY, until):
        yield _outbound(truth, f"project-{number + 1}", day, Purpose.PROJECT, setting)


def closing_day(order: Order, setting: Setting) -> float:
    """Return when the case about an order's complaint is closed."""
    return order.arrives + 2 + 6 * setting.draw(order.id, "closing").random()


def case_of(truth: Planted, order: Order, setting: Setting) -> Iterator[Interaction]:
    """Yield the complaint about an order, the shop's answer, and its closing."""
    if order.occasion.complaint is None:
        return
    draw = setting.draw(order.id, "case")
    case, opened = f"{order.id}-case", order.arrives + 0.5 + draw.random()
    common: dict[str, Any] = {"customer_id": truth.customer_id, "case_id": case}
    answered = truth.style is not RelationshipLevel.BASIC
    yield Contact(
        id=f"{case}-complaint",
        at=setting.at(opened),
        channel="phone",
        direction=Direction.INBOUND,
        purpose=Purpose.COMPLAINT,
        topic=order.occasion.complaint,
        waited_seconds=int(draw.expovariate(1 / 90)),
        lasted_seconds=120 + int(draw.expovariate(1 / 240)),
        answered=answered,
        order_id=order.id,
        **common,
    )
    yield CaseOpened(
        id=f"{case}-opened",
        at=setting.at(opened),
        about=CaseAbout.COMPLAINT,
        category=order.occasion.complaint,
        severity=_severity(truth, draw),
        due=setting.at(opened + 5),
        order_id=order.id,
        staff_id=f"staff-{1 + order.occasion.number % 5}",
        **common,
    )
    if answered:
        yield _case_answer(truth, case, opened + 0.5, setting)
    yield from _closing(truth, order, setting, draw)


def _severity(truth: Planted, draw: Random) -> int:
    return 1 + min(4, int(5 * (0.6 * draw.random() + 0.4 * (1 - truth.satisfaction))))


def _case_answer(truth: Planted, case: str, day: float, setting: Setting) -> Contact:
    return Contact(
        id=f"{case}-answer",
        customer_id=truth.customer_id,
        at=setting.at(day),
        channel="email",
        direction=Direction.OUTBOUND,
        purpose=Purpose.CARE,
        case_id=case,
    )


def _closing(truth: Planted, order: Order, setting: Setting, draw: Random) -> Iterator[Interaction]:
    """The case is closed; where it was not resolved, half of them open again."""
    case, day = f"{order.id}-case", closing_day(order, setting)
    resolved, again = draw.random() < truth.resolve_chance, draw.random() < 0.5
    common: dict[str, Any] = {"customer_id": truth.customer_id, "case_id": case}
    yield CaseClosed(id=f"{case}-closed", at=setting.at(day), resolved=resolved, **common)
    if not resolved and again:
        yield CaseOpened(
            id=f"{case}-reopened",
            at=setting.at(day + 3),
            about=CaseAbout.COMPLAINT,
            category=order.occasion.complaint,
            order_id=order.id,
            **common,
        )
        yield CaseClosed(
            id=f"{case}-closed-again", at=setting.at(day + 6), resolved=False, **common
        )
