"""Nothing personal is said in reprs, in what answers show, in errors, or in logs.

Ids are said, and so are the words that a shop makes up itself (kinds, sources, channels);
everything a person is recognised by, everything they wrote and what was written of them is not.
"""

import logging
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve, fields

from crmkit import CustomerBase, Money, Purchase, Shop
from crmkit.adapters import wire
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import ContactPoint, Customer, Identifier, guest_id
from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.domain.interactions import KINDS
from crmkit.domain.lines import Line
from crmkit.domain.ports import Refusal
from crmkit.domain.retention import RetentionRule
from crmkit.testing._person import GUEST_ORDER, PERSON, person

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KNOWN = person()
IDS = {PERSON, GUEST_ORDER, *(one.id for one in KNOWN.interactions)}
IDS |= {
    name
    for one in KNOWN.interactions
    for key in ("order_id", "case_id", "promise_id")
    if (name := getattr(one, key, None))
}
#: What must never be said; whose word it is that an address is theirs may be.
PERSONAL = [one for one in KNOWN.secrets if one not in IDS and "-source-" not in one]
#: Put together here, so that no line of this file that a traceback shows holds it.
MARK = f"zq-{'mark'.upper()}"


def said_in(*texts):
    return [one for one in [*PERSONAL, MARK] for text in texts if one in text]


def told(error):
    """Everything that a log of an error would hold: its text, causes and context."""
    return "".join([*traceback.format_exception(error), repr(error), str(error)])


# --- reprs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", KNOWN.interactions, ids=lambda one: f"{one.kind}-{one.id}")
def test_interactions_say_nothing_personal(one):
    assert said_in(repr(one), str(one), repr(Refusal(one, InvalidValueError("id", "1", "x")))) == []


def test_records_say_nothing_personal():
    assert said_in(repr(KNOWN.record), str(KNOWN.record)) == []


def test_identifiers_and_contact_points_do_not_say_what_they_are():
    values = [one.value for one in KNOWN.record.identifiers + KNOWN.record.contact_points]
    shown = repr(KNOWN.record.identifiers) + repr(KNOWN.record.contact_points)
    assert [one for one in values if one in shown] == []


def test_alias_lines_say_nothing_personal():
    line = Alias(
        customer_id=GUEST_ORDER,
        stands_for=PERSON,
        recorded_at=NOW,
        evidence=MARK,
        before=KNOWN.record,
    )
    assert said_in(repr(line), str(line)) == []


# --- errors ------------------------------------------------------------------------------------


class Strange:
    """Something no field can hold, that says more than it should."""

    def __repr__(self):
        return MARK


BAD = {
    "surrogate": f"{MARK}\ud800",
    "bytes": MARK.encode(),
    "list": [MARK],
    "nested": [[MARK]],
    "tuple": ((MARK,),),
    "mapping": {MARK: MARK},
    "key": {(MARK,): 1},
    "object": Strange(),
    "objects": [Strange()],
    "under a key": {"name": Strange()},
}
VALUES = [KNOWN.record, KNOWN.record.identifiers[0], KNOWN.record.contact_points[0]]
VALUES += [next(one for one in KNOWN.interactions if one.kind == kind) for kind in KINDS]
HIDDEN = [
    pytest.param(one, each.name, id=f"{type(one).__name__}.{each.name}")
    for one in VALUES
    for each in fields(type(one))
    if not each.repr
]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(("one", "name"), HIDDEN)
def test_a_field_that_is_hidden_is_not_said_when_it_is_refused(one, name, bad):
    """And what is wrong is one of crmkit's own errors, or it is no value at all."""
    try:
        shown = repr(evolve(one, **{name: BAD[bad]}))
    except (InvalidValueError, TypeError) as error:  # a type error: not hashable, not iterable
        shown = told(error)
    assert said_in(shown) == []


