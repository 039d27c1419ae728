"""A mapping that cannot be changed: for the fields a shop adds of its own."""

from collections.abc import Iterator, Mapping
from typing import Any


class FrozenMapping(Mapping[str, Any]):
    """JSON-ready data by name; compared by value, safe to share and to pickle."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        self._items = dict(items or {})

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"FrozenMapping({self._items!r})"


EMPTY = FrozenMapping()


def frozen_mapping(value: Mapping[str, Any]) -> FrozenMapping:
    """Return ``value`` as a mapping that cannot be changed."""
    if isinstance(value, FrozenMapping):
        return value
    return FrozenMapping(value) if value else EMPTY
