"""Linking returns to the orders they undo; and a customer's history as flat rows.

Where the source names the order, that is the link. Otherwise, over a customer's return
lines in the order of their history, among orders strictly earlier that hold the same
product, priced in the same currency, with quantity left:

    1. the latest with exactly that quantity left at the same unit price ("exact");
    2. else the latest with enough left ("latest");
    3. else split over them, latest first ("split");
    4. what remains is unlinked: it lowers revenue and voids nothing ("unlinked").

Quantities are deducted as lines are linked; ties go by order id. Guests are never linked
by the rule. A link depends only on facts before its return, so a history cut at a moment
has the links it had then.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from fractions import Fraction

from attrs import define, frozen

from crmkit.domain.customer import is_guest
from crmkit.domain.facts import Fact
from crmkit.domain.happened import key_of
from crmkit.domain.interactions import (
    Interaction,
    Part,
    Purchase,
    Return,
    in_order,
)
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import shared
from crmkit.domain.reporting import Reporting
from crmkit.domain.words import Word


class LinkRule(Word):
    """How a return line found its order."""

    NAMED = "named"
    EXACT = "exact"
    LATEST = "latest"
    SPLIT = "split"
    UNLINKED = "unlinked"


@frozen(kw_only=True)
class ReturnLink:
    """One return line, or a part of it, and the order it counts for.

    Attributes:
        source, id: The return.
        line: Index of its line.
        rule: How the order was found.
        part: The order, the quantity and the money.
    """

    source: str
    id: str
    line: int
    rule: LinkRule
    part: Part


@define
class _Holding:
    """What a customer still holds of one product from one order."""

    at: datetime
    key: str
    bought: int = 0
    left: int = 0
    amount: int = 0
    cost: int | None = 0
    cost_back: int = 0

    def add(self, line: Line) -> None:
        self.bought += line.units
        self.left += line.units
        self.amount += line.amount.minor
        if self.cost is not None:
            self.cost = None if line.cost is None else self.cost + line.cost.minor

    def take(self, units: int) -> int | None:
        """Deduct ``units`` and return their cost, if the cost of all is known."""
        self.left -= units
        if self.cost is None or not self.bought:
            return None
        so_far = round(Fraction(self.cost * (self.bought - self.left), self.bought))
        taken, self.cost_back = so_far - self.cost_back, so_far
        return taken

    def same_price(self, line: Line) -> bool:
        """Tell whether all of it was bought at the unit price of ``line``."""
        return self.amount * line.units == line.amount.minor * self.bought


#: What can come back as what: the same product, priced in the same currency.
_Product = tuple[str | None, str]


def _product(line: Line) -> _Product:
    return line.product_id, line.amount.currency


class _Linker:
    """Links the returns of one customer, in the order of their history."""

    def __init__(self, returned: Container[_Product]) -> None:
        """Link what comes back of some products."""
        self._returned = returned
        self._holdings: dict[_Product, dict[str, _Holding]] = defaultdict(dict)

    def bought(self, purchase: Purchase) -> None:
        for line in purchase.lines:
            product = line.product_id, line.amount.currency
            if product in self._returned and line.nature is Nature.GOODS:
                key = key_of(purchase.source, purchase.order_id)
                held = self._holdings[product]
                held.setdefault(key, _Holding(at=purchase.at, key=key)).add(line)

    def links(self, back: Return) -> Iterator[ReturnLink]:
        for i, (line, amount) in enumerate(zip(back.lines, back.refunded_per_line(), strict=True)):
            for rule, part in self._parts(back, line, amount):
                yield ReturnLink(source=back.source, id=back.id, line=i, rule=rule, part=part)

    def _parts(self, back: Return, line: Line, amount: int) -> Iterator[tuple[LinkRule, Part]]:
        if line.nature is Nature.DISCOUNT:
            rule = LinkRule.UNLINKED if back.order_key is None else LinkRule.NAMED
            yield rule, Part(order_key=back.order_key, amount=amount)
        elif line.nature is Nature.GOODS and back.order_key is not None:
            yield LinkRule.NAMED, self._named(back.order_key, line, amount)
        elif line.nature is Nature.GOODS:
            yield from self._found(back, line, amount)

    def _found(self, back: Return, line: Line, amount: int) -> Iterator[tuple[LinkRule, Part]]:
        candidates = self._candidates(back, line)
        exact = [held for held in candidates if held.left == line.units and held.same_price(line)]
        enough = [held for held in candidates if held.left >= line.units]
        if exact:
            yield LinkRule.EXACT, _taken(exact[0], line.units, amount)
        elif enough:
            yield LinkRule.LATEST, _taken(enough[0], line.units, amount)
        else:
            yield from _split(candidates, line.units, amount)

    def _candidates(self, back: Return, line: Line) -> list[_Holding]:
        """Orders that hold the product, the latest first; none for guests and unknown goods."""
        if line.product_id is None or not line.units or is_guest(back.customer_id):
            return []
        held = self._holdings[_product(line)].values()
        earlier = [one for one in held if one.left > 0 and one.at < back.at]
        return sorted(earlier, key=lambda one: (one.at, one.key), reverse=True)

    def _named(self, key: str, line: Line, amount: int) -> Part:
        held = self._holdings[_product(line)].get(key) if line.product_id else None
        if held is None:
            return Part(order_key=key, units=line.units, amount=amount)
        cost = held.take(min(held.left, line.units))
        return _part(key, line.units, amount, cost)


def _part(key: str, units: int, amount: int, cost: int | None) -> Part:
    if cost is None:
        return Part(order_key=key, units=units, amount=amount)
    return Part(order_key=key, units=units, amount=amount, cost=cost, costed=amount)


def _taken(held: _Holding, units: int, amount: int) -> Part:
    return _part(held.key, units, amount, held.take(units))


def _split(candidates: list[_Holding], units: int, amount: int) -> Iterator[tuple[LinkRule, Part]]:
    takes = []
    left = units
    for held in candidates:
        takes.append((held, min(left, held.left)))
        left -= takes[-1][1]
    amounts = shared(amount, [taken for _, taken in takes] + [left])
    for (held, taken), given_back in zip(takes, amounts, strict=False):
        yield LinkRule.SPLIT, _taken(held, taken, given_back)
    if left or not takes:
        yield LinkRule.UNLINKED, Part(order_key=None, units=left, amount=amounts[-1])


def link_returns(history: Iterable[Interaction]) -> list[ReturnLink]:
    """Link the returns of one customer.

    Args:
        history: All that happened with that customer, in any order.

    Returns:
        A link per return line of goods or discount, or per part of one, in the order of the
        history. Units and amounts of a line's links add up to the line's.
    """
    happened = in_order(history)
    back = [line for one in happened if isinstance(one, Return) for line in one.lines]
    linker = _Linker({_product(line) for line in back if line.product_id is not None})
    links: list[ReturnLink] = []
    for one in happened:
        if isinstance(one, Purchase):
            linker.bought(one)
        elif isinstance(one, Return):
            links.extend(linker.links(one))
    return links


def facts_of(history: Iterable[Interaction], to: Reporting) -> list[Fact]:
    """Return the flat rows of one customer's history, its returns linked.

    Args:
        history: All that happened with one customer, in any order, each revision-free.
        to: The shop's zone, currency and rates.

    Raises:
        NoRateError: An amount cannot be brought into the shop's currency.
    """
    happened = in_order(history)
    parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    if any(isinstance(one, Return) for one in happened):
        for link in link_returns(happened):
            parts[link.source, link.id].append(link.part)
    rows: list[Fact] = []
    for one in happened:
        if isinstance(one, Return):
            rows += one.facts(to, linked_parts(one, parts[one.source, one.id]))
        else:
            rows += one.facts(to)
    return rows


def linked_parts(back: Return, parts: list[Part]) -> list[Part]:
    """Return the parts of a return: its links, and what is refunded for no line in particular."""
    rest = back.rest()
    return [*parts, Part(order_key=back.order_key, amount=rest)] if rest else parts
