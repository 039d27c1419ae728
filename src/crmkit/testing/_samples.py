"""Small facts with plain names, for tests whose point is not what was bought."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crmkit.domain.customer import guest_id
from crmkit.domain.interactions import (
    CaseClosed,
    CaseOpened,
    ConsentChanged,
    Contact,
    Contribution,
    CostIncurred,
    Delivered,
    Interaction,
    OfferAnswered,
    OfferShown,
    PromiseMade,
    PromiseSettled,
    Purchase,
    Referral,
    Return,
    Review,
    SurveyResponse,
    Visit,
)
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


_TRADE: tuple[Interaction, ...] = (
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
            line("é", "2.500", 1234, cost=Money(1000, "EUR"), category="cups"),
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
)


def _euros(minor: int) -> Money:
    return Money(minor, "EUR")


def _about(id: str, on: int, who: str = "ann") -> dict[str, Any]:  # noqa: A002
    return {"id": id, "customer_id": who, "at": day(on)}


_SERVICE: tuple[Interaction, ...] = (
    Contact(
        **_about("call", 3),
        channel="phone",
        direction="inbound",
        purpose="complaint",
        topic="Kratzer ✗",
        waited_seconds=0,
        lasted_seconds=181,
        answered=False,
        order_id="plain",
        case_id="k1",
    ),
    Contact(**_about("mail", 4), direction="outbound", purpose="follow_up", campaign_id="thanks"),
    CaseOpened(
        **_about("opened", 3),
        case_id="k1",
        about="complaint",
        category="late delivery",
        severity=5,
        due=day(5),
        order_id="plain",
    ),
    CaseClosed(**_about("closed", 6), case_id="k1", resolved=False),
    CaseOpened(**_about("opened again", 7), case_id="k1", about="repair"),
    CaseClosed(**_about("done", 8), case_id="k1"),
    PromiseMade(
        **_about("promise", 1),
        promise_id="p1",
        what="arrives by Friday",
        due=day(4),
        risk="functional",
        order_id="plain",
    ),
    PromiseMade(**_about("bare promise", 2, "ben"), promise_id="p2"),
    PromiseSettled(**_about("broken", 5), promise_id="p1", kept=False, remedy=_euros(500)),
    PromiseSettled(**_about("kept", 5, "ben"), promise_id="p2", kept=True),
)

_VOICE: tuple[Interaction, ...] = (
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
    Review(
        **_about("stars", 6),
        stars=0,
        scale=Scale(0, 4),
        product_id="cup",
        order_id="plain",
        title="so 🙂",
        text="two\nlines",
    ),
    Review(**_about("words", 7, "ben"), text="no stars"),
    Contribution(
        **_about("idea", 8), what="idea", quality="0.125", credit="0", worth=_euros(0), text="lid"
    ),
    Contribution(**_about("test", 8, "ben"), what="test"),
)

_MARKETING: tuple[Interaction, ...] = (
    Visit(**_about("looked", 0), action="carted", product_ids=["é", "cup"], lasted_seconds=0),
    Visit(**_about("came", 0, "ben")),
    Referral(**_about("brought", 2), referred_id="ben", joined_anyway=True, reward=_euros(300)),
    Referral(**_about("brought too", 3, "ben"), referred_id="eve"),
    OfferShown(**_about("shown", 1), offer_id="tea", campaign_id="spring"),
    OfferAnswered(**_about("taken", 2), offer_id="tea", accepted=True),
    OfferAnswered(**_about("declined", 2, "ben"), offer_id="tea", accepted=False),
    ConsentChanged(
        **_about("yes", 0), medium="email", purpose="promotion", granted=True, evidence="form 12"
    ),
    ConsentChanged(**_about("no", 9), medium="any", granted=False),
    CostIncurred(**_about("gift", 4), activity="service", amount=_euros(1)),
    CostIncurred(**_about("dear", 4, "ben"), activity="marketing", amount=Money(700, "USD")),
)

#: Every kind, every field that is easily lost on the way, on two customers and a guest.
SAMPLES = (*_TRADE, *_SERVICE, *_VOICE, *_MARKETING)
