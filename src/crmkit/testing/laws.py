"""Laws as functions: property tests call them with what hypothesis draws."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any


def obeys_monoid_laws(zero: Any, x: Any, y: Any, z: Any) -> None:
    """Check identity, associativity and commutativity of ``+``.

    Raises:
        AssertionError: A law is broken; the message names it.
    """
    assert zero + x == x == x + zero, "zero is not neutral"
    assert (x + y) + z == x + (y + z), "grouping matters"
    assert x + y == y + x, "order matters"


def round_trips(value: Any, there: Callable[[Any], Any], back: Callable[[Any], Any]) -> None:
    """Check that ``back`` undoes ``there``, and that going there again gives the same.

    Raises:
        AssertionError: Something was lost or changed on the way.
    """
    away = there(value)
    again = back(away)
    assert again == value, "the way back leads elsewhere"
    assert type(again) is type(value), "the way back leads to another type"
    assert there(again) == away, "the second journey differs"


def ignores_order(
    function: Callable[[Iterable[Any]], Any], items: Sequence[Any], shuffled: Sequence[Any]
) -> None:
    """Check that ``function`` gives the same for two orders of the same items.

    Raises:
        AssertionError: It does not.
    """
    assert function(items) == function(shuffled), "order matters"
