"""A stranger's JSON is refused with the path, the value and the rule."""

import runpy
from pathlib import Path

import pytest

from crmkit.adapters import wire
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS
from crmkit.domain.offer import Offer
from crmkit.domain.shop import Shop

HOSTILE = runpy.run_path(str(Path(__file__).with_name("hostile_payloads.py")))
ROWS = [
    row
    for table in ("WRONG_IN_SHAPE", "WRONG_IN_MEANING")
    for row in HOSTILE["rows"](HOSTILE[table])
]


@pytest.mark.parametrize(("kind", "path", "text", "field", "rule"), ROWS)
def test_an_error_names_the_path_and_the_rule(kind, path, text, field, rule):
    with pytest.raises(InvalidValueError) as caught:
        wire.from_plain(HOSTILE["changed"](kind, path, text))
    assert caught.value.field == field
    assert caught.value.rule.startswith(rule)


def test_every_kind_is_among_the_hostile_payloads():
    assert {row[0] for row in ROWS} == KINDS.keys()
    assert all(wire.from_plain(HOSTILE["fullest"](kind)).kind == kind for kind in KINDS)


def test_an_error_says_path_value_and_rule_in_one_sentence():
    body = HOSTILE["changed"]("survey_response", "answers.1.scale.low", '"1"')
    with pytest.raises(InvalidValueError) as caught:
        wire.from_plain(body)
    assert str(caught.value) == "answers[1].scale.low is '1', but must be a whole number"


def test_an_unknown_kind_is_told_every_kind():
    with pytest.raises(InvalidValueError) as caught:
        wire.from_plain({"kind": "gift", "schema": wire.SCHEMA})
    assert str(caught.value) == f"kind is 'gift', but must be one of {', '.join(sorted(KINDS))}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text is '…', but must be JSON: Expecting value"),
        ("{", "text is '…', but must be JSON"),
        ("\ufeff{}", "text is '…', but must be JSON"),
        ("[]", "value is [], but must be an object"),
        ("null", "value is None, but must be an object"),
        ('"purchase"', "value is 'purchase', but must be an object"),
        ("[" * 100_000, "text is '…', but must not be nested that deep"),
        ('{"extra": NaN}', "text is 'NaN', but must be JSON, which has no such number"),
        ('{"extra": -Infinity}', "text is '-Infinity', but must be JSON"),
        ('{"id": "1", "kind": "visit", "id": "2"}', "id is '…', but must come once"),
        ('{"extra": {"a": {"b": 1, "b": 2}}}', "b is '…', but must come once in its object"),
        ("9" * 5000, "text is '…', but must be JSON: Exceeds"),
    ],
)
def test_text_that_holds_no_interaction_is_refused(text, message):
    with pytest.raises(InvalidValueError) as caught:
        wire.from_json(text)
    assert str(caught.value).startswith(message)


def test_text_is_text():
    with pytest.raises(InvalidValueError, match="must be JSON"):
        wire.from_json(None)


def _deep(levels):
    return {"a": _deep(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({7: 1}, "extra.7 is 7, but must be a text"),
        ({"a": [1, {"b": {1}}]}, "extra.a[1].b is 'set', but must be JSON-ready"),
        (_deep(800), "extra is '…', but must not be nested that deep"),
    ],
)
def test_plain_data_that_json_cannot_hold_is_refused_by_its_path(extra, message):
    body = HOSTILE["fullest"]("visit") | {"extra": extra}
    with pytest.raises(InvalidValueError) as caught:
        wire.from_plain(body)
    assert str(caught.value).startswith(message)


