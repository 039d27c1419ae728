"""Answers that are on their way."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import overload

from crmkit.adapters.stores.kit.tables import Row

__all__ = ["Answer"]


class Answer(Sequence[Row]):
    """The rows of a question, waited for when somebody wants them."""

    def __init__(self, wait: Callable[[], list[Row]]) -> None:
        """Know how to wait for them; that may raise whatever a question may."""
        self._wait = wait

    @cached_property
    def _rows(self) -> list[Row]:
        return self._wait()

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        """Return one row, or some."""
        return self._rows[place]

    def __iter__(self) -> Iterator[Row]:
        """Return the rows, one after the other."""
        return iter(self._rows)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)
