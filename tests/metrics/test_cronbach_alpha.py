"""Cronbach's alpha: its limits, what it is invariant to, what it refuses, its coverage."""

from math import atanh, isclose, nan, tanh

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.loyalty.phase import ORDER
from crmkit.metrics.reliability import cronbach_alpha
from crmkit.metrics.reliability.cronbach_alpha import against_the_rest
from crmkit.metrics.reliability.item_set import FORMATIVE
from crmkit.metrics.seeds import plain_generator

ROWS = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(1, 7), min_size=k, max_size=k), min_size=3, max_size=15)
)

GOOD = {"a": [1, 2, 3, 4, 5], "b": [2, 2, 4, 4, 5], "c": [1, 3, 3, 5, 5]}


def items(rows):
    return {f"q{at}": list(column) for at, column in enumerate(zip(*rows, strict=True))}


def alpha(rows):
    return cronbach_alpha(items(rows)).raw.value


def same(one, other):
    return one is other is None or isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)


@given(ROWS)
def test_alpha_is_one_at_most_and_inside_its_interval(rows):
    found = cronbach_alpha(items(rows)).raw
    if found.value is None:
        assert (found.low, found.high) == (None, 1)
    else:
        assert found.low <= found.value <= found.high <= 1


@given(ROWS, st.randoms())
def test_the_order_of_respondents_and_items_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    order = random.sample(range(len(rows[0])), len(rows[0]))
    assert same(alpha(rows), alpha([[row[at] for at in order] for row in shuffled]))


@given(ROWS, st.integers(-1000, 1000), st.floats(0.1, 100))
def test_adding_a_constant_or_rescaling_all_items_changes_nothing(rows, added, times):
    moved = [[times * one + added * at for at, one in enumerate(row)] for row in rows]
    assert same(alpha(rows), alpha(moved))


@given(ROWS)
def test_everybody_twice_leaves_alpha_alone_but_narrows_it(rows):
    once, twice = cronbach_alpha(items(rows)).raw, cronbach_alpha(items(rows + rows)).raw
    assume(once.value is not None)
    assume(once.value < 1 - 1e-9)
    assert same(once.value, twice.value)
    assert twice.high - twice.low < once.high - once.low


@given(ROWS, st.floats(0.5, 20))
def test_standardised_alpha_does_not_know_the_spread_of_an_item(rows, times):
    stretched = [[row[0] * times, *row[1:]] for row in rows]
    one, other = (cronbach_alpha(items(each)).standardised.value for each in (rows, stretched))
    assert same(one, other)


def test_the_same_item_over_and_over_has_an_alpha_of_one():
    found = cronbach_alpha({"a": [1, 2, 4], "b": [1, 2, 4], "c": [1, 2, 4]})
    assert found.raw.value == pytest.approx(1)
    assert found.standardised.value == pytest.approx(1)
    assert found.item_rest["a"].value == pytest.approx(1)


def test_items_that_do_not_vary_together_have_an_alpha_of_nought():
    found = cronbach_alpha({"a": [1, 1, 5, 5], "b": [1, 5, 1, 5]})
    assert found.raw.value == pytest.approx(0, abs=1e-12)
    assert found.raw.low < 0 < found.raw.high


def test_of_two_items_alpha_is_the_spearman_brown_formula():
    """2 r ÷ (1 + r) of standardised items, of two with equal variances."""
    found = cronbach_alpha({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3]})
    assert found.standardised.value == pytest.approx(2 * 0.6 / 1.6)
    assert found.raw.value == pytest.approx(0.75)
    assert found.if_dropped["a"].value is None
    assert found.item_rest["a"].value == pytest.approx(0.6)


def test_a_reversed_item_makes_alpha_negative_and_is_named():
    turned = {**GOOD, "c": [6 - one for one in GOOD["c"]]}
    found = cronbach_alpha(turned)
    assert found.raw.value < 0
    assert found.against == ("c",)
    assert found.raw.notes == (
        "against the others: c; reverse what is asked upside down, or leave it out",
    )
    assert found.if_dropped["c"].value > 0.9
    mended = cronbach_alpha({**turned, "c": GOOD["c"]})
    assert (mended.against, mended.notes) == ((), ())
    assert mended.raw.value > 0.9


def test_of_two_items_that_contradict_one_another_both_are_named():
    found = cronbach_alpha({"a": [1, 2, 3, 5], "b": [5, 4, 3, 2]})
    assert found.raw.value < 0
    assert found.against == ("a", "b")
    assert "contradict one another" in found.raw.notes[0]


def test_where_alpha_is_negative_an_item_is_always_named():
    """Random answers: often all lean the same way on the first component."""
    random, named = plain_generator(4), 0
    for _ in range(300):
        rows = [[random.randint(1, 5) for _ in range(4)] for _ in range(6)]
        found = cronbach_alpha(items(rows))
        if found.raw.value is not None and found.raw.value < 0:
            named += 1
            assert found.against
    assert named > 50