def test_keys_that_are_no_text_are_named():
    with pytest.raises(InvalidValueError, match="7 is '…', but no such field is known"):
        wire.from_plain(HOSTILE["fullest"]("visit") | {7: 1, "x": 2})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"timezone": "Mars/Base"}, "timezone is 'Mars/Base', but must be an IANA zone"),
        ({"gross_margin": "40"}, "gross_margin is 40, but must be from 0 to 1"),
        ({"annual_discount": 0.15}, "annual_discount is 0.15, but must be a number written"),
        ({"capture_chance": None, "payment_days": "30"}, "payment_days is '30', but must be a"),
        ({"serving_rates": {"order": 5}}, "serving_rates.order is 5, but must be [minor"),
        ({"serving_rates": {"order": [5, "USD"]}}, "serving_rates.order is 'USD 0.05', but"),
        ({"serving_rates": {"stamp": [5, "EUR"]}}, "serving_rates is 'stamp', but must be one"),
        ({"serving_rates": [["order", 5]]}, "serving_rates is [['order', 5]], but must be an"),
        ({"yearly_wallet": [0, "EUR"]}, "yearly_wallet is 'EUR 0.00', but must be more than 0"),
        ({"observed_since": "2026-02-30"}, "observed_since is '2026-02-30', but must be an ISO"),
        ({"observed_since": "2026-02-01T00:00"}, "observed_since is '2026-02-01T00:00', but"),
        ({"observed_since": 20}, "observed_since is 20, but must be an ISO 8601 date"),
        ({"lifecycle": {"moves": [["loyal"]], "stages": {}}}, "lifecycle.moves[0] is ['loyal']"),
        ({"lifecycle": {"moves": [["loyal", "x"]], "stages": {}}}, "lifecycle.moves[0] is 'x', "),
        ({"lifecycle": {"moves": [], "stages": {"x": "retain"}}}, "lifecycle.stages"),
        ({"lifecycle": {"moves": [], "stages": {"lost": 1}}}, "lifecycle.stages.lost is 1, but"),
        ({"instruments": [{"name": "x"}]}, "instruments[0].items is None, but it must be given"),
        ({"instruments": [{"name": "x", "items": []}]}, "instruments[0].items is 'x', but must"),
        ({"colour": "red"}, "colour is '…', but no such field is known"),
    ],
)
def test_a_shop_that_cannot_be_is_refused_by_its_path(change, message):
    plain = wire.shop_to_plain(Shop(id="lamp", currency="EUR"))
    with pytest.raises(InvalidValueError) as caught:
        wire.shop_from_plain(plain | change)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"control_share": "2"}, "control_share is 2, but must be from 0 to 1"),
        ({"eligible": {"states": ["lost", "lost"]}}, "eligible.states is ['lost', 'lost'], but"),
        ({"eligible": {"states": ["gone"]}}, "eligible.states[0] is 'gone', but must be one of"),
        ({"eligible": []}, "eligible is [], but must be an object"),
        ({"promise": {"what": "x", "due_days": -1}}, "promise.due_days is -1, but must be a"),
    ],
)
def test_an_offer_that_cannot_be_is_refused_by_its_path(change, message):
    plain = wire.offer_to_plain(Offer(id="tea", kind="retention", medium="email"))
    with pytest.raises(InvalidValueError) as caught:
        wire.offer_from_plain(plain | change)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"identifiers": [{"kind": "email", "value": "secret"}]}, "identifiers[0]"),
        ({"contact_points": [{"medium": "post", "value": 5}]}, "contact_points[0].value"),
        ({"contact_points": [{"medium": "secret place", "value": "x"}]}, "contact_points[0].med"),
        ({"acquisition": {"mode": "rented"}}, "acquisition.expires"),
        ({"acquisition": ""}, "acquisition"),
        ({"people": "secret"}, "people"),
        ({"tags": ["secret", "secret"]}, "tags"),
        ({"attributes": {"a": {"b": float("nan")}}}, "attributes.a.b"),
        ({"birthday": "secret"}, "birthday"),
        ({"name": ["secret"]}, "name"),
        ({"nickname": "secret"}, "nickname"),
    ],
)
def test_errors_about_customers_hold_nothing_personal(record, field):
    with pytest.raises(InvalidValueError) as caught:
        wire.customer_from_plain({"id": "1"} | record)
    assert "secret" not in str(caught.value)
    assert caught.value.field.startswith(field)
