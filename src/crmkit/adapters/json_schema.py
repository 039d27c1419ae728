"""The wire format as a JSON Schema (draft 2020-12), for services that wrap the library.

The document is derived from the values themselves: their fields, types, defaults and
validators. So a kind added to the union of interactions is in it without an edit here. It
describes what ``crmkit.adapters.wire`` writes; whatever is written validates.

What a reader refuses beyond the schema: rules across fields (one currency per order, an
answer on its scale, a discount within its goods, an offer without its id), what converters
and validators of single classes check (a share from 0 to 1, a zone that exists, the form of
an e-mail address, a consent's purpose), days that are in no calendar, and whole numbers
written as 1.0. What a reader takes beyond the schema:
older schemas of interactions, and ISO 8601 times in other forms than RFC 3339.
"""

import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from crmkit.adapters._wire_hooks import DECIMAL, is_items, is_open, is_row, is_table
from crmkit.adapters._wire_upcasts import SCHEMA
from crmkit.domain import validators
from crmkit.domain.customer import Customer
from crmkit.domain.happened import Happened
from crmkit.domain.interactions import KINDS
from crmkit.domain.money import MOST, Money
from crmkit.domain.offer import Offer
from crmkit.domain.shop import Shop

__all__ = ["json_schema"]

_Json = dict[str, Any]

_NULL: _Json = {"type": "null"}

_PLAIN: dict[Any, _Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: _NULL,
    Decimal: {"type": "string", "pattern": f"^{DECIMAL.pattern}$"},
    date: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    datetime: {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$",
    },
}

_MONEY: _Json = {
    "description": "[minor units, ISO 4217 currency]",
    "type": "array",
    "prefixItems": [
        {"type": "integer", "minimum": -MOST, "maximum": MOST},
        {"type": "string", "pattern": "^[A-Z]{3}$"},
    ],
    "items": False,
    "minItems": 2,
}

#: What validators without arguments say.
_SAID: dict[Any, _Json] = {
    validators.named: {"minLength": 1},
    validators.named_if_given: {"minLength": 1},
    validators.source_word: {"pattern": "^[a-z0-9][a-z0-9._-]*$"},
    validators.slug: {"pattern": "^[a-z][a-z0-9_]*$"},
    validators.not_empty: {"minItems": 1},
}


def json_schema(
    of: Literal["interaction", "customer", "shop", "offer"] = "interaction",
) -> _Json:
    """Return the JSON Schema of what is written about ``of``.

    All four are among its ``$defs``, every kind of interaction under its word.

    >>> document = json_schema()
    >>> document["$ref"]
    '#/$defs/interaction'
    >>> document["$defs"]["delivered"]["properties"]["kind"]
    {'const': 'delivered'}
    """
    made = _Definitions({"Money": _MONEY})
    kinds = [made.kind(kind) for kind in KINDS.values()]
    made.definitions["interaction"] = {"oneOf": kinds}
    made.record(Customer, "customer")
    made.record(Shop, "shop")
    made.record(Offer, "offer")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"crmkit {of}, schema {SCHEMA}",
        "$ref": f"#/$defs/{of}",
        "$defs": dict(sorted(made.definitions.items())),
    }


@attrs.define
class _Definitions:
    """The classes met so far, each defined once."""

    definitions: dict[str, _Json]

    def kind(self, kind: type[Happened]) -> _Json:
        """Define a kind of interaction, told by its word and its schema."""
        reference = self.record(kind, kind.kind)
        defined = self.definitions[kind.kind]
        told = {"kind": {"const": kind.kind}, "schema": {"const": SCHEMA}}
        defined["properties"] = {**told, **defined["properties"]}
        defined["required"] = [*told, *defined["required"]]
        return reference

    def record(self, cls: type, name: str) -> _Json:
        """Define a class as an object of its fields and nothing else; return the reference."""
        if name not in self.definitions:
            self.definitions[name] = {}
            fields = attrs.fields(attrs.resolve_types(cls))
            self.definitions[name] |= {
                "description": (inspect.getdoc(cls) or "").partition("\n")[0],
                "type": "object",
                "properties": {field.name: self._field(field) for field in fields},
                "required": [field.name for field in fields if field.default is attrs.NOTHING],
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{name}"}

    def _field(self, field: "attrs.Attribute[Any]") -> _Json:
        schema, said = self.of(field.type), _said(field.validator)
        if "anyOf" in schema:
            return {"anyOf": [one | said if one != _NULL else one for one in schema["anyOf"]]}
        return schema | said

    def of(self, hint: Any) -> _Json:
        """Return the schema of whatever a type holds."""
        if hint in _PLAIN:
            return _PLAIN[hint]
        if hint is Money:
            return {"$ref": "#/$defs/Money"}
        if get_origin(hint) in (Union, UnionType):
            return {"anyOf": [self.of(one) for one in get_args(hint)]}
        for holds, described in self._readers():
            if holds(hint):
                return described(hint)
        raise TypeError(f"no JSON Schema is known for {hint}")

    def _readers(self) -> list[tuple[Callable[[Any], bool], Callable[[Any], _Json]]]:
        return [
            (is_open, lambda _: {"type": "object"}),
            (is_table, self._table),
            (is_items, self._items),
            (is_row, self._row),
            (attrs.has, lambda hint: self.record(hint, hint.__name__)),
            (_is_word, lambda hint: {"enum": [word.value for word in hint]}),
        ]

    def _table(self, hint: Any) -> _Json:
        names, values = map(self.of, get_args(hint))
        return {"type": "object", "propertyNames": names, "additionalProperties": values}

    def _items(self, hint: Any) -> _Json:
        schema = {"type": "array", "items": self.of(get_args(hint)[0])}
        return schema | ({"uniqueItems": True} if get_origin(hint) is frozenset else {})

    def _row(self, hint: Any) -> _Json:
        parts = [self.of(part) for part in get_args(hint)]
        return {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts)}


def _is_word(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, StrEnum)


def _said(validator: Any) -> _Json:
    """Return what a validator says that JSON Schema has a word for."""
    # Several validators of one field are held together by attrs.
    said: _Json = {}
    for one in getattr(validator, "_validators", (validator,)):
        said |= _SAID.get(one) or _bounds(one)
    return said


def _bounds(validator: Any) -> _Json:
    """Return the bounds that ``validators.whole`` and ``whole_if_given`` hold."""
    if getattr(validator, "__module__", "") != validators.__name__:
        return {}
    held: Mapping[str, Any] = inspect.getclosurevars(validator).nonlocals
    if "check" in held:
        return _bounds(held["check"])
    words = {"minimum": held.get("least"), "maximum": held.get("most")}
    return {word: bound for word, bound in words.items() if bound is not None}
