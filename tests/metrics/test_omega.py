"""Omega: its range, its limits, its border cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.reliability import (
    average_variance_extracted,
    composite_reliability,
    cronbach_alpha,
    omega,
)
from crmkit.metrics.reliability.composite_reliability import reliability_of_sum
from crmkit.metrics.reliability.one_factor import leading_direction, one_factor, residual
from crmkit.metrics.seeds import plain_generator

LOADINGS = st.lists(st.floats(0.2, 0.95), min_size=3, max_size=7)
ROWS = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(1, 7), min_size=k, max_size=k), min_size=3, max_size=12)
)


def implied(loadings):
    return [
        [1.0 if i == j else a * b for j, b in enumerate(loadings)] for i, a in enumerate(loadings)
    ]


def survey(loadings, n, seed=1):
    random, rows = plain_generator(seed), []
    for _ in range(n):
        attitude = random.gauss(0, 1)
        rows.append(
            [one * attitude + (1 - one * one) ** 0.5 * random.gauss(0, 1) for one in loadings]
        )
    return {f"q{at}": column for at, column in enumerate(zip(*rows, strict=True))}


@given(LOADINGS)
def test_the_loadings_behind_correlations_are_found_again(loadings):
    corr = implied(loadings)
    found = one_factor(corr)
    assert found == pytest.approx(loadings, abs=1e-5)
    assert residual(corr, found) < 1e-6


@given(LOADINGS, st.lists(st.sampled_from([-1, 1]), min_size=7, max_size=7))
def test_a_reversed_item_turns_its_loading_alone(loadings, signs):
    turned = [one * sign for one, sign in zip(loadings, signs, strict=False)]
    found = one_factor(implied(turned))
    assert [abs(one) for one in found] == pytest.approx(loadings, abs=1e-5)
    assert sum(found) >= -1e-6


@given(ROWS)
def test_omega_and_the_extracted_variance_stay_between_nought_and_one(rows):
    items = {f"q{at}": column for at, column in enumerate(zip(*rows, strict=True))}
    found = omega(items, draws=100)
    for figure in (found.total, found.ave):
        assert (figure.low, figure.high) == (0, 1) or 0 <= figure.low <= figure.high <= 1
        assert figure.value is None or 0 <= figure.value <= 1
    assert all(-1 <= one <= 1 for one in found.loadings.values())


@given(LOADINGS)
def test_composite_reliability_is_no_less_than_standardised_alpha(loadings):
    """McDonald (1999): alpha is a lower bound, reached where all loadings are equal."""
    k = len(loadings)
    corr = implied(loadings)
    mean = (sum(map(sum, corr)) - k) / (k * (k - 1))
    value = composite_reliability(loadings).value
    assert value >= k * mean / (1 + (k - 1) * mean) - 1e-12
    equal = composite_reliability([0.6] * k).value
    assert equal == pytest.approx(k * 0.36 / (1 + (k - 1) * 0.36))


@given(LOADINGS, st.randoms())
def test_the_order_of_loadings_does_not_matter(loadings, random):
    shuffled = random.sample(loadings, len(loadings))
    for figure in (composite_reliability, average_variance_extracted):
        assert figure(loadings).value == pytest.approx(figure(shuffled).value)
        assert 0 <= figure(loadings).value <= 1


def test_of_two_items_omega_is_standardised_alpha():
    items = {"a": [1, 2, 3, 4, 5, 5], "b": [2, 1, 4, 3, 4, 5]}
    found = omega(items, draws=100)
    assert found.total.value == pytest.approx(cronbach_alpha(items).standardised.value)
    assert found.loadings["a"] == found.loadings["b"]
    assert "two items: their loadings are taken as equal" in found.notes


def test_two_items_that_contradict_one_another_measure_nothing():
    found = omega({"a": [1, 2, 3, 5], "b": [5, 4, 3, 2]}, draws=100)
    assert found.total.value == 0
    assert found.against == ("a", "b")


def test_items_in_perfect_agreement_have_an_omega_of_one():
    found = omega({"a": [1, 2, 4], "b": [1, 2, 4], "c": [2, 3, 5]}, draws=100)
    assert found.total.value == pytest.approx(1)
    assert found.ave.value == pytest.approx(1)
    assert found.heywood == ("a", "b", "c")


def test_correlations_of_nought_load_on_nothing():
    assert one_factor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])[1:] == [0, 0]
    assert composite_reliability([0, 0, 0]).value == 0
    assert composite_reliability([1, -1]).value == 0


def test_a_heywood_case_is_held_at_the_border_and_told():
    corr = [[1.0, 0.8, 0.8], [0.8, 1.0, 0.3], [0.8, 0.3, 1.0]]
    found = one_factor(corr)
    assert found[0] == 1
    # With the first at 1, the others minimise (r12 - b)² + (r13 - c)² + (r23 - b c)².
    steps = [at / 1000 for at in range(1001)]
    best = min(steps, key=lambda b: 2 * (0.8 - b) ** 2 + (0.3 - b * b) ** 2)
    assert found[1:] == pytest.approx([best, best], abs=1e-3)


def test_the_sum_of_raw_answers_weighs_items_by_their_spread():
    """Two good items and a poor one; stretching the poor one spoils the plain sum."""
    items = survey([0.9, 0.9, 0.3], 300)
    stretched = {**items, "q2": [10 * one for one in items["q2"]]}
    plain = omega(stretched, standardised=False, draws=100)
    assert plain.total.value < omega(items, standardised=False, draws=100).total.value - 0.2
    assert omega(stretched, draws=100).total.value == pytest.approx(
        omega(items, draws=100).total.value
    )
    assert plain.alpha == cronbach_alpha(stretched).raw
    assert not plain.standardised


def test_the_sum_of_answers_on_one_scale_has_the_reliability_of_its_variances():
    """By hand: loadings .7, .8, .9 and deviations 1, 2, 3."""
    common = (0.7 + 1.6 + 2.7) ** 2
    own = 0.51 + 0.36 * 4 + 0.19 * 9
    assert reliability_of_sum([0.7, 0.8, 0.9], [1, 2, 3]) == pytest.approx(common / (common + own))


def test_few_respondents_are_told():
    items = survey([0.7, 0.8, 0.6], 12)
    assert any("only 12 respondents" in note for note in omega(items, draws=100).notes)
    assert not omega(survey([0.7, 0.8, 0.6], 200), draws=100).notes


def test_the_same_seed_gives_the_same_interval():
    items = survey([0.7, 0.8, 0.6, 0.7], 40)
    one, again, other = (omega(items, draws=200, seed=seed).total for seed in (1, 1, 2))
    assert one == again
    assert one.value == other.value
    assert one.low != other.low


def test_the_interval_covers_what_it_says():
    """Sixty surveys of 120 people, true omega .8446: bootstrap intervals, moderately."""
    truth = composite_reliability([0.7, 0.8, 0.9]).value
    covered = 0
    for seed in range(60):
        found = omega(survey([0.7, 0.8, 0.9], 120, seed=seed), draws=200).total
        covered += found.low <= truth <= found.high
    assert 52 <= covered <= 60


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"a": [1, 2, 3]}, "needs 2 items or more"),
        ({"a": [1, 2], "b": [1, 2]}, "needs 3 respondents"),
        ({"a": [1, 2, 3], "b": [4, 4, 4]}, "b never vary"),
    ],
)
def test_what_cannot_be_found_is_undefined_and_says_why(given, why):
    found = omega(given)
    assert found.total.value is found.ave.value is found.alpha.value is found.residual is None
    assert (found.total.low, found.total.high) == (0, 1)
    assert why in found.total.notes[0]
    assert found.loadings == {}
    assert "unknown" in str(found)


@pytest.mark.parametrize("loadings", [[], [0.7]])
def test_a_single_loading_is_no_set(loadings):
    for figure in (composite_reliability(loadings), average_variance_extracted(loadings)):
        assert figure.value is None
        assert figure.notes == ("needs 2 items or more",)


@pytest.mark.parametrize("bad", [1.01, -2, float("nan")])
def test_a_loading_beyond_one_is_refused(bad):
    with pytest.raises(InvalidValueError) as caught:
        composite_reliability([0.5, bad])
    assert caught.value.field == "loadings[1]"


def test_the_dimensions_of_loyalty_have_no_omega():
    with pytest.raises(InvalidValueError, match="make up an index"):
        omega({"cognitive": [1, 2, 3], "affective": [1, 2, 3]})


def test_omega_explains_its_loadings_and_stands_beside_alpha():
    items = survey([0.7, 0.8, 0.6, 0.7], 40)
    told = omega(items, draws=100).explain()
    assert [part.figure for part in told.parts] == ["omega_total", "ave", "alpha_standardised"]
    assert "loading of q0" in dict(told.inputs)
    assert omega(items, draws=100, standardised=False).explain().parts[2].figure == "alpha"


def test_the_leading_direction_is_the_eigenvector_of_the_largest_eigenvalue():
    """Of equal correlations r: eigenvalue 1 + (k - 1) r, all alike."""
    corr = implied([0.5**0.5] * 4)
    assert leading_direction(corr) == pytest.approx([(2.5 / 4) ** 0.5] * 4)
