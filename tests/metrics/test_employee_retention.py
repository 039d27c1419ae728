"""Staff who stay and go: the counting of customers, with names and protection of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import customer_kpis, employee_retention
from crmkit.metrics.catalogue import metric
from crmkit.metrics.intervals import wilson
from crmkit.metrics.kpis.standing import Standing

ids = st.sets(st.integers(0, 30).map(str), min_size=5)


def test_rates_are_those_counted_by_hand():
    found = employee_retention(opening="abcdefghij", hired="xyz", left="abx")
    assert found.retention.value == 0.8
    assert (found.retention.low, found.retention.high) == pytest.approx(wilson(8, 10))
    assert found.leaving_rate.value == pytest.approx(0.2)
    assert found.turnover.value == pytest.approx(3 / 10)
    assert found.hiring_rate.value == pytest.approx(0.3)
    assert found.notes == (
        "1 hired and left within the period: in turnover, not in the leaving rate",
    )


@given(ids, st.data())
def test_they_are_the_rates_of_customers(opening, data):
    hired = data.draw(st.sets(st.integers(31, 40).map(str)))
    left = data.draw(st.sets(st.sampled_from(sorted(opening | hired))))
    found = employee_retention(opening=opening, hired=hired, left=left)
    kpis = customer_kpis(
        Standing(
            customer_id=one,
            opening=one in opening,
            joined=None if one in opening else "new",
            left=one in left,
        )
        for one in opening | hired
    )
    assert found.retention == kpis.retention
    assert found.leaving_rate == kpis.churn
    assert found.turnover == kpis.churn_on_average
    assert found.hiring_rate == kpis.new_rate
    assert found.retention.value + found.leaving_rate.value == pytest.approx(1)


@given(st.sets(st.integers(0, 9).map(str), max_size=4))
def test_of_fewer_than_five_nothing_is_told(opening):
    found = employee_retention(opening=opening, hired=["x", "y"], left=[*opening, "x"])
    for one in found.figures().values():
        assert (one.value, one.n) == (None, 0)
        assert one.notes == ("withheld: fewer than 5 people",)
    assert found.notes == ()
    assert str(found).count("withheld") == 1


def test_it_explains_itself_by_the_catalogue():
    found = employee_retention(opening="abcdefgh", left="a")
    told = found.explain()
    assert [part.figure for part in told.parts] == [
        "employee_retention",
        "employee_leaving_rate",
        "employee_turnover",
        "hiring_rate",
    ]
    for part, one in zip(told.parts, found.figures().values(), strict=True):
        assert metric(part.figure).unit == one.unit
    assert str(found).startswith("Employee retention: 87.5% of the opening base")


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ({"opening": "aabcde"}, "opening is 'a', but must be given once"),
        ({"opening": "abcde", "hired": "xx"}, "hired is 'x', but must be given once"),
        ({"opening": "abcde", "hired": "a"}, "must not have been there"),
        ({"opening": "abcde", "left": "z"}, "must have been there, or hired"),
        ({"opening": "abcde", "least": 3}, "least"),
    ],
)
def test_lists_that_contradict_each_other_are_refused(lists, told):
    with pytest.raises(InvalidValueError, match=told):
        employee_retention(**lists)
