"""The JSON Schema is derived: what is written validates, what is refused for its shape does not.

What only the reader refuses is listed in ``hostile_payloads.WRONG_IN_MEANING``.
"""

import json
import runpy
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import field, frozen
from hypothesis import given, settings

from crmkit.adapters import json_schema as module
from crmkit.adapters import wire
from crmkit.adapters.json_schema import json_schema
from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.happened import Happened
from crmkit.domain.interactions import KINDS
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.offer import Offer
from crmkit.domain.shop import Shop
from crmkit.domain.validators import named, not_empty, slug, whole, whole_if_given
from crmkit.testing._samples import SAMPLES
from crmkit.testing.draws import draws
from crmkit.testing.strategies import customers, interactions, offers, shops

jsonschema = pytest.importorskip("jsonschema")

HOSTILE = runpy.run_path(str(Path(__file__).with_name("hostile_payloads.py")))


def _validator(of):
    return jsonschema.Draft202012Validator(json_schema(of))


INTERACTION, CUSTOMER, SHOP, OFFER = map(_validator, ("interaction", "customer", "shop", "offer"))


@pytest.mark.parametrize("of", ["interaction", "customer", "shop", "offer"])
def test_it_is_a_json_schema_and_plain_json(of):
    document = json_schema(of)
    jsonschema.Draft202012Validator.check_schema(document)
    assert json.loads(json.dumps(document)) == document
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$ref"].rpartition("/")[2] in document["$defs"]


def test_every_kind_is_one_of_the_interactions():
    definitions = json_schema()["$defs"]
    one_of = [one["$ref"].rpartition("/")[2] for one in definitions["interaction"]["oneOf"]]
    assert sorted(one_of) == sorted(KINDS)
    for word in KINDS:
        told = definitions[word]
        assert told["properties"]["kind"] == {"const": word}
        assert told["properties"]["schema"] == {"const": wire.SCHEMA}
        assert {"kind", "schema", "id", "customer_id", "at"} <= set(told["required"])
        assert told["additionalProperties"] is False
        assert told["description"].endswith(".")


def test_what_validators_say_is_in_it():
    definitions = json_schema()["$defs"]
    opened = definitions["case_opened"]["properties"]
    assert opened["severity"] == {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 5}, {"type": "null"}]
    }
    assert opened["case_id"] == {"type": "string", "minLength": 1}
    assert opened["about"] == {"enum": ["question", "complaint", "return", "repair"]}
    assert opened["due"]["anyOf"][0]["format"] == "date-time"
    assert definitions["survey_response"]["properties"]["answers"] == {
        "type": "array",
        "items": {"$ref": "#/$defs/Answer"},
        "minItems": 1,
    }
    assert definitions["shop"]["properties"]["fiscal_year_starts"]["maximum"] == 12
    assert definitions["shop"]["properties"]["serving_rates"]["additionalProperties"] == {
        "$ref": "#/$defs/Money"
    }


@settings(max_examples=40)
@given(interactions(), customers(), shops(), offers())
def test_whatever_is_written_validates(one, customer, shop, offer):
    INTERACTION.validate(wire.to_plain(one))
    CUSTOMER.validate(wire.customer_to_plain(customer))
    SHOP.validate(wire.shop_to_plain(shop))
    OFFER.validate(wire.offer_to_plain(offer))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_drawn_values_of_every_kind_validate(kind):
    own = json_schema()
    own["$ref"] = f"#/$defs/{kind.kind}"
    validator = jsonschema.Draft202012Validator(own)
    for one in draws(kind, 100, seed=3):
        validator.validate(wire.to_plain(one))


def test_drawn_records_validate():
    for customer, shop, offer in zip(
        draws(Customer, 50), draws(Shop, 50), draws(Offer, 50), strict=True
    ):
        CUSTOMER.validate(wire.customer_to_plain(customer))
        SHOP.validate(wire.shop_to_plain(shop))
        OFFER.validate(wire.offer_to_plain(offer))


def test_the_samples_validate():
    for one in SAMPLES:
        INTERACTION.validate(wire.to_plain(one))


