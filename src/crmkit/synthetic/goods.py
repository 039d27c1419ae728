"""What the invented shop sells, and baskets that come to a wanted amount.

A basket is filled from what a customer means to spend, so their personal price level shows in
which products they choose and how many. What no product fits any more is settled by chance,
so that the mean of many baskets is exactly the amount wanted.
"""

from collections.abc import Iterable
from decimal import Decimal
from random import Random

from attrs import frozen

from crmkit.domain.lines import Line
from crmkit.domain.money import Money

__all__ = ["CATALOGUE", "Product", "basket", "lines_of"]

_MOST_LINES = 4
_LIKELY = 3


@frozen(kw_only=True)
class Product:
    """Something the invented shop sells.

    Attributes:
        id: Its id.
        category: The shop's class of it.
        price: Price of one, in major units of the shop's currency.
        cost_share: Part of the price that it costs the shop, 0 to 1.
    """

    id: str
    category: str
    price: Decimal
    cost_share: Decimal


CATALOGUE = tuple(
    Product(id=id_, category=category, price=Decimal(price), cost_share=Decimal(share))
    for id_, category, price, share in (
        ("fuse", "parts", "1.90", "0.30"),
        ("socket", "parts", "3.20", "0.35"),
        ("bulb-warm", "bulbs", "4.90", "0.45"),
        ("bulb-clear", "bulbs", "6.50", "0.45"),
        ("cable-textile", "parts", "8.50", "0.40"),
        ("shade-paper", "shades", "12.00", "0.35"),
        ("bulb-smart", "bulbs", "14.90", "0.55"),
        ("dimmer", "parts", "19.00", "0.50"),
        ("night-light", "lamps", "24.00", "0.55"),
        ("shade-linen", "shades", "29.00", "0.50"),
        ("desk-lamp", "lamps", "39.00", "0.60"),
        ("wall-lamp", "lamps", "52.00", "0.60"),
        ("pendant", "lamps", "74.50", "0.60"),
        ("table-lamp", "lamps", "95.00", "0.60"),
        ("floor-lamp", "lamps", "119.00", "0.65"),
        ("track-system", "lamps", "185.00", "0.65"),
        ("arc-lamp", "lamps", "260.00", "0.65"),
        ("chandelier", "lamps", "390.00", "0.70"),
    )
)
"""From the cheapest to the dearest."""

_PRICES = tuple(float(product.price) for product in CATALOGUE)


def basket(amount: float, draw: Random) -> dict[Product, int]:
    """Return products with quantities that come to ``amount`` in the mean.

    Args:
        amount: What the customer means to spend, in major units.
        draw: Decides which products.
    """
    chosen: dict[Product, int] = {}
    left = amount
    for _ in range(_MOST_LINES):
        aim = left * (0.4 + 0.6 * draw.random())
        fitting = sum(price <= aim for price in _PRICES)
        if not fitting:
            break
        place = max(0, fitting - 1 - int(draw.random() * _LIKELY))
        quantity = int(aim / _PRICES[place])
        chosen[CATALOGUE[place]] = chosen.get(CATALOGUE[place], 0) + quantity
        left -= quantity * _PRICES[place]
    return _settled(chosen, left, draw)


def _settled(chosen: dict[Product, int], left: float, draw: Random) -> dict[Product, int]:
    """The basket with one more product, or without, as chance has it for what is left."""
    places = (place for place, price in enumerate(_PRICES) if price >= left)
    place = next(places, len(_PRICES) - 1)
    if draw.random() < left / _PRICES[place] or not chosen:
        chosen[CATALOGUE[place]] = chosen.get(CATALOGUE[place], 0) + 1
    return chosen


def lines_of(chosen: Iterable[tuple[Product, int]], currency: str) -> tuple[Line, ...]:
    """Return the order lines of a basket, with costs."""
    return tuple(
        Line(
            product_id=product.id,
            quantity=quantity,
            amount=Money.rounded(product.price * quantity, currency),
            cost=Money.rounded(product.price * product.cost_share * quantity, currency),
            category=product.category,
        )
        for product, quantity in chosen
    )
