"""RFM: fixed cuts, ranks with ties, nested cells, points."""

from collections import Counter
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.kpis import RfmCuts, rfm

CUTS = RfmCuts(money=(20, 50, 100, 200))
BASES = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 30), st.integers(-50, 500)),
    min_size=5,
    max_size=60,
)
SCHEMES = ("fixed", "quintile", "nested", "stone")


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def parts(result):
    return [(score.recency, score.frequency, score.money) for score in result.scores]


@pytest.mark.parametrize(
    ("days", "score"),
    [(0, 5), (30, 5), (31, 4), (90, 4), (180, 3), (181, 2), (365, 2), (366, 1), (9999, 1)],
)
def test_recency_by_the_default_cuts(days, score):
    assert rfm([days], [1], [None]).scores[0].recency == score


@pytest.mark.parametrize(
    ("times", "score"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (9, 4), (10, 5), (99, 5)]
)
def test_frequency_by_the_default_cuts(times, score):
    assert rfm([1], [times], [None]).scores[0].frequency == score


def test_money_needs_cuts_of_the_shop():
    result = rfm([12], [4], [80.0])
    assert result.scores[0].money is None
    assert "cuts.money" in result.notes[0]
    assert str(result.scores[0]) == "5-3-?"
    scored = rfm([12], [4], [80.0], cuts=CUTS)
    assert (scored.scores[0].money, scored.cuts, scored.notes) == (3, CUTS, ())


def test_a_missing_input_leaves_its_score_out():
    result = rfm([None, 5], [3, None], [60, None], cuts=CUTS)
    assert parts(result) == [(None, 3, 3), (5, None, None)]
    stone = rfm([None], [3], [60], scheme="stone").scores[0]
    assert (stone.recency, stone.frequency, stone.money, stone.points) == (None, 12, 6, None)


def test_quintiles_split_distinct_customers_evenly():
    result = rfm(range(25), range(25), range(25), scheme="quintile")
    assert Counter(score.recency for score in result.scores) == dict.fromkeys((1, 2, 3, 4, 5), 5)
    assert parts(result)[0] == (5, 1, 1)
    assert parts(result)[-1] == (1, 5, 5)


def test_equal_values_get_equal_scores_from_their_average_rank():
    result = rfm(range(10), [1] * 8 + [2, 3], [7] * 10, scheme="quintile")
    assert [score.frequency for score in result.scores] == [3] * 8 + [5, 5]
    assert {score.money for score in result.scores} == {3}


@given(BASES)
def test_the_cuts_found_by_quintiles_repeat_their_scores_as_fixed_ones(rows):
    ranked = rfm(*columns(rows), scheme="quintile")
    assert parts(rfm(*columns(rows), cuts=ranked.cuts)) == parts(ranked)


@given(BASES, st.randoms(use_true_random=False))
def test_scores_follow_the_customer_not_the_order(rows, random):
    order = random.sample(range(len(rows)), len(rows))
    for scheme in ("quintile", "nested", "stone"):
        straight = rfm(*columns(rows), scheme=scheme).scores
        shuffled = rfm(*columns([rows[i] for i in order]), scheme=scheme).scores
        assert shuffled == tuple(straight[i] for i in order)


@given(BASES, st.sampled_from(["fixed", "quintile"]))
def test_more_recent_more_often_and_more_money_never_score_less(rows, scheme):
    options = {"cuts": CUTS} if scheme == "fixed" else {}
    scores = parts(rfm(*columns(rows), scheme=scheme, **options))
    for (d1, n1, m1), (r1, f1, s1) in zip(rows, scores, strict=True):
        assert all(1 <= score <= 5 for score in (r1, f1, s1))
        for (d2, n2, m2), (r2, f2, s2) in zip(rows, scores, strict=True):
            assert r1 >= r2 or d1 > d2
            assert f1 >= f2 or n1 < n2
            assert s1 >= s2 or m1 < m2


