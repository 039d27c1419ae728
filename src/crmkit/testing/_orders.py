"""Strategies for orders, their arrival, and what comes back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import Delivered, Purchase, Return, ReturnReason
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money
from crmkit.testing._values import (
    Strategy,
    currencies,
    given_or,
    happened,
    ids,
    moments,
    money,
    texts,
)

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
        return Purchase(**draw(st.fixed_dictionaries(own | happened(**fields))), lines=bought)

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
            "reason": st.none() | st.sampled_from(ReturnReason),
            "note": texts(),
        }
        return Return(**draw(st.fixed_dictionaries(own | happened(**fields))), lines=back)

    return drawn()


def deliveries(**given: Strategy[Any]) -> Strategy[Delivered]:
    """Deliveries of orders; ``given`` are strategies for their fields."""
    return st.builds(Delivered, **({"order_id": ids()} | happened(**given)))
