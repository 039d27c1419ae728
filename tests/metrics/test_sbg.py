"""sBG: right over the whole range, alike for one figure and many, fitted or refused by name."""

import json
import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import SBG, from_plain, to_plain

HIGH_END = SBG(alpha=0.668, beta=3.806)


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def models():
    shape = powers_of_ten(-6, 4)
    near_1 = powers_of_ten(-15, -2)
    leave = shape | st.just(1.0) | near_1.map(lambda off: 1 + off) | near_1.map(lambda off: 1 - off)
    return st.builds(lambda a, b: SBG(alpha=a, beta=b), leave, shape)


def counts(most=10**6):
    return st.sampled_from([0, 1, most]) | powers_of_ten(0, math.log10(most)).map(int)


def exact_survival(model, renewals, periods):
    a, b = mpmath.mpf(model.alpha), mpmath.mpf(model.beta) + renewals
    return mpmath.gammaprod([a + b, b + periods], [b, a + b + periods])


# --- figures ----------------------------------------------------------------------------------


@given(models(), counts(), counts())
def test_survival_is_the_papers_ratio_of_betas_at_60_digits(model, renewals, periods):
    got = model.survival_given(renewals, periods)
    with mpmath.workdps(60):
        want = exact_survival(model, renewals, periods)
        assume(want > 1e-290)
        assert abs(got / want - 1) < 1e-10
        assert model.survival(periods) == model.survival_given(0, periods)


@given(models(), counts().filter(bool))
def test_leaving_is_the_papers_beta_at_60_digits(model, period):
    got = model.churn_probability(period)
    with mpmath.workdps(60):
        a, b = mpmath.mpf(model.alpha), mpmath.mpf(model.beta)
        want = mpmath.gammaprod([a + 1, b + period - 1, a + b], [a + b + period, a, b])
        assume(want > 1e-290)
        assert abs(got / want - 1) < 1e-10
        assert model.log_likelihood(period - 1, ended=True) == pytest.approx(
            float(mpmath.log(want)), rel=1e-10, abs=1e-14
        )


@given(models(), counts(), counts())
def test_the_renewals_to_expect_are_the_sum_of_survival_at_80_digits(model, renewals, periods):
    got = model.expected_remaining(renewals, periods=periods)
    with mpmath.workdps(80):
        a, b = mpmath.mpf(model.alpha), mpmath.mpf(model.beta) + renewals
        if a == 1:
            a += mpmath.mpf(10) ** -35
        ratio = mpmath.gammaprod([a + b, b + 1 + periods], [a + b + periods, b + 1])
        want = b / (a - 1) * (1 - ratio)
        assert abs(got - want) <= 1e-10 * want


@given(models(), st.integers(0, 100), powers_of_ten(-10, 2))
def test_derl_and_del_are_the_papers_hypergeometric_function(model, renewals, discount):
    residual = model.derl(renewals, discount=discount)
    whole = model.discounted_lifetime(discount)
    with mpmath.workdps(60):
        a, b, z = mpmath.mpf(model.alpha), mpmath.mpf(model.beta), 1 / (1 + mpmath.mpf(discount))
        n = renewals
        try:
            series = mpmath.hyp2f1(1, b + n + 1, a + b + n + 1, z)
            of_new = mpmath.hyp2f1(1, b, a + b, z)
        except mpmath.NoConvergence:
            assume(condition=False)
        assert abs(residual / ((b + n) / (a + b + n) * series) - 1) < 1e-9
        assert abs(whole / of_new - 1) < 1e-9


@given(models(), counts(10**4).filter(bool))
def test_survival_falls_by_retention_and_by_those_who_leave(model, period):
    before, now = model.survival(period - 1), model.survival(period)
    assert now == pytest.approx(before * model.retention(period), rel=1e-9, abs=1e-280)
    assert before == pytest.approx(now + model.churn_probability(period), rel=1e-9, abs=1e-280)
    assert 0 <= now <= before <= 1
    assert model.retention(period) <= model.retention(period + 1)


@given(models(), st.integers(1, 200))
def test_all_who_left_and_all_who_stay_are_all(model, periods):
    left = model.churn_probability(range(1, periods + 1))
    assert math.fsum(left) + model.survival(periods) == pytest.approx(1, abs=1e-11)


@given(models(), powers_of_ten(-6, 1))
def test_del_is_the_first_period_and_what_comes_before_the_first_renewal(model, discount):
    residual = model.derl(0, discount=discount)
    whole = model.discounted_lifetime(discount)
    assert whole == pytest.approx(1 + residual / (1 + discount), rel=1e-12)


@given(models(), st.integers(0, 50), st.floats(0.05, 2))
def test_derl_is_the_sum_of_discounted_survival(model, renewals, discount):
    long = math.ceil(60 / math.log1p(discount))
    stays = model.survival_given(renewals, range(1, long))
    summed = math.fsum(stays / (1 + discount) ** np.arange(long - 1))
    assert model.derl(renewals, discount=discount) == pytest.approx(summed, rel=1e-10)


