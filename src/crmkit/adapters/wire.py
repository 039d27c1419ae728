"""Interactions, customers, shops and offers as plain data and as text, and back.

Kinds go by their stable words under ``kind``, beside the ``schema`` that wrote them. The
text is canonical: keys sorted, no spaces, what equals its default left out, so that equal
content is equal text. Times are ISO 8601 in UTC with microseconds, money is
``[minor units, currency]``, decimals are text. Reading is strict: nothing is guessed or
converted, unknown keys are refused, and an error names the path of what is wrong.

A kind added to the union of interactions is written and read without an edit here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, NoReturn, TypeVar, cast

from crmkit.adapters._wire_errors import refused
from crmkit.adapters._wire_hooks import converter
from crmkit.adapters._wire_kept import SURPRISE, read_list
from crmkit.adapters._wire_text import Writer, encode, record_writer
from crmkit.adapters._wire_upcasts import SCHEMA, UPCASTS, brought_up
from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS, Interaction
from crmkit.domain.offer import Offer
from crmkit.domain.shop import Shop

__all__ = [
    "SCHEMA",
    "UPCASTS",
    "all_from_kept",
    "customer_from_json",
    "customer_from_plain",
    "customer_to_json",
    "customer_to_plain",
    "from_json",
    "from_kept",
    "from_plain",
    "list_from_kept",
    "offer_from_json",
    "offer_from_plain",
    "offer_to_json",
    "offer_to_plain",
    "shop_from_json",
    "shop_from_plain",
    "shop_to_json",
    "shop_to_plain",
    "to_json",
    "to_plain",
]

_T = TypeVar("_T")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a JSON text; a name that comes twice would hide a value."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidValueError(twice, "…", "must come once in its object")
    return members


def _no_number(word: str) -> NoReturn:
    raise InvalidValueError("text", word, "must be JSON, which has no such number")


_CONVERTER = converter()
_WHOLE = converter(whole=True)
_WRITE = {kind: _CONVERTER.get_unstructure_hook(kind) for kind in KINDS.values()}
_DECODE = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_number).decode


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
    body = brought_up(_object(plain))
    word = body.pop("kind", None)
    if not isinstance(word, str) or word not in KINDS:
        raise InvalidValueError("kind", word, f"must be one of {', '.join(sorted(KINDS))}")
    return cast("Interaction", _read(body, KINDS[word]))


def to_json(interaction: Interaction) -> str:
    """Return an interaction as canonical text: equal content is equal text.

    Raises:
        InvalidValueError: ``extra`` holds what JSON cannot.
    """
    try:
        return _WRITERS[type(interaction)](interaction)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError("extra", "…", f"must be JSON-ready: {error}") from error


def from_json(text: str) -> Interaction:
    """Return the interaction that ``text`` holds.

    Raises:
        InvalidValueError: It is no JSON, or does not hold an interaction.
    """
    return from_plain(_decoded(text))


def from_kept(text: str) -> Interaction:
    """Return the interaction that ``text`` holds, as ``to_json`` wrote it for a store.

    What the kinds check is not checked again: that is for texts from elsewhere.

    Raises:
        InvalidValueError: The text is damaged.
    """
    try:
        (one,) = _read_list()(f"[{text}]")
    except SURPRISE:
        return from_json(text)
    return one


def all_from_kept(texts: Sequence[str]) -> list[Interaction]:
    """Return what ``from_kept`` does of each text.

    Raises:
        InvalidValueError: One of the texts is damaged.
    """
    try:
        return list_from_kept(f"[{','.join(texts)}]", len(texts))
    except (InvalidValueError, TypeError):
        return [from_kept(text) for text in texts]


def list_from_kept(text: str, length: int) -> list[Interaction]:
    """Return the interactions in the JSON list of some texts that ``to_json`` wrote.

    Args:
        text: The list.
        length: How many texts were put into it.

    Raises:
        InvalidValueError: One of the texts is damaged.
    """
    try:
        found = _read_list()(text)
    except SURPRISE:
        plain = _decoded(text)
        found = [from_plain(one) for one in plain] if type(plain) is list else []
    if len(found) != length:
        raise InvalidValueError("text", "…", f"must be {length} texts of JSON")
    return found


@cache
def _read_list() -> Callable[[str], list[Interaction]]:
    """The quickest reader that can be had here."""
    if find_spec("msgspec") is None:
        return read_list
    from crmkit.adapters import _wire_structs

    return _wire_structs.read_list


class _Writers(dict[type, Writer]):
    """What writes each kind, made where it is first needed."""

    def __missing__(self, kind: type) -> Writer:
        word = {known: word for word, known in KINDS.items()}[kind]
        self[kind] = record_writer(kind, {"kind": word, "schema": SCHEMA})
        return self[kind]


_WRITERS = _Writers()


def customer_to_plain(customer: Customer) -> dict[str, Any]:
    """Return a customer record as data that every JSON writer understands."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(customer))


