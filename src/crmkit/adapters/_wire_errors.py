"""What cattrs raises, as one error that names the path of the first thing wrong."""

from typing import Any

from cattrs.errors import (
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
)

from crmkit.domain.errors import InvalidValueError


def refused(error: Exception, *, private: bool = False) -> InvalidValueError:
    """Return the error to raise instead of what a detailed reading raised.

    Args:
        error: What it raised.
        private: Keep values out of the error, for they may be personal.
    """
    path, inner, cause = _first("", error)
    value, rule, way_out = _reason(cause)
    if inner:
        path = f"{path}.{inner}" if path else inner
    return InvalidValueError(path or "value", "…" if private else value, rule, way_out)


def _first(path: str, error: Exception) -> tuple[str, str, Exception]:
    """Follow the first branch: the path, the field that the leaf itself names, the leaf."""
    if isinstance(error, ClassValidationError):
        noted, rest = error.group_exceptions()
        if noted:
            inner, note = noted[0]
            return _beyond(f"{path}.{note.name}" if path else note.name, inner)
        return path, _own_field(rest[0]), rest[0]
    return path, "", error


def _beyond(path: str, error: Exception) -> tuple[str, str, Exception]:
    while isinstance(error, IterableValidationError):
        noted, _ = error.group_exceptions()
        error, note = noted[0]
        path = f"{path}[{note.index}]"
    return _first(path, error)


def _own_field(error: Exception) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        return min(error.extra_fields)
    if isinstance(error, InvalidValueError):
        return error.field
    return ""


def _reason(error: Exception) -> tuple[Any, str, str]:
    if isinstance(error, InvalidValueError):
        return error.value, error.rule, error.way_out
    if isinstance(error, KeyError):
        return None, "it must be given", ""
    if isinstance(error, ForbiddenExtraKeysError):
        return "…", "no such field is known", "leave it out, or put it under extra"
    return "…", str(error.args[0] if error.args else error), ""
