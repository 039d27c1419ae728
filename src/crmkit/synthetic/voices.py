"""What customers say: surveys answered by how they truly stand, reviews, contributions.

A reading is the truth with noise (standard deviation 0.1), cut off at 0 and 1 and rounded to
the item's steps. Whether a survey is answered hangs on the customer's answer chance, which
differs by segment and rises with satisfaction: the answers are better than the customers.

    survey      touchpoint   when
    csat        delivery     after 40 % of deliveries
    nps         delivery     after 30 %
    ces         checkout     after 30 %
    csat        support      after every closed case
    loyalty     -            40 days after the first order, then every 180
    repurchase  -            20 days after the first order
    kano        -            60 days after the first order
    features    -            75 days after the first order
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from types import MappingProxyType

from crmkit.domain.interactions import (
    Contribution,
    ContributionKind,
    Interaction,
    Review,
    SurveyResponse,
)
from crmkit.domain.scales import ReadAs, Scale
from crmkit.domain.surveys import Answer, Indicator, Item, instrument
from crmkit.synthetic.kano import kano_answers, rating_answers
from crmkit.synthetic.lives import Life
from crmkit.synthetic.orders import Order
from crmkit.synthetic.service import closing_day
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Planted

__all__ = ["PRICE_CAP", "contributions", "order_voices", "questionnaires"]

PRICE_CAP = 0.25
"""The premium that a fully loyal customer accepts, as a share of the price."""

_NOISE = 0.1
_OPEN = 0.04
_REVIEWS = 0.12
_LOYALTY_EVERY = 180
_STARS = Scale(1, 5)
_AFTER_ORDERS = (
    (("csat", "delivery"),) * 4 + (("nps", "delivery"),) * 3 + (("ces", "checkout"),) * 3
)


_TRUTH: Mapping[Indicator, Callable[[Planted], float]] = MappingProxyType(
    {
        Indicator.SATISFACTION: lambda truth: truth.satisfaction,
        Indicator.EASE: lambda truth: truth.satisfaction,
        Indicator.TOP_OF_MIND: lambda truth: truth.cognitive,
        Indicator.FIRST_CHOICE: lambda truth: truth.cognitive,
        Indicator.PRICE_TOLERANCE: lambda truth: truth.cognitive,
        Indicator.PREFERENCE: lambda truth: truth.cognitive,
        Indicator.POSITIVE_AFFECT: lambda truth: truth.positive,
        Indicator.NEGATIVE_AFFECT: lambda truth: truth.negative,
        Indicator.RECOMMEND: lambda truth: truth.intentional,
        Indicator.REPURCHASE: lambda truth: truth.intentional,
        Indicator.EXPAND: lambda truth: truth.intentional,
        Indicator.SWITCH: lambda truth: 1 - truth.intentional,
        Indicator.SHARE_OF_WALLET: lambda truth: truth.share_of_wallet,
    }
)


def _noisy(share: float, draw: Random) -> float:
    return min(1.0, max(0.0, draw.gauss(share, _NOISE)))


def _rank(share: float, scale: Scale, draw: Random) -> int:
    """A rank of mention whose reciprocal is ``share`` in the mean; 0 for not named."""
    if share >= 1:
        return 1
    better = min(scale.high, max(1, int(1 / max(share, 1e-3))))
    worse = 0 if better == scale.high else better + 1
    least = 1 / worse if worse else 0.0
    return better if draw.random() < (share - least) / (1 / better - least) else worse


def _step(item: Item, truth: Planted, draw: Random) -> int:
    """The step that a customer chooses."""
    noisy = _noisy(_TRUTH[Indicator(item.indicator or item.name)](truth), draw)
    if item.reads is ReadAs.RANK:
        return _rank(noisy, item.scale, draw)
    if item.reads is ReadAs.PERCENT:
        cap = PRICE_CAP if item.indicator is Indicator.PRICE_TOLERANCE else 1
        return round(100 * cap * noisy)
    told = 1 - noisy if item.reverse else noisy
    return item.scale.low + round(told * (item.scale.high - item.scale.low))


def _answers(name: str, truth: Planted, draw: Random) -> list[Answer]:
    """One respondent's answers to a built-in instrument; of many items a few stay open."""
    asked = instrument(name)
    items = () if asked is None else asked.items
    return [
        Answer(
            item=item.name,
            value=None if len(items) > 1 and draw.random() < _OPEN else _step(item, truth, draw),
            scale=item.scale,
        )
        for item in items
    ]


