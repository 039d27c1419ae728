"""Everything of a person on request, nothing of them on request, and the books as they were."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve, fields

from crmkit import CustomerBase, Money, Period, Purchase, Shop
from crmkit.adapters import wire
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, Identifier, guest_id
from crmkit.domain.errors import ErasedError, ErasureKeyError, InvalidValueError
from crmkit.domain.interactions import Contact, Referral
from crmkit.domain.lines import Line
from crmkit.domain.personal_data import OwnField, PersonalData
from crmkit.domain.retention import RetentionRule
from crmkit.synthetic import SyntheticShop
from crmkit.testing._person import GUEST_ORDER, PERSON, person

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = b"sixteen or more bytes"
GUEST = guest_id("shop", GUEST_ORDER)
SHOP = Shop(id="lamp", currency="EUR", gross_margin="0.4", publishes=True)


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


def opened(shop=SHOP, *, clock=None, key=KEY):
    return CustomerBase.open("memory:", shop=shop, clock=clock or Clock(), erasure_key=key)


@pytest.fixture
def base():
    """The person as account and as guest, linked; and somebody who brought them."""
    base, known = opened(), person()
    base.record([*known.interactions, bought("b1", "ben"), referral("ben", PERSON)])
    base.put_customer(known.record)
    line = Alias(
        customer_id=GUEST, stands_for=PERSON, recorded_at=NOW, evidence="zq-alias-evidence"
    )
    base.store.put_alias("lamp", line)
    return base


def bought(id_, who, on=0, **more):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    given = {"order_id": id_, "at": NOW - timedelta(days=90 - on), "lines": [line]} | more
    return Purchase(id=id_, customer_id=who, **given)


def referral(who, whom):
    return Referral(id=f"{who}-brought", customer_id=who, at=NOW, referred_id=whom)


class Holder:
    """A table of the shop's own."""

    name = "newsletter"

    def __init__(self, log=None):
        self.log = [] if log is None else log

    def export(self, customer_ids):
        return {"subscribed": list(customer_ids)}

    def erase(self, customer_ids):
        self.log.append(tuple(customer_ids))


class Broken(Holder):
    def erase(self, _customer_ids):
        raise ConnectionError


# --- export ------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [PERSON, GUEST])
def test_an_export_holds_every_word_of_the_person_by_whichever_id(base, asked):
    text = base.export(asked).to_json()
    assert [one for one in [*person().secrets, "zq-alias-evidence"] if one not in text] == []


def test_the_interactions_of_an_export_read_back_as_the_history(base):
    plain = json.loads(base.export(PERSON).to_json())
    read = [wire.from_plain(one) for one in plain["interactions"]]
    brought = [one for one in read if isinstance(one, Referral)]
    assert [one.referred_id for one in brought] == ["another customer"]
    history = base.store.history("lamp", PERSON)
    assert [one for one in read if one not in brought] == [
        one for one in history if not isinstance(one, Referral)
    ]
    assert len(read) == len(history) == 19
    assert [wire.customer_from_plain(one) for one in plain["records"]] == [base.customer(PERSON)]


def test_an_export_says_what_was_derived_and_how(base):
    parts = {one["figure"]: one for one in base.export(PERSON).to_plain()["judgements"]}
    assert set(parts) == {
        "lifecycle_state",
        "satisfaction",
        "loyalty",
        "customer_value",
        "relationship_value",
    }
    assert parts["lifecycle_state"]["answer"]
    assert all(one["formula"] and one["source"] for one in parts.values())


def test_an_export_tells_ids_consents_sources_and_purposes(base):
    plain = base.export(PERSON).to_plain()
    assert plain["ids"] == [PERSON, GUEST]
    assert (plain["schema"], plain["shop_id"]) == (1, "lamp")
    assert plain["as_of"] == "2026-06-01T12:00:00+00:00"
    assert plain["aliases"][0]["evidence"] == "zq-alias-evidence"
    (consent,) = plain["consents"]
    assert (consent["medium"], consent["granted"]) == ("email", True)
    assert consent["evidence"] == "zq-evidence-secret"
    assert plain["sources"] == {"shop": 19}
    assert {one["on_erasure"] for one in plain["register"]} == {"goes", "replaced", "stays"}
    assert plain["records"][0]["acquisition"]["lawful_basis"] == "zq-basis-secret"