@given(models(), counts(1000), st.floats(0.01, 0.99))
def test_the_remaining_lifetime_is_the_quantile_of_survival(model, renewals, probability):
    found = model.remaining_lifetime(renewals, probability=probability)
    kept = 1 - probability
    if found is None:
        assert model.survival_given(renewals, 2**53) > kept * (1 - 1e-9)
        return
    assert found >= 1
    assert model.survival_given(renewals, found) <= kept * (1 + 1e-11)
    assert model.survival_given(renewals, found - 1) > kept * (1 - 1e-11)


@given(models(), st.lists(counts(), min_size=1, max_size=5))
def test_many_figures_are_what_each_is_alone(model, periods):
    answers = (
        model.survival(periods),
        model.churn_probability([t + 1 for t in periods]),
        model.retention([t + 1 for t in periods]),
        model.survival_given(3, periods),
        model.expected_remaining(periods, periods=20),
        model.derl(periods, discount=0.05),
        model.log_likelihood(periods, ended=[True] * len(periods)),
        model.remaining_lifetime(periods),
    )
    for i, t in enumerate(periods):
        alone = (
            model.survival(t),
            model.churn_probability(t + 1),
            model.retention(t + 1),
            model.survival_given(3, t),
            model.expected_remaining(t, periods=20),
            model.derl(t, discount=0.05),
            model.log_likelihood(t, ended=True),
        )
        for many, one in zip(answers, alone, strict=False):
            assert type(one) is float
            assert many[i] == pytest.approx(one, rel=1e-11, abs=1e-280)
        one = model.remaining_lifetime(t)
        assert answers[-1][i] == one or answers[-1][i] == pytest.approx(one, rel=1e-9)


def test_no_figures_asked_is_none_answered():
    assert HIGH_END.survival([]).shape == HIGH_END.derl([], discount=0.1).shape == (0,)
    assert HIGH_END.remaining_lifetime([]) == []


@pytest.mark.parametrize("bad", [-1, 0.5, math.nan, math.inf, None])
def test_numbers_that_cannot_exist_are_refused_by_name(bad):
    for ask, field in (
        (HIGH_END.survival, "periods"),
        (HIGH_END.churn_probability, "period"),
        (HIGH_END.retention, "period"),
        (lambda n: HIGH_END.derl(n, discount=0.1), "renewals"),
        (HIGH_END.remaining_lifetime, "renewals"),
        (lambda n: HIGH_END.expected_remaining(n, periods=2), "renewals"),
        (lambda n: HIGH_END.expected_remaining(2, periods=n), "periods"),
        (lambda n: HIGH_END.log_likelihood(n, ended=False), "periods"),
    ):
        with pytest.raises(InvalidValueError) as refusal:
            ask(bad)
        assert refusal.value.field == field
    with pytest.raises(InvalidValueError, match=r"periods\[1\]"):
        HIGH_END.survival([1, -1])
    for ask in (HIGH_END.churn_probability, HIGH_END.retention):
        with pytest.raises(InvalidValueError, match="from 1"):
            ask(0)


@pytest.mark.parametrize("discount", [0, -0.1, math.nan, math.inf, None])
def test_a_sum_without_end_needs_a_discount(discount):
    with pytest.raises(InvalidValueError, match="discount"):
        HIGH_END.derl(2, discount=discount)
    with pytest.raises(InvalidValueError, match="discount"):
        HIGH_END.discounted_lifetime(discount)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_a_parameter_that_cannot_exist_is_refused(value):
    with pytest.raises(InvalidValueError, match="beta"):
        SBG(alpha=1, beta=value)


def test_one_customer_is_valued_without_numpy():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['scipy'] = None\n"
        "from crmkit.metrics.value import SBG\n"
        "m = SBG(alpha=.668, beta=3.806)\n"
        "print(round(m.survival(8), 3), round(m.derl(7, discount=.1), 3),\n"
        "      round(m.discounted_lifetime(.1), 4), m.remaining_lifetime(0),\n"
        "      round(m.expected_remaining(2, periods=3), 3))\n"
        "try:\n    m.survival([1, 2])\n"
        "except ImportError as e:\n    print(type(e).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0.46", "7.53", "5.9226", "7", "2.466", "MissingExtraError"]


# --- drawing ----------------------------------------------------------------------------------


def test_drawn_customers_leave_as_the_model_says():
    """100,000 customers watched for 6 renewals, seed 2007."""
    survived, ended = HIGH_END.simulate(100_000, 6, seed=2007)
    for t in range(1, 7):
        share = (survived >= t).mean()
        assert share == pytest.approx(HIGH_END.survival(t), abs=4 * 0.5 / 100_000**0.5)
    assert ((survived == 6) == ~ended).all()
    assert list(survived) == list(HIGH_END.simulate(100_000, 6, seed=2007)[0])


