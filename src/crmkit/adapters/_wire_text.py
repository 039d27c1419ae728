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
    known: dict[str, Any] = dict(_KNOWN)
    lines, always = ["text = ''"], ""
    for name in sorted(fields.keys() | said.keys()):
        form = said[name] if name in said else _member(fields[name], known)
        member = f',"{name}":{form}'
        if name in said or fields[name].default is attrs.NOTHING:
            always += member
            continue
        lines += [_add(always), f"if {_differs(fields[name])}: {_add(member)}"]
        always = ""
    return made("value", [*lines, _add(always), "return '{' + text[1:] + '}'"], known)


def _member(field: Any, known: dict[str, Any]) -> str:
    """How a field stands in a text; what that takes is put among what is known."""
    kind = beside_none(field.type) if field.default is None else field.type
    known |= {f"write_{field.name}": _writer(kind), f"default_{field.name}": field.default}
    form = _FORMS.get(kind, f"{{write_{field.name}(@)}}")
    return form.replace("@", f"value.{field.name}")


def _add(form: str) -> str:
    return f"text += f'{form}'" if form else "pass"


def _differs(field: Any) -> str:
    value, default = f"value.{field.name}", f"default_{field.name}"
    if field.default is None:
        return f"{value} is not None"
    return f"{value} is not {default} and {value} != {default}"


@cache
def _writer(kind: Any) -> Writer:
    if kind in _FORMS:
        form = _FORMS[kind].replace("@", "value")
        return made("value", [f"return f'{form}'"], _KNOWN)
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


#: How values of some types stand in a text; @ is the value.
_FORMS: dict[Any, str] = {
    str: "{quote(@)}",
    int: "{whole(@)}",
    bool: "{encode(@)}",
    Decimal: '"{decimal_text(@)}"',
    Money: "[{@.minor},{quote(@.currency)}]",
    datetime: '"{time_text(@)}"',
}

_KNOWN = {
    "quote": encode_basestring,
    "whole": _whole,
    "encode": encode,
    "decimal_text": decimal_text,
    "time_text": time_text,
}
