"""Remember what was derived from a class: classes are few, and deriving is slow."""

from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar

__all__ = ["remembered"]

P = ParamSpec("P")
R = TypeVar("R")


def remembered(derive: Callable[P, R]) -> Callable[P, R]:
    """``derive`` that works once per set of arguments, its types kept."""
    kept: Any = cache(derive)
    checked: Callable[P, R] = kept
    return checked
