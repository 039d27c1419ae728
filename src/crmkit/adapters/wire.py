"""Interactions, customers and shops as plain data and as text, and back.

Kinds go by their stable words under ``kind``, beside the ``schema`` that wrote them. The
text is canonical: keys sorted, no spaces, what equals its default left out, so that equal
content is equal text. Times are ISO 8601 in UTC with microseconds, money is
``[minor units, currency]``, decimals are text. Reading is strict: nothing is guessed or
converted, unknown keys are refused, and an error names the path of what is wrong.

A kind added to the union of interactions is written and read without an edit here.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from types import GenericAlias
from typing import Any, TypeVar, cast, get_args, get_origin

from cattrs import Converter

from crmkit.adapters._wire_errors import refused
from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS, Interaction
from crmkit.domain.mapping import FrozenMapping, frozen_mapping, thawed
from crmkit.domain.money import Money, to_decimal
from crmkit.domain.shop import Shop

#: The schema that is written. What older schemas wrote is brought up, a step at a time.
SCHEMA = 1

#: From a schema to the next: plain data in, plain data out.
UPCASTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

_T = TypeVar("_T")


def _exactly(kind: type, called: str) -> Callable[[Any, Any], Any]:
    """A hook that lets through what already is of ``kind``; True is no number here."""

    def structure(value: Any, _type: Any) -> Any:
        if type(value) is not kind:
            raise InvalidValueError("value", value, f"must be {called}")
        return value

    return structure


def _decimal_text(value: Decimal) -> str:
    """The shortest text without an exponent: equal decimals give equal texts."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(value: Any, _type: Any) -> Decimal:
    if not isinstance(value, str):
        raise InvalidValueError("value", value, "must be a number written as text")
    return to_decimal("value", value)


def _money(value: Any, _type: Any) -> Money:
    if not isinstance(value, list | tuple) or [type(part) for part in value] != [int, str]:
        raise InvalidValueError("value", value, "must be [minor units, currency]")
    return Money(*value)


