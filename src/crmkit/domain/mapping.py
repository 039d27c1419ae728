"""A mapping that cannot be changed: for the fields a shop adds of its own."""

from collections.abc import Iterator, Mapping
from html import escape
from math import isfinite
from typing import Any

from crmkit.domain.errors import InvalidValueError


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

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMapping):
            return self._items == other._items
        return isinstance(other, Mapping) and self._items == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"FrozenMapping({self._items!r})"

    def __str__(self) -> str:
        """The values as they show themselves, where they do; else as plain data."""
        if not self._all_shown:
            return repr(self)
        return "\n\n".join(f"{name}\n{one}" for name, one in self._items.items())

    def _repr_html_(self) -> str | None:
        if not self._all_shown:
            return None
        return "".join(
            f"<h4>{escape(str(name))}</h4>{one._repr_html_()}" for name, one in self._items.items()
        )

    @property
    def _all_shown(self) -> bool:
        return bool(self._items) and all(
            hasattr(one, "sheet") and hasattr(one, "_repr_html_") for one in self._items.values()
        )


EMPTY = FrozenMapping()


def frozen_mapping(value: Mapping[str, Any]) -> FrozenMapping:
    """Return JSON-ready data as a mapping that cannot be changed, at any depth.

    Raises:
        InvalidValueError: It holds what JSON has no word for: NaN, a set, a key that is no text.
    """
    if not value:
        return EMPTY
    if not isinstance(value, Mapping):
        raise InvalidValueError("value", type(value).__name__, "must be an object")
    return FrozenMapping({_key(name): _frozen(name, item) for name, item in value.items()})


def thawed(value: Any) -> Any:
    """Return frozen JSON-ready data as plain dicts and lists."""
    if isinstance(value, Mapping):
        return {name: thawed(item) for name, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, tuple) else value


def _key(name: Any) -> str:
    if not isinstance(name, str):
        shown = name if isinstance(name, int) else type(name).__name__
        raise InvalidValueError("key", shown, "must be a text")
    return name


def _frozen(name: str, value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, Mapping):
        return frozen_mapping(value)
    if isinstance(value, list | tuple):
        return tuple(_frozen(name, item) for item in value)
    raise InvalidValueError(
        name, type(value).__name__, "must be JSON-ready", "give texts, numbers, lists or objects"
    )
