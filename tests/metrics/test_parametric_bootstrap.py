"""The parametric bootstrap: models fitted again to customers drawn from the fitted one."""

import math

import attrs
import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import bootstrap, bootstrap_clv, total_clv
from crmkit.metrics.value import (
    BGBB,
    BGNBD,
    MBGNBD,
    NBD,
    SBG,
    BootstrapFits,
    GammaGamma,
)
from crmkit.metrics.value._worth import with_interval
from crmkit.metrics.value.uncertainty._band import band_of
from crmkit.metrics.value.uncertainty._redrawn import seeds_of

AGES = np.linspace(20.0, 80.0, 300)
SPEND = GammaGamma(p=6.0, q=4.0, gamma=15.0)


def drawn(model, ages=AGES, seed=1):
    shop = model.simulate(ages, seed=seed)
    return shop.repeats, shop.recency, shop.age


@pytest.fixture(scope="module")
def shop():
    return drawn(NBD(r=0.6, alpha=8.0))


@pytest.fixture(scope="module")
def refits(shop):
    return bootstrap(NBD.fit(*shop), age=AGES, replications=199, seed=3)


def test_the_same_seed_gives_the_same_fits(shop, refits):
    fit = NBD.fit(*shop)
    assert bootstrap(fit, age=AGES, replications=199, seed=3) == refits
    few = bootstrap(fit, age=AGES, replications=5, seed=4)
    assert few.refits != refits.refits[:5]
    assert (len(few.refits), few.failed, few.doubtful, few.seed) == (5, 0, 0, 4)


def test_its_spread_is_that_of_the_standard_errors(refits):
    logs = np.log([[one.r, one.alpha] for one in refits.models])
    spread = np.array(refits.fit.covariance).diagonal() ** 0.5
    assert logs.std(axis=0, ddof=1) == pytest.approx(spread, rel=0.2)


def test_the_ends_are_ranks_of_the_refitted_models(refits):
    told = refits.interval(lambda model: model.r, unit="")
    values = sorted(one.r for one in refits.models)
    # 200 times 2.5 % and 97.5 %: the 5th and the 195th.
    assert (told.low, told.high) == (values[4], values[194])
    assert told.value == refits.fit.model.r
    assert (told.n, told.level, told.notes) == (300, 0.95, ())
    assert told.method == "parametric bootstrap of 199 refits, percentile"
    narrow = refits.interval(lambda model: model.r, level=0.5)
    assert (narrow.low, narrow.high) == (values[49], values[149])


def test_between_two_ranks_lies_a_part_of_their_distance():
    # (10 + 1) 0.1 = 1.1: a tenth of the way from the first to the second.
    told = band_of(4.5, list(map(float, range(10))), level=0.8, correction="percentile")
    assert (told.low, told.high) == pytest.approx((0.1, 8.9))


def test_any_increasing_scale_gives_the_same_ends(refits):
    plain = refits.interval(lambda model: model.r)
    logs = refits.interval(lambda model: math.log(model.r))
    assert (math.exp(logs.low), math.exp(logs.high)) == pytest.approx((plain.low, plain.high))


def test_the_bias_corrected_interval_moves_the_ranks_towards_the_original():
    values = [float(k) for k in range(1, 200)]
    plain = band_of(100.0, values, level=0.95, correction="bias_corrected")
    assert (plain.low, plain.high) == pytest.approx((5.0, 195.0))
    # 69.15 % lie below 138.3, so z0 = 0.5: shares Φ(1 - 1.96) and Φ(1 + 1.96).
    moved = band_of(138.3, values, level=0.95, correction="bias_corrected")
    assert moved.low == pytest.approx(200 * 0.1687, abs=0.6)
    assert moved.high == pytest.approx(200 * 0.99846, abs=0.3) or moved.high is None


def test_a_figure_beyond_all_refits_has_open_ends():
    values = [float(k) for k in range(199)]
    beyond = band_of(1e3, values, level=0.95, correction="bias_corrected")
    assert (beyond.low, beyond.high) == (None, None)
    assert "open" in beyond.notes[0]


