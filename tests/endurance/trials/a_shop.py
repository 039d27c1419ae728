"""A shop with trouble in its data: returns, revisions, conflicts, rows that are wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from attrs import evolve

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, Identifier, guest_id
from crmkit.domain.interactions import (
    ConsentChanged,
    Delivered,
    Interaction,
    Purchase,
    Referral,
    Return,
    Visit,
)
from crmkit.domain.lines import Line
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.problems import RowProblem
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from trials.chances import drawing

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
KEY = b"a key of the shop that is secret"
SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid", publishes=True)
LAMP = Reporting(SHOP, None, KEY)

_PRODUCTS = ("cup", "lid", "lamp", "tea")


class Happenings:
    """Interactions of a shop, the same ones for the same seed; returns find orders."""

    def __init__(self, seed: int, customers: int) -> None:
        self.chance = drawing(seed)
        self.customers = [f"c{number}" for number in range(customers)]
        self.orders: list[Purchase] = []
        self.number = 0

    def some(self, count: int) -> list[Interaction]:
        """Return the next interactions: ids differ, and so does each revision of an id."""
        made: list[Interaction] = []
        while len(made) < count:
            made.extend(self._next())
        return made[:count]

    def _next(self) -> Iterator[Interaction]:
        self.number += 1
        draw = self.chance.random()
        if draw < 0.45 or not self.orders:
            yield self._order()
        elif draw < 0.7:
            yield self._return(self.chance.choice(self.orders))
        elif draw < 0.8:
            yield self._corrected(self.chance.choice(self.orders))
        else:
            yield self._other()

    def _about(self) -> dict[str, object]:
        at = NOW - timedelta(days=200) + timedelta(minutes=self.chance.randrange(200_000))
        who = self.chance.choice(self.customers)
        if self.chance.random() < 0.05:
            who = guest_id("shop", str(self.number % 40))
        return {"id": str(self.number), "customer_id": who, "at": at}

    def _lines(self) -> list[Line]:
        return [
            Line(
                product_id=self.chance.choice(_PRODUCTS),
                quantity=Decimal(self.chance.randint(1, 3)),
                amount=Money(self.chance.choice((500, 500, 700, 1200)), "EUR"),
            )
            for _ in range(self.chance.randint(1, 2))
        ]

    def _order(self) -> Purchase:
        extra = {"note": f"größer {self.number}"}
        order = Purchase(
            **self._about(), order_id=str(self.number), lines=self._lines(), extra=extra
        )
        self.orders.append(order)
        return order

    def _return(self, order: Purchase) -> Return:
        told = order.order_id if self.chance.random() < 0.5 else None
        given = self._about() | {"customer_id": order.customer_id}
        given["at"] = order.at + timedelta(days=self.chance.randint(1, 30))
        return Return(**given, order_id=told, lines=[self.chance.choice(order.lines)])

    def _corrected(self, order: Purchase) -> Purchase:
        """A later revision, now and then about somebody else."""
        place = self.orders.index(order)
        who = self.chance.choice((order.customer_id, self.chance.choice(self.customers)))
        given = {"revision": order.revision + 1, "customer_id": who, "lines": self._lines()}
        self.orders[place] = evolve(order, **given)
        return self.orders[place]

    def _other(self) -> Interaction:
        kind, given = self.chance.randrange(4), self._about()
        if kind == 0:
            given["customer_id"] = self.chance.choice(self.customers)
            others = [one for one in self.customers if one != given["customer_id"]]
            return Referral(**given, referred_id=self.chance.choice(others))
        if kind == 1:
            order = self.chance.choice(self.orders)
            return Delivered(**given | {"customer_id": order.customer_id}, order_id=order.order_id)
        if kind == 2:
            granted = self.chance.random() < 0.5
            return ConsentChanged(**given, medium="email", granted=granted)
        return Visit(**given, product_ids=[self.chance.choice(_PRODUCTS)])


def in_conflict(one: Interaction) -> Interaction:
    """Return the same id and revision with another content."""
    return evolve(one, channel=f"{one.channel}!")


def with_problems(
    interactions: list[Interaction], seed: int, spared: str
) -> list[Interaction | RowProblem]:
    """Return a source as an importer yields it: duplicates, conflicts, rows that are wrong.

    Nothing of the customer ``spared`` is refused: who is erased is in no later file of problems.
    """
    chance = drawing(seed)
    theirs = {one.id for one in interactions if one.customer_id == spared}
    items: list[Interaction | RowProblem] = []
    for row, one in enumerate(interactions, start=1):
        items.append(one)
        draw = chance.random()
        if draw < 0.03:
            content = FrozenMapping({"order": str(row), "amount": "7,5,5"})
            items.append(RowProblem(row, "amount", "7,5,5", "must be a number", content=content))
        elif draw < 0.06:
            items.append(chance.choice(interactions[:row]))
        elif one.id in theirs:
            continue
        elif draw < 0.08:
            items.append(in_conflict(one))
        elif draw < 0.1 and isinstance(one, Purchase):
            yen = Line(product_id="cup", amount=Money(500, "JPY"))
            items.append(evolve(one, id=f"{one.id}-yen", lines=[yen]))
    return items


def merges(customers: int, every: int = 6) -> list[Alias]:
    """Return alias lines: pairs, a chain, and one that is undone."""
    lines = [
        Alias(customer_id=f"c{number}", stands_for=f"c{number + 1}", recorded_at=NOW)
        for number in range(0, customers - 1, every)
    ]
    lines.append(Alias(customer_id="c1", stands_for="c2", recorded_at=NOW, evidence="one card"))
    lines.append(Alias(customer_id=f"c{every}", stands_for=None, recorded_at=NOW))
    return lines


def records(customers: int, every: int = 5) -> list[Customer]:
    """Return records of some customers, with identifiers that others have, too."""
    return [
        Customer(
            id=f"c{number}",
            name=f"Nobody {number}",
            identifiers=[Identifier(kind="email", value=f"c{number // 10}@example.org")],
        )
        for number in range(0, customers, every)
    ]
