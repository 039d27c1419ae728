"""Small facts with plain names, for tests whose point is not what was bought."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crmkit.domain.customer import guest_id
from crmkit.domain.interactions import Delivered, Interaction, Purchase, Return, SurveyResponse
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Answer, Scale
from crmkit.testing.rates import FakeRates

RATES = FakeRates({"USD/EUR": Decimal("0.9"), "EUR/USD": Decimal("1.1")}, since=date(2026, 1, 1))
LAMP = Reporting(Shop(id="lamp", currency="EUR", timezone="Europe/Madrid"), RATES)
SOFA = Reporting(Shop(id="sofa", currency="EUR", timezone="Europe/Madrid"), RATES)

MONDAY = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)


def day(number: int) -> datetime:
    """Return the same time of day, ``number`` days after the first Monday."""
    return MONDAY + timedelta(days=number)


def line(product: str | None = "cup", quantity: str = "1", minor: int = 500, **more: Any) -> Line:
    """Return a line of goods in euros."""
    amount = Money(minor, more.pop("currency", "EUR"))
    return Line(product_id=product, quantity=quantity, amount=amount, **more)


def bought(id: str = "1", on: int = 0, who: str = "ann", **more: Any) -> Interaction:  # noqa: A002
    """Return an order of one cup on a day."""
    given = {"order_id": id, "lines": [line()]} | more
    return Purchase(id=id, customer_id=who, at=day(on), **given)


def sent_back(id: str = "r1", on: int = 9, who: str = "ann", **more: Any) -> Interaction:  # noqa: A002
    """Return the return of one cup on a day, no order named."""
    return Return(id=id, customer_id=who, at=day(on), **({"lines": [line()]} | more))


def rated(id: str = "s1", on: int = 3, who: str = "ann", value: int = 9) -> Interaction:  # noqa: A002
    """Return an answer to how likely a recommendation is."""
    answer = Answer(item="recommend", value=value, scale=Scale(0, 10))
    return SurveyResponse(id=id, customer_id=who, at=day(on), instrument="nps", answers=[answer])


def in_dollars(id: str = "d1", on: int = 0) -> Interaction:  # noqa: A002
    """Return an order in dollars, for which there are rates from 2026 on."""
    return bought(id, on, lines=[line(currency="USD")])


def in_yen(id: str = "y1", on: int = 0) -> Interaction:  # noqa: A002
    """Return an order in yen, for which there is no rate."""
    return bought(id, on, lines=[line(currency="JPY")])


#: Every kind, every field that is easily lost on the way, on two customers and a guest.
SAMPLES: tuple[Interaction, ...] = (
    Purchase(
        id="full",
        customer_id="ann",
        at=day(0),
        channel="web",
        source="web.shop",
        revision=2,
        staff_id="s",
        offer_id="o",
        campaign_id="c",
        extra={"note": "größer 🛋", "deep": {"list": [1, 2.5, None, True]}},
        order_id="A/1",
        lines=[
            line("é\x00", "2.500", 1234, cost=Money(1000, "EUR"), category="cups"),
            line(None, "0", 0),
            line(None, minor=-34, nature=Nature.DISCOUNT),
            line(None, minor=-1, nature=Nature.ADJUSTMENT),
        ],
        discount=Money(200, "EUR"),
        shipping=Money(495, "EUR"),
        tax=Money(301, "EUR"),
        fees=Money(99, "EUR"),
        promised_at=day(4),
    ),
    bought("plain", 1),
    in_dollars("dollars", 1),
    bought("guest's", 2, guest_id("shop", "g1")),
    Delivered(id="d", customer_id="ann", at=day(3), order_id="plain"),
    sent_back("named", 5, order_id="plain", reason="defect", note="broken"),
    sent_back("refund", 6, lines=[], refund=Money(5, "EUR")),
    sent_back("ben's", 6, "ben"),
    rated(),
    SurveyResponse(
        id="open",
        customer_id="ben",
        at=day(4),
        instrument="csat",
        touchpoint="delivery",
        order_id="x",
        answers=[
            Answer(item="satisfaction", value=None, scale=Scale(1, 5)),
            Answer(item="ease", value=-2, scale=Scale(-3, 3)),
        ],
    ),
)
