"""Figures of surveys, prices and wallets held against their formulas, reckoned another way."""

import itertools
import math

import numpy as np
import pytest
from scipy import optimize, stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    cronbach_alpha,
    customer_value_of_ratings,
    gabor_granger,
    kano,
    kano_by_segment,
    kano_of_counts,
    kano_table,
    key_drivers,
    mean_wallet_allocation,
    nonresponse_bounds,
    nps,
    nps_of_counts,
    omega,
    post_stratified_mean,
    price_sensitivity,
    propensity_weighted_mean,
    share_of_wallet,
    shrunken_mean,
    shrunken_share,
    wallet_allocation_of,
)
from crmkit.metrics.beta_distribution import beta_quantile
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.least_squares import least_squares
from crmkit.metrics.price.binomial_draws import BinomialDraws
from crmkit.metrics.satisfaction.question_trend import trend
from crmkit.metrics.seeds import plain_generator
from crmkit.metrics.surveys.logit import logit

TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
LETTERS = "MOAIRQ"  # as ties are broken


@pytest.mark.parametrize(("value", "n"), [(0.1, 3), (0.1, 6), (0.1, 12), (0.1, 41), (4.9, 11)])
def test_what_is_constant_is_so_whatever_its_mean_rounds_to(value, n):
    rising = [float(i % 3) for i in range(n)]
    with pytest.raises(InvalidValueError, match="must vary"):
        least_squares([[value] * n], rising)
    if n > 3:
        assert least_squares([rising], [value] * n).r_squared is None
    told = mean_estimate([value] * n, unit="stars", low=0, high=value)
    assert (told.value, told.low, told.high) == (value, value, value)
    assert told.notes == ("all answers are equal: the t interval has no width",)


@pytest.mark.parametrize("offset", [0, 1e9, -1e9, 1e12])
def test_weights_of_drivers_keep_their_digits_beside_a_large_constant(offset):
    rng = np.random.default_rng(3)
    x, z = rng.integers(0, 8, 60), rng.integers(0, 8, 60)
    y = x + 0.5 * z + rng.normal(size=60)
    told = key_drivers({"x": x + offset, "z": z}, y, draws=100).weights
    plain = key_drivers({"x": x, "z": z}, y, draws=100).weights
    assert told == pytest.approx(plain, rel=1e-12)


def test_lmg_weights_are_the_mean_over_all_orders_of_entry():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(30, 3)) @ rng.normal(size=(3, 3))
    y = x @ [1, -0.5, 0.2] + rng.normal(size=30)

    def explained(entered):
        design = np.c_[np.ones(30), x[:, list(entered)]]
        rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1 - rest @ rest / ((y - y.mean()) @ (y - y.mean()))

    added = np.zeros(3)
    for order in itertools.permutations(range(3)):
        for at, one in enumerate(order):
            added[one] += (explained(order[: at + 1]) - explained(order[:at])) / math.factorial(3)
    told = key_drivers({"abc"[i]: x[:, i] for i in range(3)}, y, method="lmg", draws=100)
    assert [told.weights[name] for name in "abc"] == pytest.approx(added.tolist(), abs=1e-9)


def tells_without_fail(design, happened):
    """Whether some plane has all yes on its one side, or on it, and all no on the other."""
    apart = design * np.where(happened, 1, -1)[:, None]
    within = [(-1, 1)] * design.shape[1]
    return -optimize.linprog(-apart.sum(0), -apart, np.zeros(len(apart)), bounds=within).fun > 1e-7


def test_a_trait_with_a_long_tail_is_fitted_and_not_called_one_that_tells_yes_from_no():
    rng = np.random.default_rng(0)
    for _ in range(60):
        n = int(rng.integers(20, 80))
        traits = np.c_[rng.lognormal(0, 3, n), rng.lognormal(0, 2, n), rng.normal(size=n)]
        happened = rng.random(n) < 1 / (1 + np.exp(-(traits / traits.std(0)) @ [2, -1, 1]))
        design = np.c_[np.ones(n), (traits - traits.mean(0)) / traits.std(0)]
        if tells_without_fail(design, happened):
            with pytest.raises(InvalidValueError, match="tell yes from no"):
                logit(traits.T.tolist(), happened.tolist())
        else:
            fit = logit(traits.T.tolist(), happened.tolist())
            assert np.abs(design.T @ (happened - np.array(fit.chances))).max() < 1e-6


@pytest.mark.parametrize("traits", [[[1, 2, 3, 4, 5, 6]], [[0, 0, 1, 1, 1, 1], [1, 2, 5, 3, 4, 9]]])
def test_a_trait_that_tells_yes_from_no_is_refused_as_such(traits):
    happened = [False, False, True, True, True, True]
    with pytest.raises(InvalidValueError, match="tell yes from no"):
        logit(traits, happened)
    with pytest.raises(InvalidValueError, match="add up from each other"):
        logit([[1, 1, 1, 1, 1, 1]], [True, False, True, False, True, True])
    with pytest.raises(InvalidValueError, match="add up from each other"):
        propensity_weighted_mean([1, None, 2, None], {"a": [0, 1, 2, 3], "b": [1, 3, 5, 7]})


