"""Reading a source that was partly loaded before, and knowing that it is the same one.

A seal is a digest of all items up to a mark, content and all: the interactions as their
canonical text, the problems as they were read. It costs a few microseconds for each item,
a small part of what keeping it costs.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any

from crmkit.domain.interactions import Interaction
from crmkit.domain.problems import RowProblem
from crmkit.loading.report import Progress

#: Items between two reports of progress.
_TICK = 500


class Digest:
    """Of the items that were read, one after the other."""

    def __init__(self) -> None:
        from crmkit.adapters.wire import to_json

        self._to_json = to_json
        self._hash = blake2b(digest_size=16)

    def read(self, item: Interaction | RowProblem) -> None:
        """Take an item."""
        if isinstance(item, RowProblem):
            text = repr((item.row, item.field, item.value, item.reason, dict(item.content)))
        else:
            text = self._to_json(item)
        self._hash.update(text.encode("utf-8", "replace") + b"\n")

    def text(self) -> str:
        """Return the digest so far."""
        return self._hash.hexdigest()


def once_only(items: Iterable[Any]) -> bool:
    """Return whether a source can be read no second time, as a generator."""
    return iter(items) is items


def told(
    items: Iterable[Interaction | RowProblem], progress: Callable[[Progress], Any] | None
) -> Iterator[Interaction | RowProblem]:
    """Yield the items, reporting progress on the way."""
    if progress is None:
        yield from items
        return
    done = 0
    for done, item in enumerate(items, start=1):
        if done % _TICK == 0:
            progress(_progress(items, done))
        yield item
    progress(_progress(items, done))


def _progress(items: Iterable[Any], done: int) -> Progress:
    return Progress(getattr(items, "rows", done), getattr(items, "total_rows", None))
