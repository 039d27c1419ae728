"""The part of an answer that goes by a name."""

from collections.abc import Mapping
from typing import TypeVar

from crmkit.domain.errors import InvalidValueError

__all__ = ["part_named"]

_T = TypeVar("_T")


def part_named(parts: Mapping[str, _T], name: str, what: str) -> _T:
    """Return a part by its name.

    Args:
        parts: The parts there are.
        name: The name asked for.
        what: What the parts are, for the error: "feature".

    Raises:
        InvalidValueError: There is none of that name; the error lists those there are.
    """
    if name not in parts:
        raise InvalidValueError(what, name, f"must be one of {', '.join(parts) or 'none'}")
    return parts[name]
