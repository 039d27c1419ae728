"""The quick ways through the wire agree with the slow ones that define them.

Text is what ``json`` makes of the plain data; what a store kept is read as ``from_json``
reads it, and anything that is not as crmkit writes it is left to ``from_json``.
"""

import json
import os
import pickle
import runpy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.adapters import _wire_structs, wire
from crmkit.adapters._wire_hooks import decimal_text, time_text
from crmkit.adapters._wire_kept import SURPRISE, read_list, record_reader
from crmkit.adapters._wire_text import record_writer
from crmkit.domain.customer import Customer
from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.domain.interactions import KINDS, Purchase, Visit
from crmkit.domain.lines import Line
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.testing.draws import draws
from crmkit.testing.strategies import interactions

#: How what is kept is read: without msgspec, and with it.
READERS = {"json": read_list, "msgspec": _wire_structs.read_list}
HOSTILE = runpy.run_path(str(Path(__file__).with_name("hostile_payloads.py")))
COUNT = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 250
ORDER = Purchase(
    id="1",
    customer_id="ann",
    at=datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=UTC),
    order_id="o1",
    lines=[Line(product_id="cup", amount=Money(1990, "EUR"))],
)


@pytest.fixture(params=READERS, autouse=True)
def reader(request, monkeypatch):
    monkeypatch.setattr(wire, "_read_list", lambda: READERS[request.param])


def defined(one):
    """The canonical text, by its definition."""
    plain = wire.to_plain(one)
    return json.dumps(
        plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def written_and_read(one):
    text = wire.to_json(one)
    assert text == defined(one)
    kept, strict = wire.from_kept(text), wire.from_json(text)
    assert kept == strict == one
    assert repr(kept) == repr(strict)
    assert hash(kept) == hash(strict)
    assert attrs.asdict(kept, recurse=False) == attrs.asdict(strict, recurse=False)
    assert types_in(kept) == types_in(strict)
    assert pickle.loads(pickle.dumps(kept)) == one


def types_in(value):
    """The types of a value and of all that is in it."""
    if attrs.has(type(value)):
        return type(value), [types_in(getattr(value, f.name)) for f in attrs.fields(type(value))]
    if isinstance(value, tuple | list):
        return type(value), [types_in(item) for item in value]
    if isinstance(value, FrozenMapping):
        return type(value), {name: types_in(item) for name, item in value.items()}
    return type(value)


@given(interactions())
def test_every_value_is_written_and_read_as_defined(one):
    written_and_read(one)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_many_values_of_every_kind_are_written_and_read_as_defined(kind):
    for one in draws(kind, COUNT, seed=3):
        written_and_read(one)


def test_a_store_reads_without_the_strict_way(monkeypatch):
    texts = {wire.to_json(one): one for kind in KINDS.values() for one in draws(kind, 20)}
    monkeypatch.setattr(wire, "from_json", None)
    monkeypatch.setattr(wire, "from_plain", None)
    assert {text: wire.from_kept(text) for text in texts} == texts
    assert wire.all_from_kept(list(texts)) == list(texts.values())
    assert wire.list_from_kept(f"[{','.join(texts)}]", len(texts)) == list(texts.values())


@pytest.mark.parametrize("installed", [True, False])
def test_msgspec_reads_where_it_is_installed(monkeypatch, installed):
    monkeypatch.undo()
    monkeypatch.setattr(wire, "find_spec", lambda name: name if installed else None)
    wire._read_list.cache_clear()
    chosen = READERS["msgspec" if installed else "json"]
    assert wire._read_list() is chosen
    monkeypatch.undo()
    wire._read_list.cache_clear()


def test_what_is_read_is_frozen():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        wire.from_kept(wire.to_json(ORDER)).id = "2"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_text_is_escaped_as_json_does(text):
    one = attrs.evolve(ORDER, extra={"a": text}, campaign_id=text, channel=text or None)
    assert wire.to_json(one) == defined(one)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**12, places=3))