@pytest.mark.parametrize("bad", ["surrogate", "bytes", "list", "mapping", "object"])
@pytest.mark.parametrize(
    ("one", "name"),
    [each for each in HIDDEN if each.values[1] in {"name", "note", "text", "topic", "value"}],
)
def test_texts_that_are_none_are_refused_by_name(one, name, bad):
    with pytest.raises(InvalidValueError, match=f"{name}|identifier"):
        evolve(one, **{name: BAD[bad]})


@pytest.mark.parametrize(
    ("kind", "value"),
    [("email", f"{MARK} at home"), ("phone", MARK), ("email", f"@{MARK}"), ("email", 5)],
)
def test_malformed_identifiers_are_not_said(kind, value):
    with pytest.raises(InvalidValueError) as caught:
        Identifier(kind=kind, value=value)
    assert said_in(told(caught.value)) == []


def test_identifiers_that_come_twice_are_not_said():
    mail = Identifier(kind="email", value=f"{MARK}@mail.example")
    with pytest.raises(InvalidValueError) as caught:
        Customer(id="c", identifiers=[mail, mail])
    assert said_in(told(caught.value)) == []


@pytest.mark.parametrize("value", ["", 5, None, [MARK]])
def test_contact_points_without_a_value_are_refused(value):
    with pytest.raises(InvalidValueError, match="value is '…'") as caught:
        ContactPoint(medium="email", value=value)
    assert said_in(told(caught.value)) == []


# --- plain data --------------------------------------------------------------------------------


def refusals_of(read, plain, names):
    for name in names:
        for value in ([MARK], {"name": [MARK]}, 5.5, f"{MARK}\ud800", [{"name": MARK}]):
            try:
                read(plain | {name: value})
            except CrmkitError as error:
                yield name, error


@pytest.mark.parametrize("kind", KINDS)
def test_plain_interactions_are_refused_without_saying_what_is_personal(kind):
    one = next(one for one in KNOWN.interactions if one.kind == kind)
    hidden = [each.name for each in fields(type(one)) if not each.repr]
    found = list(refusals_of(wire.from_plain, wire.to_plain(one), hidden))
    assert {name for name, _ in found} == set(hidden)
    assert [error for _, error in found if said_in(told(error))] == []


def test_one_wrong_field_does_not_say_another():
    plain = wire.to_plain(KNOWN.interactions[3]) | {"at": "never", "note": [MARK]}
    with pytest.raises(InvalidValueError, match="at is 'never'") as caught:
        wire.from_plain(plain)
    assert said_in(told(caught.value)) == []


def test_plain_records_are_refused_without_saying_anything():
    plain = wire.customer_to_plain(KNOWN.record)
    found = list(refusals_of(wire.customer_from_plain, plain, plain))
    assert {name for name, _ in found} >= {"name", "identifiers", "notes", "attributes", "region"}
    assert [error for _, error in found if said_in(told(error))] == []
    with pytest.raises(InvalidValueError, match="value is '…', but must be an object"):
        wire.customer_from_plain(MARK)


def test_damaged_texts_are_not_said():
    for read, write in ((wire.from_json, wire.to_json(KNOWN.interactions[11])),):
        with pytest.raises(InvalidValueError) as caught:
            read(write[:-3])
        assert said_in(told(caught.value)) == []
    with pytest.raises(InvalidValueError) as caught:
        wire.customer_from_json(wire.customer_to_json(KNOWN.record)[:-3])
    assert said_in(told(caught.value)) == []


# --- a base ------------------------------------------------------------------------------------


@pytest.fixture
def base():
    shop = Shop(id="lamp", currency="EUR", gross_margin="0.4", publishes=True)
    base = CustomerBase.open(
        "memory:", shop=shop, clock=lambda: NOW, erasure_key=b"sixteen or more bytes"
    )
    base.record(KNOWN.interactions)
    base.put_customer(evolve(KNOWN.record, acquisition=None))
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    base.record(
        [Purchase(id="x", customer_id="twin", at=NOW - timedelta(9), order_id="x", lines=[line])]
    )
    twin = evolve(KNOWN.record, id="twin", acquisition=None, notes=[MARK], region=MARK)
    base.put_customer(twin)
    return base