def test_a_column_that_can_be_read_once_gives_omega_its_alpha():
    answers = {"a": [1, 2, 3, 4, 5, 4], "b": [2, 2, 4, 3, 5, 5], "c": [1, 3, 3, 5, 4, 4]}
    told = omega({name: iter(column) for name, column in answers.items()}, draws=100)
    assert told.alpha == cronbach_alpha(answers).standardised
    assert told == omega(answers, draws=100)


def test_alpha_and_its_interval_follow_the_formulas():
    rng = np.random.default_rng(8)
    x = rng.integers(1, 6, (25, 4)).astype(float)
    told = cronbach_alpha({"abcd"[i]: x[:, i] for i in range(4)}).raw
    alpha = 4 / 3 * (1 - x.var(0, ddof=1).sum() / x.sum(1).var(ddof=1))
    ratio = stats.f(24, 72)
    ends = (1 - (1 - alpha) * ratio.ppf(0.975), 1 - (1 - alpha) * ratio.ppf(0.025))
    assert (told.value, told.low, told.high) == pytest.approx((alpha, *ends), abs=1e-10)


@pytest.mark.parametrize("seed", range(12))
def test_omega_and_the_variance_extracted_lie_within_their_intervals(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 4, (5, 3))
    told = omega({"abc"[i]: x[:, i] for i in range(3)}, draws=100)
    for one in (told.total, told.ave):
        assert one.value is None or one.low <= one.value <= one.high


@pytest.mark.parametrize("seed", range(20))
def test_kano_of_pairs_of_counts_of_a_table_and_of_one_segment_are_the_same(seed):
    rng = np.random.default_rng(seed)
    pairs = [tuple(map(int, pair)) for pair in rng.integers(1, 6, (int(rng.integers(1, 50)), 2))]
    letters = [TABLE[f - 1][d - 1] for f, d in pairs]
    counts = {letter: letters.count(letter) for letter in LETTERS}
    told = kano(pairs)
    assert told == kano_of_counts(counts) == kano_table({"x": iter(pairs)})["x"]
    assert told == kano_by_segment({"x": pairs}, ["s"] * len(pairs)).of("x")["s"]
    most = max(counts.values())
    assert told.category.letter == next(one for one in LETTERS if counts[one] == most)
    needs = sum(counts[one] for one in "MOA") > sum(counts[one] for one in "IRQ")
    among = LETTERS[:3] if needs else LETTERS[3:]
    first = max(among, key=lambda one: counts[one])  # the first of those that tie
    assert kano(pairs, rule="blauth").category.letter == first


def test_nps_of_answers_of_counts_and_of_equal_weights_are_the_same():
    ratings = [10, 9, 7, 8, 3, 0, 10, 6, 9]
    told, counted = nps(ratings), nps_of_counts(4, 2, 3)
    heavy = nps(ratings, weights=[1e308] * 9)
    assert (told.value, told.low, told.high) == (counted.value, counted.low, counted.high)
    assert (heavy.value, heavy.low) == pytest.approx((told.value, told.low))
    nothing = nps([9, 3], weights=[0, 0])
    assert (nothing.value, nothing.notes[0]) == (None, "no answer with a weight above 0")
    assert nps([], weights=[]).notes[0] == "no answers"


def test_the_plain_variance_of_nps_is_that_of_the_text():
    """50/30/20 of 100: variance .61, standard error 7.81; 1/2, 1/3, 1/6: variance .5556."""
    p, d = 0.5, 0.2
    assert round(100 * math.sqrt((p + d - (p - d) ** 2) / 100), 2) == 7.81
    told = nps_of_counts(3, 2, 1)
    assert (round(told.value, 1), round(2 / 3 - (1 / 3) ** 2, 4)) == (33.3, 0.5556)


def test_brands_of_one_customer_and_of_many_and_wallets_one_by_one_agree():
    ratings = {"a": 9, "b": 7, "c": 9, "d": None}
    one = wallet_allocation_of(ratings)
    many = mean_wallet_allocation({name: [rating] for name, rating in ratings.items()})
    assert {name: many.shares[name].value for name in one.shares} == one.shares
    own, wallets = [10, 40, 0], [20, 50, 70]
    shares = [share_of_wallet(*pair).aggregated.value for pair in zip(own, wallets, strict=True)]
    assert share_of_wallet(own, wallets).shares == tuple(shares)


def test_a_share_of_wallet_scatters_as_if_each_customer_were_left_out():
    own, wallet = np.array([10.0, 40, 5, 60]), np.array([20.0, 50, 70, 400])
    told = share_of_wallet(own, wallet).aggregated
    share = own.sum() / wallet.sum()
    without = (own.sum() - own) / (wallet.sum() - wallet)
    half = stats.t.ppf(0.975, 3) * math.sqrt(4 / 3 * ((without - share) ** 2).sum())
    assert (told.low, told.high) == pytest.approx((max(0, share - half), min(1, share + half)))
    alone = share_of_wallet([1, 1e-5], [1e12, 1e-5]).aggregated
    assert (alone.low, alone.high) == (0, 1)
    assert alone.notes == ("one customer has nearly all the money: the whole range is shown",)


