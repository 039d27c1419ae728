"""What is left of the erased: hashes of their ids, by which what comes again is told."""

from collections.abc import Iterable, Mapping
from typing import Self

from attrs import define

from crmkit.adapters.stores.kit.schema import TOMBSTONES
from crmkit.adapters.stores.kit.tables import Among, Tables
from crmkit.domain.errors import ErasedError, ErasureKeyError
from crmkit.domain.forgetting import Marks
from crmkit.domain.interactions import Interaction
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import microseconds, moment

__all__ = ["Erasures", "Tombstones", "marks_of"]


def marks_of(to: Reporting) -> Marks:
    """Return what hashes ids for a shop.

    Raises:
        ErasureKeyError: It was opened without a key.
    """
    if to.erasure_key is None:
        raise ErasureKeyError(to.shop.id, "none was given")
    return Marks(to.erasure_key, to.shop.id)


@define
class Erasures:
    """Which of some ids were erased, and when.

    Attributes:
        marks: Hashes ids; None where nobody was ever erased.
        found: When, by hash, in microseconds.
    """

    marks: Marks | None
    found: Mapping[bytes, int]

    def names(self, customer_id: str) -> bool:
        """Tell whether a customer's id is one of an erased person."""
        return self.marks is not None and self.marks.of_customer(customer_id) in self.found

    def check(self, one: Interaction) -> None:
        """Refuse what is kept already without the person, and what came before the erasure.

        Raises:
            ErasedError: It is one of these.
        """
        if self.marks is None or not self.found:
            return
        at = microseconds(one.at)
        own = self.found.get(self.marks.of_interaction(one))
        told = (self.found.get(mark) for mark in self.marks.of_people(one))
        erased = [when for when in told if when is not None and at <= when]
        if own is not None:
            erased.append(own)
        if erased:
            raise ErasedError(one.kind, f"{moment(max(erased)):%Y-%m-%d}")


@define
class Tombstones:
    """The hashes of a shop.

    Attributes:
        tables: The transaction.
        shop_id: The shop.
        marks: Hashes ids; None where nobody was ever erased.
    """

    tables: Tables
    shop_id: str
    marks: Marks | None

    @classmethod
    def of(cls, tables: Tables, to: Reporting) -> Self:
        """Return a shop's hashes.

        Raises:
            ErasureKeyError: There are some, and the key is missing or another one.
        """
        shop = {"shop_id": to.shop.id}
        if not tables.read(TOMBSTONES, ("hash",), shop, limit=1):
            return cls(tables, to.shop.id, None)
        marks = marks_of(to)
        if not tables.read(TOMBSTONES, ("hash",), shop | {"hash": marks.check}):
            raise ErasureKeyError(to.shop.id, "it is another one")
        return cls(tables, to.shop.id, marks)

    def among(self, interactions: Iterable[Interaction]) -> Erasures:
        """Return which ids that some interactions name were erased."""
        if self.marks is None:
            return Erasures(None, {})
        asked = set()
        for one in interactions:
            asked.add(self.marks.of_interaction(one))
            asked.update(self.marks.of_people(one))
        return self._found(asked)

    def of_customer(self, customer_id: str) -> Erasures:
        """Return whether a customer's id was erased."""
        if self.marks is None:
            return Erasures(None, {})
        return self._found({self.marks.of_customer(customer_id)})

    def _found(self, asked: Iterable[bytes]) -> Erasures:
        rows = self.tables.read(
            TOMBSTONES,
            ("hash", "erased_at"),
            {"shop_id": self.shop_id},
            among=Among("hash", sorted(asked)),
        )
        return Erasures(self.marks, {bytes(hash_): at for hash_, at in rows})
