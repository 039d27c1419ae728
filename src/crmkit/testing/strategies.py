"""Hypothesis strategies for everything that can happen in a shop.

All arguments are keyword-only and optional. Left alone a strategy is wide: any text that can
be an id, any moment, currencies with no, two and three decimals. ``histories`` is narrow
where that makes things meet: few products and prices, so that returns find orders.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import (
    Delivered,
    Interaction,
    Purchase,
    Return,
    SurveyResponse,
)
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money
from crmkit.domain.surveys import Answer, Scale
from crmkit.testing._people import customers, identifiers, shops
from crmkit.testing._values import (
    SOURCES,
    Strategy,
    currencies,
    customer_ids,
    given_or,
    ids,
    json_values,
    moments,
    money,
)

__all__ = [
    "answers",
    "currencies",
    "customer_ids",
    "customers",
    "deliveries",
    "histories",
    "identifiers",
    "ids",
    "interactions",
    "json_values",
    "lines",
    "moments",
    "money",
    "purchases",
    "returns",
    "shops",
    "survey_responses",
]

_Draw = Callable[[Strategy[Any]], Any]


def lines(
    *,
    currency: Strategy[str] | None = None,
    products: Strategy[str | None] | None = None,
    natures: Strategy[Nature] | None = None,
    quantities: Strategy[Decimal] | None = None,
    amounts: Strategy[int] | None = None,
    prices: Strategy[int] | None = None,
    costs: Strategy[int | None] | None = None,
) -> Strategy[Line]:
    """Lines of orders and returns.

    Args:
        currency: Of amount and cost.
        products: Product ids, or None for a line without one.
        natures: What a line is for.
        quantities: 0 or more, with at most three decimals.
        amounts: Minor units; made positive for goods.
        prices: Minor units for one; if given, goods amount to quantity × price.
        costs: Minor units, or None where the cost is not known.
    """

    @st.composite
    def drawn(draw: _Draw) -> Line:
        code = draw(given_or(currency, currencies()))
        nature = draw(given_or(natures, st.sampled_from(Nature)))
        quantity = draw(given_or(quantities, st.decimals(0, 1000, places=3)))
        if prices is not None and nature is Nature.GOODS:
            minor = int(quantity * draw(prices))
        else:
            minor = draw(given_or(amounts, st.integers(-(10**7), 10**7)))
        cost = draw(given_or(costs, st.none() | st.integers(0, 10**7)))
        return Line(
            product_id=draw(given_or(products, st.none() | ids())),
            quantity=quantity,
            amount=Money(abs(minor) if nature is Nature.GOODS else minor, code),
            cost=None if cost is None else Money(cost, code),
            category=draw(st.none() | st.just("books")),
            nature=nature,
        )

    return drawn()


def _happened(**given: Strategy[Any] | None) -> dict[str, Strategy[Any]]:
    """What every kind has; ``given`` strategies take the place of the wide ones."""
    wide: dict[str, Strategy[Any]] = {
        "id": ids(),
        "customer_id": customer_ids(),
        "at": moments(),
        "channel": st.none() | st.sampled_from(["web", "store"]),
        "source": st.sampled_from(SOURCES),
        "revision": st.integers(0, 3),
        "staff_id": st.none() | ids(),
        "offer_id": st.none() | ids(),
        "campaign_id": st.none() | ids(),
        "extra": st.dictionaries(st.text(max_size=5), json_values(), max_size=2),
    }
    return wide | {name: strategy for name, strategy in given.items() if strategy is not None}


def _own_lines(given: dict[str, Any], code: str, *, least: int) -> Strategy[list[Line]]:
    own = {name: given.pop(name, None) for name in _OF_LINES}
    return st.lists(lines(currency=st.just(code), **own), min_size=least, max_size=4)


_OF_LINES = ("products", "natures", "quantities", "amounts", "prices", "costs")


def _goods_total(bought: list[Line]) -> int:
    counted = (Nature.GOODS, Nature.DISCOUNT)
    return sum(line.amount.minor for line in bought if line.nature in counted)


def purchases(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[Purchase]:
    """Orders, with discounts that do not exceed their goods.

    Args:
        currency: Of the whole order.
        given: Strategies for fields of a purchase (``id``, ``at``, ``order_id``, …) and for
            its lines, as ``lines`` takes them.
    """

    @st.composite
    def drawn(draw: _Draw) -> Purchase:
        code, fields = draw(given_or(currency, currencies())), dict(given)
        bought = draw(
            _own_lines(fields, code, least=1).filter(lambda some: _goods_total(some) >= 0)
        )
        off = st.none() | st.integers(0, _goods_total(bought)).map(lambda n: Money(n, code))
        on_top = st.none() | money(currency=st.just(code), most=10**6, least=-(10**6))
        own = {
            "order_id": ids(),
            "discount": off,
            "shipping": on_top,
            "tax": on_top,
            "fees": on_top,
            "promised_at": st.none() | moments(),
        }
        return Purchase(**draw(st.fixed_dictionaries(own | _happened(**fields))), lines=bought)

    return drawn()


def returns(*, currency: Strategy[str] | None = None, **given: Strategy[Any]) -> Strategy[Return]:
    """Returns and refunds, with and without lines, named orders and refunds.

    Args:
        currency: Of the whole return.
        given: As ``purchases`` takes them.
    """

    @st.composite
    def drawn(draw: _Draw) -> Return:
        code, fields = draw(given_or(currency, currencies())), dict(given)
        back = draw(_own_lines(fields, code, least=0))
        refund = money(currency=st.just(code), least=0, most=10**7)
        own = {
            "order_id": st.none() | ids(),
            "refund": st.none() | refund if back else refund,
            "reason": st.none() | st.text(max_size=8),
        }
        return Return(**draw(st.fixed_dictionaries(own | _happened(**fields))), lines=back)

    return drawn()


def deliveries(**given: Strategy[Any]) -> Strategy[Delivered]:
    """Deliveries of orders; ``given`` are strategies for their fields."""
    return st.builds(Delivered, **({"order_id": ids()} | _happened(**given)))


def answers() -> Strategy[Answer]:
    """Answers on scales of any length, some left open."""

    @st.composite
    def drawn(draw: _Draw) -> Answer:
        low = draw(st.integers(-5, 5))
        scale = Scale(low, low + draw(st.integers(1, 100)))
        value = draw(st.none() | st.integers(scale.low, scale.high))
        return Answer(item=draw(ids()), value=value, scale=scale)

    return drawn()


def survey_responses(**given: Strategy[Any]) -> Strategy[SurveyResponse]:
    """Answered surveys; ``given`` are strategies for their fields."""
    own = {
        "instrument": ids(),
        "answers": st.lists(answers(), min_size=1, max_size=3, unique_by=lambda one: one.item),
        "touchpoint": st.none() | st.sampled_from(["delivery", "checkout"]),
        "order_id": st.none() | ids(),
    }
    return st.builds(SurveyResponse, **(own | _happened(**given)))


def interactions(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[Interaction]:
    """Anything that can happen; ``given`` are strategies for the fields all kinds share."""
    return st.one_of(
        purchases(currency=currency, **given),
        returns(currency=currency, **given),
        deliveries(**given),
        survey_responses(**given),
    )


def histories(
    *,
    customer_id: str = "ann",
    currency: str = "EUR",
    most: int = 8,
    named: bool = True,
) -> Strategy[list[Interaction]]:
    """What happened with one customer, made so that returns find orders.

    Args:
        customer_id: Whose history it is; a guest's id makes a guest's.
        currency: Of every amount.
        most: The longest history.
        named: Whether some returns name their order.
    """
    alike: dict[str, Any] = {
        "customer_id": st.just(customer_id),
        "id": st.integers(1, 99).map(str),
        "at": st.integers(1, 12).map(lambda day: datetime(2026, 1, day, tzinfo=UTC)),
        "source": st.just("shop"),
        "extra": st.just({}),
        "revision": st.just(0),
        **dict.fromkeys(["channel", "staff_id", "offer_id", "campaign_id"], st.none()),
    }
    traded = alike | {
        "currency": st.just(currency),
        "products": st.sampled_from(["a", "a", "b", None]),
        "natures": st.sampled_from([Nature.GOODS] * 4 + [Nature.DISCOUNT, Nature.SHIPPING]),
        "quantities": st.sampled_from([1, 1, 2, 3, 0]).map(Decimal),
        "amounts": st.integers(-2, 12),
        "prices": st.sampled_from([5, 5, 7]),
        "costs": st.none() | st.integers(0, 9),
    }
    orders = st.integers(1, 6).map(str)
    told = st.none() | orders if named else st.none()
    one = st.one_of(
        purchases(order_id=orders, **traded),
        purchases(order_id=orders, **traded),
        returns(order_id=told, **traded),
        returns(order_id=st.none(), **traded),
        deliveries(order_id=orders, **alike),
        survey_responses(**alike),
    )
    return st.lists(one, max_size=most, unique_by=lambda each: (each.source, each.id))
