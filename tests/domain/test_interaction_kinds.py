"""Every kind refuses what cannot exist, by value and rule, and gives the rows it should."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crmkit.domain.customer import guest_id
from crmkit.domain.errors import InvalidValueError, NoRateError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import (
    KINDS,
    CaseClosed,
    CaseOpened,
    ConsentChanged,
    Contact,
    Contribution,
    CostIncurred,
    Delivered,
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
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Answer, Scale
from crmkit.domain.times import microseconds
from crmkit.testing import FakeRates

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
DUE = datetime(2026, 3, 4, 12, tzinfo=UTC)
RATES = FakeRates({"USD/EUR": Decimal("0.9")}, since=date(2026, 1, 1))
LAMP = Reporting(Shop(id="lamp", currency="EUR", timezone="Europe/Madrid"), RATES)
STARS = Scale(1, 5)

#: What every row says, whatever the kind.
COMMON = {
    "shop_id": "lamp",
    "source": "shop",
    "id": "1",
    "part": 0,
    "revision": 0,
    "customer_id": "ann",
    "guest": 0,
    "at": microseconds(AT),
    "day": 20514,
}


def euros(minor):
    return Money(minor, "EUR")


def made(kind, **fields):
    return kind(**({"id": "1", "customer_id": "ann", "at": AT} | fields))


def cup(**fields):
    return Line(**({"product_id": "cup", "amount": euros(500)} | fields))


SAID = Answer(item="q", value=4, scale=STARS)
OPEN = Answer(item="r", value=None, scale=STARS)
ORDERED = {"order_id": "o", "order_key": "shop/o"}
NO_MONEY = dict.fromkeys(
    ("discount", "shipping", "tax", "fees", "adjustments", "liabilities", "donations"), 0
)
ASKED = {"instrument": "csat", "item": "q", "rating": 4, "scale_low": 1, "scale_high": 5}


@pytest.mark.parametrize(
    ("one", "columns"),
    [
        (
            made(Purchase, order_id="o", lines=[cup(quantity="1.5", cost=euros(200))]),
            [ORDERED | NO_MONEY | {"goods": 1, "units": 1500, "amount": 500}
             | {"cost": 200, "costed": 500}],
        ),
        (made(Delivered, order_id="o"), [ORDERED]),
        (
            made(Return, order_id="o", lines=[cup()], reason="defect"),
            [ORDERED | NO_MONEY | {"discount": None, "goods": 1, "units": 1000, "amount": 500}
             | {"cost": 0, "costed": 0, "fault": 1}],
        ),
        (
            made(Contact, direction="inbound", purpose="advice", waited_seconds=0,
                 lasted_seconds=90, answered=False, order_id="o", case_id="k", channel="phone"),
            [ORDERED | {"case_key": "shop/k", "matter": "contact/inbound/advice", "waited": 0,
                        "lasted": 90, "state": 0, "channel": "phone"}],
        ),
        (
            made(Contact, direction="outbound", purpose="follow_up", campaign_id="c"),
            [{"matter": "contact/outbound/follow_up", "campaign_id": "c"}],
        ),
        (
            made(CaseOpened, case_id="k", about="complaint", severity=5, due=DUE),
            [{"case_key": "shop/k", "matter": "case/complaint", "severity": 5,
              "due_at": microseconds(DUE)}],
        ),
        (made(CaseClosed, case_id="k"), [{"case_key": "shop/k", "state": 1}]),
        (made(CaseClosed, case_id="k", resolved=False), [{"case_key": "shop/k", "state": 0}]),
        (
            made(PromiseMade, promise_id="p", due=DUE, risk="social"),
            [{"promise_key": "shop/p", "due_at": microseconds(DUE)}],
        ),
        (
            made(PromiseSettled, promise_id="p", kept=True),
            [{"promise_key": "shop/p", "matter": "promise/kept", "state": 1}],
        ),
        (
            made(PromiseSettled, promise_id="p", kept=False, remedy=Money(1000, "USD")),
            [{"promise_key": "shop/p", "matter": "promise/broken", "state": 0, "spent": 900}],
        ),
        (
            made(SurveyResponse, instrument="csat", answers=[SAID, OPEN], touchpoint="web"),
            [ASKED | {"question": "csat/q@web#1..5"},
             ASKED | {"question": "csat/r@web#1..5", "part": 1, "item": "r", "rating": None}],
        ),
        (
            made(Review, stars=4, product_id="cup", text="nice"),
            [ASKED | {"question": "review/stars#1..5", "instrument": "review", "item": "stars",
                      "matter": "review", "points": 1000}],
        ),
        (
            made(Contribution, what="idea", quality="0.5", credit="0.25", worth=euros(70)),
            [{"matter": "contribution/idea", "points": 125, "worth": 70}],
        ),
        (made(Visit), [{"matter": "visit/came", "intent": 0}]),
        (
            made(Visit, action="wished", product_ids=["cup"], lasted_seconds=3),
            [{"matter": "visit/wished", "intent": 1, "lasted": 3}],
        ),
        (
            made(Referral, referred_id="ben", reward=euros(300), joined_anyway=True),
            [{"matter": "referral", "referred_id": "ben", "state": 1, "spent": 300}],
        ),
        (made(OfferShown, offer_id="tea"), [{"offer_id": "tea"}]),
        (
            made(OfferAnswered, offer_id="tea", accepted=False),
            [{"offer_id": "tea", "state": 0}],
        ),
        (
            made(ConsentChanged, medium="email", purpose="care", granted=True),
            [{"matter": "consent/email/care", "state": 1}],
        ),
        (
            made(ConsentChanged, medium="any", granted=False),
            [{"matter": "consent/any/any", "state": 0}],
        ),
        (
            made(CostIncurred, activity="service", amount=Money(100, "USD")),
            [{"matter": "cost/service", "spent": 90}],
        ),
    ],
)  # fmt: skip
def test_every_kind_gives_its_columns_and_no_other(one, columns):
    expected = [dict.fromkeys(Fact._fields) | COMMON | {"kind": one.kind} | row for row in columns]
    assert [row._asdict() for row in one.facts(LAMP)] == expected


def test_every_kind_is_among_those_whose_rows_are_asserted():
    (mark,) = test_every_kind_gives_its_columns_and_no_other.pytestmark
    assert {one.kind for one, _ in mark.args[1]} == KINDS.keys()


@pytest.mark.parametrize(
    "one",
    [
        made(CostIncurred, activity="service", amount=Money(1, "JPY")),
        made(PromiseSettled, promise_id="p", kept=False, remedy=Money(1, "JPY")),
        made(Referral, referred_id="ben", reward=Money(1, "JPY")),
        made(Contribution, what="test", worth=Money(1, "JPY")),
    ],
)
def test_money_without_a_rate_is_refused(one):
    with pytest.raises(NoRateError, match="JPY"):
        one.facts(LAMP)


def test_a_guests_row_says_so():
    (row,) = made(Visit, customer_id=guest_id("shop", "7")).facts(LAMP)
    assert (row.guest, row.customer_id) == (1, "guest:shop/7")


@pytest.mark.parametrize(
    ("kind", "fields", "field", "rule"),
    [
        (Visit, {"at": "now"}, "at", "must be a datetime"),
        (Visit, {"revision": None}, "revision", "must be a whole number from 0"),
        (Visit, {"lasted_seconds": -1}, "lasted_seconds", "must be a whole number from 0"),
        (Visit, {"lasted_seconds": 1.5}, "lasted_seconds", "must be a whole number from 0"),
        (Delivered, {"order_id": 7}, "order_id", "must be a text of at least one"),
        (Contact, {"direction": "up"}, "direction", "must be one of inbound, outbound"),
        (Contact, {"purpose": "gift"}, "purpose", "must be one of answer, follow_up"),
        (Contact, {"waited_seconds": -1}, "waited_seconds", "must be a whole number from 0"),
        (Contact, {"lasted_seconds": True}, "lasted_seconds", "must be a whole number from 0"),
        (Contact, {"case_id": ""}, "case_id", "must be a text of at least one"),
        (CaseOpened, {"case_id": ""}, "case_id", "must be a text of at least one"),
        (CaseOpened, {"severity": 6}, "severity", "must be a whole number from 1 to 5"),
        (CaseOpened, {"severity": 0}, "severity", "must be a whole number from 1 to 5"),
        (CaseClosed, {"case_id": None}, "case_id", "must be a text of at least one"),
        (PromiseMade, {"promise_id": ""}, "promise_id", "must be a text of at least one"),
        (PromiseMade, {"risk": "mortal"}, "risk", "must be one of economic, functional"),
        (PromiseSettled, {"promise_id": None}, "promise_id", "must be a text of at least"),
        (SurveyResponse, {"instrument": ""}, "instrument", "must be a text of at least"),
        (SurveyResponse, {"answers": []}, "answers", "must hold at least one"),
        (Review, {"stars": 6}, "stars", "must be a whole step of the scale 1 to 5"),
        (Review, {"stars": 2.5}, "stars", "must be a whole step of the scale 1 to 5"),
        (Review, {"product_id": ""}, "product_id", "must be a text of at least one"),
        (Referral, {"referred_id": "ann"}, "referred_id", "must be somebody else"),
        (Referral, {"referred_id": ""}, "referred_id", "must be a text of at least one"),
        (OfferShown, {"offer_id": None}, "offer_id", "must name the offer"),
        (OfferAnswered, {"offer_id": None}, "offer_id", "must name the offer"),
        (ConsentChanged, {"medium": "E-mail"}, "medium", "must be lower-case letters"),
        (ConsentChanged, {"purpose": "spam"}, "purpose", "must be one of any, answer"),
        (CostIncurred, {"activity": "Service"}, "activity", "must be lower-case letters"),
        (CostIncurred, {"amount": euros(-1)}, "amount", "must be 0 or more"),
    ],
)
def test_what_cannot_exist_is_refused_by_field_value_and_rule(kind, fields, field, rule):
    with pytest.raises(InvalidValueError) as caught:
        made(kind, **(VALID.get(kind, {}) | fields))
    (given,) = fields.values()
    assert caught.value.field == field
    assert caught.value.value == SHOWN.get(field, given)
    assert rule in caught.value.rule


#: How what was given is told, where it is not told as it was given.
SHOWN = {"amount": "EUR -0.01", "answers": ()}


#: What a kind must be given.
VALID = {
    Contact: {"direction": "inbound", "purpose": "care"},
    CaseOpened: {"case_id": "k", "about": "question"},
    PromiseMade: {"promise_id": "p"},
    PromiseSettled: {"promise_id": "p", "kept": True},
    SurveyResponse: {"instrument": "csat", "answers": [SAID]},
    Contribution: {"what": "idea"},
    Return: {"refund": euros(1)},
    Referral: {"referred_id": "ben"},
    OfferAnswered: {"accepted": True},
    ConsentChanged: {"medium": "email", "granted": True},
    CostIncurred: {"activity": "service", "amount": euros(1)},
}


@pytest.mark.parametrize(
    ("kind", "fields", "rule"),
    [
        (Visit, {"action": "slept"}, "must be one of came, viewed"),
        (Return, {"reason": "broken"}, "must be one of defect, not_as_described"),
        (CaseOpened, {"about": "gift"}, "must be one of question, complaint"),
        (CaseOpened, {"due": datetime(2026, 1, 1)}, "must have a time zone"),
        (PromiseMade, {"due": "soon"}, "must be a datetime"),
        (Contribution, {"what": "money"}, "must be one of idea, answer"),
        (Contribution, {"quality": 0.5}, "must not be a float"),
        (Contribution, {"quality": "1.1"}, "must be from 0 to 1"),
        (Contribution, {"credit": "-0.1"}, "must be from 0 to 1"),
        (Contribution, {"credit": "NaN"}, "must be finite"),
    ],
)
def test_what_cannot_be_converted_is_refused_by_value_and_rule(kind, fields, rule):
    with pytest.raises(InvalidValueError) as caught:
        made(kind, **(VALID.get(kind, {}) | fields))
    (given,) = fields.values()
    assert caught.value.value == (given.isoformat() if isinstance(given, datetime) else given)
    assert rule in caught.value.rule


def test_each_item_is_answered_once():
    with pytest.raises(InvalidValueError, match="each item once"):
        made(SurveyResponse, instrument="x", answers=[SAID, SAID])
