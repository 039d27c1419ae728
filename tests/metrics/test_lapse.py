"""Personal lapse thresholds: by own gaps, by a gamma rhythm, shrunk to the base."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.kpis.gamma_lapse import gamma_lapse
from crmkit.metrics.kpis.lapse import (
    lapse_threshold,
    own_lapse_threshold,
    shrunk_lapse_threshold,
    silence_chance,
)

GAPS = [20, 25, 30, 22, 28]
BASE = {"r": 0.243, "alpha": 4.414}
gaps_ = st.lists(st.integers(1, 1000), min_size=5, max_size=60)
positive = st.floats(0.01, 100)


def test_own_gaps_give_their_90_percent_quantile():
    found = own_lapse_threshold(GAPS)
    assert found.value == pytest.approx(28 + 0.6 * 2)
    assert (found.low, found.high, found.n, found.unit) == (25, None, 5, "days")


def test_four_gaps_are_too_few_and_it_says_so():
    found = own_lapse_threshold(GAPS[:4])
    assert (found.value, found.low, found.high, found.n) == (None, 0, None, 4)
    assert found.notes == ("a threshold from own gaps needs at least 5 gaps, got 4",)


def test_a_missing_gap_is_left_out_and_counted():
    assert own_lapse_threshold([*GAPS, None]).notes == ("1 missing left out",)


@pytest.mark.parametrize("gap", [0, -1, float("nan"), float("inf"), "9"])
@pytest.mark.parametrize("rule", [own_lapse_threshold, gamma_lapse, lapse_threshold])
def test_a_gap_that_cannot_be_is_refused_by_index(rule, gap):
    with pytest.raises(InvalidValueError, match=r"gaps\[2\]"):
        rule([20, 25, gap, 22, 28])


@pytest.mark.parametrize("q", [0, 1, float("nan")])
def test_a_quantile_that_is_none_is_refused(q):
    with pytest.raises(InvalidValueError, match="q is"):
        own_lapse_threshold(GAPS, q=q)


@given(gaps_)
def test_at_most_a_tenth_of_the_own_gaps_is_beyond_the_threshold(gaps):
    found = own_lapse_threshold(gaps)
    assert min(gaps) <= found.value <= max(gaps)
    assert sum(gap > found.value for gap in gaps) <= 0.1 * len(gaps) + 1
    assert found.low is None or found.low <= found.value
    assert found.high is None or found.value <= found.high


def test_the_gamma_agrees_with_its_distribution():
    found = gamma_lapse(GAPS, quiet=35)
    law = stats.gamma(found.shape, scale=25 / found.shape)
    assert found.threshold.value == pytest.approx(law.ppf(0.9))
    assert found.chance.value == pytest.approx(law.sf(35))
    assert found.threshold.low < found.threshold.value < found.threshold.high
    assert found.chance.low < found.chance.value < found.chance.high <= 1


def test_the_interval_is_the_same_every_time_and_narrows_with_more_gaps():
    once, again = gamma_lapse(GAPS).threshold, gamma_lapse(GAPS).threshold
    more = gamma_lapse(GAPS * 10).threshold
    assert once == again
    assert more.high - more.low < (once.high - once.low) / 2


def test_the_interval_is_what_another_bootstrap_finds():
    drawn = stats.gamma(625 / 17, scale=17 / 25).rvs(size=(20_000, 5), random_state=3)
    means, variances = drawn.mean(axis=1), drawn.var(axis=1, ddof=1)
    laws = stats.gamma(means**2 / variances, scale=variances / means)
    found = gamma_lapse(GAPS, quiet=35)
    low, high = np.quantile(laws.ppf(0.9), (0.025, 0.975))
    assert (found.threshold.low, found.threshold.high) == pytest.approx((low, high), rel=0.01)
    assert found.chance.high == pytest.approx(np.quantile(laws.sf(35), 0.975), rel=0.05)


def test_its_threshold_covers_the_true_one_about_as_often_as_it_says():
    law = stats.gamma(9, scale=3)
    samples = law.rvs(size=(60, 30), random_state=5)
    found = [gamma_lapse(list(sample)).threshold for sample in samples]
    held = sum(one.low <= law.ppf(0.9) <= one.high for one in found)
    assert held >= 51


def test_equal_gaps_have_no_rhythm_to_fit():
    found = gamma_lapse([7, 7, 7], quiet=9)
    assert (found.shape, found.threshold.value, found.chance.value) == (None, None, None)
    assert "all gaps are equal" in found.threshold.notes[0]
    assert found.chance.high == 1


def test_one_gap_has_no_rhythm():
    with pytest.raises(InsufficientDataError, match="needs at least 2 gaps, got 1"):
        gamma_lapse([20])


def test_a_gamma_shows_and_explains_itself():
    found = gamma_lapse(GAPS, quiet=35)
    assert str(found).startswith("Overdue after 30.4 days (")
    assert dict(found.explain().inputs)["the same by an exponential"] == "24.7%"
    without = gamma_lapse(GAPS)
    assert (without.chance, without.exponential_chance) == (None, None)


def test_no_silence_is_certain():
    assert silence_chance(repeats=5, age=20, quiet=0, **BASE) == 1


def test_without_a_purchase_only_the_base_speaks():
    chance = silence_chance(repeats=0, age=0, quiet=10, **BASE)
    assert chance == pytest.approx((4.414 / 14.414) ** 0.243)


@pytest.mark.parametrize(
    ("name", "bad"),
    [("repeats", -1), ("age", -1), ("quiet", -1), ("r", 0), ("alpha", 0), ("quiet", float("nan"))],
)
def test_what_cannot_be_is_refused_by_its_name(name, bad):
    with pytest.raises(InvalidValueError, match=name):
        silence_chance(**{"repeats": 1, "age": 1, "quiet": 1, **BASE, name: bad})


@given(st.integers(0, 500), positive, positive, positive, positive, positive)
def test_a_longer_silence_is_less_likely(repeats, age, quiet, more, r, alpha):
    def chance(of):
        return silence_chance(repeats=repeats, age=age, quiet=of, r=r, alpha=alpha)

    assert 0 <= chance(quiet + more) <= chance(quiet) <= 1


@given(st.integers(0, 50), positive, positive, positive, positive)
def test_a_busier_customer_is_missed_sooner(repeats, age, quiet, r, alpha):
    def chance(x):
        return silence_chance(repeats=x, age=age, quiet=quiet, r=r, alpha=alpha)

    assert chance(repeats + 1) <= chance(repeats)


@given(st.integers(0, 50), positive, positive, st.floats(0.1, 50), st.floats(0.01, 0.99))
def test_at_the_threshold_the_silence_has_its_chance(repeats, age, alpha, r, chance):
    found = shrunk_lapse_threshold(repeats=repeats, age=age, r=r, alpha=alpha, chance=chance)
    at = silence_chance(repeats=repeats, age=age, quiet=found.value, r=r, alpha=alpha)
    assert at == pytest.approx(chance)


def test_where_nobody_comes_back_no_silence_means_anything():
    found = shrunk_lapse_threshold(repeats=0, age=0, r=0.001, alpha=4)
    assert found.value is None
    assert "no silence is long enough" in found.notes[0]


@pytest.mark.parametrize("chance", [0, 1, float("nan")])
def test_a_chance_that_is_none_is_refused(chance):
    with pytest.raises(InvalidValueError, match="chance"):
        shrunk_lapse_threshold(repeats=1, age=1, chance=chance, **BASE)


def test_five_gaps_speak_for_themselves():
    assert lapse_threshold(GAPS, **BASE) == own_lapse_threshold(GAPS)


def test_fewer_gaps_are_shrunk_to_the_base():
    found = lapse_threshold([20, 30], **BASE)
    expected = shrunk_lapse_threshold(repeats=2, age=50, unit="days", **BASE)
    assert found == expected
    assert found.unit == "days"
    assert lapse_threshold([20, None, 30], **BASE).value == expected.value
    assert lapse_threshold([], **BASE).value > 1000


def test_without_a_base_few_gaps_give_nothing():
    with pytest.raises(InsufficientDataError, match="needs at least 5 gaps, got 1"):
        lapse_threshold([20])
