"""Covariances of redrawn respondents, from sums of groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.metrics import omega
from crmkit.metrics.reliability.item_set import covariances
from crmkit.metrics.reliability.redrawn_covariances import GROUPS, grouped_answers
from crmkit.metrics.seeds import plain_generator


def answers(n, seed=1, items=4):
    """Answers 1 to 10 that one attitude is behind."""
    source = plain_generator(seed)
    rows = []
    for _ in range(n):
        attitude = source.gauss(0, 1)
        rows.append([5 + attitude + source.gauss(0, 1) for _ in range(items)])
    return [[round(row[item]) for row in rows] for item in range(items)]


@given(st.integers(3, GROUPS), st.integers(0, 99))
def test_up_to_250_respondents_are_drawn_one_by_one(n, seed):
    columns = answers(n, seed)
    places = plain_generator(seed).choices(range(n), k=n)
    drawn = [[column[place] for place in places] for column in columns]
    again = grouped_answers(columns, seed=0).covariances(places)
    if any(min(column) == max(column) for column in drawn):
        assert again is None
    else:
        for ours, truth in zip(again, covariances(drawn), strict=True):
            assert ours == pytest.approx(truth, rel=1e-9, abs=1e-9)


def test_all_groups_once_are_all_respondents():
    columns = answers(1_003)
    groups = grouped_answers(columns, seed=5)
    assert (len(groups.sizes), sum(groups.sizes)) == (GROUPS, 1_003)
    assert max(groups.sizes) - min(groups.sizes) == 1
    for ours, truth in zip(groups.covariances(range(GROUPS)), covariances(columns), strict=True):
        assert ours == pytest.approx(truth, rel=1e-9)


def test_an_item_that_never_varies_in_a_sample_has_no_covariances():
    groups = grouped_answers([[1, 1, 2], [1, 2, 3]], seed=0)
    assert groups.covariances([0, 1, 1]) is None
    assert groups.covariances([0, 1, 2]) is not None


def test_intervals_from_groups_are_as_wide_as_from_respondents_even_of_sorted_answers():
    """Twelve surveys of 600: the mean width is that of the scatter of omega over 150 surveys."""
    widths, values = [], []
    for seed in range(12):
        columns = answers(600, seed)
        rows = sorted(zip(*columns, strict=True))
        table = {str(i): column for i, column in enumerate(zip(*rows, strict=True))}
        found = omega(table, draws=400).total
        widths.append(found.high - found.low)
    for seed in range(150):
        columns = answers(600, 1_000 + seed)
        values.append(omega(dict(zip("abcd", columns, strict=True)), draws=100).total.value)
    mean = sum(values) / 150
    scatter = (sum((one - mean) ** 2 for one in values) / 149) ** 0.5
    assert sum(widths) / 12 == pytest.approx(2 * 1.96 * scatter, rel=0.15)
