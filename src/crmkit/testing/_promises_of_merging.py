"""Promises about merging: one person is read as one, and unmerging restores exactly."""

import pytest
from attrs import evolve

from crmkit.domain.aliases import Alias
from crmkit.domain.consent import permission_of
from crmkit.domain.customer import IdentifierKind, guest_id
from crmkit.domain.errors import InvalidValueError, StoreError
from crmkit.domain.interactions import CostIncurred, Interaction, Referral
from crmkit.domain.joining import said as consents_said
from crmkit.domain.ports import Added, Extent, Store, SupportsFacts
from crmkit.domain.returns import LinkRule, facts_of
from crmkit.testing._persons import alias, brought, identified, readable, rows, said
from crmkit.testing._samples import LAMP, SAMPLES, SOFA, bought, day, sent_back

_SUMMED = ("units", "amount", "discount", "shipping", "tax", "fees", "spent", "points")


def _merge(store: Store, *pairs: tuple[str, str]) -> None:
    for who, stands_for in pairs:
        store.put_alias("lamp", alias(who, stands_for))


def _sums(store: Store) -> dict[str, int]:
    """The sums of money and goods over everybody."""
    facts = [row for _, history in store.histories("lamp") for row in facts_of(history, LAMP)]
    found = {name: sum(getattr(row, name) or 0 for row in facts) for name in _SUMMED}
    return {name: total for name, total in found.items() if total}


def _ids(store: Store, who: str) -> list[str]:
    return [one.id for one in store.history("lamp", who)]


