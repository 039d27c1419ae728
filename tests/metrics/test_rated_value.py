"""Perceived value from ratings: weighted benefits less weighted costs."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import perceived_value

RATINGS = {
    "product": [8, 9, 7, 6, None],
    "service": [7, 7, 6, 8, 9],
    "money": [5, 6, 4, 5, 5],
    "time": [2, 3, 2, 1, 4],
}
IMPORTANCE = {"product": 3, "service": 1, "money": 4, "time": 1}


def test_the_index_is_weighted_benefits_less_weighted_costs():
    found = perceived_value(RATINGS, IMPORTANCE)
    product, service, money, time = (np.array(RATINGS[name][:4]) for name in IMPORTANCE)
    got, cost = 0.75 * product + 0.25 * service, 0.8 * money + 0.2 * time
    assert found.value.value == pytest.approx(fmean(got))
    assert found.cost.value == pytest.approx(fmean(cost))
    net = got - cost
    assert found.index.value == pytest.approx(fmean(net))
    half = 3.182446 * np.std(net, ddof=1) / 2  # Student's t, three degrees of freedom
    assert found.index.high - found.index.value == pytest.approx(half, rel=1e-6)
    assert dict(found.weights) == pytest.approx(
        {"product": 0.75, "service": 0.25, "money": 0.8, "time": 0.2}
    )
    assert found.parts["time"].value == 2
    assert found.left_out == ("1 of 5 respondents left out: not all answered",)
    assert (found.coverage, found.missing) == (0.5, ("personnel", "image", "energy", "psychic"))
    assert "4 of 8 parts; not asked: personnel" in str(found)
    assert len(found.explain().parts) == 3


def test_without_importance_all_parts_matter_alike():
    found = perceived_value({"product": [8], "image": [4], "money": [2]})
    assert (found.value.value, found.index.value) == (6, 4)
    assert (found.index.low, found.index.high) == (-10, 10)
    nobody = perceived_value({"product": [None], "money": [2]})
    assert (nobody.index.value, nobody.index.low, nobody.index.high) == (None, -10, 10)


@pytest.mark.parametrize(
    ("ratings", "importance", "message"),
    [
        ({"product": [5]}, None, "must hold one of money, time, energy, psychic"),
        ({"money": [5]}, None, "must hold one of product"),
        ({"product": [5], "money": [5], "price": [1]}, None, "ratings is 'price'"),
        ({"product": [11], "money": [5]}, None, r"ratings\['product'\]\[0\] is 11"),
        ({"product": [5], "money": [5, 5]}, None, "must all be equally long"),
        ({"product": [5], "money": [5]}, {"product": 1}, "must say how much money matters"),
        ({"product": [5], "money": [5]}, {"product": -1, "money": 1}, "importance"),
        ({"product": [5], "money": [5]}, {"product": 0, "money": 1}, "must be above 0 for one"),
    ],
)
def test_what_cannot_be_weighed_is_refused(ratings, importance, message):
    with pytest.raises(InvalidValueError, match=message):
        perceived_value(ratings, importance)


ROWS = st.lists(st.tuples(*[st.integers(0, 10)] * 4), min_size=1, max_size=12)


def table(rows):
    return dict(zip(("product", "service", "money", "time"), zip(*rows, strict=True), strict=True))


@given(ROWS, st.tuples(*[st.floats(0.1, 9)] * 4), st.floats(0.1, 50))
def test_the_index_stays_in_range_and_minds_neither_order_nor_unit_of_weights(rows, weights, unit):
    importance = dict(zip(IMPORTANCE, weights, strict=True))
    found = perceived_value(table(rows), importance)
    assert -10 <= found.index.low <= found.index.value <= found.index.high <= 10
    other = perceived_value(
        table(rows[::-1]), {name: unit * weight for name, weight in importance.items()}
    )
    assert other.index.value == pytest.approx(found.index.value)
    assert sum(found.weights.values()) == pytest.approx(2)


@given(ROWS, st.integers(0, 3))
def test_the_index_is_monotone_in_every_part(rows, place):
    assume(all(row[place] < 10 for row in rows))
    raised = [tuple(x + (i == place) for i, x in enumerate(row)) for row in rows]
    before, after = (perceived_value(table(one), IMPORTANCE).index.value for one in (rows, raised))
    assert (after > before) == (place < 2)