def test_quantities_are_written_as_defined(quantity):
    written_and_read(attrs.evolve(ORDER, lines=[attrs.evolve(ORDER.lines[0], quantity=quantity)]))


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "7", "-7", "1E+3", "10", "1.50", "-1E-3"])
def test_a_decimal_is_the_shortest_text_without_an_exponent(text):
    shortest = format(Decimal(text).normalize() + 0, "f")
    assert decimal_text(Decimal(text)) == shortest


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_written_as_iso_8601(at):
    assert time_text(at) == at.isoformat(timespec="microseconds")


@pytest.mark.parametrize("year", [1, 99, 987, 9999])
def test_years_have_four_digits(year):
    at = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert time_text(at) == at.isoformat(timespec="microseconds")


def test_words_that_are_texts_are_written_as_text():
    class Channel(StrEnum):
        WEB = "web"

    one = attrs.evolve(ORDER, channel=Channel.WEB)
    assert wire.to_json(one) == defined(one)
    assert '"channel":"web"' in wire.to_json(one)


@pytest.mark.parametrize("value", [float("nan"), {1}, "\udfff"])
def test_what_json_cannot_hold_is_refused_or_written_as_defined(value):
    one = attrs.evolve(ORDER)
    object.__setattr__(one, "extra", FrozenMapping({"a": value}))
    if isinstance(value, str):
        assert wire.to_json(one) == defined(one)
        return
    with pytest.raises(InvalidValueError, match="must be JSON-ready"):
        wire.to_json(one)


def test_a_class_that_is_no_kind_is_not_written_as_one():
    @attrs.frozen(kw_only=True)
    class Gift(Visit):
        worth: int = 0

    with pytest.raises(KeyError):
        wire.to_json(Gift(id="1", customer_id="ann", at=ORDER.at, worth=3))


# --- what is not as crmkit writes it ---------------------------------------------------------


def outcome(read, text):
    """What a reading gives: a value, or an error of crmkit in full."""
    try:
        return read(text)
    except CrmkitError as error:
        return type(error), error.args


@pytest.mark.parametrize("table", ["WRONG_IN_SHAPE"])
def test_a_stranger_s_text_of_the_wrong_shape_is_refused_in_the_same_words(table):
    for kind, path, text, field, _ in HOSTILE["rows"](HOSTILE[table]):
        body = HOSTILE["changed"](kind, path, text)
        try:
            payload = json.dumps(body)
        except TypeError:
            continue
        if outcome(wire.from_kept, payload) != outcome(wire.from_json, payload):
            # A rule of a class, which held when crmkit wrote the text.
            assert wire.from_kept(payload).kind == kind, (path, field)


FULL = wire.to_json(ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        '{"kind":"visit"}',
        '{"schema":2}',
        f"{FULL} ",
        f" {FULL}",
        f"{FULL}x",
        FULL[:-1],
        FULL.replace('"schema":2', '"schema":1'),
        FULL.replace('"schema":2', '"schema":3'),
        FULL.replace('"schema":2', '"schema":null'),
        FULL.replace('"purchase"', '"gift"'),
        FULL.replace('"purchase"', '["purchase"]'),
        FULL.replace('"purchase"', "null"),
        FULL.replace('"schema":2', '"schema":2,"colour":"red"'),
        FULL.replace('"id":"1",', ""),
        FULL.replace('"id":"1"', '"id":1'),
        FULL.replace('"id":"1"', '"id":null'),
        FULL.replace('"id":"1"', '"ID":"1"'),
        FULL.replace("+00:00", ""),
        FULL.replace("+00:00", "+02:00"),
        FULL.replace("2026", "20x6"),
        FULL.replace("1990", "19.9"),
        FULL.replace("1990", "true"),
        FULL.replace('"EUR"', "5"),
        FULL.replace(',"EUR"', ""),
        FULL.replace('"EUR"', '"EUR",1'),
        FULL.replace('"cup"', "[]"),
        FULL.replace('"cup"', "null"),
        FULL.replace('"cup"', '"cup","quantity":1'),
        FULL.replace('"cup"', '"cup","quantity":"1E+999999999"'),
        FULL.replace('"cup"', '"cup","quantity":"NaN"'),
        FULL.replace('"cup"', '"cup","nature":"bribe"'),
        FULL.replace('"cup"', '"cup","nature":["goods"]'),
        FULL.replace('"cup"', '"cup","price":1'),
        FULL.replace('[{"amount"', '{"amount"').replace("}]", "}"),
        FULL.replace('[{"amount"', '[["amount"').replace("}]", "]]").replace(":[1990", ",[1990"),
        FULL.replace('"id"', '"extra":[1],"id"'),
        FULL.replace('"id"', '"extra":{"a":NaN},"id"'),
        FULL.replace('"id"', '"extra":{"a":1e999},"id"'),
        FULL.replace('"id"', '"extra":{"a":null},"id"'),
        FULL.replace('"id"', f'"extra":{{"a":{"[" * 5000}{"]" * 5000}}},"id"'),
        FULL.replace('"id"', '"revision":"1","id"'),
        FULL.replace('"id"', '"revision":true,"id"'),
        FULL.replace('"id"', '"channel":null,"id"'),
        FULL.replace('"id"', '"tax":null,"id"'),
        FULL.replace('"id"', '"tax":5,"id"'),
        "9" * 5000,
        None,
        b"{}",
        7,
    ],
)
def test_what_crmkit_would_not_write_is_left_to_the_strict_way(text):
    assert outcome(wire.from_kept, text) == outcome(wire.from_json, text)


