"""Persons for tests of merging and forgetting, and how everything readable of them is read."""

import json
from datetime import datetime
from typing import Any

from attrs import asdict, evolve

from crmkit.adapters.wire import customer_to_json, to_json
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Acquisition, ContactPoint, Customer, Identifier, guest_id
from crmkit.domain.interactions import (
    CaseOpened,
    ConsentChanged,
    Contact,
    Contribution,
    Delivered,
    Interaction,
    PromiseMade,
    Purchase,
    Referral,
    Return,
    Review,
)
from crmkit.domain.money import Money
from crmkit.domain.ports import Store, SupportsFacts
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.testing._samples import LAMP, RATES, SOFA, bought, day, line

KEY = b"the shop's own secret"
KEYED = evolve(LAMP, erasure_key=KEY)
KEYED_SOFA = evolve(SOFA, erasure_key=KEY)
TELLING = Reporting(evolve(LAMP.shop, publishes=True), RATES, KEY)

ZELDA = "zelda-4711"
GUEST = guest_id("till", "TICKET-9X")
#: What names Zelda, or what she said, wherever it is kept.
PERSONAL = (
    *("zelda", "quimby", "+34600123456", "qz-platform", "ORD-7788", "CASE-55", "PACT-66"),
    *("TICKET-9X", "ROW-", "fell off", "my own words", "between us", "signed in Soria"),
    *("Calle Mayor", "whispered", "1971-02-03"),
)


def alias(who: str, stands_for: str | None, on: int = 30, **more: Any) -> Alias:
    """Return a line of the alias table, recorded on a day."""
    return Alias(customer_id=who, stands_for=stands_for, recorded_at=day(on), **more)


def said(id: str, on: int, who: str, medium: str = "email", *, yes: bool) -> Interaction:  # noqa: A002
    """Return a consent, or its withdrawal."""
    return ConsentChanged(id=id, customer_id=who, at=day(on), medium=medium, granted=yes)


def brought(
    id: str,  # noqa: A002
    who: str,
    whom: str,
    *,
    on: int = 3,
    reward: int | None = None,
    revision: int = 0,
) -> Interaction:
    """Return a referral, with or without a reward in cents."""
    return Referral(
        id=id,
        customer_id=who,
        at=day(on),
        referred_id=whom,
        reward=None if reward is None else Money(reward, "EUR"),
        revision=revision,
    )


def identified(who: str, *values: str, **more: Any) -> Customer:
    """Return a record found by mail addresses."""
    identifiers = [Identifier(kind="email", value=value) for value in values]
    return Customer(id=who, identifiers=identifiers, **more)


def zelda() -> Customer:
    """Return the record of Zelda, with everything a record can say."""
    return Customer(
        id=ZELDA,
        name="Zelda Quimby",
        identifiers=[
            Identifier(kind="email", value="zelda@quimby.example"),
            Identifier(kind="phone", value="+34 600 123 456"),
            Identifier(kind="platform", value="qz-platform"),
        ],
        birthday=datetime.fromisoformat("1971-02-03").date(),
        region="ES-MD",
        contact_points=[ContactPoint(medium="post", value="Calle Mayor 1")],
        acquisition=Acquisition(source="a friend who whispered it"),
        attributes={"spouse": "Mr Quimby"},
        notes=["between us: a dear customer"],
    )


def _hers(name: str, on: int) -> dict[str, Any]:
    return {"id": f"ROW-{name}", "customer_id": ZELDA, "at": day(on)}


def zeldas() -> list[Interaction]:
    """Return what happened with Zelda: texts, extras, orders, returns, a case, a promise."""
    return [
        Purchase(
            **_hers("b", 1),
            order_id="ORD-7788-1",
            lines=[line(quantity="2", minor=1000)],
            extra={"gift to": {"name": ["Quimby junior"]}},
            promised_at=day(4),
        ),
        Purchase(**_hers("a", 1), order_id="ORD-7788-2", lines=[line(minor=400), line("cap")]),
        Delivered(**_hers("d", 3), order_id="ORD-7788-1"),
        Contact(
            **_hers("talk", 4),
            direction="inbound",
            purpose="complaint",
            topic="the handle fell off",
            order_id="ORD-7788-1",
            case_id="CASE-55",
        ),
        CaseOpened(**_hers("case", 4), case_id="CASE-55", about="complaint", category="broken"),
        PromiseMade(**_hers("pact", 5), promise_id="PACT-66", what="Quimby gets a new one"),
        Return(**_hers("r1", 8), lines=[line(minor=400)], note="fell off the table"),
        Return(**_hers("r2", 9), order_id="ORD-7788-2", lines=[line("cap")]),
        Review(**_hers("says", 9), text="my own words", title="Quimby says", product_id="cup"),
        Contribution(**_hers("idea", 9), what="idea", text="my own words again"),
        ConsentChanged(**_hers("yes", 2), medium="email", granted=True, evidence="signed in Soria"),
        brought("ROW-brings", ZELDA, "ben"),
        bought("ROW-guest", 6, GUEST, source="till", order_id="TICKET-9X"),
    ]


def everything(store: Store, shop_id: str = "lamp") -> str:
    """Return all that can be read of a shop as one text, hidden fields and all."""
    told: list[str] = []
    for known_at in (None, *map(day, range(19, 41, 3))):
        for who, history in store.histories(shop_id, known_at=known_at):
            told += [who, *map(to_json, history)]
            told += map(repr, store.links(shop_id, who))
    told += map(customer_to_json, store.customers(shop_id))
    told += [json.dumps(asdict(one), default=str) for one in store.aliases(shop_id)]
    told += [json.dumps(asdict(one), default=str) for one in store.events(shop_id)]
    if isinstance(store, SupportsFacts):
        told += map(repr, store.facts(shop_id))
    return "\n".join(told)


def personal_in(text: str) -> list[str]:
    """Return which of the words that name Zelda are in a text."""
    return [one for one in PERSONAL if one.casefold() in text.casefold()]


def rows(store: Store, to: Reporting = LAMP) -> list[str]:
    """Return the flat rows of a shop, in a fixed order; they must be those of its histories."""
    histories = store.histories(to.shop.id)
    folded = sorted(repr(row) for _, history in histories for row in facts_of(history, to))
    if isinstance(store, SupportsFacts):
        assert sorted(map(repr, store.facts(to.shop.id))) == folded
    return folded


def readable(store: Store, shop_id: str = "lamp") -> dict[str, Any]:
    """Return what a shop reads as now, but for its alias lines and events."""
    histories = dict(store.histories(shop_id))
    return {
        "histories": histories,
        "links": {who: store.links(shop_id, who) for who in histories},
        "rows": sorted(map(repr, store.facts(shop_id))) if isinstance(store, SupportsFacts) else [],
        "records": list(store.customers(shop_id)),
    }
