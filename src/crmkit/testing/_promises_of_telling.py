"""Promises about events: where the shop publishes, every change leaves one, in its order."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve

from crmkit.domain.errors import InvalidValueError, StaleRecordError, StoreConflictError, StoreError
from crmkit.domain.events import Event, EventType
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Store
from crmkit.testing._persons import TELLING, alias, identified
from crmkit.testing._samples import LAMP, SOFA, bought, day, in_yen, rated


def _told(store: Store, shop_id: str = "lamp") -> list[tuple[EventType, str]]:
    return [(one.type, one.customer_id) for one in store.events(shop_id)]


def _recorded(one: Interaction) -> dict[str, Any]:
    named = {"kind": one.kind, "source": one.source, "id": one.id, "revision": one.revision}
    return {**named, "at": one.at.isoformat()}


def _failing() -> Iterator[Interaction]:
    yield bought("9")
    raise RuntimeError("the line went dead")


class PromisesOfTelling:
    """What every store promises of its events."""

    @pytest.fixture
    def telling(self, attached: Store) -> Store:
        """Return the store, for a shop that publishes."""
        attached.attach(TELLING)
        return attached

    def test_a_shop_that_does_not_publish_leaves_no_events(self, attached: Store) -> None:
        attached.add("lamp", [bought()], recorded_at=day(20))
        attached.put_customer("lamp", identified("ann"))
        attached.put_alias("lamp", alias("ben", "ann"))
        assert attached.events("lamp") == []

    def test_every_change_leaves_an_event(self, telling: Store) -> None:
        batch = [bought("1", 3, "ben"), rated("2", 1), bought("3", 2, revision=4)]
        telling.add("lamp", batch, recorded_at=day(20))
        kept = telling.put_customer("lamp", identified("ann"), recorded_at=day(21))
        telling.put_customer("lamp", kept, recorded_at=day(22))
        telling.put_alias("lamp", alias("ben", "ann", 30, evidence="not to be told"))
        telling.put_alias("lamp", alias("ben", None, 31))
        erased = telling.erase("lamp", "ben", erased_at=day(32))
        told = telling.events("lamp")
        first = evolve(batch[0], id=told[0].data["id"])
        assert first.id != batch[0].id
        assert [(one.type, one.customer_id, dict(one.data)) for one in told] == [
            (EventType.RECORDED, erased.pseudonym, _recorded(first)),
            (EventType.RECORDED, "ann", _recorded(batch[1])),
            (EventType.RECORDED, "ann", _recorded(batch[2])),
            (EventType.CUSTOMER_CHANGED, "ann", {"version": 1}),
            (EventType.CUSTOMER_CHANGED, "ann", {"version": 2}),
            (EventType.MERGED, erased.pseudonym, {"stands_for": "ann"}),
            (EventType.UNMERGED, erased.pseudonym, {"stood_for": "ann"}),
            (EventType.ERASED, erased.pseudonym, {}),
        ]
        assert [one.recorded_at for one in told] == [
            *([day(20)] * 3),
            *map(day, (21, 22, 30, 31, 32)),
        ]

    def test_events_name_the_id_that_a_fact_came_with(self, telling: Store) -> None:
        telling.put_alias("lamp", alias("ben", "ann", 10))
        telling.add("lamp", [bought(who="ben")], recorded_at=day(20))
        assert _told(telling) == [(EventType.MERGED, "ben"), (EventType.RECORDED, "ben")]

    def test_positions_count_on_without_gaps_and_ids_are_unique(self, telling: Store) -> None:
        for number in range(3):
            many = [bought(f"{number}/{i}", i % 7) for i in range(400)]
            telling.add("lamp", many, recorded_at=day(20))
        told = telling.events("lamp", limit=2000)
        assert [one.position for one in told] == list(range(1, 1201))
        assert len({one.id for one in told}) == 1200
        assert [one.data["id"] for one in told[400:402]] == ["1/0", "1/1"]

    def test_what_is_known_already_leaves_no_event(self, telling: Store) -> None:
        telling.add("lamp", [bought(), bought()], recorded_at=day(20))
        telling.add("lamp", [bought(), in_yen()], recorded_at=day(21), refuse=True)
        assert len(telling.events("lamp")) == 1

    def test_a_call_that_raises_leaves_no_event(self, telling: Store) -> None:
        telling.add("lamp", [bought()], recorded_at=day(20))
        with pytest.raises(StoreConflictError):
            telling.add("lamp", [bought("2"), bought(on=5)], recorded_at=day(21))
        with pytest.raises(RuntimeError, match="went dead"):
            telling.add("lamp", _failing(), recorded_at=day(21))
        with pytest.raises(StaleRecordError):
            telling.put_customer("lamp", identified("ann", version=3), recorded_at=day(21))
        with pytest.raises(InvalidValueError):
            telling.put_alias("lamp", alias("ben", None))
        with pytest.raises(InvalidValueError):
            telling.erase("lamp", "nobody", erased_at=day(22))
        telling.add("lamp", [bought("3")], recorded_at=day(23))
        assert [one.position for one in telling.events("lamp")] == [1, 2]

    def test_events_are_taken_a_few_at_a_time(self, telling: Store) -> None:
        telling.add("lamp", [bought(str(i)) for i in range(5)], recorded_at=day(20))
        assert [one.position for one in telling.events("lamp", after=1, limit=2)] == [2, 3]
        assert [one.position for one in telling.events("lamp", after=3)] == [4, 5]
        assert telling.events("lamp", after=5) == []

    def test_an_event_is_the_same_whenever_it_is_taken(self, telling: Store) -> None:
        telling.add("lamp", [bought()], recorded_at=day(20))
        first: list[Event] = telling.events("lamp")
        telling.add("lamp", [bought("2")], recorded_at=day(21))
        assert telling.events("lamp", limit=1) == first

    def test_each_subscriber_has_a_position(self, telling: Store) -> None:
        assert telling.position("lamp", "mailer") == 0
        telling.put_position("lamp", "mailer", 3)
        telling.put_position("lamp", "É", 1)
        telling.put_position("lamp", "mailer", 5)
        telling.put_position("lamp", "É", 0)
        positions = [telling.position("lamp", name) for name in ("mailer", "É", "nobody")]
        assert positions == [5, 0, 0]
        assert telling.position("sofa", "mailer") == 0

    def test_a_position_needs_an_attached_shop(self, store: Store) -> None:
        assert store.position("lamp", "mailer") == 0
        assert store.events("lamp") == []
        with pytest.raises(StoreError, match="attach"):
            store.put_position("lamp", "mailer", 1)

    def test_dropped_events_are_gone_and_positions_go_on(self, telling: Store) -> None:
        telling.add("lamp", [bought(str(i)) for i in range(5)], recorded_at=day(20))
        assert telling.drop_events("lamp", 3) == 3
        assert telling.drop_events("lamp", 3) == 0
        assert [one.position for one in telling.events("lamp")] == [4, 5]
        assert telling.drop_events("lamp", 99) == 2
        telling.add("lamp", [bought("6")], recorded_at=day(21))
        assert [one.position for one in telling.events("lamp")] == [6]

    def test_publishing_begins_and_ends_with_the_policy(self, telling: Store) -> None:
        telling.add("lamp", [bought("1")], recorded_at=day(20))
        telling.attach(LAMP)
        telling.add("lamp", [bought("2")], recorded_at=day(21))
        telling.attach(TELLING)
        telling.add("lamp", [bought("3")], recorded_at=day(22))
        told = [(one.position, one.data["id"]) for one in telling.events("lamp")]
        assert told == [(1, "1"), (2, "3")]

    def test_events_of_a_shop_are_its_own(self, telling: Store) -> None:
        telling.attach(evolve(SOFA, shop=evolve(SOFA.shop, publishes=True)))
        telling.add("sofa", [bought("1")], recorded_at=day(20))
        telling.add("lamp", [bought("2")], recorded_at=day(20))
        assert [one.position for one in telling.events("sofa")] == [1]
        assert telling.drop_events("lamp", 9) == 1
        assert len(telling.events("sofa")) == 1
        assert _told(telling, "sofa") == [(EventType.RECORDED, "ann")]