def test_what_an_export_shows_of_itself_is_only_how_much_there_is(base):
    export = base.export(PERSON, holders=[Holder()])
    for shown in (str(export), repr(export), export._repr_html_()):
        assert [one for one in person().secrets if one in shown and one != PERSON] == []
    assert "interactions  19" in str(export)


def test_holders_add_what_they_hold(base):
    plain = base.export(GUEST, holders=[Holder()]).to_plain()
    assert plain["holders"] == {"newsletter": {"subscribed": [PERSON, GUEST]}}
    with pytest.raises(InvalidValueError, match="holders is 'newsletter', but must have names"):
        base.export(PERSON, holders=[Holder(), Holder()])


def test_a_customer_of_whom_only_a_record_is_kept_is_exported():
    base = opened()
    base.put_customer(Customer(id="ann", name="Ann"))
    plain = base.export("ann").to_plain()
    assert (plain["records"][0]["name"], plain["interactions"]) == ("Ann", [])
    assert plain["judgements"] == []
    assert any("nothing was derived" in one for one in plain["notes"])


def test_a_guest_is_exported_and_not_judged():
    base = opened()
    base.record([bought("g1", guest_id("shop", "g1"))])
    plain = base.export(guest_id("shop", "g1")).to_plain()
    assert (len(plain["interactions"]), plain["judgements"]) == (1, [])


def test_nobody_known_has_no_export(base):
    with pytest.raises(InvalidValueError, match="nothing is kept of anybody under it") as caught:
        base.export("zq-somebody")
    assert "zq-somebody" not in str(caught.value)


# --- erasing -----------------------------------------------------------------------------------


def everything(base):
    """All that can be read of a base, as one text."""
    store = base.store
    told = [wire.to_json(one) for _, history in store.histories("lamp") for one in history]
    told += [who for who, _ in store.histories("lamp")]
    told += map(wire.customer_to_json, store.customers("lamp"))
    told += (f"{one} {one.evidence} {one.before}" for one in store.aliases("lamp"))
    told += (f"{one} {dict(one.data)}" for one in store.events("lamp"))
    told += map(repr, store.facts("lamp"))
    return "\n".join(told)


def test_after_erasing_no_word_of_the_person_is_left(base):
    before = everything(base)
    assert len([one for one in person().secrets if one in before]) > 70
    erased = base.erase(GUEST)
    assert [one for one in [*person().secrets, "alias-evidence"] if one in everything(base)] == []
    assert (erased.interactions, erased.records, erased.referrals) == (19, 1, 1)


def test_the_persons_own_figures_are_the_same_under_the_pseudonym(base):
    before, profiles = base.summary(PERSON), {one.customer_id: one for one in base.profiles()}
    erased = base.erase(PERSON)
    after = base.summary(erased.pseudonym)
    same = {one.name for one in fields(type(before))} - {"customer_id", "offers"}
    assert {name: getattr(after, name) for name in same} == {
        name: getattr(before, name) for name in same
    }
    profiles[erased.pseudonym] = evolve(profiles.pop(PERSON), customer_id=erased.pseudonym)
    assert {one.customer_id: one for one in base.profiles()} == profiles


def test_readings_made_before_serve_no_stale_ids(base):
    day = date(2026, 5, 31)
    assert PERSON in {one.customer_id for one in base.profiles(as_of=day)}
    base.erase(PERSON)
    assert PERSON not in {one.customer_id for one in base.profiles(as_of=day)}
    assert PERSON not in repr(base._readings._made)


def test_the_rows_of_the_person_come_again_as_problems_and_count_nothing_twice(base):
    before = base.kpis(Period.fiscal_year(2026))
    erased = base.erase(PERSON)
    report = base.load([*person().interactions, bought("b1", "ben"), referral("ben", PERSON)])
    assert (report.accepted, report.known) == (0, 2)
    assert {reason.partition(" who was ")[2][:6] for _, reason, _ in report.reasons()} == {"erased"}
    assert len(report.problems) == 19
    assert str(base.kpis(Period.fiscal_year(2026))) == str(before)
    assert len(base.store.history("lamp", erased.pseudonym)) == 19


def test_rows_of_an_erased_order_are_told_under_whatever_id_they_come(base):
    base.erase(PERSON)
    again = bought("another-id", "another-customer", order_id="zq-order-1")
    with pytest.raises(ErasedError):
        base.record([again])


