"""Intervals hold what they promise: over many drawn shops they cover the truth they are about.

A shop is 400 customers drawn from a model that is known; it is fitted, and each interval of
95 % either holds the true figure or does not. By default 60 shops are drawn for the delta
method and 12 for the bootstrap, with bounds that wide; ``HYPOTHESIS_PROFILE=long`` draws
1,000 and 200, and prints the shares (``-s``). The shops are the same each time.
"""

import os
import sys
from functools import cache
from math import sqrt

import numpy as np
import pytest

from crmkit.metrics.value import (
    BGNBD,
    MBGNBD,
    NBD,
    GammaGamma,
    ParetoNBD,
    bootstrap,
    bootstrap_clv,
    total_clv,
)
from crmkit.metrics.value._worth import with_interval

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SHOPS, DRAWN_SHOPS = (1000, 200) if LONG else (60, 12)
REFITS, REFITS_OF_BOTH = 199, 199 if LONG else 79
CUSTOMERS, WEEKS = 400, 52
_MANY = 500
# A customer who came three times and then not for half a year, and one who came once.
REGULAR, ONCE = (3, 24.0, 50.0), (0, 0.0, 30.0)

TRUE = {
    "BG/NBD": BGNBD(r=0.8, alpha=8.0, a=1.0, b=2.5),
    "MBG/NBD": MBGNBD(r=0.8, alpha=8.0, a=0.8, b=2.5),
    "Pareto/NBD": ParetoNBD(r=0.8, alpha=8.0, s=0.7, beta=15.0),
    "NBD": NBD(r=0.6, alpha=10.0),
}
SPEND = GammaGamma(p=6.0, q=4.0, gamma=15.0)
AGES = np.linspace(26.0, 104.0, CUSTOMERS)


class Covered:
    """How often an interval held the truth, of those that had two ends."""

    def __init__(self):
        self.held, self.told, self.asked = 0, 0, 0

    def add(self, low, high, truth):
        self.asked += 1
        if low is not None and high is not None:
            self.told += 1
            self.held += bool(low <= truth <= high)

    @property
    def share(self):
        return self.held / self.told

    def agrees(self, low=0.90, high=0.98):
        """Within these bounds; of few shops, no further off than three standard errors."""
        slack = 0.0 if self.told > _MANY else 3 * sqrt(0.95 * 0.05 / self.told)
        return low - slack <= self.share <= high + slack


def figures(model, history):
    """What is asked of a model of buying: the figure, and the scale of its interval."""
    asked = {
        "total": (lambda m: m.expected_purchases(*history, weeks=WEEKS).sum(), "amount"),
        "regular": (lambda m: m.expected_purchases(*REGULAR, weeks=WEEKS), "amount"),
        "once": (lambda m: m.expected_purchases(*ONCE, weeks=WEEKS), "amount"),
        "newcomer": (lambda m: m.expected_purchases_of_newcomer(weeks=WEEKS), "amount"),
        "buys": (lambda m: m.purchase_probability(*REGULAR, weeks=4), "probability"),
    }
    if not isinstance(model, NBD):
        asked["alive"] = (lambda m: m.probability_alive(*REGULAR), "probability")
        asked["stays"] = (lambda m: m.survival_probability(*REGULAR, weeks=26), "probability")
    return asked


def shop(model, seed):
    drawn = model.simulate(AGES, seed=seed)
    return drawn.repeats, drawn.recency, drawn.age


def spends(repeats, seed):
    means = np.zeros(len(repeats))
    means[repeats > 0] = SPEND.simulate(repeats[repeats > 0], seed=seed)
    return means


def tell(title, table):
    sys.stdout.write(f"\n{title}\n")
    for name, one in table.items():
        share = f"{one.share:.3f} of {one.told:,}" if one.told else "no interval"
        sys.stdout.write(f"  {name:14s} {share}, {one.asked - one.told} without\n")


@cache
def by_delta(name):
    """Coverage of parameters and of figures by the delta method."""
    true, table = TRUE[name], {}
    for seed in range(SHOPS):
        history = shop(true, seed)
        fit = type(true).fit(*history)
        for parameter in fit.parameters:
            told = fit.interval(parameter)
            row = table.setdefault(parameter, Covered())
            row.add(told.low, told.high, getattr(true, parameter))
        for called, (figure, scale) in figures(true, history).items():
            _, ends = with_interval(figure, fit, scale=scale)
            sharp = ends if fit.converged else None
            table.setdefault(called, Covered()).add(*(sharp or (None, None)), figure(true))
            if not fit.converged:
                held = table.setdefault(f"{called}, held", Covered())
                held.add(*(ends or (None, None)), figure(true))
    tell(f"{name}, delta method, {SHOPS} shops", table)
    return table