class PromisesOfMerging:
    """What every store promises of ids that stand for others."""

    def test_a_merged_customer_is_read_as_the_survivor(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 1, "ann"), bought("2", 0, "ben")], recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        both = [bought("2", 0, "ann"), bought("1", 1, "ann")]
        assert dict(attached.histories("lamp")) == {"ann": both}
        assert attached.history("lamp", "ann") == attached.history("lamp", "ben") == both

    def test_a_chain_is_read_at_its_end(self, attached: Store) -> None:
        orders = [bought("1", 1, "ann"), bought("2", 2, "ben"), bought("3", 3, "eve")]
        attached.add("lamp", orders, recorded_at=day(20))
        _merge(attached, ("ann", "ben"), ("ben", "eve"))
        assert list(dict(attached.histories("lamp"))) == ["eve"]
        assert [_ids(attached, who) for who in ("ann", "ben", "eve")] == [["1", "2", "3"]] * 3
        attached.put_alias("lamp", alias("ben", None))
        assert dict(attached.histories("lamp")) == {
            "ben": [evolve(orders[0], customer_id="ben"), orders[1]],
            "eve": [orders[2]],
        }

    def test_a_survivor_may_have_nothing_of_its_own(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 1, "zac"), bought("2", 2, "bob")], recorded_at=day(20))
        _merge(attached, ("zac", "abe"))
        found = [(who, [one.id for one in all_]) for who, all_ in attached.histories("lamp")]
        assert found == [("abe", ["1"]), ("bob", ["2"])]

    def test_an_id_without_facts_is_read_as_whom_it_stands_for(self, attached: Store) -> None:
        _merge(attached, ("ben", "ann"), ("ann", "zoe"))
        attached.add("lamp", [bought("1", 1, "zoe"), sent_back("r", 2, "zoe")], recorded_at=day(31))
        assert [_ids(attached, who) for who in ("ben", "ann", "zoe")] == [["1", "r"]] * 3
        assert [len(attached.links("lamp", who)) for who in ("ben", "ann", "zoe")] == [1] * 3

    def test_survivors_come_by_id_among_all_others(self, attached: Store) -> None:
        names = ["b", "B", "é", "a", "Z", "z"]
        attached.add("lamp", [bought(who, 1, who) for who in names], recorded_at=day(20))
        _merge(attached, ("a", "é"), ("Z", "b"))
        assert [who for who, _ in attached.histories("lamp")] == ["B", "b", "z", "é"]

    def test_nothing_is_lost_or_gained_by_a_merge(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        before = _sums(attached)
        _merge(attached, ("ben", "ann"))
        assert _sums(attached) == before
        assert len(before) == len(_SUMMED)
        rows(attached)

    def test_unmerging_restores_everything(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        late: list[Interaction] = [sent_back("late", 12, "ben"), bought("near", 11, "ann")]
        attached.add("lamp", late, recorded_at=day(21))
        attached.put_customer("lamp", identified("ann", "a@b.example"))
        attached.put_customer("lamp", identified("ben", "b@b.example"))
        before = readable(attached)
        _merge(attached, ("ben", "ann"), ("ann", "zoe"))
        assert readable(attached) != before
        attached.put_alias("lamp", alias("ann", None, 31))
        attached.put_alias("lamp", alias("ben", None, 32))
        assert readable(attached) == before
        assert attached.find("lamp", IdentifierKind.EMAIL, "b@b.example") == ["ben"]
        rows(attached)

    def test_records_stay_under_their_own_ids(self, attached: Store) -> None:
        kept = attached.put_customer("lamp", identified("ben", "b@b.example"))
        _merge(attached, ("ben", "ann"))
        assert attached.customer("lamp", "ben") == kept
        assert attached.customer("lamp", "ann") is None
        assert attached.find("lamp", IdentifierKind.EMAIL, "b@b.example") == ["ben"]

    def test_importing_again_after_a_merge_is_quiet(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        before = readable(attached)
        again = attached.add("lamp", SAMPLES, recorded_at=day(31))
        assert (again, readable(attached)) == (Added(known=len(SAMPLES)), before)

    def test_late_facts_of_a_merged_customer_are_the_survivors(self, attached: Store) -> None:
        attached.add("lamp", [sent_back("r", 9, "ann")], recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        attached.add("lamp", [bought("1", 1, "ben")], recorded_at=day(31))
        assert _ids(attached, "ann") == ["1", "r"]
        (link,) = attached.links("lamp", "ben")
        assert (link.rule, link.part.order_key) == (LinkRule.EXACT, "shop/1")
        assert len(rows(attached)) == 2
        attached.put_alias("lamp", alias("ben", None, 32))
        assert [link.rule for link in attached.links("lamp", "ann")] == [LinkRule.UNLINKED]
        assert attached.links("lamp", "ben") == []
        rows(attached)

    def test_a_revision_about_a_merged_customer_is_the_survivors(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 1, "eve"), bought("2", 2, "ann")], recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        attached.add("lamp", [bought("1", 3, "ben", revision=1)], recorded_at=day(31))
        assert (_ids(attached, "ann"), _ids(attached, "eve")) == (["2", "1"], [])
        attached.add("lamp", [bought("2", 2, "eve", revision=1)], recorded_at=day(32))
        assert (_ids(attached, "ann"), _ids(attached, "eve")) == (["1"], ["2"])
        rows(attached)

    def test_referrals_between_members_are_none(self, attached: Store) -> None:
        batch = [brought("f1", "ann", "ben"), brought("f2", "ben", "ann", on=4, reward=300)]
        attached.add("lamp", batch, recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        (left,) = attached.history("lamp", "ann")
        assert isinstance(left, CostIncurred)
        assert (left.id, left.activity, left.amount.minor) == ("f2", "referral_reward", 300)
        assert len(rows(attached)) == 1
        attached.put_alias("lamp", alias("ben", None, 31))
        assert [attached.history("lamp", who) for who in ("ann", "ben")] == [[one] for one in batch]
        rows(attached)

    def test_referrals_name_survivors(self, attached: Store) -> None:
        batch = [brought("f1", "eve", "ben"), brought("f2", "ben", "zoe")]
        attached.add("lamp", batch, recorded_at=day(20))
        _merge(attached, ("ben", "ann"), ("zoe", "zac"))
        told = [(one.customer_id, one.referred_id) for one in _referrals(attached)]
        assert told == [("ann", "zac"), ("eve", "ann")]
        attached.add("lamp", [brought("f3", "sam", "ben")], recorded_at=day(31))
        assert [one.referred_id for one in _referrals(attached)] == ["zac", "ann", "ann"]
        rows(attached)
        attached.put_alias("lamp", alias("ben", None, 32))
        assert [one.referred_id for one in _referrals(attached)] == ["zac", "ben", "ben"]
        rows(attached)

    @pytest.mark.parametrize(("who", "survivor"), [("ann", "ben"), ("ben", "ann")])
    def test_the_strictest_consent_holds_at_a_merge(
        self, attached: Store, who: str, survivor: str
    ) -> None:
        batch = [said("no", 5, "ann", yes=False), said("yes", 6, "ben", yes=True)]
        attached.add("lamp", batch, recorded_at=day(20))
        _merge(attached, (who, survivor))
        assert not _may_mail(attached, 40)
        assert _may_mail(attached, 29)
        attached.add("lamp", [said("again", 35, who, yes=True)], recorded_at=day(36))
        assert not _may_mail(attached, 34)
        assert _may_mail(attached, 40)
        assert len(rows(attached)) == 4

    def test_guests_become_the_customers_orders(self, attached: Store) -> None:
        guest = guest_id("shop", "g1")
        batch = [bought("g1", 1, guest), sent_back("g2", 2, guest), sent_back("r", 3, "ann")]
        attached.add("lamp", batch, recorded_at=day(20))
        assert [link.rule for link in attached.links("lamp", guest)] == [LinkRule.UNLINKED]
        _merge(attached, (guest, "ann"))
        links = attached.links("lamp", "ann")
        assert [link.rule for link in links] == [LinkRule.EXACT, LinkRule.UNLINKED]
        if isinstance(attached, SupportsFacts):
            assert {(row.customer_id, row.guest) for row in attached.facts("lamp")} == {("ann", 0)}
        rows(attached)

    def test_a_merge_is_read_from_when_it_was_known(self, attached: Store) -> None:
        orders = [bought("1", 1, "ann"), bought("2", 2, "ben")]
        attached.add("lamp", orders, recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        attached.put_alias("lamp", alias("ben", None, 33))
        apart = {"ann": [orders[0]], "ben": [orders[1]]}
        together = {"ann": [orders[0], evolve(orders[1], customer_id="ann")]}
        known = {on: dict(attached.histories("lamp", known_at=day(on))) for on in (29, 30, 32, 33)}
        assert known == {29: apart, 30: together, 32: together, 33: apart}
        assert attached.history("lamp", "ben", known_at=day(31)) == together["ann"]
        assert attached.history("lamp", "ben", known_at=day(29)) == [orders[1]]

    def test_lines_come_back_as_they_were_put(self, attached: Store) -> None:
        before = identified("ann", "a@b.example", notes=["likes blue"], version=3)
        lines = [
            alias("ben", "ann", 30, evidence="the same card", before=before),
            alias("ann", "zoe", 30),
            alias("ben", None, 31, evidence="a twin"),
            alias("ben", "zoe", 32),
        ]
        for one in lines:
            attached.put_alias("lamp", one)
        assert attached.aliases("lamp") == lines
        assert attached.aliases("sofa") == []

    @pytest.mark.parametrize(
        "refused",
        [alias("ann", "ben"), alias("zoe", "ben"), alias("ben", "eve"), alias("zoe", None)],
        ids=["circle", "long circle", "stands already", "stands for itself"],
    )
    def test_lines_that_make_no_sense_are_refused(self, attached: Store, refused: Alias) -> None:
        _merge(attached, ("ben", "ann"), ("ann", "zoe"))
        before = attached.aliases("lamp"), attached.extent("lamp")
        with pytest.raises(InvalidValueError):
            attached.put_alias("lamp", refused)
        assert (attached.aliases("lamp"), attached.extent("lamp")) == before

    def test_every_line_changes_the_extent(self, attached: Store) -> None:
        attached.add("lamp", [bought("1", 1, "ben")], recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        assert attached.extent("lamp") == Extent(kept=1, last_at=day(1), changes=1)
        attached.put_alias("lamp", alias("ben", None, 31))
        assert attached.extent("lamp", until=day(0)) == Extent(kept=0, last_at=day(1), changes=2)

    def test_merges_of_a_shop_are_its_own(self, attached: Store) -> None:
        attached.attach(SOFA)
        for shop_id in ("lamp", "sofa"):
            attached.add(shop_id, [bought("1", 1, "ben")], recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        assert list(dict(attached.histories("sofa"))) == ["ben"]
        assert attached.extent("sofa").changes == 0
        rows(attached, SOFA)

    def test_a_merge_needs_an_attached_shop(self, store: Store) -> None:
        with pytest.raises(StoreError, match="attach"):
            store.put_alias("lamp", alias("ben", "ann"))

    def test_lines_are_given_of_the_persons_that_are_asked_for(self, attached: Store) -> None:
        _merge(attached, ("ben", "ann"), ("dan", "cid"), ("ann", "eve"))
        lines = attached.aliases("lamp")
        assert [one.customer_id for one in lines] == ["ben", "dan", "ann"]
        for who in ("ann", "ben", "eve"):
            assert attached.aliases("lamp", of=[who]) == [lines[0], lines[2]]
        assert attached.aliases("lamp", of=["dan", "eve"]) == lines
        assert attached.aliases("lamp", of=["nobody"]) == []
        assert attached.aliases("lamp", of=[]) == []

    def test_rebuilding_keeps_merges(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        _merge(attached, ("ben", "ann"))
        before = readable(attached)
        attached.rebuild(SOFA)
        attached.rebuild(evolve(SOFA, shop=evolve(SOFA.shop, id="lamp")))
        assert readable(attached) == before


def _referrals(store: Store) -> list[Referral]:
    histories = dict(store.histories("lamp"))
    assert {who: store.history("lamp", who) for who in histories} == histories
    told = [one for history in histories.values() for one in history]
    return [one for one in told if isinstance(one, Referral)]


def _may_mail(store: Store, on: int) -> bool:
    consents = consents_said(store.history("lamp", "ann"), day(on))
    return permission_of(consents, "email", "promotion").allowed
