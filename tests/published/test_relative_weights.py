"""Weights of drivers against figures of others.

Johnson, J. W. (2000), Multivariate Behavioral Research 35, 1-19, and Lindeman, Merenda & Gold
(1980) define the weights. The data are R's ``swiss`` (47 provinces, Mosteller & Tukey 1977):
fertility explained by the five others. LMG as the R package relaimpo prints it (Grömping, U.
(2006), Journal of Statistical Software 17(1)); Johnson's weights of the same data.
"""

import csv
import gzip

import pytest

from crmkit.metrics import key_drivers, lmg_weights, relative_weights

NAMES = ("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality")
R_SQUARED = 0.706735001593
JOHNSON = (0.048416895812, 0.154708249806, 0.271964104646, 0.114680029948, 0.116965721381)
LMG = (0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265)


@pytest.fixture(scope="module")
def swiss(data):
    with gzip.open(data("swiss/swiss.csv.gz"), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in (*NAMES, "Fertility")}


@pytest.mark.parametrize(("method", "published"), [("johnson", JOHNSON), ("lmg", LMG)])
def test_the_weights_of_swiss_fertility_agree_to_twelve_digits(swiss, method, published):
    asked = {name: swiss[name] for name in NAMES}
    found = key_drivers(asked, swiss["Fertility"], method=method, draws=100)
    assert found.n == 47
    assert found.r_squared.value == pytest.approx(R_SQUARED, abs=5e-13)
    assert [found.weights[name] for name in NAMES] == pytest.approx(published, abs=6e-13)
    assert sum(published) == pytest.approx(R_SQUARED, abs=2e-12)


@pytest.mark.parametrize("weights", [relative_weights, lmg_weights])
def test_two_predictors_weigh_what_the_hand_finds(weights):
    """R² = (r1² + r2² − 2 r1 r2 r12) / (1 − r12²) = 0.28 / 0.75."""
    found = weights([[1, 0.5], [0.5, 1]], [0.6, 0.4])
    assert [round(one, 6) for one in found] == [0.286667, 0.086667]
    assert sum(found) == pytest.approx(0.28 / 0.75, abs=1e-15)


@pytest.mark.parametrize("weights", [relative_weights, lmg_weights])
def test_uncorrelated_predictors_weigh_their_squared_correlation(weights):
    found = weights([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.6, -0.3, 0.1])
    assert found == pytest.approx((0.36, 0.09, 0.01), abs=1e-15)
