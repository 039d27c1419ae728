"""Interactions read back from text that crmkit itself wrote, rules not checked again.

Types are checked as they are read, for a database may be damaged; what the classes check
(ids that are named, amounts that fit together) held when the text was written. Whoever calls
a reader falls back to the strict one on any ``SURPRISE``: another schema, an unknown key, a
value of another type. It alone explains what is wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, get_args, get_origin

import attrs

from crmkit.adapters._wire_hooks import converter, decimal_of, is_items, words
from crmkit.adapters._wire_made import beside_none, made
from crmkit.domain.money import Money

__all__ = ["SURPRISE", "Reader", "record_reader"]

Reader = Callable[[Any], Any]

#: What a reader raises where the text is not as crmkit writes it.
SURPRISE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)

_new = object.__new__


def record_reader(kind: Any, beside: Iterable[str] = ()) -> Reader:
    """Return what reads an attrs class with slots.

    Args:
        kind: The class.
        beside: What else the data hold, not to be read.
    """
    fields = attrs.fields(kind)
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    optional = [field.name for field in fields if field.default is not attrs.NOTHING]
    known: dict[str, Any] = {"new": _new, "kind": kind}
    for field in fields:
        may_be = field.type if field.name in required else beside_none(field.type) or field.type
        known[f"read_{field.name}"] = _reader(may_be)
        known[f"put_{field.name}"] = getattr(kind, field.name).__set__
        known[f"default_{field.name}"] = field.default
    return made("data", _lines(required, optional, len([*required, *beside])), known)


def _lines(required: list[str], optional: list[str], least: int) -> Iterator[str]:
    """The lines of a reader: most values leave all but the required out."""
    yield "one = new(kind)"
    for name in required:
        yield f"put_{name}(one, read_{name}(data['{name}']))"
    yield f"rest = len(data) - {least}"
    yield "if not rest:"
    yield from (f"    put_{name}(one, default_{name})" for name in optional)
    yield "    return one"
    for name in optional:
        yield f"if '{name}' in data:"
        yield f"    put_{name}(one, read_{name}(data['{name}']))"
        yield "    rest -= 1"
        yield f"else: put_{name}(one, default_{name})"
    yield "if rest: raise LookupError(data)"
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
    listed = _exactly(list)
    return lambda value: tuple(map(read, listed(value)))


def _money_reader() -> Reader:
    put_minor, put_currency = (getattr(Money, name).__set__ for name in ("minor", "currency"))

    def read(value: Any) -> Money:
        minor, currency = value
        if type(minor) is not int:
            raise TypeError(minor)
        one = _new(Money)
        put_minor(one, minor)
        put_currency(one, _text(currency))
        return one

    return read


def _time(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is not UTC:
        raise ValueError(value)
    return at


# Refuses what is no text, and is quicker than a function of Python's.
_text = str.__str__

_READERS: dict[Any, Reader] = {
    str: _text,
    int: _exactly(int),
    bool: _exactly(bool),
    # A shop's quantities are few.
    Decimal: lru_cache(maxsize=1024)(decimal_of),
    Money: _money_reader(),
    datetime: _time,
}
