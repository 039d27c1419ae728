"""Inverse propensity weighting: against an independent fit, and where it must not be tried."""

import pickle
from math import exp, log, nan
from statistics import fmean

import numpy as np
import pytest
from scipy.optimize import minimize

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import propensity_weighted_mean
from crmkit.metrics.seeds import plain_generator
from crmkit.metrics.surveys.logit import logit


def population(seed, n=400):
    """Customers who buy often are content and answer often; two traits are known of all."""
    draw = plain_generator(seed)
    orders = [draw.randint(1, 12) for _ in range(n)]
    years = [draw.uniform(0, 6) for _ in range(n)]
    truth = [min(5, max(1, 2.2 + 0.2 * k + draw.gauss(0, 0.5))) for k in orders]
    chances = [
        1 / (1 + exp(-(-2.5 + 0.35 * k - 0.1 * y))) for k, y in zip(orders, years, strict=True)
    ]
    answers = [x if draw.random() < p else None for x, p in zip(truth, chances, strict=True)]
    return answers, {"orders": orders, "years": years}, fmean(truth)


def test_the_logit_is_that_of_another_optimiser():
    answers, traits, _ = population(3)
    happened = [one is not None for one in answers]
    X = np.column_stack([np.ones(len(answers)), traits["orders"], traits["years"]])
    y = np.array(happened, float)
    best = minimize(lambda b: np.sum(np.logaddexp(0, X @ b) - y * (X @ b)), np.zeros(3), tol=1e-12)
    fitted = logit(list(traits.values()), happened)
    assert fitted.coefficients == pytest.approx(best.x, abs=1e-4)
    assert fitted.chances == pytest.approx(1 / (1 + np.exp(-X @ best.x)), abs=1e-5)
    # The score equations: what is fitted adds up to what happened, as a whole and by trait.
    assert X.T @ np.array(fitted.chances) == pytest.approx(X.T @ y, rel=1e-9)


def test_one_class_as_trait_fits_the_shares_of_both_classes():
    happened = [True] * 3 + [False] * 1 + [True] * 2 + [False] * 4
    fitted = logit([[1] * 4 + [0] * 6], happened)
    assert fitted.chances[0] == pytest.approx(3 / 4)
    assert fitted.chances[-1] == pytest.approx(1 / 3)
    assert fitted.coefficients == pytest.approx((log(1 / 2), log(3) - log(1 / 2)))


def test_without_a_trait_the_chance_is_the_share():
    assert logit([], [True, False, False]).chances == pytest.approx((1 / 3,) * 3)


def test_units_of_a_trait_do_not_matter():
    answers, traits, _ = population(5)
    cents = {"orders": [1e6 * one + 1e9 for one in traits["orders"]], "years": traits["years"]}
    one, other = (propensity_weighted_mean(answers, each) for each in (traits, cents))
    assert one.mean.value == pytest.approx(other.mean.value)
    assert one.coefficients["orders"] == pytest.approx(1e6 * other.coefficients["orders"])


def test_weights_are_one_over_the_chance_and_trimmed():
    answers, traits, _ = population(4)
    told = propensity_weighted_mean(answers, traits)
    fitted = logit(list(traits.values()), [one is not None for one in answers])
    given = [
        (x, max(p, 0.05)) for x, p in zip(answers, fitted.chances, strict=True) if x is not None
    ]
    assert told.mean.value == pytest.approx(
        sum(x / p for x, p in given) / sum(1 / p for _, p in given)
    )
    assert told.mean.n == pytest.approx(
        sum(1 / p for _, p in given) ** 2 / sum(1 / p**2 for _, p in given)
    )
    loose = propensity_weighted_mean(answers, traits, least=0.5)
    assert loose.trimmed > told.trimmed
    assert loose.mean.n > told.mean.n
    assert any("weights trimmed to 2" in note for note in loose.mean.notes)
    level = propensity_weighted_mean(answers, traits, least=1)
    assert level.mean.value == pytest.approx(level.unweighted.value)


def test_of_biased_surveys_the_weighted_error_is_less_than_half_the_raw_one():
    raw, weighted, held = [], [], 0
    for seed in range(60):
        answers, traits, truth = population(seed)
        told = propensity_weighted_mean(answers, traits)
        raw.append(abs(told.unweighted.value - truth))
        weighted.append(abs(told.mean.value - truth))
        held += told.mean.low <= truth <= told.mean.high
    assert fmean(weighted) < fmean(raw) / 2
    assert held / 60 >= 0.9


def test_someone_with_an_unknown_trait_is_left_out_and_counted():
    answers, traits, _ = population(6)
    holed = {**traits, "years": [None, None, *traits["years"][2:]]}
    told = propensity_weighted_mean(answers, holed)
    fewer = {name: column[2:] for name, column in traits.items()}
    assert told.mean.value == propensity_weighted_mean(answers[2:], fewer).mean.value
    assert told.mean.notes[0] == "2 left out: a trait is unknown"
    assert told.asked == len(answers) - 2


def test_traits_that_tell_who_answers_without_fail_are_refused():
    with pytest.raises(InvalidValueError, match="without fail"):
        propensity_weighted_mean([5, 4, None, None], {"x": [1, 2, 3, 4]})


@pytest.mark.parametrize(
    "traits",
    [{"x": [1, 1, 1, 1, 1]}, {"x": [1, 2, 3, 1, 2], "y": [2, 4, 6, 2, 4]}],
)
def test_traits_that_are_constant_or_add_up_are_refused(traits):
    with pytest.raises(InvalidValueError, match="must vary"):
        propensity_weighted_mean([5, None, 4, None, 3], traits)


@pytest.mark.parametrize("answers", [[None, None, None], [5, 4, 3]])
def test_nobody_or_everybody_answered_leaves_nothing_to_fit(answers):
    with pytest.raises(InsufficientDataError, match="a propensity needs"):
        propensity_weighted_mean(answers, {"x": [1, 2, 3]})
    with pytest.raises(InvalidValueError, match="both yes and no"):
        logit([[1, 2]], [True, True])


@pytest.mark.parametrize(
    ("answers", "traits", "more"),
    [
        ([5, 6, None], {"x": [1, 2, 3]}, {}),
        ([5, nan, None], {"x": [1, 2, 3]}, {}),
        ([5, None], {"x": [1, 2, 3]}, {}),
        ([5, 4, None], {"x": [1, nan, 3]}, {}),
        ([5, 4, None], {"x": [1, 2, 3]}, {"least": 0}),
        ([5, 4, None], {"x": [1, 2, 3]}, {"scale": (5, 5)}),
    ],
)
def test_what_cannot_be_is_refused(answers, traits, more):
    with pytest.raises(InvalidValueError):
        propensity_weighted_mean(answers, traits, **more)


def test_it_shows_explains_and_pickles_itself():
    answers, traits, _ = population(8)
    told = propensity_weighted_mean(answers, traits)
    assert "log odds by orders" in str(told)
    why = told.explain()
    assert why.figure == "propensity_weighted_mean"
    assert why.coverage == f"{sum(x is not None for x in answers)} of 400 asked answered"
    assert pickle.loads(pickle.dumps(told)) == told
