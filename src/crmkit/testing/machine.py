"""Random calls on any store, every answer compared with that of the memory store.

Ids, customers, products and days are few, so that late facts, revisions, duplicates,
conflicts, customers who change, returns that find other orders and missing rates all come
up; two shops share the store.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.customer import Customer
from crmkit.domain.errors import CrmkitError
from crmkit.domain.interactions import Interaction
from crmkit.domain.lines import Nature
from crmkit.domain.ports import Added, Store, SupportsFacts
from crmkit.domain.reporting import Reporting
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.testing._samples import RATES
from crmkit.testing.clock import FakeClock
from crmkit.testing.strategies import beside_orders, purchases, returns

_SHOPS = ("lamp", "sofa")
_WHO = ("ann", "ben", "guest:shop/1")

_ALIKE: dict[str, Any] = {
    "id": st.sampled_from(["1", "2", "3", "é"]),
    "customer_id": st.sampled_from(_WHO),
    "at": st.integers(1, 9).map(lambda day: datetime(2026, 5, day, 23, 30, tzinfo=UTC)),
    "source": st.sampled_from(["shop", "shop", "till"]),
    "revision": st.sampled_from([0, 0, 0, 1, 2]),
    **dict.fromkeys(["channel", "staff_id", "offer_id", "campaign_id"], st.none()),
    "extra": st.just({}),
}
_TRADED: dict[str, Any] = _ALIKE | {
    "currency": st.sampled_from(["EUR"] * 6 + ["USD", "JPY"]),
    "products": st.sampled_from(["a", "b"]),
    "natures": st.sampled_from([Nature.GOODS] * 5 + [Nature.DISCOUNT, Nature.SHIPPING]),
    "quantities": st.integers(1, 3).map(Decimal),
    "amounts": st.sampled_from([0, 300, 600, 900]),
    "costs": st.none() | st.integers(0, 300),
}
_ORDERS = st.sampled_from(["1", "2", "3"])

#: Interactions that are likely to meet.
MEETING = st.one_of(
    purchases(order_id=_ORDERS, **_TRADED),
    purchases(order_id=_ORDERS, **_TRADED),
    returns(order_id=st.none() | _ORDERS, **_TRADED),
    returns(order_id=st.none(), **_TRADED),
    beside_orders(order_id=_ORDERS, currency=_TRADED["currency"], **_ALIKE),
)

#: Moments before, at and after some of what happens.
_MOMENTS = (datetime(2026, 5, 3, 23, 30, tzinfo=UTC), datetime(2026, 5, 7, tzinfo=UTC))


def _reporting(shop_id: str, timezone: str, currency: str) -> Reporting:
    return Reporting(Shop(id=shop_id, currency=currency, timezone=timezone), RATES)


class StoreMachine(RuleBasedStateMachine):
    """Subclass it and return a fresh, empty store from ``make``."""

    def make(self) -> Store:
        """Return an empty store."""
        raise NotImplementedError("return an empty store from make()")

    def reopen(self, store: Store) -> Store:
        """Return the same store opened again; by default, as it is."""
        return store

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.recorded = [self.clock()]
        self.given: list[Interaction] = []
        self.answers: dict[tuple[str, datetime, int], list[Interaction]] = {}
        self.store, self.oracle = self.make(), MemoryStore()

    def _both(self, call: Callable[[Store], Any]) -> Any:
        """Call both stores; they must answer, or refuse, alike."""
        told, expected = _outcome(call, self.store), _outcome(call, self.oracle)
        assert told == expected, f"the store says {told!r}, it should be {expected!r}"
        return told

    @initialize()
    def attach_both_shops(self) -> None:
        """Attach the two shops."""
        for shop_id in _SHOPS:
            self._attach(_reporting(shop_id, "Europe/Madrid", "EUR"))

    def _attach(self, to: Reporting) -> None:
        self._both(lambda store: store.attach(to))

    @rule(
        shop_id=st.sampled_from(_SHOPS),
        batch=st.lists(MEETING, max_size=5),
        refuse=st.booleans(),
        days=st.integers(0, 2),
    )
    def add(self, shop_id: str, batch: list[Interaction], days: int, *, refuse: bool) -> None:
        """Add facts that may be new, known, late, in conflict or without a rate."""
        self.given += batch
        self.clock.advance(days=days)
        now = self.clock()
        self.recorded.append(now)
        self._both(lambda store: store.add(shop_id, batch, recorded_at=now, refuse=refuse))

    @rule(
        shop_id=st.sampled_from(_SHOPS),
        more=st.sampled_from([0, 0, 1]),
        who=st.sampled_from(_WHO),
        data=st.data(),
    )
    def add_again(self, shop_id: str, more: int, who: str, data: st.DataObject) -> None:
        """Add what was given before, as it was or as a revision about another customer."""
        if self.given:
            one = data.draw(st.sampled_from(self.given))
            if more:
                one = evolve(one, revision=one.revision + 1, customer_id=who)
            self._both(lambda store: store.add(shop_id, [one, one], recorded_at=self.clock()))

    @rule(
        shop_id=st.sampled_from(_SHOPS),
        timezone=st.sampled_from(["Europe/Madrid", "Asia/Tokyo"]),
        currency=st.sampled_from(["EUR", "USD"]),
        anew=st.booleans(),
    )
    def attach(self, shop_id: str, timezone: str, currency: str, *, anew: bool) -> None:
        """Attach or rebuild a shop, with the same books or with others."""
        to = _reporting(shop_id, timezone, currency)
        self._both(lambda store: store.rebuild(to) if anew else store.attach(to))

    @rule(
        shop_id=st.sampled_from(_SHOPS),
        who=st.sampled_from(_WHO[:2]),
        name=st.sampled_from(["A", "B"]),
        behind=st.sampled_from([0, 0, 0, 1, -1]),
    )
    def put_customer(self, shop_id: str, who: str, name: str, behind: int) -> None:
        """Put a customer record, now and then with an old or a foreign version."""
        kept = self.oracle.customer(shop_id, who) or Customer(id=who)
        new = evolve(kept, name=name, version=max(0, kept.version - behind))
        self._both(lambda store: store.put_customer(shop_id, new))

    @rule(shop_id=st.sampled_from(_SHOPS), day=st.integers(1, 4), text=st.sampled_from(["a", "b"]))
    def put_models(self, shop_id: str, day: int, text: str) -> None:
        """Save models of a day."""
        saved = SavedModels(as_of_day=day, text=text)
        self._both(lambda store: store.put_models(shop_id, saved))

    @rule()
    def close_and_open_again(self) -> None:
        """Open the store again."""
        self.store = self.reopen(self.store)
        for shop_id in _SHOPS:
            if (shop := self.oracle.shop(shop_id)) is not None:
                self.store.attach(Reporting(shop, RATES))

    @rule(shop_id=st.sampled_from(_SHOPS), data=st.data())
    def read_as_it_was_known(self, shop_id: str, data: st.DataObject) -> None:
        """Compare what had been recorded by an earlier moment."""
        then = data.draw(st.sampled_from(self.recorded))
        self._both(lambda store: list(store.histories(shop_id, known_at=then)))
        self._both(lambda store: [store.history(shop_id, who, known_at=then) for who in _WHO])

    @invariant()
    def all_answers_agree(self) -> None:
        """Compare everything that can be read of each shop and each customer."""
        for shop_id in _SHOPS:
            self._shop_agrees(shop_id)
            for who in _WHO:
                self._customer_agrees(shop_id, who)

    def _shop_agrees(self, shop_id: str) -> None:
        self._both(lambda store: store.shop(shop_id))
        self._both(lambda store: store.extent(shop_id))
        self._both(lambda store: [store.models(shop_id, until_day=day) for day in range(5)])
        read = self._both(lambda store: list(store.histories(shop_id)))
        for until in _MOMENTS:
            self._answer_stands(shop_id, until, read)

    def _answer_stands(
        self, shop_id: str, until: datetime, read: list[tuple[str, list[Interaction]]]
    ) -> None:
        """Check that an extent seen before still means the same answer."""
        extent = self._both(lambda store: store.extent(shop_id, until=until))
        answer = [one for _, history in read for one in history if one.at <= until]
        before = self.answers.setdefault((shop_id, until, extent.kept), answer)
        assert before == answer, f"the store says {extent!r}, but answers have changed"

    def _customer_agrees(self, shop_id: str, who: str) -> None:
        self._both(lambda store: store.customer(shop_id, who))
        self._both(lambda store: store.history(shop_id, who))
        self._both(lambda store: store.links(shop_id, who))

    @invariant()
    def flat_rows_agree(self) -> None:
        """Compare the flat rows, where the store keeps them."""
        if isinstance(self.store, SupportsFacts):
            for shop_id in _SHOPS:
                told = sorted(self.store.facts(shop_id), key=repr)
                assert told == sorted(self.oracle.facts(shop_id), key=repr)

    def teardown(self) -> None:
        """Close the store."""
        self.store.close()


def _outcome(call: Callable[[Store], Any], store: Store) -> Any:
    """What a call returns, or the error it raises; errors as values that compare."""
    try:
        told = call(store)
    except CrmkitError as error:
        return type(error), str(error)
    if isinstance(told, Added):
        refused = [(one.interaction, type(one.error), str(one.error)) for one in told.refused]
        return told.accepted, told.known, refused
    return told