def test_nested_scores_fill_125_equal_cells():
    rows = [(d, n, m) for d in range(5) for n in range(5) for m in range(5)]
    result = rfm(*columns(rows), scheme="nested")
    assert set(Counter(parts(result)).values()) == {1}
    assert len(set(parts(result))) == 125
    assert result.cuts is None


def test_nested_frequency_is_ranked_within_its_recency():
    rows = [(1, n, 0) for n in range(5)] + [(100, 50 + n, 0) for n in range(5)]
    result = rfm(*columns(rows), scheme="nested")
    assert [score.frequency for score in result.scores] == [1, 2, 3, 4, 5] * 2
    ranked = rfm(*columns(rows), scheme="quintile")
    assert [score.frequency for score in ranked.scores] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_nested_scores_of_missing_inputs_stay_out():
    result = rfm([1, 2, 3, 4, 5, None], [1, 1, None, 1, 1, 1], [9] * 6, scheme="nested")
    assert parts(result)[2][1:] == (None, None)
    assert parts(result)[5] == (None, None, None)


@pytest.mark.parametrize("scheme", ["quintile", "nested"])
@pytest.mark.parametrize("n", [0, 1, 4])
def test_fewer_than_five_customers_cannot_be_ranked(scheme, n):
    with pytest.raises(InsufficientDataError, match="fixed") as caught:
        rfm(range(n), range(n), range(n), scheme=scheme)
    assert (caught.value.needed, caught.value.got) == (5, n)


def test_money_known_for_too_few_cannot_be_ranked_but_unknown_for_all_is_left_out():
    with pytest.raises(InsufficientDataError):
        rfm(range(6), range(6), [1, 2, None, None, None, None], scheme="quintile")
    unknown = rfm(range(6), range(6), [None] * 6, scheme="quintile")
    assert {score.money for score in unknown.scores} == {None}
    assert unknown.cuts.money is None


@pytest.mark.parametrize(
    ("days", "points"),
    [
        (0, 20),
        (91, 20),
        (92, 10),
        (182, 10),
        (183, 5),
        (273, 5),
        (274, 3),
        (365, 3),
        (366, 1),
        (730, 1),
        (731, 0),
    ],
)
def test_stones_months_are_twelfths_of_a_year(days, points):
    assert rfm([days], [0], [0], scheme="stone").scores[0].recency == points


def test_stones_parts_are_capped_and_a_refund_earns_no_points():
    score = rfm([0], [50], [-30], scheme="stone").scores[0]
    assert (score.frequency, score.money, score.points) == (20, 0, 160)


@pytest.mark.parametrize("scheme", ["fixed", "stone"])
def test_no_customers_have_no_scores(scheme):
    assert rfm([], [], [], scheme=scheme).scores == ()


@pytest.mark.parametrize(
    ("column", "bad"),
    [
        ("days_since_last", -1),
        ("days_since_last", nan),
        ("frequency", -1),
        ("frequency", 1.5),
        ("frequency", inf),
        ("money", nan),
        ("money", "9"),
    ],
)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_impossible_inputs_are_refused_by_column_and_index(scheme, column, bad):
    given_columns = {"days_since_last": [1, 2], "frequency": [1, 2], "money": [1, 2]}
    given_columns[column][1] = bad
    with pytest.raises(InvalidValueError) as caught:
        rfm(**given_columns, scheme=scheme)
    assert caught.value.field == f"{column}[1]"


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(InvalidValueError, match="money"):
        rfm([1, 2], [1, 2], [1])


def test_unknown_schemes_and_cuts_for_other_schemes_are_refused():
    with pytest.raises(InvalidValueError, match="scheme"):
        rfm([], [], [], scheme="deciles")
    with pytest.raises(InvalidValueError, match="cuts"):
        rfm([], [], [], scheme="stone", cuts=CUTS)


@pytest.mark.parametrize("bad", [(1, 2, 3), (4, 3, 2, 1), (1, 2, 3, nan)])
@pytest.mark.parametrize("column", ["recency", "frequency", "money"])
def test_impossible_cuts_are_refused(column, bad):
    with pytest.raises(InvalidValueError, match=column):
        RfmCuts(**{column: bad})