def test_the_record_of_the_person_does_not_come_back(base):
    base.erase(PERSON)
    with pytest.raises(ErasedError, match="this customer record is about a person who was erased"):
        base.put_customer(person().record)


def test_the_person_may_come_back_as_a_new_customer(base):
    erased = base.erase(PERSON)
    base.clock.now = NOW + timedelta(days=10)
    new = bought("n1", PERSON, on=100)
    assert base.record([new]).accepted == 1
    assert base.put_customer(Customer(id=PERSON, name="Ann")).version == 1
    assert base.summary(PERSON).buying.orders == 1
    assert base.summary(erased.pseudonym).buying.orders > 1


def test_erasing_twice_says_that_nothing_is_kept(base):
    erased = base.erase(PERSON)
    for again in (PERSON, GUEST, erased.pseudonym, "nobody"):
        with pytest.raises(InvalidValueError, match="nothing is kept of anybody under it"):
            base.erase(again)


def test_without_a_key_nobody_is_erased_and_no_holder_is_asked():
    base, holder = opened(key=None), Holder()
    base.record([bought("b1", "ben")])
    with pytest.raises(ErasureKeyError, match="none was given; open it with erasure_key="):
        base.erase("ben", holders=[holder])
    assert holder.log == []


def test_holders_forget_first_and_know_every_id(base):
    holder = Holder()
    base.erase(GUEST, holders=[holder])
    assert holder.log == [(PERSON, GUEST)]


def test_a_holder_that_fails_leaves_everything_to_be_asked_again(base):
    before, holder = everything(base), Holder()
    with pytest.raises(ConnectionError):
        base.erase(PERSON, holders=[holder, Broken()])
    assert everything(base) == before
    base.erase(PERSON, holders=[holder])
    assert holder.log == [(PERSON, GUEST)] * 2


def test_a_guest_without_an_account_is_erased():
    base, guest = opened(), guest_id("shop", "g1")
    base.record([bought("g1", guest), bought("b1", "ben")])
    before = base.profiles().guest_buying
    erased = base.erase(guest)
    assert erased.pseudonym.startswith("guest:erased/")
    assert base.profiles().guest_buying == before


def test_extras_that_the_shop_declares_impersonal_survive():
    declared = PersonalData(extra={"wrap": OwnField(personal=False, purpose="packing")})
    base = opened(evolve(SHOP, personal_data=declared))
    base.record(person().interactions)
    erased = base.erase(PERSON)
    history = base.store.history("lamp", erased.pseudonym)
    assert {tuple(one.extra.items()) for one in history} == {(("wrap", "plain"),)}


def test_whoever_was_unmerged_is_somebody_else_and_stays():
    base = opened()
    base.record([bought("a1", "ann"), bought("b1", "ben")])
    base.put_customer(Customer(id="ben", name="Ben"))
    for stands_for in ("ann", None):
        line = Alias(customer_id="ben", stands_for=stands_for, recorded_at=NOW)
        base.store.put_alias("lamp", line)
    base.erase("ann")
    assert base.summary("ben").buying.orders == 1
    assert base.customer("ben").name == "Ben"


# --- the books of a whole shop -----------------------------------------------------------------


SYNTHETIC = SyntheticShop(seed=3, customers=60, guests=8, days=400)
YEAR = Period.fiscal_year(2025)


def told(base):
    """What the shop reads off its base; sums of floats go by the order of ids, so as shown."""
    answers = {
        "kpis": base.kpis(YEAR),
        "equity": base.equity(),
        "concentration": base.concentration(),
        "cohorts": base.cohorts(),
        "survival": base.survival(),
        "relationship": base.relationship(),
        "satisfaction": base.satisfaction(),
        "loyalty": base.loyalty(),
        "guests": base.profiles().guest_buying,
        "everyone": base.profiles().everyone,
    }
    return {name: str(one) for name, one in answers.items()}


