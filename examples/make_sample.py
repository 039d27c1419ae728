"""Write the sample log beside this file: the orders and surveys of a small invented lamp shop.

    python examples/make_sample.py

The same seed gives the same files, byte for byte. The sample has only what order and survey
files hold; `crmkit.synthetic` invents shops with every kind of fact and planted truth.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from crmkit.domain import Interaction, Purchase, Return, SurveyResponse, guest_id, is_guest
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.surveys import Answer, Scale

FOLDER = Path(__file__).parent
ORDERS = (
    "order_id",
    "customer_id",
    "date",
    "product",
    "category",
    "quantity",
    "amount",
    "unit_cost",
)
SURVEYS = ("id", "customer_id", "date", "instrument", "item", "value", "low", "high")

SEED, CUSTOMERS, GUESTS = 1, 300, 20
START, DAYS = date(2025, 1, 1), 480
#: Product, category, price, share of the price that it costs.
CATALOGUE = (
    ("bulb-warm", "bulbs", "4.90", "0.45"),
    ("bulb-smart", "bulbs", "14.90", "0.55"),
    ("cable-textile", "parts", "8.50", "0.40"),
    ("desk-lamp", "lamps", "39.00", "0.60"),
    ("floor-lamp", "lamps", "119.00", "0.65"),
    ("pendant", "lamps", "74.50", "0.60"),
    ("shade-paper", "shades", "12.00", "0.35"),
    ("shade-linen", "shades", "29.00", "0.50"),
)


def stream(purpose: int | str) -> Random:
    """A random stream of its own for each purpose."""
    return Random(purpose)


def moment(day: int, draw: Random) -> datetime:
    """Some minute of a day while the shop is busy."""
    midnight = datetime.combine(START, datetime.min.time(), tzinfo=UTC)
    return midnight + timedelta(days=day, minutes=draw.randrange(7 * 60, 22 * 60))


def line(product: tuple[str, str, str, str], draw: Random) -> Line:
    """One to three of a product."""
    name, category, price, share = product
    quantity = draw.choice((1, 1, 1, 2, 3))
    unit_cost = Money.rounded(Decimal(price) * Decimal(share), "EUR")
    return Line(
        product_id=name,
        quantity=quantity,
        amount=Money.rounded(Decimal(price) * quantity, "EUR"),
        cost=Money(unit_cost.minor * quantity, "EUR"),
        category=category,
    )


def purchase(order_id: str, customer_id: str, day: int, basket: float, draw: Random) -> Purchase:
    """An order of about ``basket`` lines."""
    at = moment(day, draw)
    count = 1 + sum(draw.random() < (basket - 1) / 2 for _ in range(4))
    channel = draw.choice(("web", "web", "app", "phone"))
    lines = [line(product, draw) for product in draw.sample(CATALOGUE, count)]
    return Purchase(
        id=order_id,
        customer_id=customer_id,
        at=at,
        order_id=order_id,
        channel=channel,
        lines=lines,
    )


def response(bought: Purchase, satisfaction: float, day: int, draw: Random) -> SurveyResponse:
    """An answer about as good as the customer is satisfied."""
    nps = draw.random() < 0.5
    scale, item = (Scale(0, 10), "recommend") if nps else (Scale(1, 5), "satisfaction")
    noisy = min(1.0, max(0.0, draw.gauss(satisfaction, 0.12)))
    step = scale.low + round(noisy * (scale.high - scale.low))
    return SurveyResponse(
        id=f"{bought.order_id}-survey",
        customer_id=bought.customer_id,
        at=moment(day, draw),
        instrument="nps" if nps else "csat",
        touchpoint="delivery",
        order_id=bought.order_id,
        answers=(Answer(item=item, value=step, scale=scale),),
    )


def person(number: int, draw: Random) -> dict[str, float]:
    """Who a customer is: what decides about their orders and answers."""
    satisfaction = draw.betavariate(5, 2)
    return {
        "number": number,
        "first_day": int(draw.random() * DAYS * 0.75),
        "rate": draw.gammavariate(1.2, 1 / 8),
        "leaves": draw.betavariate(0.4 + 1.2 * (1 - satisfaction), 2.4),
        "basket": 1 + draw.random(),
        "returns": draw.betavariate(1, 12),
        "satisfaction": satisfaction,
        "answers": 0.15 + 0.3 * abs(satisfaction - 0.5),
    }


def life(one: dict[str, float]) -> Iterator[Interaction]:
    """The orders of a customer until they leave, with what follows from each."""
    customer_id = f"c{one['number'] + 1:04.0f}"
    draw = stream(f"{SEED}/{customer_id}")
    day, number = float(one["first_day"]), 1
    while day < DAYS:
        order_id = f"{customer_id}-{number}"
        yield from order(purchase(order_id, customer_id, int(day), one["basket"], draw), one, draw)
        if draw.random() < one["leaves"]:
            return
        day += max(1.0, draw.expovariate(one["rate"] / 7))
        number += 1


def order(bought: Purchase, one: dict[str, float], draw: Random) -> Iterator[Interaction]:
    """An order, what comes back of it, and what is answered about it."""
    yield bought
    day = (bought.at.date() - START).days
    arrives = day + 2 + int(draw.expovariate(0.6 + one["satisfaction"]))
    if arrives < DAYS:
        # Neither the minute of arrival nor, below, the reason of a return is in the files; they
        # are drawn so that the files stay as they have always been.
        moment(arrives, draw)
    if arrives + 9 < DAYS and draw.random() < one["returns"]:
        yield Return(
            id=f"{bought.order_id}-return",
            customer_id=bought.customer_id,
            at=moment(arrives + 1 + draw.randrange(8), draw),
            order_id=bought.order_id,
            lines=bought.lines[:1],
        )
        draw.choice((1, 2, 3))
    if arrives + 1 < DAYS and draw.random() < one["answers"]:
        yield response(bought, one["satisfaction"], arrives + 1, draw)


def guests() -> Iterator[Interaction]:
    """Orders without an account."""
    draw = stream(f"{SEED}/guests")
    for number in range(GUESTS):
        order_id = f"g{number:05d}"
        day = draw.randrange(DAYS)
        yield purchase(order_id, guest_id("shop", order_id), day, 1.2, draw)


def everything() -> list[Interaction]:
    """All that happened, in the order of time."""
    draw = stream(SEED)
    people = [person(number, draw) for number in range(CUSTOMERS)]
    happened = [fact for one in people for fact in life(one)] + list(guests())
    return sorted(happened, key=lambda one: (one.at, one.id))


def order_row(one: Purchase | Return, line: Line) -> tuple[object, ...]:
    """One row of the order log; what came back has negative figures."""
    sign = -1 if isinstance(one, Return) else 1
    return (
        one.order_id,
        "" if is_guest(one.customer_id) else one.customer_id,
        one.at.isoformat(timespec="minutes"),
        line.product_id,
        line.category,
        sign * line.quantity,
        sign * line.amount.amount,
        "" if line.cost is None else line.cost.amount / line.quantity,
    )


def survey_rows(one: SurveyResponse) -> Iterable[tuple[object, ...]]:
    """One row per answer."""
    at = one.at.isoformat(timespec="minutes")
    for each in one.answers:
        scale = (each.scale.low, each.scale.high)
        yield one.id, one.customer_id, at, one.instrument, each.item, each.value, *scale


def write(name: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write one file."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    """Write both files, in the order of time."""
    happened = everything()
    bought = [one for one in happened if isinstance(one, Purchase | Return)]
    write("orders.csv", ORDERS, (order_row(one, line) for one in bought for line in one.lines))
    asked = [one for one in happened if isinstance(one, SurveyResponse)]
    write("surveys.csv", SURVEYS, (row for one in asked for row in survey_rows(one)))


if __name__ == "__main__":
    main()