def customer_from_plain(plain: Mapping[str, Any]) -> Customer:
    """Return the customer record that ``plain`` holds.

    Raises:
        InvalidValueError: It does not hold one; values stay out of the error.
    """
    if not isinstance(plain, Mapping):
        raise InvalidValueError("value", "…", "must be an object")
    return _read(dict(plain), Customer, private=True)


def shop_to_plain(shop: Shop) -> dict[str, Any]:
    """Return a shop's policy, defaults written out so that a later default changes nothing."""
    return cast("dict[str, Any]", _WHOLE.unstructure(shop))


def shop_from_plain(plain: Mapping[str, Any]) -> Shop:
    """Return the shop that ``plain`` holds.

    Raises:
        InvalidValueError: It does not hold one.
    """
    return _read(_object(plain), Shop)


def offer_to_plain(offer: Offer) -> dict[str, Any]:
    """Return an offer as data that every JSON writer understands."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(offer))


def offer_from_plain(plain: Mapping[str, Any]) -> Offer:
    """Return the offer that ``plain`` holds.

    Raises:
        InvalidValueError: It does not hold one.
    """
    return _read(_object(plain), Offer)


def customer_to_json(customer: Customer) -> str:
    """Return a customer record as canonical text.

    Raises:
        InvalidValueError: ``attributes`` holds what JSON cannot.
    """
    try:
        return encode(customer_to_plain(customer))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError("attributes", "…", "must be JSON-ready") from error


def customer_from_json(text: str) -> Customer:
    """Return the customer record that ``text`` holds; errors as ``customer_from_plain``."""
    return customer_from_plain(_decoded(text))


def shop_to_json(shop: Shop) -> str:
    """Return a shop's policy as canonical text."""
    return encode(shop_to_plain(shop))


def shop_from_json(text: str) -> Shop:
    """Return the shop that ``text`` holds; errors as ``shop_from_plain``."""
    return shop_from_plain(_decoded(text))


def offer_to_json(offer: Offer) -> str:
    """Return an offer as canonical text."""
    return encode(offer_to_plain(offer))


def offer_from_json(text: str) -> Offer:
    """Return the offer that ``text`` holds; errors as ``offer_from_plain``."""
    return offer_from_plain(_decoded(text))


def _decoded(text: str) -> Any:
    try:
        return _DECODE(text)
    except InvalidValueError:
        raise
    except RecursionError as error:
        raise InvalidValueError("text", "…", "must not be nested that deep") from error
    except (TypeError, ValueError) as error:
        raise InvalidValueError("text", "…", f"must be JSON: {error}") from error


def _object(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, Mapping):
        raise InvalidValueError("value", plain, "must be an object")
    return dict(plain)


def _read(body: dict[str, Any], kind: type[_T], *, private: bool = False) -> _T:
    try:
        return _CONVERTER.structure(body, kind)
    except Exception as error:
        told = refused(error, kind, private=private)
        if private or kind in _WRITE:
            raise told from None  # what it was raised for says what was given
        raise told from error
