"""Lifetime value by a Markov chain: exactness, limits, refusals."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.deterministic.markov_clv import markov_clv

BUYS = [[0.5, 0.5], [0, 1]]


def values(*terms, **more):
    return list(markov_clv(*terms, currency="EUR", **more).by_state.values())


@st.composite
def chains(draw):
    size = draw(st.integers(1, 5))
    weights = st.lists(st.integers(0, 9), min_size=size, max_size=size).filter(any)
    rows = [[w / sum(row) for w in row] for row in draw(st.lists(weights, min_size=size,
                                                                max_size=size))]  # fmt: skip
    rewards = st.lists(st.integers(0, 100), min_size=size, max_size=size)
    return rows, draw(rewards)


discounts = st.floats(0.01, 2)


@given(chains(), discounts)
def test_for_ever_a_value_is_its_reward_and_what_follows(chain, discount):
    rows, rewards = chain
    found = values(rows, rewards, discount)
    for row, reward, value in zip(rows, rewards, found, strict=True):
        after = sum(p * v for p, v in zip(row, found, strict=True)) / (1 + discount)
        assert value == pytest.approx(reward + after, rel=1e-12)


@given(chains(), discounts)
def test_a_horizon_that_grows_leads_to_that_for_ever(chain, discount):
    endless = values(*chain, discount)
    assert values(*chain, discount, periods=4000) == pytest.approx(endless, rel=1e-9)
    short, longer = values(*chain, discount, periods=2), values(*chain, discount, periods=3)
    assert all(a <= b <= c * (1 + 1e-12) for a, b, c in zip(short, longer, endless, strict=True))


@given(chains(), discounts, discounts)
def test_values_of_rewards_fall_with_the_discount(chain, one, other):
    dear, cheap = (values(*chain, rate) for rate in sorted((one, other), reverse=True))
    assert all(a <= b * (1 + 1e-12) for a, b in zip(dear, cheap, strict=True))


@given(st.floats(0, 1), st.floats(0, 1), discounts)
def test_a_customer_who_stays_more_is_worth_more(one, other, discount):
    low, high = (values([[r, 1 - r], [0, 1]], [10, 0], discount)[0] for r in sorted((one, other)))
    assert low <= high * (1 + 1e-12)


def test_two_states_are_a_geometric_series_and_now_alone_is_the_reward():
    assert values(BUYS, [35, 0], 0.25) == [pytest.approx(35 / (1 - 0.4), rel=1e-15), 0]
    assert values(BUYS, [35, -1], 0.25, periods=0) == [35, -1]
    assert values(BUYS, [32, 0], 0, periods=2) == [32 + 16 + 8, 0]


def test_next_to_no_discount_no_digit_is_lost():
    rate = Fraction("1e-8")
    keep = 1 / (1 + rate)
    first = (1 + keep / 2 * (3 / (1 - keep))) / (1 - keep / 2)  # second state pays 3 for ever
    assert values(BUYS, [1, 3], 1e-8)[0] == pytest.approx(float(first), rel=1e-14)


def test_rows_are_made_to_sum_to_1_where_only_late_digits_are_off():
    third = [[0.3333333333] * 3] * 3
    assert values(third, [1, 1, 1], 1) == pytest.approx([2, 2, 2], rel=1e-15)
    assert values(third, [1, 1, 1], 1, periods=99) == pytest.approx([2, 2, 2], rel=1e-15)


def test_to_stop_from_a_state_brings_0_there_and_after():
    moves = [[0.3, 0.7, 0], [0.2, 0, 0.8], [0, 0.1, 0.9]]
    found = markov_clv(moves, [36, -4, -1], 0.2, currency="USD", stop_from=2)
    assert list(found.by_state.values()) == [pytest.approx(36 / (1 - 0.3 / 1.2)), 0, 0]
    assert values(moves, [36, -4, -1], 0.2, stop_from=1) == [0, 0, 0]
    assert ("nothing spent from state", "2") in found.explain().inputs


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("transitions[1]", {"transitions": [[1, 0], [0.5, 0.4]]}),
        ("transitions[0]", {"transitions": [[1], [0, 1]]}),
        ("transitions[0][1]", {"transitions": [[1, -0.5], [0, 1]]}),
        ("transitions", {"transitions": []}),
        ("rewards", {"rewards": [1]}),
        ("rewards[1]", {"rewards": [1, float("nan")]}),
        ("rewards", {"rewards": [1e308, 1e308]}),
        ("discount", {"discount": -0.1}),
        ("discount", {"discount": 0}),
        ("periods", {"periods": -1}),
        ("periods", {"periods": 1.5}),
        ("states", {"states": ["a"]}),
        ("states", {"states": ["a", "a"]}),
        ("stop_from", {"stop_from": 3}),
        ("stop_from", {"stop_from": 0}),
        ("currency", {"currency": "$"}),
    ],
)
def test_a_chain_that_cannot_be_is_refused_by_name(name, given_):
    terms = {"transitions": BUYS, "rewards": [1, 0], "discount": 0.1, "currency": "EUR"}
    with pytest.raises(InvalidValueError) as refused:
        markov_clv(**{**terms, **given_})
    assert refused.value.field == name


def test_a_row_that_does_not_sum_to_1_is_told_with_its_sum():
    with pytest.raises(InvalidValueError, match=r"transitions\[1\] is 0.9, but must sum to 1"):
        markov_clv([[1, 0], [0.5, 0.4]], [1, 0], 0.1, currency="EUR")


def test_a_chain_says_how_it_came_about():
    found = markov_clv(BUYS, [35, 0], 0.25, periods=4, currency="USD", states=["buys", "gone"])
    assert "gone      USD 0.00" in str(found)
    assert found.explain().inputs == (
        ("discount", "0.25 a period"),
        ("horizon", "now and 4 periods"),
    )
    assert found.explain().answer.startswith("buys: USD ")
    assert "USD" in found._repr_html_()
