"""Promises about what comes again after an erasure: told by keyed hashes, counted never twice."""

import pytest
from attrs import evolve

from crmkit.domain.errors import ErasedError, ErasureKeyError, StoreConflictError
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.kept import Added
from crmkit.domain.ports import Store
from crmkit.domain.reporting import Reporting
from crmkit.testing._persons import (
    KEYED,
    KEYED_SOFA,
    ZELDA,
    alias,
    brought,
    everything,
    personal_in,
    readable,
    rows,
    zelda,
    zeldas,
)
from crmkit.testing._samples import LAMP, bought, day, rated

_OTHER_KEY = evolve(LAMP, erasure_key=b"a secret of somebody else")


class PromisesOfTombstones:
    """What every store promises of the erased who come again, and of the key."""

    @pytest.fixture
    def keyed(self, store: Store) -> Store:
        """Return the store, ready for a shop that can erase."""
        store.attach(KEYED)
        return store

    @pytest.fixture
    def bereft(self, keyed: Store) -> Store:
        """Return a store that has forgotten Zelda, whom Ann had brought."""
        keyed.add("lamp", [*zeldas(), brought("f", "ann", ZELDA)], recorded_at=day(20))
        keyed.erase("lamp", ZELDA, erased_at=day(40))
        return keyed

    def test_what_comes_again_is_refused_and_counts_nothing_twice(self, bereft: Store) -> None:
        hers = [one for one in zeldas() if one.customer_id == ZELDA]
        before = readable(bereft)
        again = bereft.add("lamp", hers, recorded_at=day(41), refuse=True)
        assert (again.accepted, again.known) == (0, 0)
        assert [one.interaction for one in again.refused] == hers
        assert {type(one.error) for one in again.refused} == {ErasedError}
        assert readable(bereft) == before

    def test_the_refusal_names_what_and_when_and_nobody(self, bereft: Store) -> None:
        with pytest.raises(ErasedError) as caught:
            bereft.add("lamp", [zeldas()[0]], recorded_at=day(41))
        assert (caught.value.what, caught.value.erased_at) == ("purchase", "2026-04-11")
        assert personal_in(str(caught.value) + repr(caught.value)) == []

    def test_what_comes_again_keeps_nothing_of_its_call(self, bereft: Store) -> None:
        before = readable(bereft)
        batch = [bought("new", 1), zeldas()[0]]
        with pytest.raises(ErasedError):
            bereft.add("lamp", batch, recorded_at=day(41))
        assert readable(bereft) == before
        added = bereft.add("lamp", batch, recorded_at=day(41), refuse=True)
        assert (added.accepted, len(added.refused)) == (1, 1)

    @pytest.mark.parametrize(
        "again",
        [
            evolve(zeldas()[0], revision=7),
            evolve(zeldas()[0], at=day(50)),
            evolve(zeldas()[0], customer_id="somebody else"),
            bought("another id", 40, ZELDA),
            rated("another kind", 0, ZELDA),
            bought("another id", 3, "somebody else", order_id="ORD-7788-1"),
            brought("another referral", "ben", ZELDA),
            brought("f", "ann", ZELDA, revision=1),
        ],
        ids=[
            *("a revision", "another time", "another name", "another fact", "another kind"),
            *("an order", "a referral", "a referral's revision"),
        ],
    )
    def test_what_tells_of_before_the_erasure_is_refused(
        self, bereft: Store, again: Interaction
    ) -> None:
        before = readable(bereft)
        with pytest.raises(ErasedError):
            bereft.add("lamp", [again], recorded_at=day(60))
        assert readable(bereft) == before

    def test_later_facts_are_those_of_a_new_customer(self, bereft: Store) -> None:
        later = [bought("new", 41, ZELDA), rated("rated", 42, ZELDA)]
        assert bereft.add("lamp", later, recorded_at=day(43)) == Added(accepted=2)
        assert bereft.add("lamp", later, recorded_at=day(44)) == Added(known=2)
        assert bereft.history("lamp", ZELDA) == later
        rows(bereft, KEYED)

    def test_others_who_told_of_them_come_again_quietly(self, bereft: Store) -> None:
        before = readable(bereft)
        told = brought("f", "ann", ZELDA)
        assert bereft.add("lamp", [told, told], recorded_at=day(41)) == Added(known=2)
        assert readable(bereft) == before
        (kept,) = bereft.history("lamp", "ann")
        assert isinstance(kept, Referral)
        assert kept.referred_id not in {ZELDA, "ann"}

    def test_another_referral_under_a_kept_id_still_conflicts(self, bereft: Store) -> None:
        bereft.add("lamp", [brought("g", "ann", "ben")], recorded_at=day(41))
        with pytest.raises(StoreConflictError):
            bereft.add("lamp", [brought("g", "ann", "eve")], recorded_at=day(41))

    def test_others_orders_under_the_same_number_come_again_quietly(self, keyed: Store) -> None:
        theirs = bought("2", 1, "ben", order_id="one")
        keyed.add("lamp", [bought("1", 1, "ann", order_id="one"), theirs], recorded_at=day(20))
        keyed.erase("lamp", "ann", erased_at=day(40))
        assert keyed.add("lamp", [theirs], recorded_at=day(41)) == Added(known=1)

    def test_who_was_merged_is_told_by_every_id(self, keyed: Store) -> None:
        keyed.add("lamp", [bought("1", 1, "ann"), bought("2", 1, "ben")], recorded_at=day(20))
        keyed.put_alias("lamp", alias("ben", "ann"))
        keyed.erase("lamp", "ann", erased_at=day(40))
        again = [bought("3", 2, "ann"), bought("4", 2, "ben"), bought("5", 2, "eve")]
        added = keyed.add("lamp", again, recorded_at=day(41), refuse=True)
        assert [one.interaction.id for one in added.refused] == ["3", "4"]

    def test_a_record_of_the_erased_is_refused(self, bereft: Store) -> None:
        with pytest.raises(ErasedError) as caught:
            bereft.put_customer("lamp", zelda())
        assert caught.value.what == "customer record"
        assert bereft.customer("lamp", ZELDA) is None
        bereft.put_customer("lamp", evolve(zelda(), id="somebody else"))

    def test_who_comes_back_may_have_a_record(self, bereft: Store) -> None:
        bereft.add("lamp", [bought("new", 41, ZELDA)], recorded_at=day(41))
        kept = bereft.put_customer("lamp", zelda())
        assert bereft.customer("lamp", ZELDA) == kept

    def test_who_comes_back_can_be_forgotten_again(self, bereft: Store) -> None:
        later = bought("new", 41, ZELDA)
        bereft.add("lamp", [later], recorded_at=day(42))
        again = bereft.erase("lamp", ZELDA, erased_at=day(50))
        assert (again.interactions, again.erased_at) == (1, day(50))
        assert ZELDA not in everything(bereft)
        for one in (later, zeldas()[0], bought("newer", 49, ZELDA)):
            with pytest.raises(ErasedError):
                bereft.add("lamp", [one], recorded_at=day(51))
        assert bereft.add("lamp", [bought("newer", 51, ZELDA)], recorded_at=day(52)).accepted == 1

    def test_without_a_key_nobody_can_be_erased(self, attached: Store) -> None:
        attached.add("lamp", zeldas(), recorded_at=day(20))
        before = readable(attached)
        with pytest.raises(ErasureKeyError, match="none was given"):
            attached.erase("lamp", ZELDA, erased_at=day(40))
        assert readable(attached) == before

    def test_before_anybody_is_erased_any_key_will_do(self, keyed: Store) -> None:
        for to in (LAMP, _OTHER_KEY, KEYED):
            keyed.attach(to)
        keyed.add("lamp", zeldas(), recorded_at=day(20))
        assert keyed.erase("lamp", ZELDA, erased_at=day(40)).interactions

    @pytest.mark.parametrize(
        ("to", "reason"), [(LAMP, "none was given"), (_OTHER_KEY, "it is another one")]
    )
    def test_after_an_erasure_the_key_is_needed(
        self, bereft: Store, to: Reporting, reason: str
    ) -> None:
        for opening in (bereft.attach, bereft.rebuild):
            with pytest.raises(ErasureKeyError) as caught:
                opening(to)
            assert (caught.value.shop_id, caught.value.reason) == ("lamp", reason)
        bereft.attach(KEYED)
        bereft.rebuild(KEYED)
        with pytest.raises(ErasedError):
            bereft.add("lamp", [zeldas()[0]], recorded_at=day(41))

    def test_tombstones_of_a_shop_are_its_own(self, bereft: Store) -> None:
        bereft.attach(KEYED_SOFA)
        bereft.attach(evolve(KEYED_SOFA, erasure_key=None))
        assert bereft.add("sofa", zeldas(), recorded_at=day(41)).accepted == len(zeldas())