@pytest.mark.parametrize("grows", [1, -1])
def test_a_share_that_changes_with_the_wallet_keeps_most_of_its_coverage(grows):
    """Without leaving customers out 10 of them held it in 80 to 83 %."""
    rng = np.random.default_rng(2)

    def drawn(n):
        wallet = np.exp(rng.normal(5, 0.8, n))
        return wallet / (1 + np.exp(grows * (5.5 - np.log(wallet)))) * rng.uniform(
            0.8, 1, n
        ), wallet

    own, wallet = drawn(400_000)
    truth, held = own.sum() / wallet.sum(), 0
    for _ in range(600):
        told = share_of_wallet(*drawn(10)).aggregated
        held += told.low <= truth <= told.high
    assert held / 600 > 0.84


def test_the_four_prices_are_where_curves_drawn_by_hand_cross():
    rng = np.random.default_rng(4)
    rows = np.sort(rng.choice(40, (25, 4)), axis=1)
    rows = rows[(np.diff(rows) > 0).all(axis=1)]
    told = price_sensitivity(*rows.T, draws=100)
    prices = np.unique(rows)
    reached = [(rows[:, i] <= prices[:, None]).mean(axis=1) for i in range(4)]
    curves = {
        "pmc": (1 - reached[0], reached[1]),
        "pme": (1 - reached[2], reached[3]),
        "idp": (1 - reached[1], reached[2]),
        "opp": (1 - reached[0], reached[3]),
    }
    fine = np.linspace(prices[0], prices[-1], 400_001)
    for name, (falling, rising) in curves.items():
        gap = np.interp(fine, prices, falling) - np.interp(fine, prices, rising)
        level = fine[np.abs(gap) < 1e-9]
        met = (level[0] + level[-1]) / 2 if len(level) else fine[np.argmax(gap < 0)]
        assert getattr(told, name).value == pytest.approx(met, abs=1e-3)


@pytest.mark.parametrize(("k", "n"), [(0, 9), (9, 9), (3, 9), (1, 400), (7, 10_000_000)])
def test_binomial_draws_are_binomial_whatever_their_number(k, n):
    table, source = BinomialDraws(k, n), plain_generator(1)
    drawn = [table.draw(source) for _ in range(4_000)]
    error = math.sqrt(k * (1 - k / n) / 4_000)
    assert abs(sum(drawn) / 4_000 - k) <= 4 * error
    assert all(0 <= one <= n for one in drawn)
    chances = [stats.binom.pmf(i, n, k / n) for i in range(k)]
    assert sum(one < k for one in drawn) / 4_000 == pytest.approx(sum(chances), abs=0.035)


def test_a_million_answers_at_a_price_take_no_more_time_than_a_hundred():
    told = gabor_granger({8: (900_000_000, 10**9), 10: (850_000_000, 10**9)}, draws=100)
    assert (told.best.value, told.best.low, told.best.high) == (10, 10, 10)


def test_shares_drawn_to_a_weak_prior_lie_within_their_intervals():
    told = shrunken_share(0, 0, prior_share=0.01, prior_weight=0.25)
    assert told.low <= told.value == told.high
    assert shrunken_mean([5, 5], prior_mean=2, prior_weight=1e308).value == 2
    assert beta_quantile(0.025, 1e-3, 1e-3) == 0
    assert beta_quantile(0.975, 1e-12, 1e-12) == pytest.approx(1)


def test_strata_that_hardly_scatter_have_an_interval():
    told = post_stratified_mean({"a": [0, 1e-90], "b": [0, 0]}, {"a": 1, "b": 1}, scale=(0, 1)).mean
    assert 0 <= told.low <= told.value <= told.high < 1e-80


def test_whoever_rated_nothing_is_no_respondent():
    ratings = {"taste": [9, None, 7], "looks": [8, None, None]}
    told = customer_value_of_ratings({"taste": 1, "looks": 1}, ratings, ratings, draws=100)
    assert told.quality_ratio.n == 2


def test_days_may_be_of_numpy_and_must_be_of_the_calendar():
    shares = [0.2, 0.4, 0.5, 0.9]
    days = np.array([20_000, 20_040, 20_080, 20_120])
    told = trend(zip(days, shares, strict=True))
    assert told == trend(zip(days.tolist(), shares, strict=True))
    for when in (10**9, 2.5, None, True):
        with pytest.raises(InvalidValueError, match="when is"):
            trend([(when, 0.5)])


def test_nobody_answers_for_more_people_than_there_are():
    with pytest.raises(InvalidValueError, match="eligible"):
        nonresponse_bounds([1, 2], eligible=1e308)
    assert nonresponse_bounds([1, 2], eligible=10**12).highest == pytest.approx(5)