def test_draws_at_the_ends_of_the_scale_are_numbers():
    for model in (SBG(alpha=1e-6, beta=1e-6), SBG(alpha=1e4, beta=1e-6), SBG(alpha=1e-6, beta=1e4)):
        survived, ended = model.simulate(2000, 40, seed=1)
        assert ((survived >= 0) & (survived <= 40)).all()
        assert (ended == (survived < 40)).all()
    assert HIGH_END.simulate(0, 3, seed=1)[0].shape == (0,)


@pytest.mark.parametrize(("n", "periods", "seed"), [(-1, 2, 1), (2, 0.5, 1), (2, 2, -1)])
def test_drawing_what_cannot_be_is_refused(n, periods, seed):
    with pytest.raises(InvalidValueError):
        HIGH_END.simulate(n, periods, seed=seed)


# --- fitting ----------------------------------------------------------------------------------


def test_planted_parameters_come_back_within_their_errors():
    planted = SBG(alpha=1.4, beta=4.0)
    survived, ended = planted.simulate(20_000, 9, seed=4)
    fit = SBG.fit_lifetimes(survived, ended=ended)
    assert fit.converged
    off = np.log([fit.model.alpha / 1.4, fit.model.beta / 4.0])
    # Mahalanobis distance; chi-square with 2 degrees of freedom stays below 13.8 in 99.9 %.
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 13.8


def test_the_three_ways_in_give_one_fit():
    survived, ended = HIGH_END.simulate(5000, 7, seed=4)
    survivors = [float((survived >= t).sum()) for t in range(8)]
    halves = [
        [float((half >= t).sum()) for t in range(8)] for half in (survived[:2000], survived[2000:])
    ]
    customers = SBG.fit_lifetimes(survived, ended=ended)
    for other in (
        SBG.fit(survivors),
        SBG.fit([100 * each / 5000 for each in survivors], n=5000),
        SBG.fit_cohorts(halves),
    ):
        assert other.model.alpha == pytest.approx(customers.model.alpha, rel=1e-8)
        assert other.model.beta == pytest.approx(customers.model.beta, rel=1e-8)
        assert other.log_likelihood == pytest.approx(customers.log_likelihood, rel=1e-12)
        assert (other.n, other.converged) == (5000, True)
    own = customers.model.log_likelihood(survived, ended=ended).sum()
    assert own == pytest.approx(customers.log_likelihood, rel=1e-11)


def test_weights_count_customers():
    survived, ended = HIGH_END.simulate(900, 7, seed=4)
    weights = np.random.default_rng(8).integers(0, 4, 900)
    weighted = SBG.fit_lifetimes(survived, ended=ended, weights=weights)
    repeated = SBG.fit_lifetimes(np.repeat(survived, weights), ended=np.repeat(ended, weights))
    assert weighted.model.alpha == pytest.approx(repeated.model.alpha, rel=1e-9)
    assert weighted.n == repeated.n == weights.sum()


def test_customers_who_joined_later_are_watched_for_less_long():
    survived, ended = HIGH_END.simulate(20_000, 9, seed=12)
    watched = np.random.default_rng(5).integers(1, 10, 20_000)
    fit = SBG.fit_lifetimes(np.minimum(survived, watched), ended=ended & (survived < watched))
    assert fit.model.alpha == pytest.approx(0.668, abs=4 * fit.standard_errors["alpha"])
    assert fit.model.beta == pytest.approx(3.806, abs=4 * fit.standard_errors["beta"])


def test_the_covariance_is_the_inverse_curvature_and_the_slope_is_flat():
    survived, ended = HIGH_END.simulate(3000, 7, seed=4)
    fit = SBG.fit_lifetimes(survived, ended=ended)
    best, step = np.log([fit.model.alpha, fit.model.beta]), 1e-3

    def likelihood(shift):
        alpha, beta = np.exp(best + shift)
        return SBG(alpha=alpha, beta=beta).log_likelihood(survived, ended=ended).sum()

    unit = np.eye(2) * step
    curvature = np.array(
        [
            [
                likelihood(i + j) - likelihood(i - j) - likelihood(j - i) + likelihood(-i - j)
                for j in unit
            ]
            for i in unit
        ]
    ) / (4 * step**2)
    assert np.array(fit.covariance) == pytest.approx(np.linalg.inv(-curvature), rel=2e-3)
    for i in unit / 10:
        assert abs(likelihood(i) - likelihood(-i)) / 2e-4 < 1e-3


