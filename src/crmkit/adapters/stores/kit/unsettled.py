"""What a shop may still roll back: writes of this store inside a transaction of the shop's.

Whoever keeps an answer has to know that it was read beside them: after a rollback the same
numbers may be counted anew for other facts. Once the shop has committed, or in a transaction
that has written nothing here, there is nothing unsettled.
"""

import threading
from itertools import count
from typing import Protocol, runtime_checkable

from attrs import define, field

from crmkit.adapters.stores.kit.tables import Database

__all__ = ["InShopsTransaction", "Unsettled"]


@runtime_checkable
class InShopsTransaction(Protocol):
    """A database that may be used inside transactions of the shop's."""

    def shops_transaction(self) -> object | None:
        """Return what stands for the one that is open, the same until it ends; else None."""
        ...


@define
class Unsettled:
    """Counts the writes that may still be rolled back.

    Attributes:
        database: Tells which transaction is open.
    """

    database: Database
    _numbers: "count[int]" = field(factory=lambda: count(1))
    _here: threading.local = field(factory=threading.local)

    def written(self) -> None:
        """Note a write, inside the transaction that is open now."""
        transaction = self._open()
        if transaction is not None:
            self._here.last = transaction, next(self._numbers)

    @property
    def writes(self) -> int:
        """A number that no other state has, if the open transaction has written; else 0."""
        transaction = self._open()
        written, number = getattr(self._here, "last", (None, 0))
        return number if transaction is not None and transaction is written else 0

    def _open(self) -> object | None:
        if isinstance(self.database, InShopsTransaction):
            return self.database.shops_transaction()
        return None
