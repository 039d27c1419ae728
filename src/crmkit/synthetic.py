"""A seeded shop with planted truth: what a log would look like if we knew the customers.

Each customer buys at a personal weekly rate while they stay, leaves after an occasion with a
personal chance, spends around a personal mean, sends goods back at a personal rate, and
answers some surveys by how satisfied they are. The same seed gives the same shop.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from attrs import field, frozen

from crmkit.domain.customer import guest_id
from crmkit.domain.interactions import (
    Delivered,
    Interaction,
    Purchase,
    Return,
    ReturnReason,
    SurveyResponse,
)
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.surveys import Answer, Scale
from crmkit.domain.validators import whole

_DAYS_PROMISED = 4


@frozen(kw_only=True)
class Product:
    """Something the invented shop sells."""

    id: str
    category: str
    price: Decimal
    cost_share: Decimal


CATALOGUE = tuple(
    Product(id=id_, category=category, price=Decimal(price), cost_share=Decimal(share))
    for id_, category, price, share in (
        ("bulb-warm", "bulbs", "4.90", "0.45"),
        ("bulb-smart", "bulbs", "14.90", "0.55"),
        ("cable-textile", "parts", "8.50", "0.40"),
        ("desk-lamp", "lamps", "39.00", "0.60"),
        ("floor-lamp", "lamps", "119.00", "0.65"),
        ("pendant", "lamps", "74.50", "0.60"),
        ("shade-paper", "shades", "12.00", "0.35"),
        ("shade-linen", "shades", "29.00", "0.50"),
    )
)


@frozen(kw_only=True)
class Planted:
    """The truth about one invented customer.

    Attributes:
        customer_id: Who it is.
        first_day: When they first buy, in days from the shop's start.
        weekly_rate: Occasions a week while they stay.
        leaving_chance: Chance to leave for good after an occasion.
        basket: Mean number of lines per order.
        return_rate: Chance that an order's first line comes back.
        satisfaction: 0 (not at all) to 1 (fully).
        answers: Chance that a survey is answered.
    """

    customer_id: str
    first_day: int
    weekly_rate: float
    leaving_chance: float
    basket: float
    return_rate: float
    satisfaction: float
    answers: float


@frozen(kw_only=True)
class SyntheticShop:
    """An invented shop.

    Attributes:
        seed: The same seed gives the same shop.
        customers: How many customers it has.
        guests: How many orders are placed without an account.
        start: Its first day.
        days: How long its log is.
        currency: ISO 4217 code.
    """

    seed: int = 1
    customers: int = field(default=300, validator=whole(0))
    guests: int = field(default=20, validator=whole(0))
    start: date = date(2025, 1, 1)
    days: int = field(default=480, validator=whole(1))
    currency: str = "EUR"

    def planted(self) -> tuple[Planted, ...]:
        """Return the truth about every customer."""
        draw = Random(self.seed)
        return tuple(self._one(draw, i) for i in range(self.customers))

    def interactions(self) -> Iterator[Interaction]:
        """Yield everything that happens, customer by customer, guests last."""
        for truth in self.planted():
            yield from self._life(truth, Random(f"{self.seed}/{truth.customer_id}"))
        draw = Random(f"{self.seed}/guests")
        for i in range(self.guests):
            order_id = f"g{i:05d}"
            day = draw.randrange(self.days)
            yield self._purchase(order_id, guest_id("shop", order_id), day, 1.2, draw)

    def _one(self, draw: Random, i: int) -> Planted:
        satisfaction = draw.betavariate(5, 2)
        return Planted(
            customer_id=f"c{i + 1:04d}",
            first_day=int(draw.random() * self.days * 0.75),
            weekly_rate=draw.gammavariate(1.2, 1 / 8),
            leaving_chance=draw.betavariate(0.4 + 1.2 * (1 - satisfaction), 2.4),
            basket=1 + draw.random(),
            return_rate=draw.betavariate(1, 12),
            satisfaction=satisfaction,
            answers=0.15 + 0.3 * abs(satisfaction - 0.5),
        )

    def _life(self, truth: Planted, draw: Random) -> Iterator[Interaction]:
        day, number = float(truth.first_day), 0
        while day < self.days:
            yield from self._occasion(truth, int(day), number, draw)
            if draw.random() < truth.leaving_chance:
                return
            day += max(1.0, draw.expovariate(truth.weekly_rate / 7))
            number += 1

    def _occasion(
        self, truth: Planted, day: int, number: int, draw: Random
    ) -> Iterator[Interaction]:
        order_id = f"{truth.customer_id}-{number + 1}"
        bought = self._purchase(order_id, truth.customer_id, day, truth.basket, draw)
        yield bought
        arrives = day + 2 + int(draw.expovariate(0.6 + truth.satisfaction))
        if arrives < self.days:
            yield Delivered(
                id=f"{order_id}-delivered",
                customer_id=truth.customer_id,
                at=self._moment(arrives, draw),
                order_id=order_id,
            )
        if arrives + 9 < self.days and draw.random() < truth.return_rate:
            yield self._return(bought, arrives + 1 + draw.randrange(8), draw)
        if arrives + 1 < self.days and draw.random() < truth.answers:
            yield self._answer(bought, truth, arrives + 1, draw)

    def _purchase(
        self, order_id: str, customer_id: str, day: int, basket: float, draw: Random
    ) -> Purchase:
        at = self._moment(day, draw)
        count = 1 + sum(draw.random() < (basket - 1) / 2 for _ in range(4))
        return Purchase(
            id=order_id,
            customer_id=customer_id,
            at=at,
            order_id=order_id,
            channel=draw.choice(("web", "web", "app", "phone")),
            lines=tuple(self._line(product, draw) for product in draw.sample(CATALOGUE, count)),
            shipping=Money.of("4.90", self.currency),
            promised_at=at + timedelta(days=_DAYS_PROMISED),
        )

    def _line(self, product: Product, draw: Random) -> Line:
        quantity = draw.choice((1, 1, 1, 2, 3))
        unit_cost = Money.rounded(product.price * product.cost_share, self.currency)
        return Line(
            product_id=product.id,
            quantity=quantity,
            amount=Money.rounded(product.price * quantity, self.currency),
            cost=Money(unit_cost.minor * quantity, self.currency),
            category=product.category,
        )

    def _return(self, bought: Purchase, day: int, draw: Random) -> Return:
        return Return(
            id=f"{bought.order_id}-return",
            customer_id=bought.customer_id,
            at=self._moment(day, draw),
            order_id=bought.order_id,
            lines=bought.lines[:1],
            reason=draw.choice(tuple(ReturnReason)[:3]),
        )

    def _answer(self, bought: Purchase, truth: Planted, day: int, draw: Random) -> SurveyResponse:
        nps = draw.random() < 0.5
        scale, item = (Scale(0, 10), "recommend") if nps else (Scale(1, 5), "satisfaction")
        noisy = min(1.0, max(0.0, draw.gauss(truth.satisfaction, 0.12)))
        step = scale.low + round(noisy * (scale.high - scale.low))
        return SurveyResponse(
            id=f"{bought.order_id}-survey",
            customer_id=bought.customer_id,
            at=self._moment(day, draw),
            instrument="nps" if nps else "csat",
            touchpoint="delivery",
            order_id=bought.order_id,
            answers=(Answer(item=item, value=step, scale=scale),),
        )

    def _moment(self, day: int, draw: Random) -> datetime:
        midnight = datetime.combine(self.start, datetime.min.time(), tzinfo=UTC)
        return midnight + timedelta(days=day, minutes=draw.randrange(7 * 60, 22 * 60))
