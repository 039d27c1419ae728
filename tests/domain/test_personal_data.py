"""The register of personal data is whole, and says what erasing really does."""

import pytest
from attrs import NOTHING, evolve, fields, has

from crmkit.adapters.wire import shop_from_json, shop_to_json
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Acquisition, ContactPoint, Customer, Identifier, guest_id
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.forgetting import Forgetting
from crmkit.domain.interactions import KINDS
from crmkit.domain.personal_data import DataCategory, OwnField, PersonalData
from crmkit.domain.personal_fields import OnErasure, personal_fields
from crmkit.domain.shop import Shop
from crmkit.testing._person import GUEST_ORDER, PERSON, person

RECORDS = {
    "customer": Customer,
    "identifier": Identifier,
    "contact_point": ContactPoint,
    "acquisition": Acquisition,
    "alias": Alias,
}
KNOWN = person()


def register(where):
    return {one.name: one for one in personal_fields() if one.where == where}


@pytest.mark.parametrize("where", RECORDS)
def test_every_field_of_a_record_is_in_the_register_and_no_other(where):
    assert list(register(where)) == [one.name for one in fields(RECORDS[where])]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_an_interaction_is_in_the_register(kind):
    """One that is kept out of the repr and not described fails here, with its name."""
    assert list(register(kind)) == [one.name for one in fields(KINDS[kind])]


def test_every_line_says_what_the_field_is_for():
    assert [one for one in personal_fields() if not one.purpose] == []
    assert {one.category for one in personal_fields()} == set(DataCategory)


@pytest.mark.parametrize("kind", KINDS)
def test_the_register_says_what_erasing_does(kind):
    members = (PERSON, guest_id("shop", GUEST_ORDER))
    forgetting = Forgetting.of("f" * 32, members, KNOWN.interactions)
    for was in (one for one in KNOWN.interactions if one.kind == kind):
        left = forgetting.stripped(evolve(was, extra={"remark": "call me"}))
        for name, told in register(kind).items():
            before, after = getattr(was, name), getattr(left, name)
            if told.on_erasure is OnErasure.STAYS:
                assert after == before
            elif told.on_erasure is OnErasure.GOES:
                assert after == getattr(fields(type(was)), name).default
            elif name != "referred_id":  # of the other person, who is not forgotten
                assert (after is None) == (before is None)
                assert before is None or after != before


def test_the_person_for_tests_has_something_in_every_personal_field():
    """So whoever adds a field to a kind or a record must add it there too."""
    for kind in KINDS:
        some = next(one for one in KNOWN.interactions if one.kind == kind)
        for name, told in register(kind).items():
            default = getattr(fields(KINDS[kind]), name).default
            if told.on_erasure is not OnErasure.STAYS and name not in {"order_id", "case_id"}:
                assert default is NOTHING or getattr(some, name) != default, (kind, name)
    for one in (
        KNOWN.record,
        KNOWN.record.identifiers[0],
        KNOWN.record.contact_points[0],
        KNOWN.record.acquisition,
    ):
        for each in fields(type(one)):
            expected = {"version", "kind", "confirmed_at", "verified"}
            assert each.name in expected or getattr(one, each.name) != each.default, each.name


def test_every_text_of_the_person_is_among_the_secrets():
    ordinary = {"shop", "web", "staff-1", "plain", "friend", "tea", "spring", "deep", "list"}
    ordinary |= {"late delivery", "service", "email", "promotion", "cup", "cups", "goods", "EUR"}
    ordinary |= {"nps", "recommend", "delivery", "post", "wrap", "remark"}
    for one in (KNOWN.record, *KNOWN.interactions):
        for text in texts(one):
            held = any(secret in text for secret in KNOWN.secrets)
            assert held or text in ordinary or not text.startswith("zq"), text


def texts(value):
    """Every text anywhere in a value."""
    if isinstance(value, str):
        yield str(value)
    elif has(type(value)):
        for one in fields(type(value)):
            yield from texts(getattr(value, one.name))
    elif hasattr(value, "items"):
        for name, one in value.items():
            yield name
            yield from texts(one)
    elif isinstance(value, tuple | frozenset | list):
        for one in value:
            yield from texts(one)


# --- a shop's own fields -----------------------------------------------------------------------


OWN = PersonalData(
    extra={
        "gift_wrap": OwnField(personal=False, purpose="packing"),
        "gate_code": OwnField(category="contact", purpose="delivery"),
    },
    attributes={"shoe_size": OwnField(category="trait", purpose="advice")},
)


def test_own_fields_join_the_register():
    found = {one.name: one for one in personal_fields(OWN)[len(personal_fields()) :]}
    assert {name: (one.where, one.on_erasure, one.purpose) for name, one in found.items()} == {
        "attributes.shoe_size": ("customer", OnErasure.GOES, "advice"),
        "extra.gate_code": ("extra", OnErasure.GOES, "delivery"),
        "extra.gift_wrap": ("extra", OnErasure.STAYS, "packing"),
    }


def test_only_extras_declared_impersonal_are_kept():
    assert OWN.kept_extras == {"gift_wrap"}
    assert PersonalData().kept_extras == frozenset()


def test_what_a_shop_declares_is_kept_with_its_policy():
    shop = Shop(id="lamp", currency="EUR", personal_data=OWN)
    assert shop_from_json(shop_to_json(shop)) == shop
    assert shop_from_json('{"id":"lamp","currency":"EUR"}').personal_data == PersonalData()


@pytest.mark.parametrize("declared", [{"gift_wrap": True}, {"gift_wrap": {"personal": False}}])
def test_what_is_declared_is_an_own_field(declared):
    with pytest.raises(InvalidValueError, match=r"extra\.gift_wrap is .*, but must be an OwnField"):
        PersonalData(extra=declared)


def test_own_fields_are_checked():
    with pytest.raises(InvalidValueError, match="personal is 'no', but must be true or false"):
        OwnField(personal="no")
    with pytest.raises(InvalidValueError, match="category is 'shoes', but must be one of"):
        OwnField(category="shoes")