def test_failed_refits_widen_and_never_narrow():
    values = [float(k) for k in range(1, 200)]
    whole = band_of(100.0, values, level=0.95, correction="percentile")
    three_gone = [None, None, None, *values[3:]]
    some = band_of(100.0, three_gone, level=0.95, correction="percentile")
    # Of the ranks 5 and 195 three each are failures: the 2nd of the rest, and the 195th.
    assert (some.low, some.high) == pytest.approx((5.0, 198.0))
    assert some.high > whole.high
    many = band_of(100.0, [None] * 6 + values[6:], level=0.95, correction="percentile")
    assert (many.low, many.high) == (None, None)


def test_refits_without_the_figure_count_as_failed(refits):
    def picky(model):
        if model.r < refits.fit.model.r * 0.9:
            raise InvalidValueError("r", model.r, "is too small to tell")
        return model.r

    told = refits.interval(picky)
    assert (told.low, told.high) == (None, None)
    assert "open" in told.notes[-1]


def test_too_few_refits_for_a_level_leave_the_ends_open(refits):
    few = attrs.evolve(refits, refits=refits.refits[:30])
    assert few.interval(lambda model: model.r).low is None
    assert few.interval(lambda model: model.r, level=0.9).low is not None


def test_an_array_gives_a_band(shop, refits):
    band = refits.interval(lambda model: model.expected_purchases(*shop, weeks=26), level=0.9)
    assert band.values == pytest.approx(refits.fit.model.expected_purchases(*shop, weeks=26))
    each = [
        refits.interval(
            lambda m, k=k: m.expected_purchases(*(c[k] for c in shop), weeks=26), level=0.9
        )
        for k in (0, 7)
    ]
    assert [one.low for one in each] == pytest.approx([band.low[0], band.low[7]])
    assert [one.high for one in each] == pytest.approx([band.high[0], band.high[7]])
    assert (band.low <= band.high).all()


def test_some_customers_of_a_band_may_have_an_open_end():
    table = [np.array([float(k), 1.0]) for k in range(199)]
    band = band_of(np.array([1e3, 1.0]), table, level=0.95, correction="bias_corrected")
    assert band.low == [None, 1.0]
    assert band.high == [None, 1.0]


def test_probabilities_stay_between_0_and_1():
    model = MBGNBD(r=0.8, alpha=8.0, a=0.8, b=2.5)
    history = drawn(model)
    refits = bootstrap(MBGNBD.fit(*history), age=AGES, replications=59, seed=1)
    band = refits.interval(lambda one: one.probability_alive(*history), level=0.9)
    assert (band.low > 0).all()
    assert (band.high < 1).all()
    assert (band.low < band.high).all()


def test_it_serves_a_fit_that_holds_parameters_at_a_border():
    """Nobody leaves: the delta method takes that for known, the bootstrap does not."""
    history = drawn(NBD(r=0.5, alpha=6.0), AGES[:80])
    fit = BGNBD.fit(*history)
    assert not fit.converged
    refits = bootstrap(fit, age=AGES[:80], replications=39, seed=1)
    told = refits.interval(lambda one: one.expected_purchases(*history, weeks=52).sum())
    _, (low, _) = with_interval(lambda one: one.expected_purchases(*history, weeks=52).sum(), fit)
    assert told.low < told.value
    assert told.low < low
    assert refits.doubtful > 10
    assert f"{refits.doubtful} of 39 refits did not converge, and count as they are" in told.notes


def test_drawn_shops_without_a_fit_are_counted():
    """Two of ten customers came back: in many drawn shops fewer do, and there is no fit."""
    history = (
        np.array([1, 2] + [0] * 8),
        np.array([3.0, 9.0] + [0.0] * 8),
        np.full(10, 10.0),
    )
    fit = BGNBD.fit(*history)
    refits = bootstrap(fit, age=history[2], replications=24, seed=2)
    assert 0 < refits.failed < 24
    assert len(refits.models) == 24 - refits.failed
    told = f"{refits.failed} of 24 refits failed, and count as beyond either end of an interval"
    assert told in refits.notes
    assert told in refits.interval(lambda one: one.r).notes
    assert told in refits.explain().left_out


