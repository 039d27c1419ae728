"""Strategies for customer records."""

from typing import Any

from hypothesis import strategies as st

from crmkit.domain.customer import (
    Acquisition,
    AcquisitionMode,
    ContactPoint,
    Customer,
    CustomerKind,
    Identifier,
    IdentifierKind,
    Repair,
)
from crmkit.domain.relationship_policy import RelationshipLevel
from crmkit.testing._values import (
    Strategy,
    customer_ids,
    given_or,
    ids,
    json_values,
    moments,
    money,
    slugs,
    texts,
)


def identifiers() -> Strategy[Identifier]:
    """Names by which a customer is recognised."""
    values = {
        IdentifierKind.PHONE: st.from_regex(r"\+[1-9]{4,12}", fullmatch=True),
        IdentifierKind.EMAIL: st.emails(),
        IdentifierKind.PLATFORM: st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True),
        IdentifierKind.ANONYMOUS: st.from_regex(r"[a-f0-9]{8}", fullmatch=True),
    }
    rest = {
        "source": st.sampled_from(["shop", "till"]),
        "verified": st.booleans(),
        "first_seen": st.none() | moments(),
        "last_seen": st.none() | moments(),
    }
    return st.one_of(
        [
            st.builds(Identifier, kind=st.just(kind), value=value, **rest)
            for kind, value in values.items()
        ]
    )


def contact_points() -> Strategy[ContactPoint]:
    """Addresses at which a customer can be reached."""
    return st.builds(
        ContactPoint,
        medium=slugs(),
        value=ids(),
        source=st.sampled_from(["shop", "till"]),
        verified=st.booleans(),
        repair=st.sampled_from(Repair),
        valid_from=st.none() | moments(),
        valid_until=st.none() | moments(),
    )


def acquisitions() -> Strategy[Acquisition]:
    """Ways by which a customer was won; rented data say until when."""
    rest = {
        "source": texts(),
        "campaign_id": st.none() | ids(),
        "cost": st.none() | money(least=0),
        "lawful_basis": texts(),
    }

    def by(mode: AcquisitionMode) -> Strategy[Acquisition]:
        until = moments() if mode is AcquisitionMode.RENTED else st.none() | moments()
        return st.builds(Acquisition, mode=st.just(mode), expires=until, **rest)

    return st.sampled_from(AcquisitionMode).flatmap(by)


def _fields() -> dict[str, Strategy[Any]]:
    return {
        "name": texts(),
        "identifiers": st.lists(
            identifiers(), max_size=2, unique_by=lambda one: (one.kind, one.value)
        ),
        "birthday": st.none() | st.dates(),
        "language": st.none() | st.just("es-ES"),
        "region": texts(),
        "contact_points": st.lists(contact_points(), max_size=2),
        "acquisition": st.none() | acquisitions(),
        "people": st.lists(ids(), max_size=2),
        "declared_level": st.none() | st.sampled_from(RelationshipLevel),
        "tags": st.frozensets(st.text(max_size=3), max_size=3),
        "attributes": st.dictionaries(st.text(max_size=4), json_values(), max_size=2),
        "notes": st.lists(st.text(max_size=8), max_size=2),
    }


def customers(*, id: Strategy[str] | None = None) -> Strategy[Customer]:  # noqa: A002
    """Customer records that no store has kept yet; guests have the kind of a guest."""
    rest = _fields()

    def record(one: str) -> Strategy[Customer]:
        guest = one.startswith("guest:")
        kinds = [kind for kind in CustomerKind if (kind is CustomerKind.GUEST) == guest]
        return st.builds(Customer, id=st.just(one), kind=st.sampled_from(kinds), **rest)

    return given_or(id, customer_ids()).flatmap(record)
