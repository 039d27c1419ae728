"""Functions made for one class each: the loop over its fields unrolled, as attrs does it.

Only names of fields of crmkit's own classes become code; every value is passed in.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from types import NoneType
from typing import Any, get_args

__all__ = ["beside_none", "made"]


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
