"""Promises about reading: order, exactness, what was known when, links, flat rows."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS, Interaction, in_order
from crmkit.domain.ports import Extent, Store, SupportsFacts
from crmkit.domain.returns import LinkRule, facts_of, link_returns
from crmkit.testing._samples import (
    LAMP,
    MONDAY,
    SAMPLES,
    bought,
    day,
    line,
    rated,
    sent_back,
)


def _orders(store: Store) -> list[str | None]:
    return [link.part.order_key for link in store.links("lamp", "ann")]


class PromisesOfReading:
    """What every store promises of what it gives back."""

    def test_what_comes_back_equals_what_went_in(self, attached: Store) -> None:
        assert {one.kind for one in SAMPLES} == KINDS.keys(), "a kind has no sample"
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        back = [one for _, history in attached.histories("lamp") for one in history]
        assert in_order(back) == in_order(SAMPLES)
        shown = [sorted(map(repr, one.extra.items())) for one in in_order(SAMPLES)]
        assert [sorted(map(repr, one.extra.items())) for one in in_order(back)] == shown

    def test_times_come_back_in_utc(self, attached: Store) -> None:
        late = datetime.fromisoformat("2026-03-02T23:30:00.000001-05:00")
        attached.add("lamp", [evolve(rated(), at=late)], recorded_at=day(20))
        (kept,) = attached.history("lamp", "ann")
        assert kept.at == late
        assert kept.at.tzinfo == UTC

    def test_histories_are_ordered_by_time_source_and_id(self, attached: Store) -> None:
        shuffled = [
            bought("b", 1),
            bought("a", 1, source="web"),
            bought("é", 1),
            bought("Z", 1),
            bought("a", 0, source="zz"),
            bought("a", 1),
        ]
        attached.add("lamp", shuffled, recorded_at=day(20))
        read = [(one.source, one.id) for one in attached.history("lamp", "ann")]
        expected = ["zz/a", "shop/Z", "shop/a", "shop/b", "shop/é", "web/a"]
        assert ["/".join(each) for each in read] == expected

    def test_each_customer_comes_once_by_id(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        found = list(attached.histories("lamp"))
        assert [who for who, _ in found] == ["ann", "ben", "guest:shop/g1"]
        assert all(history == attached.history("lamp", who) for who, history in found)

    def test_a_customer_never_heard_of_has_an_empty_history(self, attached: Store) -> None:
        assert attached.history("lamp", "nobody") == []
        assert attached.links("lamp", "nobody") == []
        assert attached.customer("lamp", "nobody") is None

    def test_a_shop_never_heard_of_is_empty(self, store: Store) -> None:
        assert store.shop("lamp") is None
        assert list(store.histories("lamp")) == []
        assert store.history("lamp", "ann") == []

    def test_the_extent_counts_every_revision(self, attached: Store) -> None:
        assert attached.extent("lamp") == Extent(kept=0, last_at=None)
        attached.add("lamp", [bought("1", 5), rated(on=2)], recorded_at=day(20))
        assert attached.extent("lamp") == Extent(kept=2, last_at=day(5))
        batch: list[Interaction] = [bought("1", 5), bought("1", 3, revision=1)]
        attached.add("lamp", batch, recorded_at=day(21))
        assert attached.extent("lamp") == Extent(kept=3, last_at=day(5))
        assert attached.extent("sofa") == Extent(kept=0, last_at=None)

    def test_the_extent_up_to_a_moment_leaves_out_what_happened_later(
        self, attached: Store
    ) -> None:
        batch: list[Interaction] = [bought(str(on), on) for on in (1, 5, 5, 7)]
        attached.add("lamp", [*batch, rated(on=6)], recorded_at=day(20))
        kept = [attached.extent("lamp", until=day(on)).kept for on in (0, 1, 4, 5, 6, 7, 99)]
        assert kept == [0, 1, 1, 2, 3, 4, 4]
        almost = day(5) - timedelta(microseconds=1)
        assert attached.extent("lamp", until=almost) == Extent(kept=1, last_at=day(7))
        assert attached.extent("lamp", until=day(5)) == Extent(kept=2, last_at=day(7))
        assert attached.extent("sofa", until=day(5)) == Extent(kept=0, last_at=None)

    def test_the_extent_up_to_a_moment_counts_every_later_revision(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 1), bought("2", 8)], recorded_at=day(20))
        assert attached.extent("lamp", until=day(5)).kept == 1
        attached.add("lamp", [bought("1", 8, revision=1)], recorded_at=day(21))
        assert attached.extent("lamp", until=day(5)).kept == 2
        attached.add("lamp", [bought("2", 9, revision=3)], recorded_at=day(22))
        assert attached.extent("lamp", until=day(5)).kept == 3
        attached.add("lamp", [bought("3", 9)], recorded_at=day(23))
        assert attached.extent("lamp", until=day(5)).kept == 3
        attached.add("lamp", [bought("4", 0)], recorded_at=day(24))
        assert attached.extent("lamp", until=day(5)) == Extent(kept=4, last_at=day(9))

    def test_a_history_is_given_as_it_was_known(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 0)], recorded_at=day(10))
        attached.add("lamp", [bought("2", 1)], recorded_at=day(11))
        known = [attached.history("lamp", "ann", known_at=day(when)) for when in (9, 10, 11)]
        assert known == [[], [bought("1", 0)], [bought("1", 0), bought("2", 1)]]

    def test_a_revision_is_read_once_it_was_recorded(self, attached: Store) -> None:
        first, second = bought(revision=0), bought(revision=2, on=1, who="ben")
        attached.add("lamp", [first], recorded_at=day(10))
        attached.add("lamp", [second], recorded_at=day(11))
        attached.add("lamp", [bought(revision=1, on=2)], recorded_at=day(12))
        assert dict(attached.histories("lamp", known_at=day(10))) == {"ann": [first]}
        assert dict(attached.histories("lamp", known_at=day(11))) == {"ben": [second]}
        assert dict(attached.histories("lamp", known_at=day(12))) == {"ben": [second]}
        assert attached.history("lamp", "ann", known_at=day(10)) == [first]
        assert attached.history("lamp", "ann", known_at=day(12)) == []

    def test_adding_again_does_not_change_when_it_was_recorded(self, attached: Store) -> None:
        attached.add("lamp", [bought()], recorded_at=day(10))
        attached.add("lamp", [bought()], recorded_at=day(15))
        assert attached.history("lamp", "ann", known_at=day(10)) == [bought()]

    def test_a_naive_time_is_refused(self, attached: Store) -> None:
        naive = MONDAY.replace(tzinfo=None)
        with pytest.raises(InvalidValueError):
            attached.add("lamp", [bought()], recorded_at=naive)
        with pytest.raises(InvalidValueError):
            attached.history("lamp", "ann", known_at=naive)
        with pytest.raises(InvalidValueError):
            attached.extent("lamp", until=naive)

    def test_links_are_current_after_every_call(self, attached: Store) -> None:
        attached.add("lamp", [sent_back(on=9)], recorded_at=day(20))
        assert _orders(attached) == [None]
        attached.add("lamp", [bought("1", 1)], recorded_at=day(21))
        assert _orders(attached) == ["shop/1"]
        attached.add("lamp", [bought("2", 5)], recorded_at=day(22))
        assert _orders(attached) == ["shop/2"]
        too_late = bought("2", 10, revision=1)
        attached.add("lamp", [too_late], recorded_at=day(23))
        assert _orders(attached) == ["shop/1"]

    def test_links_follow_an_order_to_another_customer(self, attached: Store) -> None:
        batch: list[Interaction] = [bought("1", 1, "ben"), sent_back(on=9)]
        attached.add("lamp", batch, recorded_at=day(20))
        assert _orders(attached) == [None]
        attached.add("lamp", [bought("1", 1, "ann", revision=1)], recorded_at=day(21))
        assert _orders(attached) == ["shop/1"]

    def test_links_follow_a_return_to_another_customer(self, attached: Store) -> None:
        batch: list[Interaction] = [bought("1", 1), bought("2", 1, "ben"), sent_back(on=9)]
        attached.add("lamp", batch, recorded_at=day(20))
        attached.add("lamp", [sent_back(on=9, who="ben", revision=1)], recorded_at=day(21))
        assert _orders(attached) == []
        (link,) = attached.links("lamp", "ben")
        assert (link.rule, link.part.order_key) == (LinkRule.EXACT, "shop/2")

    def test_links_are_those_of_the_history_in_its_order(self, attached: Store) -> None:
        three = line(quantity="3", minor=1500)
        batch: list[Interaction] = [
            sent_back("r2", 9, lines=[line(), line("cap"), three]),
            sent_back("r1", 8, order_id="2"),
            bought("1", 1, lines=[line(quantity="2", minor=1000, cost=None)]),
            bought("2", 2),
            bought("3", 3),
        ]
        attached.add("lamp", batch, recorded_at=day(20))
        links = attached.links("lamp", "ann")
        assert links == link_returns(batch)
        assert [link.rule.value for link in links] == [
            *("named", "exact", "unlinked"),
            *("split", "unlinked"),
        ]

    def test_flat_rows_equal_those_of_the_histories(self, attached: Store) -> None:
        if not isinstance(attached, SupportsFacts):
            pytest.skip("this store keeps no flat rows")
        steps = (
            SAMPLES,
            [sent_back("late", 9), bought("after", 10)],
            [bought("plain", 4, revision=1), sent_back("named", 5, "ben", revision=1)],
            [bought("refund", 5, revision=1)],
            [sent_back("plain", 8, revision=2)],
        )
        for when, step in enumerate(steps):
            attached.add("lamp", step, recorded_at=day(20 + when))
            folded = [
                row for _, history in attached.histories("lamp") for row in facts_of(history, LAMP)
            ]
            assert sorted(map(repr, attached.facts("lamp"))) == sorted(map(repr, folded))