def test_totals_and_everybody_else_stay_to_the_cent_whoever_is_erased():
    base = opened(SYNTHETIC.shop, clock=Clock(datetime(2026, 3, 1, tzinfo=UTC)))
    log = list(SYNTHETIC.interactions())
    base.record(log)
    before = told(base)
    profiles = {one.customer_id: one for one in base.profiles()}
    referrers = sorted({one.customer_id for one in log if isinstance(one, Referral)})
    referred = sorted({one.referred_id for one in log if isinstance(one, Referral)})
    guests = sorted({one.customer_id for one in log if one.customer_id.startswith("guest:")})
    people = dict.fromkeys([*referrers[:2], *referred[:2], *guests[:2], *sorted(profiles)[::9]])
    for who in people:
        pseudonym = base.erase(who).pseudonym
        if who in profiles:
            profiles[pseudonym] = evolve(profiles.pop(who), customer_id=pseudonym)
    assert told(base) == before
    assert {one.customer_id: one for one in base.profiles()} == profiles
    report = base.load(log)
    assert (report.accepted, len(report.problems) + report.known) == (0, len(log))
    assert told(base) == before


# --- retention ---------------------------------------------------------------------------------


LEADS = RetentionRule(name="leads", of="leads", days=60)
EVERYBODY = RetentionRule(name="everybody", of="everybody", days=30, order_days=80)


def contact(who, on, direction):
    at = NOW - timedelta(days=90 - on)
    return Contact(
        id=f"{who}-{on}", customer_id=who, at=at, direction=direction, purpose="promotion"
    )


@pytest.fixture
def kept():
    base = opened()
    base.record(
        [
            bought("a1", "ann", 0),
            bought("b1", "ben", 80),
            contact("cid", 5, "inbound"),
            contact("cid", 89, "outbound"),
            contact("dan", 70, "inbound"),
            bought("g1", guest_id("shop", "g1"), 1),
        ]
    )
    seen = NOW - timedelta(days=70)
    mail = Identifier(kind="email", value="eve@mail.example", last_seen=seen)
    base.put_customer(Customer(id="eve", identifiers=[mail]))
    base.put_customer(Customer(id="fay"))
    return base


def due(run):
    return [(one.customer_id, one.rule) for one in run.due]


def test_a_dry_run_says_who_is_due_and_does_nothing(kept):
    before = everything(kept)
    run = kept.retention([LEADS, EVERYBODY])
    assert due(run) == [
        ("ann", "everybody"),
        ("cid", "leads"),
        ("eve", "leads"),
        ("guest:shop/g1", "everybody"),
    ]
    assert (run.undated, run.dry_run, run.erased) == (("fay",), True, ())
    assert everything(kept) == before


def test_what_the_shop_does_is_no_sign_of_life(kept):
    (one,) = [one for one in kept.retention([LEADS]).due if one.customer_id == "cid"]
    assert date(2026, 3, 8) == date(1970, 1, 1) + timedelta(days=one.active_day)


def test_a_dry_run_may_look_ahead(kept):
    assert ("dan", "leads") in due(kept.retention([LEADS], as_of=date(2026, 8, 1)))
    with pytest.raises(InvalidValueError, match=r"as_of .* must be left out where people are"):
        kept.retention([LEADS], as_of=date(2026, 8, 1), dry_run=False)


def test_executing_erases_each_and_the_next_run_finds_nobody(kept):
    holder, orders = Holder(), kept.profiles().everyone
    run = kept.retention([LEADS, EVERYBODY], dry_run=False, holders=[holder])
    assert len(run.erased) == 4
    assert "4 were erased" in str(run)
    assert "ann" not in str(run)
    assert holder.log == [(who,) for who, _ in due(run)]
    assert kept.profiles().everyone == orders
    again = kept.retention([LEADS, EVERYBODY], dry_run=False)
    assert (again.due, again.erased) == ((), ())
    assert kept.export("ben").to_plain()["ids"] == ["ben"]


def test_a_hold_tag_on_any_record_of_a_person_spares_them(kept):
    kept.record([bought("a2", "ann-2", 0)])
    kept.put_customer(Customer(id="ann-2", tags=["hold"]))
    kept.store.put_alias("lamp", Alias(customer_id="ann-2", stands_for="ann", recorded_at=NOW))
    run = kept.retention([EVERYBODY])
    assert [(one.customer_id, one.reason) for one in run.spared] == [("ann", "tag 'hold'")]


def test_rules_read_everybody_at_once_and_no_history_of_one(kept, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(type(kept.store), "history", refuse)
    assert len(kept.retention([LEADS]).due) == 2