def test_answers_say_nothing_personal(base):
    rule = RetentionRule(name="old", of="everybody", days=1)
    asked = [
        base.card(PERSON),
        base.summary(PERSON),
        base.relationship(PERSON),
        base.satisfaction(PERSON),
        base.loyalty(PERSON),
        base.value(PERSON),
        base.profiles(),
        base.may_contact(PERSON, "email", "promotion"),
        base.export(PERSON),
        base.retention([rule]),
        base.repair_tasks(least_valid=1.0),
        base.consent_ledger(PERSON),
        base.find_duplicates(),
        list(base.find_duplicates()),
        base.expired(as_of=datetime(2040, 1, 1, tzinfo=UTC)),
        base.store.events("lamp"),
        base,
    ]
    for one in asked:
        html = one._repr_html_() if hasattr(one, "_repr_html_") else ""
        explained = str(one.explain()) if hasattr(one, "explain") else ""
        assert said_in(repr(one), str(one), html or "", explained) == [], type(one)


def test_a_preview_of_a_merge_shows_what_differs_to_whoever_prints_it_and_to_nobody_else(base):
    preview = base.merge_preview(PERSON, "twin")
    assert said_in(repr(preview), repr(preview.conflicts)) == []
    assert MARK in str(preview)


def test_what_is_done_says_nothing_personal(base):
    done = [base.merge(PERSON, "twin", evidence=MARK), base.unmerge("twin", evidence=MARK)]
    done += [base.erase(PERSON)]
    assert said_in(*map(repr, done), *map(str, done)) == []
    assert said_in(repr(base.store.aliases("lamp"))) == []


def test_the_errors_of_a_store_say_nothing_personal(base):
    for one in KNOWN.interactions:
        with pytest.raises(CrmkitError) as caught:
            base.record([evolve(one, extra={"remark": MARK})])
        assert said_in(told(caught.value)) == []
    with pytest.raises(CrmkitError) as caught:
        base.put_customer(evolve(KNOWN.record, notes=[MARK]))
    assert said_in(told(caught.value)) == []


def test_addresses_that_are_refused_are_not_said(base):
    for ask in (
        lambda: base.bounced(PERSON, "email", f"{MARK}@mail.example", hard=True),
        lambda: base.add_contact_point(PERSON, "email", f"{MARK}@mail.example", replaces=MARK),
        lambda: base.add_contact_point(PERSON, "email", MARK),
        lambda: base.confirm_contact_point(PERSON, "phone", MARK),
        lambda: base.find(email=MARK),
        lambda: base.find(phone=MARK),
    ):
        with pytest.raises(InvalidValueError) as caught:
            ask()
        assert said_in(told(caught.value)) == []


def test_who_was_erased_is_named_by_no_error(base):
    base.erase(PERSON)
    for one in KNOWN.interactions[:-1]:
        with pytest.raises(CrmkitError) as caught:
            base.record([one])
        words = str(caught.value)
        assert said_in(words) == []
        assert PERSON not in words
        assert one.id not in words
    with pytest.raises(CrmkitError) as caught:
        base.put_customer(KNOWN.record)
    assert PERSON not in str(caught.value)


def test_what_is_refused_in_a_load_says_nothing_personal(base):
    changed = [evolve(one, extra={"remark": MARK}) for one in KNOWN.interactions]
    report = base.load(changed)
    assert len(report.problems) == len(changed)
    said = [repr(report), str(report), *map(repr, report.problems), *map(str, report.problems)]
    assert said_in(*said, repr(report.reasons())) == []


def test_nothing_is_logged_by_itself(base, caplog):
    caplog.set_level(logging.DEBUG)
    base.card(PERSON)
    base.export(PERSON)
    base.load(KNOWN.interactions)
    base.erase(guest_id("shop", GUEST_ORDER))
    assert [one.getMessage() for one in caplog.records] == []