def _time_text(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")


def _time(value: Any, _type: Any) -> datetime:
    if not isinstance(value, str):
        raise InvalidValueError("value", value, "must be an ISO 8601 text")
    return datetime.fromisoformat(value)


def _date(value: Any, _type: Any) -> date:
    if not isinstance(value, str):
        raise InvalidValueError("value", value, "must be an ISO 8601 date")
    return date.fromisoformat(value)


def _frozen(value: Any, _type: Any) -> FrozenMapping:
    if not isinstance(value, Mapping):
        raise InvalidValueError("value", value, "must be an object")
    return frozen_mapping(value)


def _is_mapping(kind: Any) -> bool:
    return kind is FrozenMapping or get_origin(kind) is Mapping


def _word(value: Any, kind: Any) -> Any:
    if value not in list(kind):
        raise InvalidValueError("value", value, f"must be one of {', '.join(kind)}")
    return kind(value)


def _is_items(kind: Any) -> bool:
    return get_origin(kind) in (tuple, frozenset)


def _items(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    """A hook for tuples and sets: a list and nothing else, least of all a text."""
    of: Any = GenericAlias(list, get_args(kind)[:1])
    make, hook = cast("type", get_origin(kind)), converter.get_structure_hook(of)

    def structure(value: Any, _type: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise InvalidValueError("value", value, "must be a list")
        return make(hook(value, of))

    return structure


def _plain_items(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    hook = converter.get_unstructure_hook(get_args(kind)[0])
    if get_origin(kind) is frozenset:
        return lambda value: sorted(map(hook, value))
    return lambda value: [hook(one) for one in value]


def _converter(*, detailed: bool, whole: bool = False) -> Converter:
    """A converter: quick, or with the paths of errors; ``whole`` writes defaults too."""
    made = Converter(
        omit_if_default=not whole, forbid_extra_keys=True, detailed_validation=detailed
    )
    for kind, called in ((str, "text"), (int, "a whole number"), (bool, "true or false")):
        made.register_structure_hook(kind, _exactly(kind, called))
    made.register_structure_hook(Decimal, _decimal)
    made.register_structure_hook(Money, _money)
    made.register_structure_hook(datetime, _time)
    made.register_structure_hook(date, _date)
    made.register_structure_hook_func(_is_mapping, _frozen)
    made.register_structure_hook(StrEnum, _word)
    made.register_structure_hook_factory(_is_items, _items)
    made.register_unstructure_hook(Decimal, _decimal_text)
    made.register_unstructure_hook(Money, lambda value: [value.minor, value.currency])
    made.register_unstructure_hook(datetime, _time_text)
    made.register_unstructure_hook(date, date.isoformat)
    made.register_unstructure_hook_func(_is_mapping, thawed)
    made.register_unstructure_hook(StrEnum, attrgetter("value"))
    made.register_unstructure_hook_factory(_is_items, _plain_items)
    return made


_QUICK = _converter(detailed=False)
_DETAILED = _converter(detailed=True)
_WHOLE = _converter(detailed=False, whole=True)
_WRITE = {kind: _QUICK.get_unstructure_hook(kind) for kind in KINDS.values()}
_READ = {word: (kind, _QUICK.get_structure_hook(kind)) for word, kind in KINDS.items()}
_ENCODE = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def to_plain(interaction: Interaction) -> dict[str, Any]:
    """Return an interaction as data that every JSON writer understands."""
    plain: dict[str, Any] = _WRITE[type(interaction)](interaction)
    plain["kind"] = interaction.kind
    plain["schema"] = SCHEMA
    return plain


def from_plain(plain: Mapping[str, Any]) -> Interaction:
    """Return the interaction that ``plain`` holds.

    Raises:
        InvalidValueError: Something in it is missing, unknown or cannot exist; the error's
            field is the path to it, such as ``lines[2].amount``.
    """
    body = _upcast(_object(plain))
    word = body.pop("kind", None)
    if not isinstance(word, str) or word not in _READ:
        raise InvalidValueError("kind", word, f"must be one of {', '.join(sorted(_READ))}")
    kind, read = _READ[word]
    try:
        return cast("Interaction", read(body, kind))
    except Exception:  # noqa: BLE001 -- whatever it was, the detailed reading names its place
        return cast("Interaction", _explained(body, kind))


def to_json(interaction: Interaction) -> str:
    """Return an interaction as canonical text: equal content is equal text.

    Raises:
        InvalidValueError: ``extra`` holds what JSON cannot.
    """
    try:
        return _ENCODE(to_plain(interaction))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError("extra", "…", f"must be JSON-ready: {error}") from error


def from_json(text: str) -> Interaction:
    """Return the interaction that ``text`` holds.

    Raises:
        InvalidValueError: It is no JSON, or does not hold an interaction.
    """
    return from_plain(_decoded(text))


def customer_to_plain(customer: Customer) -> dict[str, Any]:
    """Return a customer record as data that every JSON writer understands."""
    return cast("dict[str, Any]", _QUICK.unstructure(customer))


def customer_from_plain(plain: Mapping[str, Any]) -> Customer:
    """Return the customer record that ``plain`` holds.

    Raises:
        InvalidValueError: It does not hold one; values stay out of the error.
    """
    return _explained(_object(plain), Customer, private=True)


def shop_to_plain(shop: Shop) -> dict[str, Any]:
    """Return a shop's policy, defaults written out so that a later default changes nothing."""
    return cast("dict[str, Any]", _WHOLE.unstructure(shop))


def shop_from_plain(plain: Mapping[str, Any]) -> Shop:
    """Return the shop that ``plain`` holds.

    Raises:
        InvalidValueError: It does not hold one.
    """
    return _explained(_object(plain), Shop)


def customer_to_json(customer: Customer) -> str:
    """Return a customer record as canonical text.

    Raises:
        InvalidValueError: ``attributes`` holds what JSON cannot.
    """
    try:
        return _ENCODE(customer_to_plain(customer))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError("attributes", "…", "must be JSON-ready") from error


def customer_from_json(text: str) -> Customer:
    """Return the customer record that ``text`` holds; errors as ``customer_from_plain``."""
    return customer_from_plain(_decoded(text))


def shop_to_json(shop: Shop) -> str:
    """Return a shop's policy as canonical text."""
    return _ENCODE(shop_to_plain(shop))


def shop_from_json(text: str) -> Shop:
    """Return the shop that ``text`` holds; errors as ``shop_from_plain``."""
    return shop_from_plain(_decoded(text))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError("text", "…", f"must be JSON: {error}") from error


def _object(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, Mapping):
        raise InvalidValueError("value", plain, "must be an object")
    return dict(plain)


def _upcast(body: dict[str, Any]) -> dict[str, Any]:
    schema = body.pop("schema", None)
    while schema != SCHEMA:
        if type(schema) is not int or schema not in UPCASTS:
            raise InvalidValueError(
                "schema", schema, f"this crmkit reads up to {SCHEMA}", "use the one that wrote it"
            )
        body, schema = UPCASTS[schema](body), schema + 1
    return body


def _explained(body: dict[str, Any], kind: type[_T], *, private: bool = False) -> _T:
    """Read ``body`` once more, slowly, so that an error can say where it is wrong."""
    try:
        return _DETAILED.structure(body, kind)
    except Exception as error:
        raise refused(error, private=private) from error
