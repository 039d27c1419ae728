"""A person of whom everything is known, so that a test can tell whether anything is left.

Every kind of interaction is there, and every field of it that says something personal; each
such text is a word that occurs nowhere else. A dump in which none of ``secrets`` is found
holds nothing of the person.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from crmkit.domain.customer import (
    Acquisition,
    AcquisitionMode,
    Bounce,
    ContactPoint,
    Customer,
    Identifier,
    IdentifierKind,
    Repair,
    guest_id,
)
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
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.relationship_policy import RelationshipLevel
from crmkit.domain.surveys import Answer, Scale

__all__ = ["GUEST_ORDER", "PERSON", "Person", "person"]

#: The person's id.
PERSON = "zq-person-4711"
#: The order that the person once placed without an account.
GUEST_ORDER = "zq-order-guest"

_START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_BIRTHDAY = date(1951, 7, 29)


class Person(NamedTuple):
    """A person as a shop knows them.

    Attributes:
        record: The customer record, every field filled.
        interactions: At least one of every kind, under the person's id; the last one is an
            order placed as a guest.
        secrets: Texts that occur in nothing but these, none of which may outlive the person.
    """

    record: Customer
    interactions: list[Interaction]
    secrets: list[str]


class _Secrets:
    """Gives out texts and remembers them."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, name: str) -> str:
        return self.own(f"zq-{name}-secret")

    def own(self, text: str) -> str:
        self.given.append(text)
        return text


def person() -> Person:
    """Return a person with distinctive data in every field of every kind."""
    secret = _Secrets()
    record, interactions = _record(secret), _interactions(secret)
    keys = ("order_id", "case_id", "promise_id")
    ids = {one.id for one in interactions} | {PERSON, GUEST_ORDER}
    ids |= {name for one in interactions for key in keys if (name := getattr(one, key, None))}
    return Person(record, interactions, sorted({*secret.given, *ids}))


def _record(secret: _Secrets) -> Customer:
    return Customer(
        id=PERSON,
        name=secret("name"),
        identifiers=_identifiers(secret),
        birthday=date.fromisoformat(secret.own(_BIRTHDAY.isoformat())),
        language=secret.own("x-zqlanguage"),
        region=secret("region"),
        contact_points=_contact_points(secret),
        acquisition=Acquisition(
            mode=AcquisitionMode.RENTED,
            source=secret("acquisition"),
            campaign_id=secret("acquisition-campaign"),
            cost=Money(123, "EUR"),
            lawful_basis=secret("basis"),
            expires=datetime(2030, 1, 1, tzinfo=UTC),
        ),
        people=(secret("colleague"),),
        tags={secret("tag")},
        declared_level=RelationshipLevel.PROACTIVE,
        attributes={
            secret("attribute-key"): secret("attribute"),
            "deep": {"list": [1, secret("deep-attribute")]},
        },
        notes=(secret("note-1"), secret("note-2")),
    )


def _identifiers(secret: _Secrets) -> tuple[Identifier, ...]:
    values = {
        IdentifierKind.EMAIL: "zq.person@mail.example",
        IdentifierKind.PHONE: "+34600471147",
        IdentifierKind.PLATFORM: "zq-platform-id",
        IdentifierKind.ANONYMOUS: "zq-cookie-id",
    }
    return tuple(
        Identifier(
            kind=kind,
            value=secret.own(value),
            source=secret(f"{kind}-source"),
            verified=True,
            first_seen=_START,
            last_seen=_START + timedelta(days=40),
        )
        for kind, value in values.items()
    )


def _contact_points(secret: _Secrets) -> tuple[ContactPoint, ...]:
    return (
        ContactPoint(
            medium="email",
            value=secret.own("zq.point@mail.example"),
            source=secret("point-source"),
            verified=True,
            repair=Repair.SUSPECT,
            valid_from=_START,
            valid_until=_START + timedelta(days=900),
            bounces=(Bounce(at=_START + timedelta(days=3), hard=False),),
        ),
        ContactPoint(medium="post", value=secret("address")),
    )


def _interactions(secret: _Secrets) -> list[Interaction]:
    made = [*_orders(secret), *_service(secret), *_voice(secret), *_marketing(secret)]
    return [*made, _as_guest(secret)]


