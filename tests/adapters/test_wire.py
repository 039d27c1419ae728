"""On the wire: round trips, canonical text, and errors that name the path."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given

from crmkit.adapters import wire
from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS, Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.shop import Shop
from crmkit.testing import round_trips
from crmkit.testing.strategies import customers, interactions, offers, shops

ORDER = Purchase(
    id="1",
    customer_id="ann",
    at=datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=UTC),
    order_id="o1",
    lines=[
        Line(product_id="cup", quantity="2.50", amount=Money(1990, "EUR")),
        Line(amount=Money(495, "EUR"), nature="shipping"),
    ],
    extra={"b": [1, None], "a": {"c": 2.5}},
)


@given(interactions())
def test_every_kind_survives_as_plain_data(one):
    round_trips(one, wire.to_plain, wire.from_plain)


@given(interactions())
def test_every_kind_survives_as_text(one):
    round_trips(one, wire.to_json, wire.from_json)


@given(interactions())
def test_plain_data_is_what_json_gives_back(one):
    plain = wire.to_plain(one)
    assert json.loads(wire.to_json(one)) == plain
    assert plain["kind"] in KINDS
    assert plain["schema"] == wire.SCHEMA


@given(customers())
def test_customer_records_survive(one):
    round_trips(one, wire.customer_to_json, wire.customer_from_json)
    round_trips(one, wire.customer_to_plain, wire.customer_from_plain)


@given(shops())
def test_shops_survive(one):
    round_trips(one, wire.shop_to_json, wire.shop_from_json)
    round_trips(one, wire.shop_to_plain, wire.shop_from_plain)


@given(offers())
def test_offers_survive(one):
    round_trips(one, wire.offer_to_json, wire.offer_from_json)
    round_trips(one, wire.offer_to_plain, wire.offer_from_plain)


def test_the_text_is_short_sorted_and_stable():
    assert wire.to_json(ORDER) == (
        '{"at":"2026-03-01T12:30:00.000005+00:00","customer_id":"ann",'
        '"extra":{"a":{"c":2.5},"b":[1,null]},"id":"1","kind":"purchase",'
        '"lines":[{"amount":[1990,"EUR"],"product_id":"cup","quantity":"2.5"},'
        '{"amount":[495,"EUR"],"nature":"shipping"}],"order_id":"o1","schema":2}'
    )


@pytest.mark.parametrize("quantity", ["10", "10.000", "1E+1", Decimal("10.0"), 10])
def test_equal_content_is_equal_text(quantity):
    line = Line(product_id="cup", quantity=quantity, amount=Money(1990, "EUR"))
    other = evolve(line, quantity=Decimal(10))
    assert line == other
    assert wire.to_json(evolve(ORDER, lines=[line])) == wire.to_json(evolve(ORDER, lines=[other]))
    assert '"quantity":"10"' in wire.to_json(evolve(ORDER, lines=[line]))


def test_plain_data_holds_plain_text():
    class Word(str):
        __slots__ = ()

    plain = wire.to_plain(evolve(ORDER, id=Word("1"), channel=Word("web")))
    assert {type(value) for value in plain.values()} <= {str, int, list, dict}
    assert wire.to_plain(evolve(ORDER, channel="web")) == plain


def test_the_order_of_extra_fields_does_not_show():
    turned = evolve(ORDER, extra={"a": {"c": 2.5}, "b": [1, None]})
    assert wire.to_json(turned) == wire.to_json(ORDER)


def test_a_shops_defaults_are_written_out():
    plain = wire.shop_to_plain(Shop(id="lamp", currency="EUR"))
    assert plain["annual_discount"] == "0.15"
    assert plain["gross_margin"] is None


def test_what_is_missing_is_named():
    plain = json.loads(wire.to_json(ORDER))
    del plain["lines"][0]["amount"]
    with pytest.raises(InvalidValueError, match=r"lines\[0\].amount .* must be given"):
        wire.from_plain(plain)


def test_extra_fields_come_back_as_they_went_in_at_any_depth():
    kept = evolve(ORDER, extra={"tags": ["a", {"n": [1, None, 0.5]}], "empty": {}})
    assert wire.from_json(wire.to_json(kept)) == kept
    assert wire.to_plain(kept)["extra"] == {"tags": ["a", {"n": [1, None, 0.5]}], "empty": {}}


# --- older schemas ---------------------------------------------------------------------------


def test_an_older_schema_is_brought_up_a_step_at_a_time(monkeypatch):
    def renamed(body):
        return {**{k: v for k, v in body.items() if k != "who"}, "customer_id": body["who"]}

    monkeypatch.setitem(wire.UPCASTS, 0, renamed)
    old = json.loads(wire.to_json(ORDER)) | {"schema": 0, "who": "ann"}
    del old["customer_id"]
    assert wire.from_plain(old) == ORDER


#: As schema 1 wrote a return.
RETURN_1 = (
    '{"at":"2026-03-09T09:30:00.000000+00:00","customer_id":"ann","id":"r1","kind":"return",'
    '"lines":[{"amount":[500,"EUR"],"product_id":"cup"}],"reason":"REASON","schema":1}'
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("broken", None),
        ("defect", "defect"),
        ("not as described", "not_as_described"),
        ("not_as_described", "not_as_described"),
        ("changed mind", "changed_mind"),
        ("Defect", None),
        ("zu groß", None),
        ("", None),
    ],
)
def test_the_free_text_of_an_old_return_is_its_note(text, reason):
    old = wire.from_json(RETURN_1.replace("REASON", text))
    anew = Return(
        id="r1",
        customer_id="ann",
        at=datetime(2026, 3, 9, 9, 30, tzinfo=UTC),
        lines=[Line(product_id="cup", amount=Money(500, "EUR"))],
        reason=reason,
        note=text,
    )
    assert old == anew
    assert wire.to_json(old) == wire.to_json(anew)
    assert wire.from_json(wire.to_json(old)) == old


def test_an_old_return_without_a_reason_has_no_note():
    old = wire.from_json(RETURN_1.replace('"reason":"REASON",', ""))
    assert (old.reason, old.note) == (None, None)


@pytest.mark.parametrize(
    ("old", "field"),
    [
        (RETURN_1.replace('"REASON"', "7"), "reason"),
        (RETURN_1.replace('"REASON"', '"x","note":"y"'), "note"),
        (RETURN_1.replace('"REASON"', '"x","why":"y"'), "why"),
    ],
)
def test_an_old_payload_is_read_as_strictly(old, field):
    with pytest.raises(InvalidValueError) as caught:
        wire.from_json(old)
    assert caught.value.field == field


def test_what_was_given_is_left_as_it_is():
    given = json.loads(RETURN_1)
    before = json.dumps(given)
    wire.from_plain(given)
    assert json.dumps(given) == before


def test_old_shops_and_customers_are_read():
    kept = (
        '{"annual_discount":"0.15","currency":"EUR","fiscal_year_starts":1,"gross_margin":"0.4",'
        '"id":"lamp","lapse_days":30,"loyal_occasions":3,"observed_since":null,'
        '"timezone":"Europe/Madrid","yearly_volume":[50000,"EUR"]}'
    )
    assert wire.shop_from_json(kept) == Shop(
        id="lamp",
        currency="EUR",
        timezone="Europe/Madrid",
        gross_margin="0.4",
        yearly_volume=Money(50_000, "EUR"),
    )
    record = '{"id":"ann","kind":"individual","tags":["vip"],"version":3}'
    assert wire.customer_from_json(record) == Customer(id="ann", tags={"vip"}, version=3)


def test_importing_the_adapters_loads_no_cattrs():
    code = (
        "import sys, crmkit, crmkit.adapters, crmkit.adapters.registry,"
        "crmkit.adapters.stores.memory\nprint('cattrs' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
