"""Which rises of a price did a customer take? Read from what they bought and kept.

A rise is accepted where the same product was bought again, and kept, at a higher price per
piece. It is refused where the shop's price rose after the customer's last purchase of the
product and they let ``patience_days`` pass without it, though they bought other things of the
shop in that time: who is gone for good may have gone for any reason, and tells nothing. Without
the shop's prices only accepted rises can be seen.

What was sent back counts as never bought. What a rise is measured from is the price of the line
before any discount on the whole order, and what it is measured to is what was paid after it, so
that a discount never looks like an accepted rise; a promotion inside the first line's price
does, when it ends, and so does a price that
falls with the quantity. A product bought on two lines of an order has their mean price.

Source: crmkit; the idea of reading tolerance from behaviour is revealed preference, Samuelson,
P. A. (1938). A note on the pure theory of consumer's behaviour. Economica 5, 61-71.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.happened import key_of
from crmkit.domain.interactions import Interaction, Purchase, Return, in_order
from crmkit.domain.lines import Nature
from crmkit.domain.money import Money
from crmkit.domain.returns import link_returns
from crmkit.domain.times import utc

__all__ = ["PriceChange", "PriceLists", "price_changes_of"]

PriceLists = Mapping[str, Sequence[tuple[datetime, Money]]]
"""A shop's price per piece by product, each with the moment from which it held."""

_PATIENCE_DAYS = 180
_THOUSAND = 1000

#: A product, priced in a currency.
_Product = tuple[str, str]
#: An order, and a product in it.
_Place = tuple[str, _Product]


@frozen(kw_only=True)
class PriceChange:
    """One rise of a price that a customer met.

    Attributes:
        product_id: Of what.
        at: When they bought it again; of a refused rise, when the price rose.
        was: Price per piece when they bought it before, in minor units.
        now: Price per piece afterwards, in minor units.
        currency: Of both.
        accepted: Whether they bought it again, and kept it.
    """

    product_id: str
    at: datetime
    was: float
    now: float
    currency: str
    accepted: bool

    @property
    def premium(self) -> float:
        """The rise as a share of the price before, above 0 (0.10 is 10 %)."""
        # The difference first: 11 / 10 - 1 would not be 0.1.
        return (self.now - self.was) / self.was


@frozen(kw_only=True)
class _Bought:
    """A product as it was bought and kept in one order; prices are per thousandth."""

    at: datetime
    listed: Fraction
    paid: Fraction


def price_changes_of(
    history: Iterable[Interaction],
    *,
    prices: PriceLists | None = None,
    until: datetime | None = None,
    patience_days: int = _PATIENCE_DAYS,
) -> tuple[PriceChange, ...]:
    """Return the rises of prices that a customer met, and whether they took them.

    Args:
        history: All that happened with one customer, in any order.
        prices: The shop's price per piece of each product, with the moment from which it held;
            without them, and without ``until``, refused rises are not seen.
        until: The last moment of the history.
        patience_days: How many days after a rise a customer may wait, 1 or more.

    Returns:
        The rises in order of time. A price that fell or stayed is none. Their ``premium`` and
        ``accepted`` are what ``price_tolerance`` takes.

    Raises:
        InvalidValueError: No patience, or a moment without a zone.

    Source:
        Revealed preference, Samuelson (1938); the reading is crmkit's own.
    """
    if patience_days < 1:
        raise InvalidValueError("patience_days", patience_days, "must be 1 or more")
    happened = in_order(history)
    kept = _kept(happened)
    found = list(_taken(kept))
    if prices is not None and until is not None:
        waited = timedelta(days=patience_days)
        found += _refused(kept, prices, last=utc(until) - waited, waited=waited)
    return tuple(sorted(found, key=lambda one: (one.at, one.product_id)))


def _kept(happened: Sequence[Interaction]) -> dict[_Product, list[_Bought]]:
    """What was bought of each product and not sent back, in order of time."""
    back = _units_back(happened)
    kept: defaultdict[_Product, list[_Bought]] = defaultdict(list)
    for order in happened:
        if not isinstance(order, Purchase):
            continue
        key = key_of(order.source, order.order_id)
        for product, (units, listed, paid) in _by_product(order).items():
            if units > back.get((key, product), 0):
                one = _Bought(
                    at=order.at, listed=Fraction(listed, units), paid=Fraction(paid, units)
                )
                kept[product].append(one)
    return kept


def _by_product(order: Purchase) -> dict[_Product, tuple[int, int, int]]:
    """Units, line amounts and what was paid, by product."""
    sums: dict[_Product, tuple[int, int, int]] = {}
    for line, paid in zip(order.goods, order.paid_per_line(), strict=True):
        if line.product_id is not None and line.units:
            product = line.product_id, line.amount.currency
            units, listed, so_far = sums.get(product, (0, 0, 0))
            sums[product] = units + line.units, listed + line.amount.minor, so_far + paid
    return sums


def _units_back(happened: Sequence[Interaction]) -> dict[_Place, int]:
    """Units sent back, by the order they were linked to and the product."""
    returns = {(one.source, one.id): one for one in happened if isinstance(one, Return)}
    back: defaultdict[_Place, int] = defaultdict(int)
    for link in link_returns(happened) if returns else ():
        line = returns[link.source, link.id].lines[link.line]
        key = link.part.order_key
        if key is not None and line.product_id is not None and line.nature is Nature.GOODS:
            back[key, (line.product_id, line.amount.currency)] += link.part.units
    return back


def _taken(kept: Mapping[_Product, Sequence[_Bought]]) -> Iterator[PriceChange]:
    for product, bought in kept.items():
        for before, after in pairwise(bought):
            if 0 < before.listed < after.paid:
                yield _change(product, after.at, before.listed, after.paid, accepted=True)


def _refused(
    kept: Mapping[_Product, Sequence[_Bought]],
    prices: PriceLists,
    *,
    last: datetime,
    waited: timedelta,
) -> Iterator[PriceChange]:
    occasions = sorted(one.at for bought in kept.values() for one in bought)
    for product, bought in kept.items():
        held = _in_currency(prices.get(product[0], ()), product[1])
        before = bought[-1]
        later = (point for point in held if point[0] > before.at and point[1] > before.listed)
        rise = next(later, None)
        if rise is None or rise[0] > last or not before.listed:
            continue
        over = rise[0] + waited
        fell = any(price <= before.listed for at, price in held if rise[0] < at <= over)
        if not fell and any(rise[0] < at <= over for at in occasions):
            yield _change(product, rise[0], before.listed, rise[1], accepted=False)


def _in_currency(
    points: Sequence[tuple[datetime, Money]], currency: str
) -> list[tuple[datetime, Fraction]]:
    """When which price per thousandth began to hold, in order of time."""
    return sorted(
        (utc(at), Fraction(price.minor, _THOUSAND))
        for at, price in points
        if price.currency == currency
    )


def _change(
    product: _Product, at: datetime, was: Fraction, now: Fraction, *, accepted: bool
) -> PriceChange:
    return PriceChange(
        product_id=product[0],
        at=at,
        was=float(was * _THOUSAND),
        now=float(now * _THOUSAND),
        currency=product[1],
        accepted=accepted,
    )
