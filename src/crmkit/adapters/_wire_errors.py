"""What a reading raises, as one error that names the path of the first thing wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from cattrs.errors import (
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import frozen_mapping

#: The field of an error about a value whose place is known to whoever reads the whole.
HERE = ""


def refused(error: Exception, kind: type, *, private: bool = False) -> InvalidValueError:
    """Return the error to raise instead of what a detailed reading raised.

    Args:
        error: What it raised.
        kind: What was to be read; values of fields that it keeps out of its repr are personal
            and stay out of the error.
        private: Keep every value out of it.
    """
    path, cause = _first("", error)
    value, rule, way_out = _reason(cause)
    hide = private or _is_personal(path, kind)
    return InvalidValueError(path or "value", "…" if hide else value, rule, way_out)


def _is_personal(path: str, kind: type) -> bool:
    """Tell whether a path leads to what is kept out of reprs.

    Inside of ``extra`` no error has values, only keys and types.
    """
    name = path.partition(".")[0].partition("[")[0]
    hidden = {one.name for one in attrs.fields(kind) if not one.repr}
    return name in hidden and not path.startswith("extra.")


def _first(path: str, error: Exception) -> tuple[str, Exception]:
    """Follow the first branch to its leaf; return the path to it and the leaf."""
    if isinstance(error, ClassValidationError):
        noted, rest = error.group_exceptions()
        if noted:
            inner, note = noted[0]
            return _beyond(_joined(path, note.name), inner)
        return _own(path, rest[0]), rest[0]
    return path, error


def _beyond(path: str, error: Exception) -> tuple[str, Exception]:
    while isinstance(error, IterableValidationError):
        noted, _ = error.group_exceptions()
        error, note = noted[0]
        path = f"{path}[{note.index}]"
    if isinstance(error, ClassValidationError) or type(error) is not InvalidValueError:
        return _first(path, error)
    # Money names its own parts, which stand in a list and have no path.
    return (path if error.field in _PARTS else _joined(path, error.field)), error


_PARTS = {HERE, "minor", "currency"}


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _own(path: str, error: Exception) -> str:
    """The path of what a whole object was refused for."""
    if isinstance(error, ForbiddenExtraKeysError):
        return _joined(path, min(map(str, error.extra_fields)))
    if isinstance(error, InvalidValueError):
        name = error.field
        # A scale calls itself "scale", as does the field that holds it.
        return path if path.rsplit(".", maxsplit=1)[-1] == name else _joined(path, name)
    return path


def _reason(error: Exception) -> tuple[Any, str, str]:
    if isinstance(error, InvalidValueError):
        return error.value, error.rule, error.way_out
    if isinstance(error, KeyError):
        return None, "it must be given", ""
    if isinstance(error, ForbiddenExtraKeysError):
        return "…", "no such field is known", "leave it out, or put it under extra"
    if isinstance(error, RecursionError):
        return "…", "must not be nested that deep", ""
    return "…", str(error.args[0] if error.args else error), ""


def placed(value: Mapping[Any, Any], error: InvalidValueError) -> InvalidValueError:
    """Return ``error`` with the whole path to what JSON has no word for inside ``value``."""
    path = next(_wrong(HERE, value), error.field)
    return InvalidValueError(path, error.value, error.rule, error.way_out)


def _wrong(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _wrong(_joined(path, str(name)), item if isinstance(name, str) else {name})
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _wrong(f"{path}[{i}]", item)
    else:
        try:
            frozen_mapping({"item": value})
        except InvalidValueError:
            yield path
