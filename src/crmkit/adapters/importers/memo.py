"""What was read from a text once, kept for the next row with the same text.

Logs repeat themselves: few products, few prices, few moments. A memo hands out the same
frozen value again, which saves time and memory, and starts afresh when it is full.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """A function with a bounded memory: ``memo[key]`` is ``compute(key)``."""

    def __init__(self, compute: Callable[[K], V], limit: int = 1 << 17) -> None:
        super().__init__()
        self._compute = compute
        self._limit = limit

    def __missing__(self, key: K) -> V:
        value = self._compute(key)
        if len(self) >= self._limit:
            self.clear()
        self[key] = value
        return value
