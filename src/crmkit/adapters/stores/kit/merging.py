"""A line of the alias table, and everything that is read differently because of it."""

from attrs import define

from crmkit.adapters.stores.kit.deriving import derive_person, drop_derived
from crmkit.adapters.stores.kit.records import kept_customer
from crmkit.adapters.stores.kit.resolving import (
    alias_lines,
    check_line,
    group_of,
    lines_about,
    persons_of,
    put_line,
    put_members,
    replace_line,
)
from crmkit.adapters.stores.kit.schema import FACTS
from crmkit.adapters.stores.kit.tables import Among, Tables
from crmkit.domain.aliases import Alias, standing
from crmkit.domain.persons import Persons
from crmkit.domain.reporting import Reporting

__all__ = ["Merging", "told"]


@define
class Merging:
    """One call that keeps a line, inside its transaction.

    Attributes:
        tables: The transaction.
        to: The shop.
        place: The line's place among the shop's, from 1 on.
        alias: The line.
    """

    tables: Tables
    to: Reporting
    place: int
    alias: Alias

    def all(self) -> Alias | None:
        """Keep the line, derive whom it concerns, and return the line that it ends.

        Raises:
            InvalidValueError: It says nothing new, or closes a circle.
        """
        shop_id, alias = self.to.shop.id, self.alias
        named = [one for one in (alias.customer_id, alias.stands_for) if one is not None]
        group = group_of(self.tables, shop_id, named)
        lines = alias_lines(self.tables, shop_id, group)
        check_line(lines, alias)
        if alias.stands_for is None:
            self._part_copies(group)
        put_line(self.tables, shop_id, self.place, alias)
        put_members(self.tables, shop_id, group, [*lines, alias])
        self._derive(group)
        return standing(lines).get(alias.customer_id)

    def _part_copies(self, group: list[str]) -> None:
        """Take what came from whoever is parted out of the copies of records in lines."""
        shop_id = self.to.shop.id
        placed = lines_about(self.tables, shop_id, group)
        lines = list(placed.values())
        left = Persons(lines).parted_lines(
            self.alias.customer_id, lambda id_: kept_customer(self.tables, shop_id, id_)
        )
        for place, line, parted in zip(placed, lines, left, strict=True):
            if parted is not line:
                replace_line(self.tables, shop_id, place, parted)

    def _derive(self, group: list[str]) -> None:
        """Derive anew the persons of a group, and whoever referred one of them."""
        shop_id = self.to.shop.id
        for member in group:
            drop_derived(self.tables, shop_id, member)
        referrers = self.tables.read(
            FACTS, ("customer_id",), {"shop_id": shop_id}, among=Among("referred_id", group)
        )
        concerned = sorted({*group, *(who for (who,) in referrers)})
        persons = persons_of(self.tables, shop_id, concerned)
        for survivor in sorted({persons.get(one, one) for one in concerned}):
            derive_person(self.tables, self.to, survivor)


def told(alias: Alias, ended: Alias | None) -> dict[str, str | None]:
    """Return what an event tells of a line."""
    if ended is None:
        return {"stands_for": alias.stands_for}
    return {"stood_for": ended.stands_for}
