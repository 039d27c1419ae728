"""Readings: figures computed from the sums when asked for, never stored and never added."""

from collections.abc import Callable
from inspect import getattr_static
from typing import Any

from crmkit.domain.tally.expression import Expr
from crmkit.domain.tally.generate import Source, compiled, figure
from crmkit.domain.tally.remember import remembered
from crmkit.domain.tally.rules import rules

__all__ = ["Reading", "reader_of", "reading", "readings"]


class Reading:
    """A declared reading; on an instance it is its figure.

    Attributes:
        expr: How it is computed, from the fields and earlier readings of its class.
        name: Its name in the class.
    """

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else reader_of(type(instance), self.name)(instance)


def reading(expr: Expr) -> Any:
    """A figure computed from the fields of its own class, in both readers.

    Args:
        expr: Over the class's fields and the readings declared before it. Sets count, and
            an ``At`` shows its total.
    """
    return Reading(expr)


@remembered
def readings(tally: type[Any]) -> dict[str, Expr]:
    """The declared readings of a class by name, in the order they may use each other."""
    names = dict.fromkeys(name for c in reversed(tally.__mro__) for name in vars(c))
    found = ((name, getattr_static(tally, name, None)) for name in names)
    return {name: r.expr for name, r in found if isinstance(r, Reading)}


@remembered
def reader_of(tally: type[Any], name: str) -> Callable[[Any], Any]:
    """A function from a value of this class to its reading ``name``."""
    own = rules(tally)
    source = Source(lambda column: figure(own.get(column), f"r.{column}"))
    lines = ["def read(r):", f"    return {source.of(readings(tally)[name])}"]
    reader: Callable[[Any], Any] = compiled("read", f"{tally.__name__}.{name}", lines, {})
    return reader