def test_it_serves_spend_contracts_and_opportunities():
    purchases = 1 + np.arange(200) % 5
    spend = GammaGamma.fit(purchases, SPEND.simulate(purchases, seed=3))
    with_none = np.concatenate((purchases, np.zeros(50)))
    of_spend = bootstrap(spend, purchases=with_none, replications=39, seed=1)
    assert of_spend == bootstrap(spend, purchases=purchases, replications=39, seed=1)
    mean = of_spend.interval(lambda one: one.population_mean, level=0.9)
    assert mean.low < spend.model.population_mean < mean.high

    periods = np.repeat([4, 8], 150)
    survived, ended = SBG(alpha=0.7, beta=3.8).simulate(300, 8, seed=1)
    cut = np.minimum(survived, periods)
    contracts = SBG.fit_lifetimes(cut, ended=ended & (survived < periods))
    renewing = bootstrap(contracts, periods=periods, replications=39, seed=1)
    stays = renewing.interval(lambda one: one.survival(4), level=0.9)
    assert stays.low < contracts.model.survival(4) < stays.high
    assert stays.high - stays.low < 0.15

    donors = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8).simulate(np.full(300, 6), seed=3)
    gifts = BGBB.fit(donors.repeats, donors.recency, donors.age)
    refits = bootstrap(gifts, age=donors.age, replications=39, seed=1)
    coming = refits.interval(
        lambda one: one.expected_purchases(2, 3, 6, opportunities=5), level=0.9
    )
    assert coming.low < coming.value < coming.high


def test_contracts_that_were_watched_for_less_are_drawn_for_less():
    """Half are seen for one renewal: their refits see no more either."""
    periods = np.repeat([1, 6], 400)
    survived, ended = SBG(alpha=1.0, beta=3.0).simulate(800, 6, seed=1)
    cut = np.minimum(survived, periods)
    short = SBG.fit_lifetimes(cut, ended=ended & (survived < periods))
    long = SBG.fit_lifetimes(survived, ended=ended)

    def width(fit, watched):
        told = bootstrap(fit, periods=watched, replications=99, seed=1).interval(
            lambda one: math.log(one.alpha), level=0.8
        )
        return told.high - told.low

    assert width(short, periods) > 1.15 * width(long, np.full(800, 6))


def test_tallied_customers_are_drawn_one_by_one(shop):
    fit = NBD.fit(*shop)
    ages, weights = np.unique(AGES, return_counts=True)
    assert bootstrap(fit, age=ages, weights=weights, replications=3) == bootstrap(
        fit, age=AGES, replications=3
    )
    with pytest.raises(InvalidValueError, match=r"weights\[0\] is 1.5, but must be whole"):
        bootstrap(fit, age=AGES, weights=np.full(300, 1.5))


def test_what_cannot_be_drawn_is_refused(shop):
    fit = NBD.fit(*shop)
    with pytest.raises(InvalidValueError, match="must be of the 300 customers of the fit"):
        bootstrap(fit, age=AGES[1:])
    with pytest.raises(InvalidValueError, match="age is None, but must be given for a NBD"):
        bootstrap(fit)
    with pytest.raises(InvalidValueError, match="must not be given for a NBD"):
        bootstrap(fit, age=AGES, purchases=AGES)
    with pytest.raises(InvalidValueError, match="replications"):
        bootstrap(fit, age=AGES, replications=0)
    with pytest.raises(InvalidValueError, match="seed"):
        bootstrap(fit, age=AGES, seed=-1)
    with pytest.raises(InvalidValueError, match="correction"):
        bootstrap(fit, age=AGES, replications=2).interval(lambda m: m.r, correction="bca")


