"""Promises about loads and clocks: a mark is kept with its batch, no record goes back in time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from crmkit.domain.errors import StoreConflictError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added, Mark, Store
from crmkit.testing._persons import TELLING, alias, identified
from crmkit.testing._samples import SOFA, bought, day, in_yen


def _mark(position: int, name: str = "orders.csv") -> Mark:
    return Mark(name=name, position=position, seal=f"seal of {position}")


def _failing() -> Iterator[Interaction]:
    yield bought("3")
    raise RuntimeError("the line went dead")


class PromisesOfProgress:
    """What every store promises of marks, and of clocks that jump back."""

    def test_a_mark_is_kept_with_its_batch(self, attached: Store) -> None:
        assert attached.mark("lamp", "orders.csv") is None
        attached.add("lamp", [bought("1")], recorded_at=day(20), mark=_mark(1))
        assert attached.mark("lamp", "orders.csv") == _mark(1)
        attached.add("lamp", [bought("2")], recorded_at=day(21), mark=_mark(7))
        assert attached.mark("lamp", "orders.csv") == _mark(7)
        attached.add("lamp", [bought("3")], recorded_at=day(22))
        assert attached.mark("lamp", "orders.csv") == _mark(7)

    def test_a_mark_is_kept_where_nothing_was_new(self, attached: Store) -> None:
        attached.add("lamp", [bought("1")], recorded_at=day(20))
        again = attached.add("lamp", [bought("1")], recorded_at=day(21), mark=_mark(1))
        nothing = attached.add("lamp", [], recorded_at=day(21), mark=_mark(2, "empty.csv"))
        refused = attached.add(
            "lamp", [in_yen()], recorded_at=day(21), refuse=True, mark=_mark(3, "yen.csv")
        )
        assert (again, nothing, refused.accepted) == (Added(known=1), Added(), 0)
        marks = [attached.mark("lamp", name) for name in ("orders.csv", "empty.csv", "yen.csv")]
        assert marks == [_mark(1), _mark(2, "empty.csv"), _mark(3, "yen.csv")]

    def test_a_mark_is_lost_with_its_batch(self, attached: Store) -> None:
        attached.add("lamp", [bought("1")], recorded_at=day(20), mark=_mark(1))
        batch = [bought("2"), bought("1", on=5)]
        with pytest.raises(StoreConflictError):
            attached.add("lamp", batch, recorded_at=day(21), mark=_mark(2))
        with pytest.raises(RuntimeError, match="went dead"):
            attached.add("lamp", _failing(), recorded_at=day(21), mark=_mark(3))
        assert attached.mark("lamp", "orders.csv") == _mark(1)
        assert attached.extent("lamp").kept == 1

    def test_marks_are_apart_by_name_and_shop(self, attached: Store) -> None:
        attached.attach(SOFA)
        attached.add("lamp", [], recorded_at=day(20), mark=_mark(1))
        attached.add("lamp", [], recorded_at=day(20), mark=_mark(2, "É.csv"))
        attached.add("sofa", [], recorded_at=day(20), mark=_mark(3))
        found = [
            attached.mark(shop_id, name)
            for shop_id in ("lamp", "sofa", "nobody's")
            for name in ("orders.csv", "É.csv")
        ]
        assert found == [_mark(1), _mark(2, "É.csv"), _mark(3), None, None, None]

    def test_a_clock_that_jumps_back_hides_nothing(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 0)], recorded_at=day(20))
        attached.add("lamp", [bought("2", 1)], recorded_at=day(10))
        attached.add("lamp", [bought("3", 2)], recorded_at=day(15))
        before = day(20) - timedelta(microseconds=1)
        assert attached.history("lamp", "ann", known_at=before) == []
        assert len(attached.history("lamp", "ann", known_at=day(20))) == 3

    def test_an_answer_as_of_a_moment_stays_whatever_the_clock_does(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 0)], recorded_at=day(20))
        known = attached.history("lamp", "ann", known_at=day(19)), attached.extent("lamp")
        attached.add("lamp", [bought("1", 1, revision=1)], recorded_at=day(11))
        assert attached.history("lamp", "ann", known_at=day(19)) == known[0] == []
        assert attached.extent("lamp") != known[1]

    def test_a_merge_by_a_clock_that_jumped_back_counts_as_the_latest(
        self, attached: Store
    ) -> None:
        attached.add("lamp", [bought("1", 0, "ben")], recorded_at=day(20))
        attached.put_alias("lamp", alias("ben", "ann", 5))
        assert [one.recorded_at for one in attached.aliases("lamp")] == [day(20)]
        assert [who for who, _ in attached.histories("lamp", known_at=day(19))] == []
        attached.add("lamp", [bought("2", 0, "ben")], recorded_at=day(6))
        early = day(20) - timedelta(seconds=1)
        assert attached.history("lamp", "ann", known_at=early) == []
        assert len(attached.history("lamp", "ann", known_at=day(20))) == 2

    def test_facts_follow_a_merge_in_time(self, attached: Store) -> None:
        attached.put_alias("lamp", alias("ben", "ann", 30))
        attached.add("lamp", [bought("1", 0, "ben")], recorded_at=day(20))
        assert attached.history("lamp", "ann", known_at=day(29)) == []
        assert len(attached.history("lamp", "ann", known_at=day(30))) == 1

    def test_events_never_go_back_in_time(self, attached: Store) -> None:
        attached.attach(TELLING)
        attached.add("lamp", [bought("1")], recorded_at=day(20))
        attached.put_customer("lamp", identified("ann"), recorded_at=day(12))
        attached.add("lamp", [bought("2")], recorded_at=day(25))
        attached.put_customer("lamp", identified("ben"), recorded_at=None)
        attached.put_alias("lamp", alias("ben", "ann", 3))
        erased = attached.erase("lamp", "ben", erased_at=day(4))
        assert erased.erased_at == day(25)
        told = [one.recorded_at for one in attached.events("lamp")]
        assert told == [day(20), day(20), day(25), day(25), day(25), day(25)]
