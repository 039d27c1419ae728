"""Interactions as canonical text, written straight from their fields.

What is written is the JSON of what the hooks make of a value (``_wire_hooks``), key by key
in order, without a table of plain data in between: in two fifths of the time. Types that are
not named here are written by their hook.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring
from typing import Any, get_args, get_origin

import attrs

from crmkit.adapters._wire_hooks import converter, decimal_text, is_items, time_text
from crmkit.adapters._wire_made import beside_none, made
from crmkit.domain.money import Money

__all__ = ["Writer", "encode", "record_writer"]

Writer = Callable[[Any], str]

#: Writes plain data: keys sorted, no spaces.
encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def record_writer(kind: Any, constants: Mapping[str, Any] | None = None) -> Writer:
    """Return what writes values of an attrs class, defaults left out.

    Args:
        kind: The class.
        constants: Plain data that every text holds beside the fields.
    """
    fields = {field.name: field for field in attrs.fields(kind)}
    said = {name: encode(value) for name, value in (constants or {}).items()}
    lines, known = ["text = ''"], {}
    for name in sorted(fields.keys() | said.keys()):
        if name in said:
            lines.append(f"text += ',\"{name}\":{said[name]}'")
            continue
        field, write = fields[name], f"write_{name}"
        known[write] = _writer(beside_none(field.type) if field.default is None else field.type)
        put = f"text += f',\"{name}\":{{{write}(value.{name})}}'"
        if field.default is not attrs.NOTHING:
            known[f"default_{name}"] = field.default
            put = f"{_differs(name, field.default)}: {put}"
        lines.append(put)
    return made("value", [*lines, "return '{' + text[1:] + '}'"], known)


def _differs(name: str, default: Any) -> str:
    differs = f"if value.{name} is not default_{name}"
    return differs if default is None else f"{differs} and value.{name} != default_{name}"


@cache
def _writer(kind: Any) -> Writer:
    if kind in _WRITERS:
        return _WRITERS[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return encode_basestring
    if attrs.has(kind):
        return record_writer(kind)
    if beside_none(kind) is not None:
        write = _writer(beside_none(kind))
        return lambda value: "null" if value is None else write(value)
    if get_origin(kind) is tuple and is_items(kind):
        write_item = _writer(get_args(kind)[0])
        return lambda value: f"[{','.join(map(write_item, value))}]"
    plain = converter().get_unstructure_hook(kind)
    return lambda value: encode(plain(value))


def _whole(value: int) -> str:
    return str(value) if type(value) is int else encode(value)


def _money(value: Money) -> str:
    return f"[{value.minor},{encode_basestring(value.currency)}]"


_WRITERS: dict[Any, Writer] = {
    str: encode_basestring,
    int: _whole,
    bool: encode,
    Decimal: lambda value: f'"{decimal_text(value)}"',
    Money: _money,
    datetime: lambda value: f'"{time_text(value)}"',
}