def test_it_shows_and_explains_itself(refits):
    text = str(refits)
    assert text.startswith("NBD fitted again to 199 drawn shops")
    assert "alpha" in text
    told = refits.explain()
    assert (told.figure, told.answer) == ("bootstrap", "199 refits")
    assert told.source == "Efron & Tibshirani (1993)"
    assert dict(told.inputs)["seed"] == "3"
    assert isinstance(refits, BootstrapFits)


# --- lifetime value ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def valued(shop, refits):
    repeats, recency, age = shop
    means = np.zeros(300)
    means[repeats > 0] = SPEND.simulate(repeats[repeats > 0], seed=5)
    terms = {
        "repeats": repeats,
        "recency": recency,
        "age": age,
        "spending_purchases": repeats,
        "mean_spend": means,
        "margin": 0.3,
        "currency": "EUR",
        "horizon_weeks": 52,
    }
    spend = bootstrap(GammaGamma.fit(repeats, means), purchases=repeats, replications=199, seed=3)
    return refits, spend, terms


def test_lifetime_value_has_the_values_of_the_models_and_the_spread_of_both(valued):
    buying, spend, terms = valued
    told = bootstrap_clv(buying, spend, **terms)
    plain = total_clv(
        buying.fit.model, spend.fit.model, **terms, fit=buying.fit, spend_fit=spend.fit
    )
    assert told.values == pytest.approx(plain.values)
    assert told.total.value == pytest.approx(plain.total.value)
    for name in ("low", "high"):
        assert getattr(told.total, name) == pytest.approx(getattr(plain.total, name), rel=0.06)
    assert (told.low < told.values).all()
    assert (told.values < told.high).all()
    assert "parametric bootstrap of 199 refits" in told.total.method
    assert told.total.unit == "EUR"


def test_the_k_th_model_of_buying_meets_the_k_th_of_spend(valued):
    buying, spend, terms = valued
    ends = bootstrap_clv(buying, spend, **terms, level=0.9).total
    totals = sorted(
        total_clv(one, other, **terms).total.value
        for one, other in zip(buying.refits, spend.refits, strict=True)
    )
    assert (ends.low, ends.high) == pytest.approx((totals[9], totals[189]), rel=1e-4)


def test_buying_and_spend_are_drawn_apart_though_their_seed_be_one(valued):
    buying, spend, _ = valued
    assert list(seeds_of(buying.fit, 3, 4)) == list(seeds_of(buying.fit, 3, 4))
    assert not set(seeds_of(buying.fit, 3, 99)) & set(seeds_of(spend.fit, 3, 99))


def test_a_loss_has_its_ends_in_order(valued):
    buying, spend, terms = valued
    gain = bootstrap_clv(buying, spend, **terms)
    loss = bootstrap_clv(buying, spend, **{**terms, "margin": -0.3})
    assert (loss.total.low, loss.total.high) == pytest.approx((-gain.total.high, -gain.total.low))
    assert (loss.low <= loss.high).all()


def test_refits_without_a_mean_spend_count_as_failed(valued):
    buying, spend, terms = valued
    heavy = attrs.evolve(spend.fit.model, q=0.9)
    some = attrs.evolve(spend, refits=(heavy, *spend.refits[1:]))
    told = bootstrap_clv(buying, some, **terms)
    whole = bootstrap_clv(buying, spend, **terms)
    assert told.total.low <= whole.total.low
    assert told.total.high >= whole.total.high
    none = attrs.evolve(spend, refits=(heavy,) * 199)
    assert bootstrap_clv(buying, none, **terms).low is None


def test_without_a_margin_there_is_no_value(valued):
    buying, spend, terms = valued
    told = bootstrap_clv(buying, spend, **{**terms, "margin": None})
    assert (told.values, told.low, told.total.value) == (None, None, None)
    assert "margin" in told.total.notes[0]


def test_unequal_numbers_of_refits_are_refused(valued):
    buying, spend, terms = valued
    with pytest.raises(InvalidValueError, match="must have as many refits as buying, 199"):
        bootstrap_clv(buying, attrs.evolve(spend, refits=spend.refits[:9]), **terms)
