"""Customers are recognised by normalised names, and stay out of what is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.customer import (
    Customer,
    CustomerKind,
    Identifier,
    IdentifierKind,
    guest_id,
    is_guest,
    normalised,
)
from crmkit.domain.errors import InvalidValueError
from crmkit.testing.strategies import customers


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("email", "  Ann@Example.ORG ", "ann@example.org"),
        ("email", "ｓtraße@x.de", "strasse@x.de"),
        ("phone", "+34 600 12-34-56", "+34600123456"),
        ("phone", "(600) 123", "600123"),
        ("platform", " C-17 ", "C-17"),
    ],
)
def test_names_are_normalised(kind, value, expected):
    assert normalised(IdentifierKind(kind), value) == expected


@given(st.sampled_from(IdentifierKind), st.text())
def test_normalising_again_changes_nothing(kind, text):
    try:
        once = normalised(kind, text)
    except InvalidValueError:
        return
    assert normalised(kind, once) == once


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "ann"),
        ("email", "@x"),
        ("email", "ann@"),
        ("phone", "+"),
        ("phone", "none"),
        ("platform", " "),
    ],
)
def test_names_that_are_none_are_refused_without_being_shown(kind, value):
    with pytest.raises(InvalidValueError) as caught:
        Identifier(kind=kind, value=value)
    assert value.strip() in ("", "@x", "+") or value not in str(caught.value)


def test_each_name_is_given_once():
    twice = [Identifier(kind="email", value="A@x.de"), Identifier(kind="email", value="a@X.de")]
    with pytest.raises(InvalidValueError, match="once"):
        Customer(id="1", identifiers=twice)


def test_a_guests_id_comes_from_the_order():
    assert guest_id("shop", "17") == "guest:shop/17"
    assert is_guest(guest_id("shop", "17"))
    assert not is_guest("17")


@pytest.mark.parametrize(("id", "kind"), [("guest:shop/1", "individual"), ("1", "guest")])
def test_guests_and_only_guests_have_a_guests_id(id, kind):  # noqa: A002
    with pytest.raises(InvalidValueError, match="guests"):
        Customer(id=id, kind=kind)
    assert Customer(id="guest:shop/1", kind="guest").kind is CustomerKind.GUEST


@given(customers())
def test_nothing_personal_is_shown(one):
    shown = repr(one)
    assert "identifiers" not in shown
    assert all(name not in shown for name in ("name=", "birthday", "notes", "attributes"))
    assert all(each.value not in repr(each) for each in one.identifiers if len(each.value) > 6)


def test_a_version_is_not_negative():
    with pytest.raises(ValueError, match="version"):
        Customer(id="1", version=-1)
