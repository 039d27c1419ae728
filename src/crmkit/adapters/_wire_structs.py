"""Interactions read back from text of crmkit's own through msgspec, in half the time.

msgspec checks the shape and the types of a text in C, as declared here from the fields of
each class; what is left is to make the values. What it refuses is a ``SURPRISE``, as in
``_wire_kept``, whose readers do the same without it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, reduce
from operator import or_
from types import GenericAlias
from typing import Any, Literal, NamedTuple, get_args, get_origin

import attrs
import msgspec

from crmkit.adapters._wire_hooks import converter, is_items
from crmkit.adapters._wire_kept import Reader, read_decimal
from crmkit.adapters._wire_made import beside_none, made, new, thawed
from crmkit.adapters._wire_upcasts import SCHEMA
from crmkit.domain.interactions import KINDS, Interaction
from crmkit.domain.money import Money

__all__ = ["read_list"]

_AS_IT_IS = ("one.{0} = value",)
_CALLED = ("one.{0} = read_{0}(value)",)


class _Shape(NamedTuple):
    """How a type is declared to msgspec, and the lines that put what it gives into a field.

    Attributes:
        declared: The type.
        put: The lines; they take ``value``, a field is ``{0}``.
        read: Makes a value, where the lines call it.
    """

    declared: Any
    put: tuple[str, ...] = _AS_IT_IS
    read: Reader | None = None


_SHAPES: dict[Any, _Shape] = {
    **{kind: _Shape(kind) for kind in (str, int, bool)},
    Decimal: _Shape(str, _CALLED, read_decimal),
    datetime: _Shape(datetime, ("if value.tzinfo is not UTC: raise ValueError(value)", *_AS_IT_IS)),
    Money: _Shape(
        tuple[int, str],
        (
            "one.{0} = amount = new(thawed_money)",
            "amount.minor, amount.currency = value",
            "amount.__class__ = Money",
        ),
    ),
}
_KNOWN = {
    "new": new,
    "thawed_money": thawed(Money),
    "Money": Money,
    "UTC": UTC,
    "UNSET": msgspec.UNSET,
}


@cache
def _shape(kind: Any) -> _Shape:
    if kind in _SHAPES:
        return _SHAPES[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Shape(kind)
    if attrs.has(kind):
        return _record(kind)
    item = _shape(get_args(kind)[0]) if get_origin(kind) is tuple and is_items(kind) else None
    if item is not None and item.put in (_AS_IT_IS, _CALLED):
        return _Shape(GenericAlias(list, item.declared), _CALLED, _items(item.read))
    strict = converter().get_structure_hook(kind)
    return _Shape(Any, _CALLED, lambda value: strict(value, kind))


def _items(read: Reader | None) -> Reader:
    return tuple if read is None else lambda value: tuple([read(item) for item in value])


def _record(kind: Any, **of_kinds: Any) -> _Shape:
    """An attrs class with slots.

    Args:
        kind: The class.
        of_kinds: How the kinds of interactions are told apart.
    """
    declared: list[Any] = [("schema", Literal[SCHEMA])] if of_kinds else []
    known: dict[str, Any] = {**_KNOWN, "thawed": thawed(kind), "kind": kind}
    lines = ["one = new(thawed)"]
    for field in attrs.fields(kind):
        shape = _shape(beside_none(field.type) or field.type)
        declared.append((field.name, *_declared(field, shape)))
        lines += _put(field, shape)
        known |= {f"read_{field.name}": shape.read, f"default_{field.name}": field.default}
    lines += ["one.__class__ = kind", "return one"]
    options: dict[str, Any] = {"forbid_unknown_fields": True, "gc": False, "kw_only": True}
    struct = msgspec.defstruct(kind.__name__, declared, **options, **of_kinds)
    return _Shape(struct, _CALLED, made("data", lines, known))


def _left_unset(field: Any, shape: _Shape) -> bool:
    """Tell whether a field that a text leaves out must be told from one that it holds."""
    return shape.put is not _AS_IT_IS and field.default not in (None, attrs.NOTHING)


def _declared(field: Any, shape: _Shape) -> Iterator[Any]:
    """The type of a field of a struct, and what it is where the text leaves it out."""
    kinds = [shape.declared]
    kinds += [] if beside_none(field.type) is None else [None]
    kinds += [msgspec.UnsetType] if _left_unset(field, shape) else []
    yield reduce(or_, kinds)
    if field.default is not attrs.NOTHING:
        yield msgspec.UNSET if _left_unset(field, shape) else field.default


def _put(field: Any, shape: _Shape) -> Iterator[str]:
    """The lines that put a field of a value."""
    name = field.name
    if shape.put is _AS_IT_IS:
        yield f"one.{name} = data.{name}"
        return
    branches = []
    if _left_unset(field, shape):
        branches.append(f"value is UNSET: one.{name} = default_{name}")
    if beside_none(field.type) is not None:
        branches.append(f"value is None: one.{name} = None")
    yield f"value = data.{name}"
    yield from (f"{word} {branch}" for word, branch in zip(("if", "elif"), branches, strict=False))
    yield from ["else:"] if branches else []
    indent = "    " if branches else ""
    yield from (indent + line.format(name) for line in shape.put)


_KINDS = [_record(kind, tag_field="kind", tag=word) for word, kind in KINDS.items()]
_READ = {shape.declared: shape.read for shape in _KINDS if shape.read is not None}
_DECODE = msgspec.json.Decoder(GenericAlias(list, reduce(or_, _READ))).decode


def read_list(text: str) -> list[Interaction]:
    """Return the interactions in a JSON list."""
    try:
        return [_READ[type(data)](data) for data in _DECODE(text)]
    except msgspec.MsgspecError as error:
        raise ValueError(text) from error
