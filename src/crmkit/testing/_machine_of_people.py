"""Rules about people: records, merges, erasures; and about who is told of it all."""

from typing import Any

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import rule

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer
from crmkit.domain.kept import Erased
from crmkit.testing._compared import Compared
from crmkit.testing._drawn import SHOPS, WHO, records

_SHOP = st.sampled_from(SHOPS)


class MachineOfPeople(Compared):
    """What happens to customers other than by what they do."""

    @rule(shop_id=_SHOP, record=records(), behind=st.sampled_from([0, 0, 0, 1, -1]))
    def put_customer(self, shop_id: str, record: Customer, behind: int) -> None:
        """Put a customer record, now and then with an old or a foreign version."""
        self.touched = shop_id
        kept = self.oracle.customer(shop_id, record.id)
        version = max(0, (0 if kept is None else kept.version) - behind)
        new, now = evolve(record, version=version), self.clock()
        self.both(lambda store: store.put_customer(shop_id, new, recorded_at=now))

    @rule(
        shop_id=_SHOP,
        who=st.sampled_from(WHO),
        stands_for=st.sampled_from([*WHO[:2], *WHO[:2], "zoe", None]),
        days=st.sampled_from([0, 1, -3]),
    )
    def put_alias(self, shop_id: str, who: str, stands_for: str | None, days: int) -> None:
        """Merge or unmerge, in any direction; the clock may jump."""
        if who != stands_for:
            self.touched = shop_id
            self.clock.advance(days=days)
            self.recorded.append(self.clock())
            line = Alias(
                customer_id=who,
                stands_for=stands_for,
                recorded_at=self.clock(),
                evidence="the same card",
                before=self.oracle.customer(shop_id, stands_for or who),
            )
            self.both(lambda store: store.put_alias(shop_id, line))

    @rule(shop_id=_SHOP, data=st.data(), days=st.sampled_from([0, 3, 130]))
    def erase(self, shop_id: str, data: st.DataObject, days: int) -> None:
        """Erase somebody, or somebody who was erased before."""
        self.touched = shop_id
        who = data.draw(st.sampled_from(self._known(shop_id)))
        self.clock.advance(days=days)
        now = self.clock()
        told = self.both(lambda store: store.erase(shop_id, who, erased_at=now))
        if isinstance(told, Erased):
            self.pseudonyms.append(told.pseudonym)

    def _known(self, shop_id: str) -> list[str]:
        """Whoever there is to be erased, whoever was erased last, and one who may not be there."""
        histories = [who for who, _ in self.oracle.histories(shop_id)]
        records = [one.id for one in self.oracle.customers(shop_id)]
        return [*WHO[:1], *self.pseudonyms[-1:], *histories, *records]

    @rule(
        shop_id=_SHOP,
        name=st.sampled_from(["mailer", "search"]),
        position=st.integers(0, 9),
        drop=st.booleans(),
    )
    def take_events(self, shop_id: str, name: str, position: int, *, drop: bool) -> None:
        """Take a few events, keep how far a subscriber has come, now and then drop some."""
        self.touched = shop_id
        self.both(lambda store: _positions(store.events(shop_id, after=position, limit=2)))
        self.both(lambda store: store.put_position(shop_id, name, position))
        if drop:
            self.both(lambda store: store.drop_events(shop_id, position))


def _positions(events: list[Any]) -> list[int]:
    return [one.position for one in events]
