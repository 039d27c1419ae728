"""Kano: the table of cells, the rules, the figures, the doubts."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.labels import label
from crmkit.metrics import (
    EVALUATION_TABLES,
    KanoAnswer,
    KanoCategory,
    inverted_pairs,
    kano,
    kano_of_counts,
    kano_table,
    metric,
)

STEPS = range(1, 6)
ANSWERS = st.sampled_from([*KanoAnswer, *STEPS, None])
PAIRS = st.lists(st.tuples(ANSWERS, ANSWERS), max_size=60)
COUNTS = st.fixed_dictionaries({letter: st.integers(0, 80) for letter in "AOMIRQ"})


def test_the_names_are_those_of_the_textbooks():
    assert [label(one, "zh") for one in tuple(KanoCategory)[:3]] == [
        "基本型需求",
        "期望型需求",
        "兴奋型需求",
    ]
    assert "".join(one.letter for one in KanoCategory) == "MOAIRQ"
    assert KanoCategory.of("M") is KanoCategory.of("basic") is KanoCategory.BASIC
    with pytest.raises(InvalidValueError, match=r"must be one of basic|M \(basic\)"):
        KanoCategory.of("X")


def test_every_cell_of_the_table():
    rows = {"like": "QAAAO", "dislike": "RRRRQ"} | dict.fromkeys(
        ("must-be", "neutral", "live-with"), "RIIIM"
    )
    for (f, functional), (d, dysfunctional) in product(enumerate(KanoAnswer), repeat=2):
        letter = rows[functional][d]
        assert kano([(functional, dysfunctional)]).category.letter == letter
        assert kano([(f + 1, d + 1)]).category.letter == letter
    assert len(EVALUATION_TABLES["berger"]) == 25


def test_pouliot_doubts_those_who_expect_a_thing_and_its_opposite():
    changed = {
        pair
        for pair, category in EVALUATION_TABLES["berger"].items()
        if EVALUATION_TABLES["pouliot"][pair] is not category
    }
    assert changed == {("must-be", "must-be"), ("live-with", "live-with")}
    for pair in changed:
        assert kano([pair], variant="pouliot").category is KanoCategory.QUESTIONABLE
        assert kano([pair]).category is KanoCategory.INDIFFERENT


@pytest.mark.parametrize("order", ["MO", "OA", "AI", "IR", "RQ", "MR", "OQ", "MOAIRQ"])
def test_ties_go_to_the_need_that_hurts_most(order):
    one = kano_of_counts(dict.fromkeys(reversed(order), 40))
    assert one.category.letter == order[0]
    assert "".join(each.letter for each in one.tied) == order
    assert any(note.startswith("tied: ") for note in one.doubts)


def test_what_lies_within_the_points_is_tied():
    counts = {"A": 45, "M": 40, "I": 15}
    assert kano_of_counts(counts).category.letter == "A"
    assert kano_of_counts(counts, tie_points=4.9).category.letter == "A"
    assert kano_of_counts(counts, tie_points=5).category.letter == "M"
    everything = kano_of_counts(counts, tie_points=100)
    assert [one.letter for one in everything.tied] == ["M", "A", "I"]


@pytest.mark.parametrize(
    ("counts", "by_mode", "by_blauth"),
    [
        ({"A": 20, "O": 20, "M": 15, "I": 45}, "I", "O"),
        ({"A": 20, "O": 20, "M": 10, "I": 45, "R": 5}, "I", "I"),
        ({"A": 30, "I": 25, "R": 20, "Q": 10}, "A", "I"),
        ({"M": 40, "I": 20, "R": 10}, "M", "M"),
        ({"R": 20, "Q": 20}, "R", "R"),
    ],
)
def test_the_rule_of_blauth_asks_first_whether_it_is_a_need(counts, by_mode, by_blauth):
    assert kano_of_counts(counts).category.letter == by_mode
    assert kano_of_counts(counts, rule="blauth").category.letter == by_blauth


def test_reverse_and_questionable_answers_are_reported_and_flagged():
    reverse = kano_of_counts({"R": 50, "I": 20, "A": 5})
    assert reverse.told == "reverse (suspect)"
    assert any("want the opposite" in note for note in reverse.doubts)
    questionable = kano_of_counts({"Q": 50, "I": 20, "A": 5})
    assert questionable.told == "questionable (suspect)"
    assert any("wording is suspect" in note for note in questionable.doubts)
    # Blauth's rule may pass over the mode; the flag does not.
    assert kano_of_counts({"R": 40, "A": 30, "O": 30}, rule="blauth").suspect
    assert not kano_of_counts({"A": 40}).suspect


def test_few_answers_leave_a_category_unclear_however_alike_they_are():
    few = kano_of_counts({"A": 29})
    assert (few.significant, few.unclear) == (True, True)
    assert "30 answers or more are wanted to settle a category" in few.doubts
    assert kano_of_counts({"A": 30}).unclear is False
    even = kano_of_counts({"A": 30, "O": 29})
    assert (even.significant, even.unclear, even.mixed) == (False, True, True)


def test_without_a_direction_the_coefficients_are_undefined():
    one = kano_of_counts({"R": 30, "Q": 10})
    assert (one.better.value, one.better.low, one.better.high) == (None, 0, 1)
    assert (one.worse.value, one.worse.low, one.worse.high) == (None, -1, 0)
    assert "no answers that make it a basic" in one.worse.notes[0]
    assert one.total_strength.value == 0


def test_without_answers_everything_is_undefined():
    for one in (kano([]), kano([None, (None, 3), (2, None)])):
        figures = (one.better, one.worse, one.total_strength, one.category_strength)
        assert [figure.value for figure in figures] == [None] * 4
        assert (one.category, one.tied, one.significant, one.mixed) == (None, (), None, None)
        assert (one.told, one.unclear, one.suspect, one.n) == ("unknown", True, False, 0)
        assert one.explain().answer == "unknown"
        assert "significant        unknown" in str(one)
    assert one.notes == ("3 of 3 pairs left out: an answer is missing",)


def test_missing_answers_are_left_out_and_counted():
    one = kano([(1, 5), (1, None), None, ("like", "dislike")])
    assert (one.n, one.counts["performance"]) == (2, 2)
    assert one.notes == ("2 of 4 pairs left out: an answer is missing",)


def test_worse_is_the_mirror_of_a_share_with_its_interval():
    one = kano_of_counts({"O": 1, "M": 2, "A": 3, "I": 4})
    assert (one.better.value, one.worse.value) == (0.4, -0.3)
    assert one.worse.low == pytest.approx(-0.6032, abs=1e-4)  # Wilson (1927), 3 of 10
    assert one.worse.high == pytest.approx(-0.1078, abs=1e-4)
    assert str(kano_of_counts({"A": 5}).worse.value) == "0.0"


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([(1, 5), (1, 6)], r"answers\[1\].dysfunctional is 6, but must be from 1 to 5"),
        ([(0, 5)], r"answers\[0\].functional is 0"),
        ([(1.5, 5)], r"answers\[0\].functional is 1.5, but must be a whole number"),
        ([(float("nan"), 5)], r"answers\[0\].functional is nan, but must be a number"),
        ([("Likes", 5)], r"answers\[0\].functional is 'Likes', but must be one of like, must-be"),
        ([(1, 5, 3)], r"answers\[0\] is \(1, 5, 3\), but must be a pair"),
        (["15"], r"answers\[0\] is '15', but must be a pair"),
        ([3], r"answers\[0\] is 3, but must be a pair"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(answers, message):
    with pytest.raises(InvalidValueError, match=message):
        kano(answers)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rule": "median"}, "rule is 'median', but must be one of mode, blauth"),
        ({"tie_points": -1}, "tie_points is -1"),
        ({"tie_points": 101}, "tie_points is 101"),
        ({"variant": "kano"}, "variant is 'kano', but must be one of berger, pouliot"),
    ],
)
def test_what_is_no_rule_is_refused(wrong, message):
    with pytest.raises(InvalidValueError, match=message):
        kano([(1, 5)], **wrong)


def test_what_is_no_count_is_refused():
    for counts, message in (
        ({"A": -1}, r"counts\['A'\] is -1"),
        ({"A": 1.5}, "must be a whole number"),
        ({"X": 1}, "category is 'X'"),
        ({"A": 1, "excitement": 1}, "counts is 'excitement', but must be given once"),
    ):
        with pytest.raises(InvalidValueError, match=message):
            kano_of_counts(counts)


def test_the_answer_shows_and_explains_itself():
    one = kano([("like", "dislike")] * 40 + [("dislike", "like")] * 3)
    assert str(one).startswith("Kano: performance\n")
    assert "basic 0, performance 40" in str(one)
    told = one.explain()
    assert [part.figure for part in told.parts] == [
        "kano_category",
        "kano_better",
        "kano_worse",
        "kano_total_strength",
        "kano_category_strength",
        "kano_significant",
    ]
    assert told.parts[-1].answer == "yes: leads by 37 answers, 7.65 needed"
    assert "doubts" not in dict(told.parts[0].inputs)
    assert "doubts" in dict(kano([(1, 5)]).explain().parts[0].inputs)


def test_units_and_ranges_are_those_of_the_catalogue():
    one = kano([(1, 5)])
    for name in ("better", "worse", "total_strength", "category_strength"):
        figure, entry = getattr(one, name), metric(f"kano_{name}")
        assert figure.unit == entry.unit
        assert all(end in entry for end in (figure.value, figure.low, figure.high))


@given(COUNTS)
def test_figures_stay_in_their_ranges(counts):
    one = kano_of_counts(counts)
    for name in ("better", "worse", "total_strength", "category_strength"):
        figure = getattr(one, name)
        assert metric(f"kano_{name}").low <= figure.low <= figure.high
        assert figure.high <= metric(f"kano_{name}").high
        if figure.value is not None:
            assert figure.low <= figure.value <= figure.high


@given(PAIRS, st.randoms())
def test_the_order_of_respondents_does_not_matter(pairs, source):
    mixed = list(pairs)
    source.shuffle(mixed)
    assert kano(mixed) == kano(pairs)


@given(PAIRS)
def test_twice_the_same_answers_give_the_same_figures_and_narrower_intervals(pairs):
    once, twice = kano(pairs), kano(pairs * 2)
    assert (once.category, once.tied) == (twice.category, twice.tied)
    for name in ("better", "worse", "total_strength", "category_strength"):
        one, two = getattr(once, name), getattr(twice, name)
        assert one.value == two.value
        assert two.high - two.low <= one.high - one.low + 1e-12


@given(PAIRS)
def test_the_opposite_of_a_feature_turns_needs_into_reverse_ones(pairs):
    own, opposite = kano(pairs), kano(inverted_pairs(pairs))
    needs = ("basic", "performance", "excitement")
    assert opposite.counts["reverse"] == sum(own.counts[one] for one in needs)
    assert sum(opposite.counts[one] for one in needs) == own.counts["reverse"]
    for same in ("indifferent", "questionable"):
        assert opposite.counts[same] == own.counts[same]
    assert kano(inverted_pairs(inverted_pairs(pairs))).counts == own.counts


@given(COUNTS)
def test_one_more_who_would_be_delighted_makes_better_no_less(counts):
    more = counts | {"A": counts["A"] + 1}
    before, after = kano_of_counts(counts), kano_of_counts(more)
    if before.better.value is not None:
        assert after.better.value >= before.better.value
        assert after.worse.value >= before.worse.value


def test_the_interval_of_category_strength_covers_the_lead():
    """Of two categories that differ by 15 points, in 2,000 samples of 100."""
    drawn = np.random.default_rng(5).multinomial(100, [0.4, 0.25, 0.15, 0.1, 0.1], size=2000)
    found = [kano_of_counts(dict(zip("AOMIR", map(int, row), strict=True))) for row in drawn]
    inside = [one.category_strength.low <= 0.15 <= one.category_strength.high for one in found]
    assert 0.92 <= sum(inside) / len(inside) <= 0.98


def test_a_table_shows_every_feature_and_tells_shared_doubts_once():
    table = kano_table({"wrap": [(1, 3)] * 40, "price": [(1, 5)] * 3, "speed": [(1, 5)] * 4})
    assert {name: str(one) for name, one in table.categories.items()} == {
        "wrap": "excitement",
        "price": "performance",
        "speed": "performance",
    }
    assert table.of("O") == ("price", "speed")
    assert "price, speed: 30 answers or more are wanted to settle a category" in str(table)
    assert len(table.explain().parts) == 3
    with pytest.raises(InvalidValueError, match="no features"):
        kano_table({})


def test_nothing_sums_categories_into_a_score():
    """Kano classifies: neither a feature nor a table of them offers a number for the whole."""
    table = kano_table({"wrap": [(1, 3)], "price": [(1, 5)]})
    assert not {"score", "index", "mean", "satisfaction", "value"} & {*dir(table), *dir(kano([]))}


def test_an_answer_is_read_whatever_its_case_and_blanks():
    assert kano([("Like", "DISLIKE")] * 30).counts == kano([("like", "dislike")] * 30).counts
    assert kano([(" must be", "Live with")]).counts == kano([("must-be", "live-with")]).counts