@pytest.mark.parametrize(
    ("kind", "path", "text"), [r[:3] for r in HOSTILE["rows"](HOSTILE["WRONG_IN_SHAPE"])]
)
def test_what_is_wrong_in_shape_is_refused_by_both(kind, path, text):
    body = HOSTILE["changed"](kind, path, text)
    assert not INTERACTION.is_valid(body)
    with pytest.raises(InvalidValueError):
        wire.from_plain(body)


@pytest.mark.parametrize(
    ("kind", "path", "text"), [r[:3] for r in HOSTILE["rows"](HOSTILE["WRONG_IN_MEANING"])]
)
def test_what_is_wrong_in_meaning_is_refused_by_the_reader_alone(kind, path, text):
    body = HOSTILE["changed"](kind, path, text)
    assert INTERACTION.is_valid(body)
    with pytest.raises(InvalidValueError):
        wire.from_plain(body)


@pytest.mark.parametrize(
    ("validator", "plain"),
    [
        (CUSTOMER, {}),
        (CUSTOMER, {"id": ""}),
        (CUSTOMER, {"id": "1", "nickname": "x"}),
        (CUSTOMER, {"id": "1", "identifiers": [{"kind": "fax", "value": "1"}]}),
        (CUSTOMER, {"id": "1", "tags": ["a", "a"]}),
        (CUSTOMER, {"id": "1", "birthday": "1 May"}),
        (CUSTOMER, {"id": "1", "version": -1}),
        (SHOP, {"id": "lamp"}),
        (SHOP, {"id": "lamp", "currency": "EUR", "fiscal_year_starts": 13}),
        (SHOP, {"id": "lamp", "currency": "EUR", "annual_discount": 0.15}),
        (SHOP, {"id": "lamp", "currency": "EUR", "lifecycle": {"moves": [["lost"]]}}),
        (SHOP, {"id": "lamp", "currency": "EUR", "serving_rates": {"order": 5}}),
        (OFFER, {"id": "tea", "kind": "gift", "medium": "email"}),
        (OFFER, {"id": "tea", "kind": "retention", "medium": "email", "global_limit": 0}),
    ],
)
def test_records_of_another_shape_are_refused(validator, plain):
    assert not validator.is_valid(plain)


@frozen(kw_only=True)
class _Novel(Happened):
    """A kind that nobody has heard of.

    Attributes:
        word: A slug.
        count: From 2 to 7, if given.
        parts: At least one.
        pair: Two things.
        prices: By name.
    """

    kind: ClassVar[str] = "novel"

    word: str = field(validator=slug)
    name: str = field(validator=[named, slug])
    count: int | None = field(default=None, validator=whole_if_given(2, 7))
    most: int = field(default=1, validator=whole(0))
    parts: tuple[Decimal, ...] = field(validator=not_empty)
    pair: tuple[date, datetime]
    prices: Mapping[str, Money]
    anything: Mapping[str, Any] = field(factory=FrozenMapping)


def test_a_new_kind_needs_no_edit(monkeypatch):
    monkeypatch.setattr(module, "KINDS", {**KINDS, "novel": _Novel})
    document = json_schema()
    jsonschema.Draft202012Validator.check_schema(document)
    told = document["$defs"]["novel"]
    properties = told["properties"]
    assert told["description"] == "A kind that nobody has heard of."
    assert properties["word"] == {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
    assert properties["name"] == properties["word"] | {"minLength": 1}
    assert properties["count"]["anyOf"][0] == {"type": "integer", "minimum": 2, "maximum": 7}
    assert properties["most"] == {"type": "integer", "minimum": 0}
    assert properties["parts"]["minItems"] == 1
    assert [part["format"] for part in properties["pair"]["prefixItems"]] == ["date", "date-time"]
    assert properties["prices"]["additionalProperties"] == {"$ref": "#/$defs/Money"}
    assert properties["anything"] == {"type": "object"}
    assert "count" not in told["required"]
    assert {"word", "parts", "pair", "prices"} <= set(told["required"])


def test_a_type_without_a_schema_is_named():
    @frozen
    class Odd:
        numbers: complex

    with pytest.raises(TypeError, match="complex"):
        module._Definitions({}).record(Odd, "odd")