def test_where_all_lean_one_way_the_item_that_agrees_least_is_named():
    rows = [[3, 2, 3, 5], [5, 4, 4, 2], [3, 1, 4, 1], [4, 3, 1, 5], [4, 3, 5, 3]]
    found = cronbach_alpha(items(rows))
    assert found.raw.value == pytest.approx(-1 / 3)
    assert found.against == ("q2",)
    rest = {name: one.value for name, one in found.item_rest.items()}
    assert min(rest, key=rest.get) == "q2"


def test_the_correlation_of_an_item_has_fishers_interval():
    """Of 12 people: 1.96 ÷ √9 either way on the scale of Fisher's z."""
    random = plain_generator(1)
    rows = [[random.randint(1, 7) for _ in range(2)] for _ in range(12)]
    one = cronbach_alpha(items(rows)).item_rest["q0"]
    assert one.low == pytest.approx(tanh(atanh(one.value) - 1.959964 / 3), abs=1e-6)
    assert one.high == pytest.approx(tanh(atanh(one.value) + 1.959964 / 3), abs=1e-6)


def test_items_that_cancel_out_have_no_alpha_but_a_culprit():
    found = cronbach_alpha({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]})
    assert found.raw.value is None
    assert "never varies" in found.raw.notes[0]
    assert found.against == ("a", "b")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"a": [1, 2, 3]}, "needs 2 items or more"),
        ({"a": [1, 2], "b": [1, 2]}, "needs 3 respondents"),
        ({"a": [1, None, 3, 4], "b": [1, 2, None, 3]}, "needs 3 respondents"),
        ({"a": [], "b": []}, "got 0"),
        ({"a": [1, 2, 3], "b": [4, 4, 4], "c": [2, 2, 2]}, "b, c never vary"),
    ],
)
def test_what_cannot_be_found_is_undefined_and_says_why(given, why):
    found = cronbach_alpha(given)
    for figure in (found.raw, found.standardised, *found.if_dropped.values()):
        assert figure.value is None
        assert why in figure.notes[0]
    assert all((one.low, one.high) == (-1, 1) for one in found.item_rest.values())
    assert set(found.item_rest) == set(given)
    assert "unknown" in str(found)


def test_who_did_not_answer_every_item_is_left_out_and_counted():
    found = cronbach_alpha({**GOOD, "b": [2, 2, None, 4, 5]})
    assert found.n == 4
    assert found.left_out == ("1 of 5 respondents left out: not all answered",)
    assert found.explain().left_out == found.left_out


def test_the_dimensions_of_loyalty_have_no_alpha():
    assert set(ORDER) <= FORMATIVE
    index = {name: [0.1, 0.5, 0.9] for name in ORDER}
    with pytest.raises(InvalidValueError, match="make up an index instead") as caught:
        cronbach_alpha(index)
    assert caught.value.field == "items"
    assert cronbach_alpha({"affective": [1, 2, 4], "other": [1, 3, 4]}).raw.value > 0


def test_an_answer_that_is_no_number_is_refused():
    with pytest.raises(InvalidValueError) as caught:
        cronbach_alpha({"a": [1, 2, 3], "b": [1, nan, 3]})
    assert caught.value.field == "items['b'][1]"
    with pytest.raises(InvalidValueError):
        cronbach_alpha({"a": [1, 2, 3], "b": [1, 2]})


def test_alpha_shows_and_explains_every_item():
    found = cronbach_alpha(GOOD)
    assert "without b" in str(found)
    told = found.explain()
    assert dict(told.inputs) == {"items": "a, b, c", "respondents": "5"}
    names = [part.figure for part in told.parts]
    assert names[:3] == ["alpha", "alpha_standardised", "alpha without a"]
    assert len(names) == 8


def test_three_respondents_leave_the_correlation_of_an_item_open():
    one = cronbach_alpha({"a": [1, 2, 4], "b": [1, 3, 3], "c": [2, 2, 4]}).item_rest["a"]
    assert (one.low, one.high) == (-1, 1)


def test_a_tie_of_directions_names_the_lighter_side():
    cov = [[1, 0.8, -0.5], [0.8, 1, -0.5], [-0.5, -0.5, 1]]
    assert against_the_rest(("a", "b", "c"), cov) == ("c",)


def test_feldts_interval_covers_what_it_says():
    """Normal answers of four items with an alpha of .8: 400 surveys of 25 people each."""
    random, covered = plain_generator(11), 0
    for _ in range(400):
        rows = []
        for _ in range(25):
            attitude = random.gauss(0, 1)
            rows.append([attitude + random.gauss(0, 1) for _ in range(4)])
        found = cronbach_alpha(items(rows)).raw
        covered += found.low <= 0.8 <= found.high
    assert 0.93 <= covered / 400 <= 0.97
