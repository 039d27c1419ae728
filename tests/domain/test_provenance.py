"""Data that were lent vanish at the end of the lease; the proof of it stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve, fields
from hypothesis import given

from crmkit.domain.customer import Acquisition, ContactPoint, Customer, Identifier
from crmkit.domain.provenance import (
    Expirations,
    expired,
    expiring,
    lacks_lawful_basis,
    vanished,
)
from crmkit.testing.strategies import customers, moments

END = datetime(2026, 7, 1, tzinfo=UTC)
LEASE = Acquisition(mode="rented", source="Lists Ltd", lawful_basis="consent", expires=END)
BEFORE = END - timedelta(microseconds=1)
FULL = Customer(
    id="c-1",
    name="Ann",
    identifiers=(Identifier(kind="email", value="ann@shop.example"),),
    birthday=date(1990, 2, 3),
    language="es",
    region="Madrid",
    contact_points=(ContactPoint(medium="email", value="ann@shop.example"),),
    acquisition=LEASE,
    people=("c-2",),
    tags=("lamps",),
    declared_level="proactive",
    attributes={"size": "L"},
    notes=("calls at noon",),
    version=3,
)


def test_everything_personal_is_gone_from_the_moment_of_expiry():
    assert vanished(FULL, BEFORE) is FULL
    assert vanished(FULL, END) == Customer(
        id="c-1", acquisition=LEASE, declared_level="proactive", version=3
    )


def test_every_field_of_a_record_is_decided_on():
    empty = Customer(id="c-1")
    same = {one.name for one in fields(Customer) if one.eq} & {
        name
        for name in (one.name for one in fields(Customer))
        if getattr(FULL, name) == getattr(empty, name)
    }
    assert same == {"id", "kind"}


@given(customers(), moments())
def test_vanishing_again_changes_nothing_and_nothing_else_vanishes(record, at):
    once = vanished(record, at)
    assert vanished(once, at) == once
    assert (once is record) == (not expired(record.acquisition, at))
    assert (once.id, once.kind, once.acquisition) == (record.id, record.kind, record.acquisition)


def test_own_data_never_expire_unless_a_day_is_said():
    assert not expired(None, END)
    assert not expired(Acquisition(lawful_basis="contract"), END)
    assert expired(Acquisition(expires=END), END)


def test_expired_records_are_listed_with_what_they_hold_and_whether_they_bought():
    bare = vanished(evolve(FULL, id="c-0"), END)
    own = evolve(FULL, id="c-3", acquisition=Acquisition(lawful_basis="contract"))
    (found,) = expiring([bare, FULL, own], END, has_bought={"c-1": True}.get)
    assert (found.customer_id, found.bought, found.acquisition) == ("c-1", True, LEASE)
    assert set(found.fields) == {
        "name", "identifiers", "birthday", "language", "region",
        "contact_points", "people", "tags", "attributes", "notes",
    }  # fmt: skip
    assert list(expiring([FULL], BEFORE, has_bought=bool)) == []


def test_what_is_shown_names_fields_and_no_values():
    rows = tuple(expiring([FULL], END, has_bought=lambda _: True))
    shown = str(Expirations(at=END, rows=rows))
    assert "has bought" in shown
    assert "dry run" in shown
    assert not any(word in shown + repr(rows) for word in ("Ann", "ann@", "Madrid", "noon"))


@pytest.mark.parametrize(
    ("acquisition", "missing"),
    [
        (None, True),
        (Acquisition(), True),
        (Acquisition(lawful_basis="  "), True),
        (Acquisition(lawful_basis="contract"), False),
    ],
)
def test_personal_data_need_a_lawful_basis(acquisition, missing):
    assert lacks_lawful_basis(evolve(FULL, acquisition=acquisition)) is missing
    assert not lacks_lawful_basis(Customer(id="c-9", acquisition=acquisition))
