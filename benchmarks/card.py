"""How long a card takes, beside the least it must do: read and fold one history.

    python benchmarks/card.py [customers]

Two customers with 200 facts, one of eleven kinds and one with 130 orders, in a base whose
standards were read before, on the memory store and on SQLite. The goal on the memory store is
10 ms.
"""

import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

from crmkit import Answer, CustomerBase, Line, Money, Purchase, Scale, Shop, SurveyResponse
from crmkit.domain import (
    CaseClosed,
    CaseOpened,
    ConsentChanged,
    Contact,
    CostIncurred,
    Delivered,
    PromiseMade,
    Referral,
    Return,
    Visit,
    facts_of,
)
from crmkit.domain.tally import CustomerTally

START = datetime(2025, 1, 1, 9, tzinfo=UTC)
AS_OF = date(2026, 9, 30)
SHOP = Shop(id="lamp", currency="EUR", gross_margin="0.4", acquisition_cost=Money(1500, "EUR"))
TIMES = 100


def lines(draw):
    return [Line(product_id="lamp", amount=Money(draw.randrange(500, 20000), "EUR"))]


def crowd(customers, draw):
    """Orders of everybody else, from which the standards are learnt."""
    for who in range(customers):
        rate, day = draw.gammavariate(1.2, 1 / 40), draw.random() * 400
        while day < 600 and draw.random() > 0.15:
            yield Purchase(
                id=f"{who}-{day:.3f}",
                order_id=f"{who}-{day:.3f}",
                customer_id=f"c{who}",
                at=START + timedelta(days=day),
                lines=lines(draw),
            )
            day += max(1.0, draw.expovariate(rate))


def busy(draw):
    """A customer with 200 facts."""
    for i in range(20):
        own = {"customer_id": "busy", "at": START + timedelta(days=30 * i, hours=1)}
        order, case, promise = f"o{i}", f"k{i}", f"p{i}"
        answer = Answer(item="satisfaction", value=draw.randint(1, 5), scale=Scale(1, 5))
        contact = {"order_id": order, "lasted_seconds": 120}
        yield from (
            Visit(id=f"v{i}", action="viewed", **own),
            Purchase(id=order, order_id=order, lines=lines(draw), **own),
            Delivered(id=f"d{i}", order_id=order, **own),
            Contact(id=f"f{i}", direction="outbound", purpose="follow_up", **contact, **own),
            CaseOpened(id=f"co{i}", case_id=case, about="question", **own),
            CaseClosed(id=f"cc{i}", case_id=case, **own),
            SurveyResponse(id=f"s{i}", instrument="csat", answers=[answer], **own),
            CostIncurred(id=f"c{i}", activity="service", amount=Money(150, "EUR"), **own),
            PromiseMade(id=f"pm{i}", promise_id=promise, **own),
        )
        if i % 2:
            yield Return(id=f"r{i}", lines=lines(draw), order_id=order, reason="size", **own)
        else:
            yield ConsentChanged(id=f"ok{i}", medium="email", granted=True, **own)
    yield Referral(id="ref", customer_id="busy", at=START, referred_id="c1")


def buyer(draw):
    """A customer with 130 orders and 70 answers."""
    for i in range(200):
        own = {"customer_id": "buyer", "at": START + timedelta(days=3 * i, hours=1)}
        if i % 20 < 13:
            yield Purchase(id=f"b{i}", order_id=f"b{i}", lines=lines(draw), **own)
        else:
            answer = Answer(item="recommend", value=draw.randint(0, 10), scale=Scale(0, 10))
            yield SurveyResponse(id=f"b{i}", instrument="nps", answers=[answer], **own)


def timed(call):
    took = []
    for _ in range(TIMES):
        began = process_time()
        call()
        took.append(process_time() - began)
    return median(took) * 1000


def main():
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        for target in ("memory:", f"sqlite:///{Path(folder) / 'card.db'}"):
            measure(target, customers)


def measure(target, customers):
    draw = Random(1)  # noqa: S311 -- a benchmark must repeat itself
    with CustomerBase.open(target, shop=SHOP) as base:
        base.load(crowd(customers, draw))
        base.record([*busy(draw), *buyer(draw)])
        began = process_time()
        base.card("busy", as_of=AS_OF)
        print(
            f"{target.split(':')[0]}: the first card of a day, among {customers:,} customers, "
            f"{process_time() - began:.2f} s"
        )
        for who in ("busy", "buyer"):
            compare(base, who)


def compare(base, who):
    def least():
        history = base.store.history("lamp", who)
        CustomerTally.collect(facts_of(history, base.reporting))

    card, least_ms = timed(lambda: base.card(who, as_of=AS_OF)), timed(least)
    facts, orders = (
        len(base.store.history("lamp", who)),
        base.summary(who, as_of=AS_OF).buying.orders,
    )
    print(
        f"  {facts} facts, {orders} orders: card {card:.1f} ms, reading and folding alone "
        f"{least_ms:.1f} ms ({card / least_ms:.1f} ×)"
    )


if __name__ == "__main__":
    main()
