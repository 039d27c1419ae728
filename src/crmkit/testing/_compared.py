"""A store beside the memory store: every call goes to both, every answer is compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from attrs import evolve
from hypothesis.stateful import RuleBasedStateMachine, invariant

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain import forgetting
from crmkit.domain.customer import IdentifierKind
from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added, Store, SupportsFacts
from crmkit.domain.reporting import Reporting
from crmkit.testing._drawn import MAILS, MOMENTS, SHOPS, WHO
from crmkit.testing.clock import FakeClock

#: How often the shop is compared that no call was about.
_OTHERS = 5


class Compared(RuleBasedStateMachine):
    """A store and the memory store, which must answer alike."""

    #: The policy under which each shop was attached last.
    attached: dict[str, Reporting]

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
        self.attached = {}
        self.pseudonyms: list[str] = []
        self.answers: dict[tuple[str, datetime, int, int], list[Interaction]] = {}
        self.calls = 0
        self.touched = SHOPS[0]
        self.store, self.oracle = self.make(), MemoryStore()

    def both(self, call: Callable[[Store], Any]) -> Any:
        """Call both stores; they must answer, or refuse, alike."""
        self.calls += 1
        with _token(f"{self.calls:032x}"):
            told, expected = _outcome(call, self.store), _outcome(call, self.oracle)
        assert told == expected, f"the store says {told!r}, it should be {expected!r}"
        return told

    @invariant()
    def all_answers_agree(self) -> None:
        """Compare everything that can be read of the shop, now and then of both."""
        for shop_id in SHOPS:
            if shop_id == self.touched or self.calls % _OTHERS == 0:
                self._shop_agrees(shop_id)

    def _shop_agrees(self, shop_id: str) -> None:
        self.both(lambda store: _kept(store, shop_id))
        read = self.both(lambda store: list(store.histories(shop_id)))
        for until in MOMENTS:
            self._answer_stands(shop_id, until, read)
        self._people_agree(shop_id, [who for who, _ in read])
        self._rows_agree(shop_id)

    def _answer_stands(
        self, shop_id: str, until: datetime, read: list[tuple[str, list[Interaction]]]
    ) -> None:
        """Check that an extent seen before still means the same answer."""
        extent = self.both(lambda store: store.extent(shop_id, until=until))
        answer = [one for _, history in read for one in history if one.at <= until]
        key = (shop_id, until, extent.kept, extent.changes)
        before = self.answers.setdefault(key, answer)
        assert before == answer, f"the store says {extent!r}, but answers have changed"

    def _people_agree(self, shop_id: str, heads: list[str]) -> None:
        for who in {*WHO, *heads}:
            self.both(lambda store, who=who: store.customer(shop_id, who))  # type: ignore[misc]
            self.both(lambda store, who=who: store.history(shop_id, who))  # type: ignore[misc]
            self.both(lambda store, who=who: store.links(shop_id, who))  # type: ignore[misc]

    def _rows_agree(self, shop_id: str) -> None:
        """Compare the flat rows, where the store keeps them."""
        if isinstance(self.store, SupportsFacts):
            told = sorted(self.store.facts(shop_id), key=repr)
            expected = sorted(self.oracle.facts(shop_id), key=repr)
            assert told == expected, f"the store says {told!r}, it should be {expected!r}"

    def teardown(self) -> None:
        """Close the store."""
        self.store.close()


@contextmanager
def _token(token: str) -> Iterator[None]:
    """Hand every erasure the same token, so that pseudonyms can be compared."""
    with patch.object(forgetting, "secrets", SimpleNamespace(token_hex=lambda _bytes: token)):
        yield


def _kept(store: Store, shop_id: str) -> dict[str, Any]:
    """All that can be read of a shop but for its histories; events without their random ids."""
    return {
        "shop": store.shop(shop_id),
        "extent": store.extent(shop_id),
        "models": [store.models(shop_id, until_day=day) for day in range(5)],
        "lines": store.aliases(shop_id),
        "records": list(store.customers(shop_id)),
        "found": [store.find(shop_id, IdentifierKind.EMAIL, mail) for mail in MAILS],
        "marks": [store.mark(shop_id, name) for name in ("a.csv", "b.csv")],
        "events": [evolve(one, id="-") for one in store.events(shop_id)],
        "positions": [store.position(shop_id, name) for name in ("mailer", "search")],
    }


def _outcome(call: Callable[[Store], Any], store: Store) -> Any:
    """What a call returns, or the error it raises; errors as values that compare."""
    try:
        told = call(store)
    except CrmkitError as error:
        return _refused(error)
    if isinstance(told, Added):
        refused = [(one.interaction, _refused(one.error)) for one in told.refused]
        return told.accepted, told.known, refused
    return told


def _refused(error: CrmkitError) -> tuple[type[CrmkitError], str]:
    """An error's type and fields; the words of a value that cannot be are the store's own."""
    own_words = type(error) is InvalidValueError
    return type(error), "" if own_words else str(error)
