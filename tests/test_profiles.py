"""Profiles from a base and from one's own data frame are the same rows."""

from datetime import UTC, date, datetime
from statistics import fmean

import pytest

from crmkit import CustomerBase, Shop
from crmkit.adapters.frames import fact_frame, some_days
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.states import State
from crmkit.profiles import profiles_of_frame
from crmkit.synthetic import SyntheticShop

SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid", gross_margin="0.4")
AS_OF = date(2026, 3, 31)


@pytest.fixture(scope="module")
def base():
    opened = CustomerBase.open("memory:", shop=SHOP)
    opened.load(SyntheticShop(seed=3, customers=120, guests=8).interactions())
    return opened


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow", "duckdb"])
def test_a_frame_gives_the_profiles_of_the_base(base, backend):
    frame = fact_frame(base.store.facts("lamp"), backend=backend)
    of_frame = profiles_of_frame(frame, SHOP, as_of=AS_OF)
    of_base = base.profiles(as_of=AS_OF)
    assert of_frame.to_rows() == of_base.to_rows()
    assert (of_frame.everyone, of_frame.guests) == (of_base.everyone, of_base.guests)


@pytest.fixture(scope="module")
def asked():
    """So many customers that answers can be expected of the others."""
    invented = SyntheticShop(seed=4, customers=330, guests=4)
    opened = CustomerBase.open("memory:", shop=invented.shop)
    opened.load(invented.interactions())
    return opened


def test_what_is_judged_of_satisfaction_and_relationship_is_that_of_the_base_too(asked):
    frame = fact_frame(asked.store.facts("synthetic"), backend="polars")
    of_frame = profiles_of_frame(frame, asked.shop, as_of=AS_OF)
    of_base = asked.profiles(as_of=AS_OF)
    assert of_frame.to_rows() == of_base.to_rows()
    for name in ("state_confidence", "level_gap", "satisfaction_expected"):
        told = [row[name] for row in of_frame.to_rows()]
        assert len(set(told) - {None}) > 2, name
    assert of_frame.standards.calibration == of_base.standards.calibration


def test_a_row_is_what_is_told_of_the_customer_alone(asked):
    for row in list(asked.profiles(as_of=AS_OF))[::15]:
        who = row.customer_id
        relationship = asked.relationship(who, as_of=AS_OF)
        satisfaction = asked.satisfaction(who, as_of=AS_OF)
        loyalty = asked.loyalty(who, as_of=AS_OF)
        assert row.state_confidence == relationship.evidence.confidence
        assert row.level_gap == relationship.level.target_gap
        assert row.satisfaction_expected == satisfaction.expected.value
        assert row.satisfied == satisfaction.stated
        assert row.satisfaction_shown == satisfaction.shown.score.value
        dimensions = [getattr(row, one.name) for one in loyalty.dimensions]
        assert dimensions == [one.score for one in loyalty.dimensions]
        assert (row.phase, row.loyalty_class) == (
            loyalty.loyalty.phase,
            loyalty.loyalty.typology.kind,
        )


def test_means_over_the_base_are_those_of_the_rows(asked):
    rows = asked.profiles(as_of=AS_OF)
    known = [one.satisfaction_expected for one in rows if one.satisfaction_expected is not None]
    whole = asked.satisfaction(as_of=AS_OF)
    assert whole.expected.value == pytest.approx(fmean(known))
    sure = [one.state_confidence for one in rows if one.state_confidence is not None]
    relationship = asked.relationship(as_of=AS_OF)
    assert (relationship.confidence.value, relationship.confidence.n) == (
        pytest.approx(fmean(sure)),
        len(sure),
    )
    short = sum(one.level_gap is not None and one.level_gap > 0 for one in rows)
    assert relationship.targets["less"] == short
    part = asked.relationship(segment=lambda one: (one.level_gap or 0) > 0, as_of=AS_OF)
    assert dict(part.targets) == {"less": short}


def test_a_frame_without_the_columns_says_which(base):
    frame = fact_frame(base.store.facts("lamp"), backend="polars").drop("amount", "day")
    with pytest.raises(InvalidValueError, match=r"amount.*day"):
        profiles_of_frame(frame, SHOP, as_of=AS_OF)


def test_rows_are_plain_and_complete(base):
    rows = base.profiles(as_of=AS_OF).to_rows()
    assert len(rows) == 120
    assert [row["customer_id"] for row in rows] == sorted(row["customer_id"] for row in rows)
    plain = (str, int, float, bool, type(None))
    assert all(isinstance(value, plain) for row in rows for value in row.values())
    assert {row["state"] for row in rows} <= {str(state) for state in State}


def test_the_most_valuable_come_first_and_say_by_what(base):
    profiles = base.profiles(as_of=AS_OF)
    best = profiles.most_valuable(5)
    assert profiles.ranked_by == "lifetime value to come"
    assert [one.clv for one in best] == sorted((one.clv or 0 for one in profiles), reverse=True)[:5]


def test_profiles_show_themselves_in_short(base):
    profiles = base.profiles(as_of=AS_OF)
    assert repr(profiles) == "<Profiles of 120 customers as of 2026-03-31>"
    assert str(profiles).startswith("120 customers as of 2026-03-31: ")


def test_a_moment_within_a_day_is_judged_by_the_day_before_in_a_frame_too(base):
    noon = datetime(2026, 3, 31, 10, tzinfo=UTC)
    frame = fact_frame(base.store.facts("lamp"), backend="polars")
    of_frame = profiles_of_frame(frame, SHOP, as_of=noon)
    of_base = base.profiles(as_of=noon)
    assert of_frame.to_rows() == of_base.to_rows()
    assert of_frame.standards.as_of_day == of_base.standards.as_of_day == of_frame.as_of_day - 1


def test_some_days_of_a_frame_end_before_the_last(base):
    frame = fact_frame(base.store.facts("lamp"), backend="polars")
    days = sorted(set(frame["day"]))[10:13]
    found = some_days(frame, range(days[0], days[2]))
    assert set(found["day"]) == set(range(days[0], days[2])) & set(frame["day"])
