"""Promises about records: found by identifiers, listed in order, each under its own id."""

import pytest
from attrs import evolve

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import (
    Acquisition,
    AcquisitionMode,
    Customer,
    Identifier,
    IdentifierKind,
)
from crmkit.domain.errors import StaleRecordError
from crmkit.domain.ports import Store
from crmkit.domain.provenance import vanished
from crmkit.testing._persons import identified
from crmkit.testing._samples import MONDAY, SOFA, bought, day

_MAIL = IdentifierKind.EMAIL


class PromisesOfFinding:
    """What every store promises of customer records that are looked for."""

    def test_customers_are_found_by_their_identifiers(self, attached: Store) -> None:
        attached.put_customer("lamp", identified("ben", "one@b.example", "two@b.example"))
        assert attached.find("lamp", _MAIL, "one@b.example") == ["ben"]
        assert attached.find("lamp", _MAIL, "two@b.example") == ["ben"]
        assert attached.find("lamp", _MAIL, "three@b.example") == []

    def test_identifiers_are_found_as_they_are_normalised(self, attached: Store) -> None:
        attached.put_customer("lamp", identified("ben", " ÄÖ@B.example "))
        assert attached.find("lamp", _MAIL, "äö@b.example") == ["ben"]
        assert attached.find("lamp", _MAIL, "ÄÖ@b.example") == []

    def test_everybody_with_an_identifier_is_found_in_order(self, attached: Store) -> None:
        for who in ("b", "é", "B", "a", "Z"):
            attached.put_customer("lamp", identified(who, "same@b.example"))
        assert attached.find("lamp", _MAIL, "same@b.example") == ["B", "Z", "a", "b", "é"]

    def test_the_kind_of_an_identifier_matters(self, attached: Store) -> None:
        kinds = (IdentifierKind.PLATFORM, IdentifierKind.ANONYMOUS)
        for kind in kinds:
            record = Customer(id=kind.value, identifiers=[Identifier(kind=kind, value="77")])
            attached.put_customer("lamp", record)
        found = [attached.find("lamp", kind, "77") for kind in IdentifierKind]
        assert found == [[], [], ["platform"], ["anonymous"]]

    def test_identifiers_that_a_record_lost_find_nobody(self, attached: Store) -> None:
        kept = attached.put_customer("lamp", identified("ben", "old@b.example", "b@b.example"))
        newer = identified("ben", "b@b.example", "new@b.example", version=kept.version)
        attached.put_customer("lamp", newer)
        found = [attached.find("lamp", _MAIL, f"{name}@b.example") for name in ("old", "b", "new")]
        assert found == [[], ["ben"], ["ben"]]

    def test_a_stale_record_changes_no_identifiers(self, attached: Store) -> None:
        attached.put_customer("lamp", identified("ben", "b@b.example"))
        with pytest.raises(StaleRecordError):
            attached.put_customer("lamp", identified("ben", "stale@b.example"))
        assert attached.find("lamp", _MAIL, "b@b.example") == ["ben"]
        assert attached.find("lamp", _MAIL, "stale@b.example") == []

    def test_customers_come_by_id(self, attached: Store) -> None:
        kept = [
            attached.put_customer("lamp", identified(who, f"{who}@b.example", notes=[who]))
            for who in ("b", "é", "B", "a")
        ]
        attached.add("lamp", [bought(who="without a record")], recorded_at=MONDAY)
        assert list(attached.customers("lamp")) == sorted(kept, key=lambda one: one.id)

    def test_many_customers_are_listed(self, attached: Store) -> None:
        names = [f"c{number:04d}" for number in range(1100)]
        for who in reversed(names):
            attached.put_customer("lamp", Customer(id=who))
        assert [one.id for one in attached.customers("lamp")] == names

    def test_records_of_a_shop_are_its_own(self, attached: Store) -> None:
        attached.attach(SOFA)
        attached.put_customer("lamp", identified("ben", "b@b.example"))
        assert list(attached.customers("sofa")) == []
        assert attached.find("sofa", _MAIL, "b@b.example") == []
        other = attached.put_customer("sofa", identified("ben", "c@b.example"))
        assert list(attached.customers("sofa")) == [other]
        assert attached.find("lamp", _MAIL, "b@b.example") == ["ben"]

    def test_a_shop_never_heard_of_has_no_customers(self, store: Store) -> None:
        assert list(store.customers("lamp")) == []
        assert store.find("lamp", _MAIL, "b@b.example") == []
        assert store.aliases("lamp") == []

    def test_when_a_record_was_put_does_not_change_it(self, attached: Store) -> None:
        first = attached.put_customer("lamp", identified("ben"), recorded_at=day(20))
        second = attached.put_customer("lamp", first, recorded_at=day(1))
        assert second == evolve(first, version=2)

    def test_copies_that_merges_keep_lose_what_has_expired(self, attached: Store) -> None:
        lease = Acquisition(mode=AcquisitionMode.RENTED, expires=day(30))
        lent = identified("ann", "ann@b.example", name="Ann", acquisition=lease)
        kept = attached.put_customer("lamp", lent, recorded_at=day(1))
        line = Alias(customer_id="ben", stands_for="ann", recorded_at=day(2), before=kept)
        attached.put_alias("lamp", line)
        again = attached.put_customer("lamp", kept, recorded_at=day(29))
        assert attached.aliases("lamp") == [line]
        attached.put_customer("lamp", vanished(again, day(30)), recorded_at=day(30))
        assert attached.aliases("lamp") == [evolve(line, before=vanished(kept, day(30)))]