@cache
def by_bootstrap(name):
    """The same by the parametric bootstrap, both ways of reading it."""
    true = TRUE[name]
    tables = {"percentile": {}, "bias_corrected": {}}
    for seed in range(DRAWN_SHOPS):
        history = shop(true, seed)
        refits = bootstrap(type(true).fit(*history), age=AGES, replications=REFITS, seed=seed)
        for called, (figure, _) in figures(true, history).items():
            for correction, table in tables.items():
                told = refits.interval(figure, correction=correction)
                table.setdefault(called, Covered()).add(told.low, told.high, figure(true))
    for correction, table in tables.items():
        tell(f"{name}, {correction} bootstrap, {DRAWN_SHOPS} shops", table)
    return tables


@cache
def spend_by_delta():
    """Coverage of the Gamma-Gamma's parameters, and of what customers spend."""
    table, purchases = {}, 1 + shop(TRUE["BG/NBD"], 7)[0]
    asked = {"newcomer": (0, None), "one": (1, 4.0), "many": (9, 31.0)}
    for seed in range(SHOPS):
        fit = GammaGamma.fit(purchases, SPEND.simulate(purchases, seed=seed))
        for name in fit.parameters:
            told = fit.interval(name)
            table.setdefault(name, Covered()).add(told.low, told.high, getattr(SPEND, name))
        for called, who in asked.items():
            _, ends = with_interval(lambda m, who=who: m.expected_spend(*who), fit)
            row = table.setdefault(called, Covered())
            row.add(*(ends or (None, None)), SPEND.expected_spend(*who))
    tell(f"Gamma-Gamma, delta method, {SHOPS} shops", table)
    return table


def clv_terms(name, seed):
    repeats, recency, age = shop(TRUE[name], seed)
    return {
        "repeats": repeats,
        "recency": recency,
        "age": age,
        "spending_purchases": repeats,
        "mean_spend": spends(repeats, seed),
        "margin": 0.3,
        "currency": "EUR",
        "horizon_weeks": 104,
    }


def clv_fits(name, terms):
    buying = type(TRUE[name]).fit(terms["repeats"], terms["recency"], terms["age"])
    return buying, GammaGamma.fit(terms["repeats"], terms["mean_spend"])


@cache
def clv_by_delta(name):
    """Coverage of the value of the base, and of its first customers."""
    table = {"total": Covered(), "customer": Covered()}
    for seed in range(SHOPS):
        terms = clv_terms(name, seed)
        buying, spend = clv_fits(name, terms)
        true = total_clv(TRUE[name], SPEND, **terms)
        told = total_clv(buying.model, spend.model, **terms, fit=buying, spend_fit=spend)
        table["total"].add(told.total.low, told.total.high, true.total.value)
        ends = (None, None) if told.low is None else (told.low[seed % 9], told.high[seed % 9])
        table["customer"].add(*ends, true.values[seed % 9])
    tell(f"CLV, {name} and Gamma-Gamma, delta method, {SHOPS} shops", table)
    return table


@cache
def clv_by_bootstrap(name):
    """The same by the bootstrap of both models together."""
    table, shops = {"total": Covered(), "customer": Covered()}, DRAWN_SHOPS
    for seed in range(shops):
        terms = clv_terms(name, seed)
        buying, spend = clv_fits(name, terms)
        true = total_clv(TRUE[name], SPEND, **terms)
        told = bootstrap_clv(
            bootstrap(buying, age=AGES, replications=REFITS_OF_BOTH, seed=seed),
            bootstrap(spend, purchases=terms["repeats"], replications=REFITS_OF_BOTH, seed=seed),
            **terms,
        )
        table["total"].add(told.total.low, told.total.high, true.total.value)
        ends = (None, None) if told.low is None else (told.low[seed % 9], told.high[seed % 9])
        table["customer"].add(*ends, true.values[seed % 9])
    tell(f"CLV, {name} and Gamma-Gamma, percentile bootstrap, {shops} shops", table)
    return table


def assert_covers(table, *, least_told=0.9):
    """Every figure that has an interval in most shops covers in 90 to 98 % of them."""
    for name, one in table.items():
        if not name.endswith("held"):
            assert one.told >= least_told * one.asked, name
            assert one.agrees(), (name, one.share)


@pytest.mark.parametrize("name", TRUE)
def test_the_delta_method_covers_parameters_and_figures(name):
    assert_covers(by_delta(name))


def test_the_delta_method_covers_what_customers_spend():
    assert_covers(spend_by_delta())


@pytest.mark.parametrize("name", TRUE if LONG else ("NBD",))
def test_the_delta_method_covers_lifetime_value(name):
    assert_covers(clv_by_delta(name))


@pytest.mark.parametrize("name", TRUE if LONG else ("NBD",))
def test_the_bootstrap_covers_figures(name):
    for table in by_bootstrap(name).values():
        assert_covers(table)


@pytest.mark.parametrize("name", ("NBD", "Pareto/NBD") if LONG else ("NBD",))
def test_the_bootstrap_covers_lifetime_value(name):
    assert_covers(clv_by_bootstrap(name))