@pytest.mark.parametrize("retention", [0.3, 0.8, 0.99])
def test_equal_churn_is_a_geometric_and_said_to_be(retention):
    fit = SBG.fit([10_000 * retention**t for t in range(7)])
    assert not fit.converged
    assert any("do not differ" in note for note in fit.notes)
    assert fit.standard_errors == {"alpha": None, "beta": None}
    assert list(fit.model.retention([1, 4, 100])) == pytest.approx([retention] * 3, abs=2e-5)


def test_churn_that_rises_is_a_geometric_of_its_mean():
    fit = SBG.fit([1000, 950, 850, 600, 200])
    assert not fit.converged
    assert any("do not differ" in note for note in fit.notes)
    assert fit.model.retention(3) == pytest.approx(2600 / 3400, rel=1e-4)


def test_customers_of_two_kinds_run_to_the_border_and_say_so():
    fit = SBG.fit([1000, 600, 600, 600, 600])
    assert not fit.converged
    assert any("some leave at once, the others never" in note for note in fit.notes)
    assert fit.model.survival([1, 50]) == pytest.approx([0.6, 0.6], abs=1e-3)


def test_a_cohort_of_which_nobody_is_left_is_fitted_and_pointed_out():
    fit = SBG.fit([1000, 500, 300, 200, 0, 0])
    assert any("nobody is left" in note for note in fit.notes)
    assert 0 < fit.model.retention(1) < 1


def test_little_evidence_is_pointed_out():
    fit = SBG.fit([40, 30, 25, 22])
    assert any("little evidence: 40 customers, 18 of them left" in note for note in fit.notes)


@pytest.mark.parametrize(
    ("survivors", "missing"),
    [
        ([], "customers at the start"),
        ([1.0, 0.869, 0.743, 0.653], "shares need n"),
        ([0, 0, 0], "customers at the start"),
        ([1000], "renewals"),
        ([1000, 800], "renewals"),
        ([1000, 0, 0], "renewals"),
        ([1000, 1000, 1000], "who left"),
    ],
)
def test_a_hopeless_cohort_is_refused_with_what_it_lacks(survivors, missing):
    for fit in (lambda: SBG.fit(survivors), lambda: SBG.fit_cohorts([survivors])):
        with pytest.raises(InsufficientDataError) as refusal:
            fit()
        assert missing in refusal.value.what
        assert "sBG" in str(refusal.value)


@pytest.mark.parametrize(
    ("periods", "ended", "missing"),
    [
        ([0] * 50, [True] * 50, "renewals"),
        ([3] * 50, [False] * 50, "who left"),
        ([3] * 5, [True] * 5, "customers at the start"),
        ([], [], "customers at the start"),
    ],
)
def test_hopeless_customers_are_refused_with_what_they_lack(periods, ended, missing):
    with pytest.raises(InsufficientDataError) as refusal:
        SBG.fit_lifetimes(periods, ended=ended)
    assert missing in refusal.value.what
    with pytest.raises(InsufficientDataError):
        SBG.fit_cohorts([])


@pytest.mark.parametrize(
    ("survivors", "index"),
    [
        ([1000, 800, 810, 700], 2),
        ([1000, -1, -2], 1),
        ([1000, math.nan, 500], 1),
        ([1000, 800, math.inf], 2),
    ],
)
def test_survivors_that_cannot_exist_are_refused_by_index(survivors, index):
    with pytest.raises(InvalidValueError) as refusal:
        SBG.fit(survivors)
    assert refusal.value.field == f"survivors[{index}]"
    with pytest.raises(InvalidValueError) as refusal:
        SBG.fit_cohorts([[1000, 800, 700], survivors])
    assert refusal.value.field == f"triangle[1][{index}]"


def test_other_input_that_cannot_exist_is_refused_by_name():
    good = [3, 1, 0] * 10
    for periods, ended, weights, field in (
        ([*good, -1], [True] * 31, None, "periods[30]"),
        ([*good, 0.5], [True] * 31, None, "periods[30]"),
        ([*good, 1], [True] * 30 + [2], None, "ended[30]"),
        (good, [True] * 30, [1] * 29 + [-1], "weights[29]"),
        (good, [True] * 29, None, "periods, ended"),
    ):
        with pytest.raises(InvalidValueError) as refusal:
            SBG.fit_lifetimes(periods, ended=ended, weights=weights)
        assert refusal.value.field == field
    for n in (0, -1, math.nan, math.inf):
        with pytest.raises(InvalidValueError, match="above 0 and finite"):
            SBG.fit([1, 0.9, 0.8], n=n)
    with pytest.raises(InvalidValueError, match=r"survivors\[0\]"):
        SBG.fit([0, 0, 0], n=100)


def test_a_fit_survives_json_to_the_last_digit():
    for survivors in ([1000, 869, 743, 653], [1000, 800, 640, 512]):
        fit = SBG.fit(survivors)
        assert from_plain(json.loads(json.dumps(to_plain(fit)))) == fit
