"""The value of a base's relationships: what was fitted, what is missing, and why."""

import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import asdict, evolve

from crmkit import CustomerBase, Money, Shop
from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics import MBGNBD, GammaGamma, fit_base, value_of, values_of
from crmkit.metrics.value.base.base_models import BaseModels, history_of, spending_of
from crmkit.metrics.value.models.fit import Fit
from crmkit.synthetic import SyntheticShop

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, SHOP = small["bought"], small["opened"], small["SHOP"]
AS_OF = date(2026, 4, 25)
DID_NOT_CONVERGE = "no interval: the fit of what customers spend did not converge"


def fit(model, variance=None):
    """As if fitted; ``variance`` is that of every log-parameter."""
    count = len(asdict(model))
    rows = range(count)
    return Fit(
        model=model,
        log_likelihood=-1.0,
        standard_errors={},
        covariance=variance and tuple(tuple(variance * (i == j) for j in rows) for i in rows),
        converged=True,
        n=100,
    )


def told(*, a=0.8, b=2.4, q=3.74, margin=0.5, shop=SHOP, variance=None):
    """Models as if they had been fitted."""
    return BaseModels(
        shop=shop,
        buying=fit(MBGNBD(r=0.5, alpha=6.0, a=a, b=b), variance),
        spend=fit(GammaGamma(p=6.25, q=q, gamma=15.44), variance),
        margin=margin,
    )


def ann(*occasions, euros="20.00"):
    base = opened(*(bought(f"o{on}", on, euros) for on in occasions))
    return base.summary("ann", as_of=AS_OF)


def test_a_customer_is_read_in_weeks_and_major_units():
    one = ann(0, 14, 42, euros="12.34")
    age = (AS_OF - date(2026, 1, 1)).days / 7
    assert history_of(one) == {"repeats": 2, "recency": 6.0, "age": age}
    assert spending_of(one, SHOP) == {"spending_purchases": 2, "mean_spend": pytest.approx(12.34)}


def test_a_currency_without_decimals_is_read_as_it_is():
    yen = Shop(id="lamp", currency="JPY")
    assert spending_of(ann(0, 14), yen)["mean_spend"] == pytest.approx(2000)


def test_value_is_revenue_to_come_times_margin():
    models, one = told(), ann(0, 14, 42)
    value = value_of(models, one)
    history = history_of(one)
    assert value.alive.value == models.buying.model.probability_alive(**history)
    assert value.expected_purchases.value == models.buying.model.expected_purchases(
        **history, weeks=52
    )
    assert value.expected_spend.value == models.spend.model.expected_spend(2, 20.0)
    assert value.clv.value == pytest.approx(0.5 * value.future_revenue.value)
    assert (value.revenue, value.profit) == (Money(6000, "EUR"), Money(3000, "EUR"))


def test_without_a_margin_the_value_is_unknown_and_revenue_to_come_is_not():
    value = value_of(told(margin=None), ann(0, 14))
    assert value.future_revenue.value > 0
    assert (value.clv.value, value.clv.notes[0][:17]) == (None, "profit is unknown")


def test_where_nobody_seems_to_leave_being_there_is_no_finding():
    value = value_of(told(a=1e-6, b=1.0), ann(0, 14))
    assert value.alive.value is None
    assert "no sign that customers leave" in value.alive.notes[0]
    assert value.expected_purchases.value > 0
    assert value.clv.value > 0
    together = values_of(told(a=1e-6, b=1.0), [ann(0, 14)])
    assert together.alive.value is None


def test_a_spend_without_a_mean_leaves_the_rest():
    value = value_of(told(q=0.9), ann(0, 14))
    assert value.expected_purchases.value > 0
    assert (value.expected_spend.value, value.clv.value) == (None, None)
    assert "no finite mean" in value.expected_spend.notes[0]


def test_every_figure_of_a_customer_has_an_interval_and_bulk_gives_the_same():
    base = CustomerBase.open("memory:", shop=SHOP)
    base.load(SyntheticShop(seed=5, customers=200, guests=0).interactions())
    people = list(base.summaries(as_of=AS_OF).customers.values())
    models = fit_base(people, SHOP)
    rows = values_of(models, people).rows
    for one, bulk in zip(people[:60], rows, strict=False):
        single = value_of(models, one)
        for name in ("alive", "expected_purchases", "expected_spend", "future_revenue", "clv"):
            mine, theirs = getattr(single, name), getattr(bulk, name)
            ends = [(each.low, each.value, each.high) for each in (mine, theirs)]
            for ours, other in zip(*ends, strict=True):
                assert ours == (None if other is None else pytest.approx(other, rel=1e-9))
            if one.days:
                assert ends[0][0] <= ends[0][1] <= ends[0][2]
        assert not one.days or single.alive.high <= 1