def _about(name: str, day: int, secret: _Secrets) -> dict[str, Any]:
    """What every fact has: an id of its own, and an extra field."""
    return {
        "id": f"zq-fact-{name}",
        "customer_id": PERSON,
        "at": _START + timedelta(days=day),
        "channel": "web",
        "staff_id": "staff-1",
        "extra": {"remark": secret(f"extra-{name}"), "wrap": "plain"},
    }


def _euros(minor: int) -> Money:
    return Money(minor, "EUR")


def _line(minor: int) -> Line:
    return Line(
        product_id="cup",
        quantity=Decimal(1),
        amount=_euros(minor),
        cost=_euros(300),
        category="cups",
    )


def _orders(secret: _Secrets) -> list[Interaction]:
    return [
        Purchase(
            **_about("purchase", 0, secret),
            order_id="zq-order-1",
            lines=(_line(1000), _line(700)),
            discount=_euros(100),
            shipping=_euros(495),
            tax=_euros(300),
            fees=_euros(50),
            promised_at=_START + timedelta(days=3),
        ),
        Purchase(**_about("second", 20, secret), order_id="zq-order-2", lines=(_line(1000),)),
        Delivered(**_about("delivered", 3, secret), order_id="zq-order-1"),
        Return(
            **_about("return", 9, secret),
            lines=(_line(700),),
            reason="defect",
            note=secret("return-note"),
        ),
    ]


def _service(secret: _Secrets) -> list[Interaction]:
    return [
        Contact(
            **_about("contact", 4, secret),
            direction="inbound",
            purpose="complaint",
            topic=secret("topic"),
            waited_seconds=60,
            lasted_seconds=120,
            answered=True,
            order_id="zq-order-1",
            case_id="zq-case-1",
        ),
        CaseOpened(
            **_about("opened", 4, secret),
            case_id="zq-case-1",
            about="complaint",
            category="late delivery",
            severity=3,
            due=_START + timedelta(days=8),
            order_id="zq-order-1",
        ),
        CaseClosed(**_about("closed", 7, secret), case_id="zq-case-1"),
        PromiseMade(
            **_about("promised", 5, secret),
            promise_id="zq-promise-1",
            what=secret("promise"),
            due=_START + timedelta(days=10),
            order_id="zq-order-1",
        ),
        PromiseSettled(
            **_about("settled", 9, secret),
            promise_id="zq-promise-1",
            kept=False,
            remedy=_euros(200),
        ),
    ]


def _voice(secret: _Secrets) -> list[Interaction]:
    return [
        SurveyResponse(
            **_about("survey", 6, secret),
            instrument="nps",
            answers=(Answer(item="recommend", value=9, scale=Scale(0, 10)),),
            touchpoint="delivery",
            order_id="zq-order-1",
        ),
        Review(
            **_about("review", 7, secret),
            stars=4,
            product_id="cup",
            order_id="zq-order-1",
            title=secret("title"),
            text=secret("text"),
        ),
        Contribution(**_about("idea", 8, secret), what="idea", text=secret("idea")),
    ]


def _marketing(secret: _Secrets) -> list[Interaction]:
    offered: dict[str, Any] = {"offer_id": "tea", "campaign_id": "spring"}
    return [
        Visit(**_about("visit", 0, secret), action="carted", product_ids=("cup",)),
        Referral(**_about("referral", 10, secret), referred_id="friend", reward=_euros(300)),
        OfferShown(**_about("shown", 11, secret), **offered),
        OfferAnswered(**_about("answered", 12, secret), **offered, accepted=True),
        ConsentChanged(
            **_about("consent", 0, secret),
            medium="email",
            purpose="promotion",
            granted=True,
            evidence=secret("evidence"),
        ),
        CostIncurred(**_about("cost", 5, secret), activity="service", amount=_euros(150)),
    ]


def _as_guest(secret: _Secrets) -> Interaction:
    told = _about("guest", -5, secret) | {"customer_id": guest_id("shop", GUEST_ORDER)}
    return Purchase(**told, order_id=GUEST_ORDER, lines=(_line(900),))