def order_voices(truth: Planted, order: Order, setting: Setting) -> Iterator[Interaction]:
    """Yield the survey answered after an order, that after its case, and its review."""
    draw = setting.draw(order.id, "voice")
    name, touchpoint = _AFTER_ORDERS[int(draw.random() * len(_AFTER_ORDERS))]
    day = order.occasion.day + 0.2 if touchpoint == "checkout" else order.arrives + 1
    told = _answers(name, truth, draw)
    if draw.random() < truth.answer_chance:
        yield _of_order(truth, order, (name, touchpoint), setting.at(day), told)
    if draw.random() < truth.answer_chance and order.occasion.complaint is not None:
        at, told = setting.at(closing_day(order, setting) + 0.5), _answers("csat", truth, draw)
        yield _of_order(truth, order, ("csat", "support"), at, told)
    if draw.random() < _REVIEWS:
        yield _review(truth, order, setting, draw)


def _of_order(
    truth: Planted,
    order: Order,
    asked: tuple[str, str],
    at: datetime,
    told: Iterable[Answer],
) -> SurveyResponse:
    name, touchpoint = asked
    return SurveyResponse(
        id=f"{order.id}-{name}-{touchpoint}",
        customer_id=truth.customer_id,
        at=at,
        instrument=name,
        touchpoint=touchpoint,
        answers=told,
        order_id=order.id,
    )


def _review(truth: Planted, order: Order, setting: Setting, draw: Random) -> Review:
    return Review(
        id=f"{order.id}-review",
        customer_id=truth.customer_id,
        at=setting.at(order.arrives + 5 + 10 * draw.random()),
        stars=_STARS.low + round(_noisy(truth.satisfaction, draw) * 4),
        scale=_STARS,
        product_id=order.lines[0].product_id,
        order_id=order.id,
    )


def questionnaires(truth: Planted, life: Life, setting: Setting) -> Iterator[Interaction]:
    """Yield what a buyer answers to the questionnaires that follow the calendar."""
    if life.occasions:
        yield from _asked_once(truth, setting)
        yield from _asked_again(truth, min(life.ends, float(setting.days)), setting)


def _patience(truth: Planted) -> float:
    """The chance that a long questionnaire, which brings a voucher, is answered."""
    return min(0.95, 1.6 * truth.answer_chance)


def _asked_once(truth: Planted, setting: Setting) -> Iterator[Interaction]:
    draw = setting.draw(truth.customer_id, "once")
    told: Sequence[tuple[str, int, list[Answer]]] = (
        ("repurchase", 20, _answers("repurchase", truth, draw)),
        ("kano", 60, list(kano_answers(draw))),
        ("features", 75, list(rating_answers(truth, draw))),
    )
    for name, after, answers in told:
        if draw.random() < _patience(truth):
            yield SurveyResponse(
                id=f"{truth.customer_id}-{name}",
                customer_id=truth.customer_id,
                at=setting.at(truth.first_day + after + 0.5),
                instrument=name,
                answers=answers,
            )


def _asked_again(truth: Planted, until: float, setting: Setting) -> Iterator[Interaction]:
    day, number = truth.first_day + 40.5, 1
    while day < until:
        draw = setting.draw(truth.customer_id, "loyalty", number)
        if draw.random() < _patience(truth):
            yield SurveyResponse(
                id=f"{truth.customer_id}-loyalty-{number}",
                customer_id=truth.customer_id,
                at=setting.at(day),
                instrument="loyalty",
                answers=_answers("loyalty", truth, draw),
            )
        day, number = day + _LOYALTY_EVERY, number + 1


def contributions(truth: Planted, life: Life, setting: Setting) -> Iterator[Interaction]:
    """Yield what a buyer gives besides money, at their yearly rate."""
    if not life.occasions or not truth.yearly_contributions:
        return
    draw = setting.draw(truth.customer_id, "contributions")
    until, number = min(life.ends, float(setting.days)), 1
    day = truth.first_day + 1 + draw.expovariate(truth.yearly_contributions / 365.25)
    while day < until:
        yield Contribution(
            id=f"{truth.customer_id}-contribution-{number}",
            customer_id=truth.customer_id,
            at=setting.at(day),
            what=draw.choice(tuple(ContributionKind)),
            quality=str(round(draw.random(), 2)),
        )
        day += draw.expovariate(truth.yearly_contributions / 365.25)
        number += 1
