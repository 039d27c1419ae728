"""Ids for facts of a source that gives none: their content, and which of equals each is.

The same fact has the same id in every file that holds it and those equal to it, whatever
else is in the file: equal rows are told apart by counting, and it does not matter which of
them is which.
"""

from collections import Counter
from hashlib import blake2b


class ContentIds:
    """Gives ids to the facts of one file, in one reading of it."""

    def __init__(self) -> None:
        self._equal: Counter[str] = Counter()

    def of(self, content: tuple[object, ...]) -> str:
        """Return the id of a fact with this content: ``row-…``, then ``row-…-2`` for its equal.

        Args:
            content: Texts and numbers that make up the fact, in a fixed order.
        """
        text = repr(content).encode("utf-8", "replace")
        digest = blake2b(text, digest_size=12).hexdigest()
        self._equal[digest] += 1
        again = self._equal[digest]
        return f"row-{digest}" if again == 1 else f"row-{digest}-{again}"
