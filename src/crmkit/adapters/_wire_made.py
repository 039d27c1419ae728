"""Functions made for one class each: the loop over its fields unrolled, as attrs does it.

Only names of fields of crmkit's own classes become code; every value is passed in.
Frozen values are filled while they are of a class that is not frozen, and given their own
when they are whole: the interpreter puts a plain attribute ten times as quickly as a call
does that gets round the freezing.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from types import NoneType
from typing import Any, get_args

__all__ = ["beside_none", "made", "new", "thawed"]

#: Makes a value of a class that is still to be filled.
new: Callable[[Any], Any] = object.__new__


def made(takes: str, lines: Iterable[str], known: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return a function of one argument.

    Args:
        takes: The name of its argument.
        lines: Its body; the last line returns.
        known: What else the lines name.
    """
    body = "".join(f"        {line}\n" for line in lines)
    source = f"def making({', '.join(known)}):\n    def made({takes}):\n{body}    return made"
    scope: dict[str, Any] = {}
    exec(source, scope)  # noqa: S102 -- only names of fields are written into the source
    function: Callable[[Any], Any] = scope["making"](**known)
    return function


def beside_none(kind: Any) -> Any:
    """Return what a type may hold beside None; None if it may not hold None."""
    kinds = get_args(kind)
    if NoneType not in kinds:
        return None
    return reduce(or_, (one for one in kinds if one is not NoneType))


def thawed(kind: type) -> type:
    """Return a class laid out as one that is frozen, with fields that can be put."""
    plain = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(kind.__name__, (kind,), {"__slots__": (), **plain})
