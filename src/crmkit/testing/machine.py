"""Random calls on any store, every answer compared with that of the memory store.

Ids, customers, products and days are few, so that late facts, revisions, duplicates,
conflicts, customers who change, merge and are erased, returns that find other orders and
missing rates all come up; two shops share the store. A store takes its pseudonyms from
``crmkit.domain.forgetting.new_token``, so that the machine can make them foreseeable.
"""

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Mark
from crmkit.domain.reporting import Reporting
from crmkit.domain.saved_models import SavedModels
from crmkit.testing._drawn import KEYS, MEETING, SHOPS, WHO, reporting
from crmkit.testing._machine_of_people import MachineOfPeople

__all__ = ["MEETING", "StoreMachine"]

_SHOP = st.sampled_from(SHOPS)
_MARKS = st.none() | st.builds(
    Mark,
    name=st.sampled_from(["a.csv", "b.csv"]),
    position=st.integers(0, 9),
    seal=st.sampled_from(["", "é"]),
)


class StoreMachine(MachineOfPeople):
    """Subclass it and return a fresh, empty store from ``make``."""

    @initialize()
    def attach_both_shops(self) -> None:
        """Attach the two shops."""
        for shop_id in SHOPS:
            self._attach(reporting(shop_id))

    def _attach(self, to: Reporting, *, anew: bool = False) -> None:
        told = self.both(lambda store: store.rebuild(to) if anew else store.attach(to))
        if told is None:
            self.attached[to.shop.id] = to

    @rule(
        shop_id=_SHOP,
        batch=st.lists(MEETING, max_size=5),
        refuse=st.booleans(),
        days=st.sampled_from([0, 1, 2, -1]),
        mark=_MARKS,
    )
    def add(
        self,
        shop_id: str,
        batch: list[Interaction],
        days: int,
        mark: Mark | None,
        *,
        refuse: bool,
    ) -> None:
        """Add facts that may be new, known, late, in conflict, erased or without a rate."""
        self.touched = shop_id
        self.given += batch
        self.clock.advance(days=days)
        now = self.clock()
        self.recorded.append(now)
        self.both(
            lambda store: store.add(shop_id, batch, recorded_at=now, refuse=refuse, mark=mark)
        )

    @rule(shop_id=_SHOP, more=st.sampled_from([0, 0, 1]), who=st.sampled_from(WHO), data=st.data())
    def add_again(self, shop_id: str, more: int, who: str, data: st.DataObject) -> None:
        """Add what was given before, as it was or as a revision about another customer."""
        if self.given:
            self.touched = shop_id
            one = data.draw(st.sampled_from(self.given))
            if more and who != getattr(one, "referred_id", None):
                one = evolve(one, revision=one.revision + 1, customer_id=who)
            self.both(lambda store: store.add(shop_id, [one, one], recorded_at=self.clock()))

    @rule(
        shop_id=_SHOP,
        timezone=st.sampled_from(["Europe/Madrid", "Europe/Madrid", "Asia/Tokyo"]),
        currency=st.sampled_from(["EUR", "EUR", "USD"]),
        key=st.sampled_from(KEYS),
        anew=st.booleans(),
        publishes=st.booleans(),
    )
    def attach(
        self,
        shop_id: str,
        timezone: str,
        currency: str,
        key: bytes | None,
        *,
        anew: bool,
        publishes: bool,
    ) -> None:
        """Attach or rebuild a shop, with the same books, key and policy or with others."""
        self.touched = shop_id
        to = reporting(shop_id, timezone, currency, key=key, publishes=publishes)
        self._attach(to, anew=anew)

    @rule(shop_id=_SHOP, day=st.integers(1, 4), text=st.sampled_from(["a", "b"]))
    def put_models(self, shop_id: str, day: int, text: str) -> None:
        """Save models of a day."""
        self.touched = shop_id
        saved = SavedModels(as_of_day=day, text=text)
        self.both(lambda store: store.put_models(shop_id, saved))

    @rule()
    def close_and_open_again(self) -> None:
        """Open the store again."""
        self.store = self.reopen(self.store)
        for to in self.attached.values():
            self.store.attach(to)

    @rule(shop_id=_SHOP, data=st.data())
    def read_as_it_was_known(self, shop_id: str, data: st.DataObject) -> None:
        """Compare what had been recorded by an earlier moment."""
        then = data.draw(st.sampled_from(self.recorded))
        read = self.both(lambda store: list(store.histories(shop_id, known_at=then)))
        people = [*WHO, *(who for who, _ in read)]
        self.both(lambda store: [store.history(shop_id, who, known_at=then) for who in people])