def test_a_chance_stays_below_one_however_little_is_known():
    value = value_of(told(variance=4.0), ann(0, 14))
    assert 0 < value.alive.low < value.alive.value < value.alive.high < 1
    assert value.expected_purchases.high > value.expected_purchases.value


def test_a_spend_barely_with_a_mean_has_no_interval_and_no_error():
    value = value_of(told(q=1.00005, variance=0.01), ann(0, 14))
    assert value.expected_spend.value > 0
    assert value.expected_spend.low is None


def test_a_spend_that_did_not_converge_gives_no_interval_and_says_so():
    models = told(variance=0.01)
    doubtful = evolve(models, spend=evolve(models.spend, converged=False))
    one = value_of(doubtful, ann(0, 14, 42))
    sure = value_of(models, ann(0, 14, 42))
    for name in ("expected_spend", "future_revenue", "clv"):
        figure = getattr(one, name)
        assert figure.value == getattr(sure, name).value
        assert (figure.low, figure.high) == (None, None)
        assert figure.notes == (DID_NOT_CONVERGE,)
    assert one.expected_purchases == sure.expected_purchases
    assert str(one).count(DID_NOT_CONVERGE) == 1
    together = values_of(doubtful, [ann(0, 14, 42)])
    for figure in (together.rows[0].clv, together.rows[0].expected_spend, together.clv):
        assert (figure.low, figure.high, figure.notes) == (None, None, (DID_NOT_CONVERGE,))


def test_each_figure_counts_and_names_the_fit_behind_it():
    models = told()
    few = evolve(models, spend=evolve(models.spend, n=40))
    one = value_of(few, ann(0, 14, 42))
    assert (one.expected_purchases.n, one.expected_spend.n, one.clv.n) == (100, 40, 100)
    neither = evolve(
        few,
        buying=InsufficientDataError("MBG/NBD fit", 10, 2, "customers"),
        spend=InsufficientDataError("Gamma-Gamma fit", 10, 1, "customers with spend"),
    )
    none = value_of(neither, ann(0, 14, 42))
    assert "MBG/NBD" in none.clv.notes[0]
    assert "Gamma-Gamma" in none.expected_spend.notes[0]


def test_too_little_data_is_said_in_every_figure_it_leaves_out():
    base = opened(bought("o1", 0), bought("o2", 9))
    models = fit_base(base.summaries(as_of=AS_OF).customers.values(), SHOP)
    assert isinstance(models.buying, InsufficientDataError)
    value = value_of(models, ann(0, 9))
    for figure in (value.alive, value.expected_purchases, value.future_revenue, value.clv):
        assert figure.value is None
        assert "needs at least" in figure.notes[0]
    told = "model of buying: not fitted: NBD fit needs at least 2 customers"
    assert models.lines()[0].startswith(told)


def test_the_margin_of_a_base_is_its_profit_over_its_revenue():
    cheap = bought("o1", 0, "30.00")
    base = opened(cheap, bought("o2", 9, "10.00", who="bob"))
    models = fit_base(base.summaries(as_of=AS_OF).customers.values(), SHOP)
    assert models.margin == 0.5
    no_margin = Shop(id="lamp", currency="EUR")
    assert fit_base(base.summaries(as_of=AS_OF).customers.values(), no_margin).margin is None


def test_planted_rates_are_found_again():
    """Mean chance to leave and mean rate of an invented shop, within three standard errors."""
    shop = SyntheticShop(seed=11, customers=2000, guests=0)
    base = CustomerBase.open("memory:", shop=SHOP)
    base.load(shop.interactions())
    day = shop.start + timedelta(days=shop.days)
    fitted = fit_base(base.summaries(as_of=day).customers.values(), SHOP).buying
    assert fitted.converged
    truth = shop.planted()
    leaving = sum(one.leaving_chance for one in truth) / len(truth)
    rate = sum(one.weekly_rate for one in truth) / len(truth)
    model = fitted.model
    assert model.a / (model.a + model.b) == pytest.approx(leaving, rel=0.15)
    assert model.r / model.alpha == pytest.approx(rate, rel=0.15)