@given(interactions(), st.data())
def test_a_damaged_text_gives_a_value_or_an_error_of_crmkit(one, data):
    text = wire.to_json(one)
    place = data.draw(st.integers(0, len(text)))
    junk = data.draw(st.sampled_from(["", '"', "{", "}", "[", "0", ",", ":", "null", "\x00"]))
    damaged = text[:place] + junk + text[place + data.draw(st.integers(0, 3)) :]
    outcome(wire.from_kept, damaged)
    assert outcome(wire.from_kept, text) == one


@pytest.mark.parametrize("texts", [[], [FULL], [FULL, FULL.replace("+00:00", "+02:00")]])
def test_a_list_holds_what_each_text_does(texts):
    each = [wire.from_json(text) for text in texts]
    assert wire.all_from_kept(texts) == each
    assert wire.list_from_kept(f"[{','.join(texts)}]", len(texts)) == each


@pytest.mark.parametrize(
    "text",
    ["", "[", "{}", "null", f"[{FULL}", f"[{FULL},]", f"[{FULL}]", f"[{FULL},{FULL},{FULL}]", None],
)
def test_a_list_of_another_length_or_of_none_is_damaged(text):
    with pytest.raises(InvalidValueError):
        wire.list_from_kept(text, 2)


def test_the_first_damaged_text_of_many_is_told_as_alone():
    damaged = FULL.replace("1990", "19.9")
    assert outcome(wire.all_from_kept, [FULL, damaged, "{"]) == outcome(wire.from_json, damaged)


def test_two_texts_that_make_up_for_each_other_are_both_damaged():
    with pytest.raises(InvalidValueError):
        wire.all_from_kept([f"{FULL},{FULL}", ""])
    with pytest.raises(InvalidValueError):
        wire.all_from_kept([f"{FULL},{FULL[:-1]}", "}"])


# --- any class of attrs ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Customer])
def test_fields_of_any_type_are_written_and_read_by_their_hook(kind):
    write, read = record_writer(kind), record_reader(kind)
    for one in draws(kind, COUNT):
        assert write(one) == wire.customer_to_json(one)
        assert read(json.loads(write(one))) == one


def test_a_key_too_many_is_a_surprise():
    read = record_reader(Line)
    with pytest.raises(SURPRISE):
        read({"amount": [5, "EUR"], "colour": "red"})
    assert read({"amount": [5, "EUR"], "product_id": "cup"}).product_id == "cup"


def test_a_time_of_another_zone_is_read_strictly():
    text = FULL.replace("12:30:00.000005+00:00", "14:30:00.000005+02:00")
    assert wire.from_kept(text) == ORDER
    assert wire.from_kept(text).at.utcoffset() == timedelta(0)
