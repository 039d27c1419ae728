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
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS, Purchase
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.shop import Shop
from crmkit.testing import round_trips
from crmkit.testing.strategies import customers, interactions, shops

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


def test_the_text_is_short_sorted_and_stable():
    assert wire.to_json(ORDER) == (
        '{"at":"2026-03-01T12:30:00.000005+00:00","customer_id":"ann",'
        '"extra":{"a":{"c":2.5},"b":[1,null]},"id":"1","kind":"purchase",'
        '"lines":[{"amount":[1990,"EUR"],"product_id":"cup","quantity":"2.5"},'
        '{"amount":[495,"EUR"],"nature":"shipping"}],"order_id":"o1","schema":1}'
    )


@pytest.mark.parametrize("quantity", ["10", "10.000", "1E+1", Decimal("10.0"), 10])
def test_equal_content_is_equal_text(quantity):
    line = Line(product_id="cup", quantity=quantity, amount=Money(1990, "EUR"))
    other = evolve(line, quantity=Decimal(10))
    assert line == other
    assert wire.to_json(evolve(ORDER, lines=[line])) == wire.to_json(evolve(ORDER, lines=[other]))
    assert '"quantity":"10"' in wire.to_json(evolve(ORDER, lines=[line]))


def test_the_order_of_extra_fields_does_not_show():
    turned = evolve(ORDER, extra={"a": {"c": 2.5}, "b": [1, None]})
    assert wire.to_json(turned) == wire.to_json(ORDER)


def test_a_shops_defaults_are_written_out():
    plain = wire.shop_to_plain(Shop(id="lamp", currency="EUR"))
    assert plain["annual_discount"] == "0.15"
    assert plain["gross_margin"] is None


def _changed(path, value):
    plain = json.loads(wire.to_json(ORDER))
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return plain


@pytest.mark.parametrize(
    ("path", "value", "field", "rule"),
    [
        (["id"], 17, "id", "must be text"),
        (["id"], "", "id", "at least one character"),
        (["customer_id"], None, "customer_id", "must be text"),
        (["revision"], "1", "revision", "whole number"),
        (["revision"], True, "revision", "whole number"),
        (["at"], "2026-03-01T12:30:00", "at", "time zone"),
        (["at"], "yesterday", "at", "isoformat"),
        (["at"], 1767225600, "at", "ISO 8601"),
        (["lines"], "cup", "lines", "must be a list"),
        (["lines", 1, "amount"], [4.95, "EUR"], "lines[1].amount", "minor units"),
        (["lines", 1, "amount"], "4.95", "lines[1].amount", "minor units"),
        (["lines", 0, "amount"], [-1, "EUR"], "lines[0].amount", "0 or more"),
        (["lines", 0, "quantity"], 2.5, "lines[0].quantity", "written as text"),
        (["lines", 0, "quantity"], "-1", "lines[0].quantity", "0 or more"),
        (["lines", 0, "quantity"], "NaN", "lines[0].quantity", "finite"),
        (["lines", 1, "nature"], "bribe", "lines[1].nature", "one of goods, shipping"),
        (["lines", 1, "price"], "4", "lines[1].price", "no such field"),
        (["colour"], "red", "colour", "no such field"),
        (["extra"], ["x"], "extra", "must be an object"),
        (["kind"], "gift", "kind", "one of delivered, purchase, return"),
        (["kind"], ["purchase"], "kind", "one of delivered"),
        (["schema"], 2, "schema", "reads up to 1"),
        (["schema"], None, "schema", "reads up to 1"),
    ],
)
def test_an_error_names_the_path_and_the_rule(path, value, field, rule):
    with pytest.raises(InvalidValueError) as caught:
        wire.from_plain(_changed(path, value))
    assert caught.value.field == field
    assert rule in str(caught.value)


def test_what_is_missing_is_named():
    plain = json.loads(wire.to_json(ORDER))
    del plain["lines"][0]["amount"]
    with pytest.raises(InvalidValueError, match=r"lines\[0\].amount .* must be given"):
        wire.from_plain(plain)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"purchase"', "[" * 100_000])
def test_text_that_holds_no_interaction_is_refused(text):
    with pytest.raises(InvalidValueError):
        wire.from_json(text)


def test_extra_fields_come_back_as_they_went_in_at_any_depth():
    kept = evolve(ORDER, extra={"tags": ["a", {"n": [1, None, 0.5]}], "empty": {}})
    assert wire.from_json(wire.to_json(kept)) == kept
    assert wire.to_plain(kept)["extra"] == {"tags": ["a", {"n": [1, None, 0.5]}], "empty": {}}


def test_errors_about_customers_hold_nothing_personal():
    plain = {"id": "1", "identifiers": [{"kind": "email", "value": "secret-name"}]}
    with pytest.raises(InvalidValueError) as caught:
        wire.customer_from_plain(plain)
    assert "secret" not in str(caught.value)
    assert caught.value.field.startswith("identifiers[0]")


def test_an_older_schema_is_brought_up_a_step_at_a_time(monkeypatch):
    def renamed(body):
        return {**{k: v for k, v in body.items() if k != "who"}, "customer_id": body["who"]}

    monkeypatch.setitem(wire.UPCASTS, 0, renamed)
    old = json.loads(wire.to_json(ORDER)) | {"schema": 0, "who": "ann"}
    del old["customer_id"]
    assert wire.from_plain(old) == ORDER


def test_importing_the_adapters_loads_no_cattrs():
    code = (
        "import sys, crmkit, crmkit.adapters, crmkit.adapters.registry,"
        "crmkit.adapters.stores.memory\nprint('cattrs' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
