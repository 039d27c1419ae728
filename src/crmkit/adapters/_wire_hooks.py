"""How each type of value becomes plain data and comes back: the hooks of the wire format.

Reading is strict: a number is no text, True is no number, a list is no object. A hook names
no field of its own: where the value lies is known to whoever reads the whole.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from operator import attrgetter
from types import GenericAlias
from typing import Any, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import ClassValidationError
from cattrs.gen import make_dict_structure_fn

from crmkit.adapters._wire_errors import HERE, placed
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping, frozen_mapping, thawed
from crmkit.domain.money import Money
from crmkit.domain.times import utc

#: Decimals are written so, and read only so: an exponent could stand for a billion digits.
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_Structure = Callable[[Any, Any], Any]


def _refuse(value: Any, rule: str) -> InvalidValueError:
    return InvalidValueError(HERE, value, rule)


def _exactly(kind: type, called: str) -> _Structure:
    """A hook that lets through what already is of ``kind``; True is no number here."""

    def structure(value: Any, _type: Any) -> Any:
        if type(value) is not kind:
            raise _refuse(value, f"must be {called}")
        return value

    return structure


def _text(value: Any, _type: Any) -> str:
    if type(value) is not str:
        raise _refuse(value, "must be text")
    if not value.isascii() and _LONE_SURROGATE.search(value):
        raise _refuse(value, "must be text that UTF-8 can hold")
    return value


def decimal_text(value: Decimal) -> str:
    """Return the shortest text without an exponent: equal decimals give equal texts."""
    text = str(value)
    if text.isdigit() or not value:
        return text if value else "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain_text(value: str) -> str:
    """Text and nothing more: words of enums and texts of arrays are texts of other kinds."""
    return value if type(value) is str else str.__str__(value)


def decimal_of(value: Any, _type: Any = None) -> Decimal:
    """Return the decimal that a text holds; any other number is refused."""
    if type(value) is not str or not DECIMAL.fullmatch(value):
        raise _refuse(value, "must be a number written as text, such as '2.50'")
    return Decimal(value)


def _money(value: Any, _type: Any) -> Money:
    if not isinstance(value, list | tuple) or [type(part) for part in value] != [int, str]:
        raise _refuse(value, "must be [minor units, currency]")
    return Money(*value)


_TWO_DIGITS = [f"{number:02}" for number in range(60)]


@lru_cache(maxsize=4096)
def _date_text(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def time_text(value: datetime) -> str:
    """Return a time in UTC as ``isoformat`` gives it with microseconds, in half its time."""
    day, hour, minute = value.toordinal(), _TWO_DIGITS[value.hour], _TWO_DIGITS[value.minute]
    second, rest = _TWO_DIGITS[value.second], value.microsecond
    return f"{_date_text(day)}T{hour}:{minute}:{second}.{rest:06}+00:00"


def _time(value: Any, _type: Any) -> datetime:
    if type(value) is not str:
        raise _refuse(value, "must be an ISO 8601 text")
    try:
        return utc(datetime.fromisoformat(value))
    except InvalidValueError as error:
        raise InvalidValueError(HERE, value, error.rule, error.way_out) from error
    except ValueError as error:
        raise _refuse(value, "must be an ISO 8601 time with an offset") from error


def _date(value: Any, _type: Any) -> date:
    if type(value) is not str:
        raise _refuse(value, "must be an ISO 8601 date")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _refuse(value, "must be an ISO 8601 date") from error


@cache
def words(kind: type[StrEnum]) -> dict[str, StrEnum]:
    """Return the words of a set, each under its text."""
    return {word.value: word for word in kind}


def _word(value: Any, kind: type[StrEnum]) -> StrEnum:
    word = words(kind).get(value) if type(value) is str else None
    if word is None:
        raise _refuse(value, f"must be one of {', '.join(kind)}")
    return word


def is_open(kind: Any) -> bool:
    """Tell whether a type holds whatever a shop likes, by name."""
    return kind is FrozenMapping or (get_origin(kind) is Mapping and get_args(kind)[1] is Any)


def is_table(kind: Any) -> bool:
    """Tell whether a type holds declared values by name."""
    return get_origin(kind) is Mapping and not is_open(kind)


def _frozen(value: Any, _type: Any) -> FrozenMapping:
    if not isinstance(value, Mapping):
        raise _refuse(value, "must be an object")
    try:
        return frozen_mapping(value)
    except InvalidValueError as error:
        raise placed(value, error) from error


def _table(kind: Any, converter: Converter) -> _Structure:
    of_name, of_value = get_args(kind)
    read_name = converter.get_structure_hook(of_name)
    read = converter.get_structure_hook(of_value)

    def structure(value: Any, _type: Any) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise _refuse(value, "must be an object")
        made = {}
        for name, one in value.items():
            try:
                made[read_name(name, of_name)] = read(one, of_value)
            except InvalidValueError as error:
                raise InvalidValueError(
                    str(name), error.value, error.rule, error.way_out
                ) from error
        return made

    return structure


def _plain_table(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    write = converter.get_unstructure_hook(get_args(kind)[1])
    return lambda table: {str(name): write(value) for name, value in table.items()}


def is_items(kind: Any) -> bool:
    """Tell whether a type holds any number of values of one type."""
    return get_origin(kind) is frozenset or (
        get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis
    )


def is_row(kind: Any) -> bool:
    """Tell whether a type holds a fixed number of values, each of its type."""
    return get_origin(kind) is tuple and not is_items(kind)


def _items(kind: Any, converter: Converter) -> _Structure:
    """A hook for tuples and sets: a list and nothing else, least of all a text."""
    of: Any = GenericAlias(list, get_args(kind)[:1])
    make, hook = cast("type", get_origin(kind)), converter.get_structure_hook(of)

    def structure(value: Any, _type: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise _refuse(value, "must be a list")
        made = make(hook(value, of))
        if len(made) < len(value):
            raise _refuse(value, "must hold nothing twice")
        return made

    return structure


def _plain_items(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    hook = converter.get_unstructure_hook(get_args(kind)[0])
    if get_origin(kind) is frozenset:
        return lambda value: sorted(map(hook, value))
    return lambda value: [hook(one) for one in value]


def _row(kind: Any, converter: Converter) -> _Structure:
    parts = [(converter.get_structure_hook(part), part) for part in get_args(kind)]

    def structure(value: Any, _type: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(parts):
            raise _refuse(value, f"must be a list of {len(parts)}")
        return tuple(hook(one, part) for (hook, part), one in zip(parts, value, strict=True))

    return structure


def _plain_row(kind: Any, converter: Converter) -> Callable[[Any], Any]:
    hooks = [converter.get_unstructure_hook(part) for part in get_args(kind)]
    return lambda value: [hook(one) for hook, one in zip(hooks, value, strict=True)]


def _record(kind: Any, converter: Converter) -> _Structure:
    """A hook for a class: an object and nothing else."""
    read = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)

    def structure(value: Any, _type: Any) -> Any:
        if type(value) is not dict and not isinstance(value, Mapping):
            raise _refuse(value, "must be an object")
        try:
            return read(value, kind)
        except ClassValidationError as error:
            raise _fielded(error, value, converter) from error

    return structure


def _fielded(error: ClassValidationError, body: Any, converter: Converter) -> Exception:
    """Name the field where a converter of the class refused a value without knowing its name."""
    kind, (first, *_) = error.cl, error.exceptions
    known = {field.name for field in attrs.fields(kind)}
    if not isinstance(first, InvalidValueError) or first.field.partition(".")[0] in known:
        return error
    if error.group_exceptions()[0]:
        return error
    for field in attrs.fields(kind):
        if field.converter is not None and field.name in body:
            try:
                field.converter(converter.structure(body[field.name], field.type))
            except InvalidValueError as again:
                given = body[field.name]
                first = InvalidValueError(field.name, given, again.rule, again.way_out)
                break
    return ClassValidationError(str(error), [first], kind)


@cache
def converter(*, whole: bool = False) -> Converter:
    """Return the converter; ``whole`` writes what equals its default too.

    Its errors hold their paths. To read without them first is not measurably quicker
    (``benchmarks/wire.py``).
    """
    made = Converter(omit_if_default=not whole)
    made.register_structure_hook_factory(attrs.has, _record)
    for kind, called in ((int, "a whole number"), (bool, "true or false")):
        made.register_structure_hook(kind, _exactly(kind, called))
    for known, hook in _READ.items():
        made.register_structure_hook(known, hook)
    for known, written in _WRITTEN.items():
        made.register_unstructure_hook(known, written)
    made.register_structure_hook_func(is_open, _frozen)
    made.register_unstructure_hook_func(is_open, thawed)
    for holds, read, write in (
        (is_table, _table, _plain_table),
        (is_items, _items, _plain_items),
        (is_row, _row, _plain_row),
    ):
        made.register_structure_hook_factory(holds, read)
        made.register_unstructure_hook_factory(holds, write)
    return made


_READ: dict[type, _Structure] = {
    str: _text,
    Decimal: decimal_of,
    Money: _money,
    datetime: _time,
    date: _date,
    StrEnum: _word,
}
_WRITTEN: dict[type, Callable[[Any], Any]] = {
    Decimal: decimal_text,
    Money: lambda value: [value.minor, value.currency],
    datetime: time_text,
    date: date.isoformat,
    str: _plain_text,
    StrEnum: attrgetter("value"),
}
