"""Promises about adding: nothing twice, all or nothing, conflicts, refusals, revisions."""

from collections.abc import Iterator

import pytest

from crmkit.domain.errors import NoRateError, StoreConflictError, StoreError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added, Store
from crmkit.testing._samples import (
    MONDAY,
    SAMPLES,
    bought,
    day,
    in_dollars,
    in_yen,
    line,
    rated,
    sent_back,
)


def _all(store: Store) -> dict[str, list[Interaction]]:
    return dict(store.histories("lamp"))


class PromisesOfAdding:
    """What every store promises of ``add``."""

    def test_adding_twice_changes_nothing(self, attached: Store) -> None:
        first = attached.add("lamp", SAMPLES, recorded_at=day(20))
        before = _all(attached)
        again = attached.add("lamp", reversed(SAMPLES), recorded_at=day(21))
        assert first == Added(accepted=len(SAMPLES))
        assert again == Added(known=len(SAMPLES))
        assert _all(attached) == before

    def test_adding_twice_within_a_call_changes_nothing(self, attached: Store) -> None:
        added = attached.add("lamp", [bought(), bought()], recorded_at=MONDAY)
        assert added == Added(accepted=1, known=1)
        assert attached.history("lamp", "ann") == [bought()]

    def test_nothing_can_be_added(self, attached: Store) -> None:
        assert attached.add("lamp", [], recorded_at=MONDAY) == Added()

    def test_a_generator_can_be_added(self, attached: Store) -> None:
        many = (bought(str(i), on=i % 7, who=f"c{i % 11}") for i in range(1200))
        assert attached.add("lamp", many, recorded_at=MONDAY).accepted == 1200
        assert sum(len(history) for _, history in attached.histories("lamp")) == 1200

    def test_other_content_under_a_kept_revision_conflicts(self, attached: Store) -> None:
        attached.add("lamp", [bought(on=0)], recorded_at=MONDAY)
        with pytest.raises(StoreConflictError) as caught:
            attached.add("lamp", [bought(on=1)], recorded_at=day(1))
        assert (caught.value.source, caught.value.id, caught.value.revision) == ("shop", "1", 0)
        assert attached.history("lamp", "ann") == [bought(on=0)]

    def test_another_customer_under_a_kept_revision_conflicts(self, attached: Store) -> None:
        attached.add("lamp", [bought(who="ann")], recorded_at=MONDAY)
        with pytest.raises(StoreConflictError):
            attached.add("lamp", [bought(who="ben")], recorded_at=day(1))
        assert attached.history("lamp", "ben") == []

    def test_other_content_within_a_call_conflicts(self, attached: Store) -> None:
        with pytest.raises(StoreConflictError):
            attached.add("lamp", [bought(on=0), bought(on=1)], recorded_at=MONDAY)
        assert _all(attached) == {}

    def test_another_source_is_another_interaction(self, attached: Store) -> None:
        two = [bought(source="shop"), bought(source="till")]
        assert attached.add("lamp", two, recorded_at=MONDAY).accepted == 2
        assert attached.history("lamp", "ann") == two

    def test_an_amount_without_a_rate_is_refused_by_name(self, attached: Store) -> None:
        with pytest.raises(NoRateError, match="JPY"):
            attached.add("lamp", [in_yen()], recorded_at=MONDAY)
        with pytest.raises(NoRateError, match="2025-08"):
            attached.add("lamp", [in_dollars(on=-200)], recorded_at=MONDAY)

    def test_a_conflict_keeps_nothing_of_its_call(self, attached: Store) -> None:
        attached.add("lamp", [bought("1")], recorded_at=MONDAY)
        before = _all(attached)
        batch: list[Interaction] = [bought("2"), sent_back(), bought("1", on=1), rated()]
        with pytest.raises(StoreConflictError):
            attached.add("lamp", batch, recorded_at=day(1))
        assert _all(attached) == before
        assert attached.links("lamp", "ann") == []

    def test_a_missing_rate_keeps_nothing_of_its_call(self, attached: Store) -> None:
        with pytest.raises(NoRateError):
            attached.add("lamp", [bought(), in_yen()], recorded_at=MONDAY)
        assert _all(attached) == {}

    def test_a_source_that_fails_midway_leaves_nothing(self, attached: Store) -> None:
        def failing() -> Iterator[Interaction]:
            for i in range(1200):
                yield bought(str(i))
            raise RuntimeError("the line went dead")

        with pytest.raises(RuntimeError, match="went dead"):
            attached.add("lamp", failing(), recorded_at=MONDAY)
        assert _all(attached) == {}
        assert attached.add("lamp", [bought()], recorded_at=day(1)).accepted == 1

    def test_refusals_come_back_and_the_rest_is_kept(self, attached: Store) -> None:
        attached.add("lamp", [bought("1")], recorded_at=MONDAY)
        batch = [bought("1", on=1), in_yen(), bought("2"), bought("1"), bought("2", on=5)]
        added = attached.add("lamp", batch, recorded_at=day(1), refuse=True)
        assert (added.accepted, added.known) == (1, 1)
        assert [one.interaction for one in added.refused] == [batch[0], batch[1], batch[4]]
        kinds = [type(one.error) for one in added.refused]
        assert kinds == [StoreConflictError, NoRateError, StoreConflictError]
        assert attached.history("lamp", "ann") == [bought("1"), bought("2")]

    def test_a_return_without_a_rate_is_refused_alone(self, attached: Store) -> None:
        back = sent_back(lines=[line(currency="JPY")])
        added = attached.add("lamp", [bought(), back], recorded_at=MONDAY, refuse=True)
        assert [one.interaction for one in added.refused] == [back]
        assert isinstance(added.refused[0].error, NoRateError)
        assert attached.history("lamp", "ann") == [bought()]

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_the_highest_revision_is_read_wherever_it_arrives(
        self, attached: Store, order: tuple[int, ...]
    ) -> None:
        for when, revision in enumerate(order):
            one = bought(on=revision, revision=revision)
            assert attached.add("lamp", [one], recorded_at=day(when)).accepted == 1
        assert attached.history("lamp", "ann") == [bought(on=2, revision=2)]

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_the_highest_revision_of_a_call_is_read(
        self, attached: Store, order: tuple[int, ...]
    ) -> None:
        batch = [bought(on=revision, revision=revision) for revision in order]
        assert attached.add("lamp", batch, recorded_at=MONDAY).accepted == 3
        assert attached.history("lamp", "ann") == [bought(on=2, revision=2)]

    def test_a_superseded_revision_is_still_known(self, attached: Store) -> None:
        both = [bought(revision=0), bought(revision=1, lines=[line(minor=7)])]
        attached.add("lamp", both, recorded_at=MONDAY)
        assert attached.add("lamp", both, recorded_at=day(1)) == Added(known=2)
        with pytest.raises(StoreConflictError):
            attached.add("lamp", [bought(revision=0, on=1)], recorded_at=day(2))

    def test_a_revision_can_name_another_customer(self, attached: Store) -> None:
        attached.add("lamp", [bought(who="ann"), bought("2")], recorded_at=MONDAY)
        moved = bought(who="ben", revision=1)
        attached.add("lamp", [moved], recorded_at=day(1))
        assert _all(attached) == {"ann": [bought("2")], "ben": [moved]}

    def test_a_customer_who_lost_all_facts_has_no_history(self, attached: Store) -> None:
        attached.add("lamp", [bought(who="ann")], recorded_at=MONDAY)
        attached.add("lamp", [bought(who="ben", revision=1)], recorded_at=day(1))
        assert list(_all(attached)) == ["ben"]
        assert attached.history("lamp", "ann") == []

    def test_a_shop_never_attached_cannot_be_added_to(self, store: Store) -> None:
        with pytest.raises(StoreError, match="attach"):
            store.add("lamp", [bought()], recorded_at=MONDAY)
