"""Promises about shops and customer records: apart, under one policy, never lost."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from crmkit.domain.customer import Customer, Identifier
from crmkit.domain.errors import NoRateError, ShopMismatchError, StoreConflictError, StoreError
from crmkit.domain.ports import Store, SupportsFacts
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.testing._samples import LAMP, MONDAY, RATES, SAMPLES, SOFA, bought, day, sent_back

_ANN = Customer(
    id="ann",
    name="Ann",
    identifiers=[Identifier(kind="email", value="ann@example.org", first_seen=MONDAY)],
    birthday=MONDAY.date(),
    tags={"vip", "early"},
    attributes={"size": [1, {"x": None}]},
    notes=["likes blue"],
)


def _with(**policy: Any) -> Reporting:
    return Reporting(evolve(LAMP.shop, **policy), RATES)


class PromisesOfKeeping:
    """What every store promises of shops and of customer records."""

    def reopened(self, store: Store) -> Store | None:
        """Return the same store opened again, or None where nothing survives closing."""
        del store
        return None

    def test_a_shop_never_sees_anothers_rows(self, attached: Store) -> None:
        attached.attach(SOFA)
        lamps = [bought("1", 0), sent_back()]
        sofas = [bought("1", 5), bought("2", 6)]
        attached.add("lamp", lamps, recorded_at=MONDAY)
        assert attached.add("sofa", sofas, recorded_at=MONDAY).accepted == 2
        attached.put_customer("lamp", _ANN)
        assert attached.history("lamp", "ann") == lamps
        assert list(attached.histories("sofa")) == [("ann", sofas)]
        assert len(attached.links("lamp", "ann")) == 1
        assert attached.links("sofa", "ann") == []
        assert attached.customer("sofa", "ann") is None
        if isinstance(attached, SupportsFacts):
            assert {row.shop_id for row in attached.facts("sofa")} == {"sofa"}
            assert len(list(attached.facts("lamp"))) == 2

    def test_the_policy_of_a_shop_is_kept(self, attached: Store) -> None:
        assert attached.shop("lamp") == LAMP.shop
        newer = _with(gross_margin="0.4", lapse_days=90)
        attached.attach(newer)
        assert attached.shop("lamp") == newer.shop

    @pytest.mark.parametrize(
        ("field", "value"), [("timezone", "Pacific/Apia"), ("currency", "USD")]
    )
    def test_another_zone_or_currency_is_refused_until_rebuilt(
        self, attached: Store, field: str, value: str
    ) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        other = _with(**{field: value})
        with pytest.raises(ShopMismatchError) as caught:
            attached.attach(other)
        assert (caught.value.field, caught.value.given) == (field, value)
        assert attached.shop("lamp") == LAMP.shop
        attached.rebuild(other)
        attached.attach(other)
        assert attached.shop("lamp") == other.shop
        with pytest.raises(ShopMismatchError):
            attached.attach(LAMP)

    def test_rebuilding_derives_the_flat_rows_anew(self, attached: Store) -> None:
        if not isinstance(attached, SupportsFacts):
            pytest.skip("this store keeps no flat rows")
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        attached.add("lamp", [bought("plain", 2, revision=1)], recorded_at=day(21))
        before = sorted(map(repr, attached.facts("lamp")))
        other = _with(timezone="Pacific/Apia", currency="USD")
        attached.rebuild(other)
        folded = [
            row for _, history in attached.histories("lamp") for row in facts_of(history, other)
        ]
        after = sorted(map(repr, attached.facts("lamp")))
        assert after == sorted(map(repr, folded))
        assert after != before

    def test_rebuilding_leaves_interactions_and_links_alone(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        before = list(attached.histories("lamp")), attached.links("lamp", "ann")
        attached.rebuild(_with(timezone="Pacific/Apia"))
        assert (list(attached.histories("lamp")), attached.links("lamp", "ann")) == before

    def test_rebuilding_without_a_rate_changes_nothing(self, attached: Store) -> None:
        attached.add("lamp", [bought()], recorded_at=MONDAY)
        with pytest.raises(NoRateError):
            attached.rebuild(_with(currency="JPY"))
        assert attached.shop("lamp") == LAMP.shop
        if isinstance(attached, SupportsFacts):
            assert list(attached.facts("lamp")) == facts_of([bought()], LAMP)

    def test_a_shop_can_be_rebuilt_before_it_was_attached(self, store: Store) -> None:
        store.rebuild(LAMP)
        assert store.shop("lamp") == LAMP.shop
        assert store.add("lamp", [bought()], recorded_at=MONDAY).accepted == 1

    def test_a_customer_record_comes_back_with_its_version(self, attached: Store) -> None:
        first = attached.put_customer("lamp", _ANN)
        assert first == evolve(_ANN, version=1)
        assert attached.customer("lamp", "ann") == first
        second = attached.put_customer("lamp", evolve(first, name="Anna"))
        assert (second.version, second.name) == (2, "Anna")
        assert attached.customer("lamp", "ann") == second

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_a_customer_record_with_another_version_is_refused(
        self, attached: Store, version: int
    ) -> None:
        kept = attached.put_customer("lamp", attached.put_customer("lamp", _ANN))
        with pytest.raises(StoreConflictError):
            attached.put_customer("lamp", evolve(kept, version=version, name="lost"))
        assert attached.customer("lamp", "ann") == kept

    def test_a_new_customer_record_has_no_version_yet(self, attached: Store) -> None:
        with pytest.raises(StoreConflictError):
            attached.put_customer("lamp", evolve(_ANN, version=1))
        assert attached.customer("lamp", "ann") is None

    def test_a_customer_record_needs_an_attached_shop(self, store: Store) -> None:
        with pytest.raises(StoreError, match="attach"):
            store.put_customer("lamp", _ANN)

    def test_the_latest_models_up_to_a_day_are_read(self, attached: Store) -> None:
        attached.attach(SOFA)
        early, late = SavedModels(as_of_day=10, text="early"), SavedModels(as_of_day=20, text="☃")
        attached.put_models("lamp", late)
        attached.put_models("lamp", early)
        found = [attached.models("lamp", until_day=day) for day in (9, 10, 19, 20, 99)]
        assert found == [None, early, early, late, late]
        assert attached.models("sofa", until_day=99) is None
        assert attached.models("nobody's", until_day=99) is None

    def test_saved_models_replace_those_of_the_same_day(self, attached: Store) -> None:
        newer = SavedModels(as_of_day=10, text="newer")
        attached.put_models("lamp", SavedModels(as_of_day=10, text="older"))
        attached.put_models("lamp", newer)
        assert attached.models("lamp", until_day=10) == newer

    def test_saved_models_need_an_attached_shop(self, store: Store) -> None:
        with pytest.raises(StoreError, match="attach"):
            store.put_models("lamp", SavedModels(as_of_day=1, text=""))

    def test_everything_survives_reopening(self, attached: Store) -> None:
        attached.add("lamp", SAMPLES, recorded_at=day(20))
        attached.add("lamp", [bought("plain", 4, revision=1)], recorded_at=day(21))
        kept = attached.put_customer("lamp", _ANN)
        models = SavedModels(as_of_day=7, text='{"a": 1}')
        attached.put_models("lamp", models)
        links = attached.links("lamp", "ann")
        before = list(attached.histories("lamp"))
        early = list(attached.histories("lamp", known_at=day(20)))
        again = self.reopened(attached)
        if again is None:
            pytest.skip("this store keeps nothing after it is closed")
        assert again.shop("lamp") == LAMP.shop
        assert list(again.histories("lamp")) == before
        assert list(again.histories("lamp", known_at=day(20))) == early
        assert again.links("lamp", "ann") == links
        assert again.customer("lamp", "ann") == kept
        assert again.models("lamp", until_day=7) == models
        with pytest.raises(ShopMismatchError):
            again.attach(Reporting(Shop(id="lamp", currency="EUR", timezone="Asia/Tokyo")))
        late = [sent_back("again", 30)]
        assert again.add("lamp", late, recorded_at=day(22) + timedelta(1)).accepted == 1
        again.close()
