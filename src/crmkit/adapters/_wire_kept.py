"""Interactions read back from text that crmkit itself wrote, rules not checked again.

Types are checked as they are read, for a database may be damaged; what the classes check
(ids that are named, amounts that fit together) held when the text was written. Whoever calls
a reader falls back to the strict one on any ``SURPRISE``: another schema, an unknown key, a
value of another type. It alone explains what is wrong.

The same with msgspec, where it is installed, is in ``_wire_structs``.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, get_args, get_origin

import attrs

from crmkit.adapters._wire_hooks import converter, decimal_of, is_items, words
from crmkit.adapters._wire_made import beside_none, made, new, thawed
from crmkit.adapters._wire_upcasts import SCHEMA
from crmkit.domain.interactions import KINDS, Interaction
from crmkit.domain.money import Money

__all__ = ["SURPRISE", "Reader", "read_decimal", "read_list", "record_reader"]

Reader = Callable[[Any], Any]

#: What a reader raises where the text is not as crmkit writes it.
SURPRISE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)

_SCAN = json.JSONDecoder().raw_decode
_EXACT = (str, int, bool)
_MONEY = thawed(Money)

#: A shop's quantities are few.
read_decimal = lru_cache(maxsize=1024)(decimal_of)


def read_list(text: str) -> list[Interaction]:
    """Return the interactions in a JSON list."""
    found, end = _SCAN(text)
    if type(found) is not list or end != len(text):
        raise ValueError(text)
    return [_read(data) for data in found]


def _read(data: Any) -> Any:
    if data["schema"] != SCHEMA:
        raise LookupError(data)
    return _kind_reader(data["kind"])(data)


@cache
def _kind_reader(word: str) -> Reader:
    return record_reader(KINDS[word], beside=("kind", "schema"))


def record_reader(kind: Any, beside: Iterable[str] = ()) -> Reader:
    """Return what reads an attrs class with slots.

    Args:
        kind: The class.
        beside: What else the data hold, not to be read.
    """
    fields = attrs.fields(kind)
    required = [field for field in fields if field.default is attrs.NOTHING]
    optional = [field for field in fields if field.default is not attrs.NOTHING]
    known: dict[str, Any] = {"new": new, "thawed": thawed(kind), "kind": kind}
    puts = {}
    for field in fields:
        may_be = field.type if field in required else beside_none(field.type) or field.type
        known[f"default_{field.name}"] = field.default
        if may_be in _EXACT:
            puts[field.name] = _put_exactly(field.name, may_be.__name__)
        else:
            known[f"read_{field.name}"] = _reader(may_be)
            puts[field.name] = [f"one.{field.name} = read_{field.name}(data['{field.name}'])"]
    least = len([*required, *beside])
    names = [field.name for field in required], [field.name for field in optional]
    return made("data", _lines(*names, puts, least), known)


def _put_exactly(name: str, kind: str) -> list[str]:
    """The lines that put a value whose type is all that can be wrong with it."""
    return [
        f"value = data['{name}']",
        f"if type(value) is not {kind}: raise TypeError(value)",
        f"one.{name} = value",
    ]


def _lines(
    required: list[str], optional: list[str], puts: dict[str, list[str]], least: int
) -> Iterator[str]:
    """The lines of a reader: most values leave all but the required out."""
    yield "one = new(thawed)"
    for name in required:
        yield from puts[name]
    yield f"rest = len(data) - {least}"
    yield "if not rest:"
    yield from (f"    one.{name} = default_{name}" for name in optional)
    yield "    one.__class__ = kind"
    yield "    return one"
    for name in optional:
        yield f"if '{name}' in data:"
        yield from (f"    {line}" for line in puts[name])
        yield "    rest -= 1"
        yield f"else: one.{name} = default_{name}"
    yield "if rest: raise LookupError(data)"
    yield "one.__class__ = kind"
    yield "return one"


@cache
def _reader(kind: Any) -> Reader:
    if kind in _READERS:
        return _READERS[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return words(kind).__getitem__
    if attrs.has(kind):
        return record_reader(kind)
    if beside_none(kind) is not None:
        read = _reader(beside_none(kind))
        return lambda value: None if value is None else read(value)
    if get_origin(kind) is tuple and is_items(kind):
        return _items(_reader(get_args(kind)[0]))
    strict = converter().get_structure_hook(kind)
    return lambda value: strict(value, kind)


def _exactly(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(value)
        return value

    return read


def _items(read: Reader) -> Reader:
    def read_all(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise TypeError(value)
        return tuple(map(read, value))

    return read_all


def _money(value: Any) -> Any:
    minor, currency = value
    if type(minor) is not int or type(currency) is not str:
        raise TypeError(value)
    one = new(_MONEY)
    one.minor, one.currency = minor, currency
    one.__class__ = Money
    return one


def _time(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is not UTC:
        raise ValueError(value)
    return at


_READERS: dict[Any, Reader] = {
    **{kind: _exactly(kind) for kind in _EXACT},
    Decimal: read_decimal,
    Money: _money,
    datetime: _time,
}
