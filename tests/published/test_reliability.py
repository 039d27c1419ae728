"""Reliability against published figures, and on real surveys against numpy and scipy.

Chatterjee, S., Price, B. (1977). Regression analysis by example (R's ``attitude``): alpha of its
seven questions is the example of ``psych::alpha`` (Revelle). Fornell & Larcker (1981) for
composite reliability. Tenenhaus, M. et al. (2005). PLS path modeling. Computational Statistics &
Data Analysis 48, 159-205 (the ECSI survey of mobile phones: its three satisfaction items).
"""

import csv
import gzip

import pytest

from crmkit.metrics.reliability import (
    average_variance_extracted,
    composite_reliability,
    cronbach_alpha,
    omega,
)

np = pytest.importorskip("numpy")
optimize = pytest.importorskip("scipy.optimize")

TOY = [[1, 2, 1], [2, 2, 3], [3, 4, 3], [4, 4, 5], [5, 5, 4]]


def columns(path, names=None):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [float(row[name]) for row in rows] for name in names or list(rows[0])[1:]}


def alpha_by_numpy(items):
    x = np.array(list(items.values())).T
    k = x.shape[1]
    return k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1))


def loadings_by_scipy(items):
    """The least residual correlations, by a general minimiser kept within -1 to 1."""
    r = np.corrcoef(np.array(list(items.values())))
    k = len(r)
    i, j = np.triu_indices(k, 1)

    def left(x):
        return ((r[i, j] - x[i] * x[j]) ** 2).sum()

    found = optimize.minimize(
        left,
        np.full(k, 0.6),
        bounds=[(-1, 1)] * k,
        method="L-BFGS-B",
        options={"ftol": 1e-16, "gtol": 1e-10},
    )
    return found.x


def omega_by_scipy(items):
    found = loadings_by_scipy(items)
    return found.sum() ** 2 / (found.sum() ** 2 + (1 - found**2).sum())


@pytest.fixture(scope="module")
def attitude(data):
    return columns(data("employee_attitude/attitude.csv.gz"))


def test_alpha_of_the_attitude_survey(attitude):
    found = cronbach_alpha(attitude)
    assert found.raw.value == pytest.approx(0.8431428, abs=5e-8)
    assert found.raw.low == pytest.approx(0.7394, abs=5e-5)
    assert found.raw.high == pytest.approx(0.9158, abs=5e-5)
    assert found.standardised.value == pytest.approx(0.8391, abs=5e-5)
    assert found.raw.value == pytest.approx(alpha_by_numpy(attitude), rel=1e-12)
    assert (found.n, found.against, found.notes) == (30, (), ())


def test_alpha_without_each_item_of_the_attitude_survey(attitude):
    """As ``psych::alpha`` prints them, to two digits; then against numpy to twelve."""
    found = cronbach_alpha(attitude)
    printed = dict(zip(attitude, (0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84), strict=True))
    rest = dict(zip(attitude, (0.67, 0.74, 0.56, 0.71, 0.79, 0.27, 0.46), strict=True))
    for name, column in attitude.items():
        others = {other: values for other, values in attitude.items() if other != name}
        assert round(found.if_dropped[name].value, 2) == printed[name]
        assert found.if_dropped[name].value == pytest.approx(alpha_by_numpy(others), rel=1e-12)
        by_numpy = np.corrcoef(column, np.sum(list(others.values()), axis=0))[0, 1]
        assert round(found.item_rest[name].value, 2) == rest[name]
        assert found.item_rest[name].value == pytest.approx(by_numpy, rel=1e-12)


def test_alpha_and_loadings_of_the_worked_example():
    items = dict(zip("abc", zip(*TOY, strict=True), strict=True))
    assert cronbach_alpha(items).raw.value == pytest.approx(0.936416, abs=5e-7)


def test_composite_reliability_and_extracted_variance():
    assert composite_reliability([0.7, 0.8, 0.9]).value == pytest.approx(0.844575, abs=5e-7)
    assert average_variance_extracted([0.7, 0.8, 0.9]).value == pytest.approx(0.646667, abs=5e-7)


def answers_with(corr):
    """Answers whose sample correlations are exactly ``corr``."""
    k = len(corr)
    drawn = np.random.default_rng(5).normal(size=(60, k))
    drawn -= drawn.mean(axis=0)
    q, _ = np.linalg.qr(drawn)
    x = q @ np.linalg.cholesky(np.array(corr)).T
    return {f"q{at}": list(x[:, at]) for at in range(k)}


def test_three_items_have_exact_loadings():
    items = answers_with([[1, 0.56, 0.63], [0.56, 1, 0.72], [0.63, 0.72, 1]])
    found = omega(items, draws=200)
    assert list(found.loadings.values()) == pytest.approx([0.7, 0.8, 0.9], abs=1e-12)
    assert found.total.value == pytest.approx(0.844575, abs=5e-7)
    assert found.ave.value == pytest.approx(0.646667, abs=5e-7)
    assert found.alpha.value == pytest.approx(0.840176, abs=5e-7)
    assert found.residual == pytest.approx(0, abs=1e-12)
    assert found.total.low < found.total.value < found.total.high


def test_omega_of_the_attitude_survey_is_that_of_a_general_minimiser(attitude):
    found = omega(attitude, draws=100)
    assert found.total.value == pytest.approx(omega_by_scipy(attitude), abs=1e-6)
    assert list(found.loadings.values()) == pytest.approx(loadings_by_scipy(attitude), abs=1e-5)
    assert found.total.value == pytest.approx(0.85068, abs=5e-6)
    assert any("more than one thing" in note for note in found.notes)


ECSI = "ecsi_satisfaction/ecsi_mobile_phone.csv.gz"
BANK = "ecsi_satisfaction/spanish_bank_satisfaction.csv.gz"


@pytest.mark.parametrize(
    ("path", "names", "alpha", "total"),
    [
        (ECSI, ("CUSA1", "CUSA2", "CUSA3"), 0.7701, 0.7815),
        (ECSI, ("CUSL1", "CUSL2", "CUSL3"), 0.4417, 0.6127),
        (BANK, ("sat1", "sat2", "sat3", "sat4"), 0.8943, 0.8962),
        (BANK, ("loy1", "loy2", "loy3", "loy4"), 0.8206, 0.8249),
    ],
)
def test_the_items_of_real_surveys(data, path, names, alpha, total):
    items = columns(data(path), names)
    agree, found = cronbach_alpha(items), omega(items, draws=200)
    assert agree.n == found.n == 250
    assert agree.raw.value == pytest.approx(alpha, abs=5e-5)
    assert agree.raw.value == pytest.approx(alpha_by_numpy(items), rel=1e-12)
    assert found.total.value == pytest.approx(total, abs=5e-5)
    assert found.total.value == pytest.approx(omega_by_scipy(items), abs=1e-6)
    assert agree.raw.low < agree.raw.value < agree.raw.high
    assert found.total.low < found.total.value < found.total.high


@pytest.mark.parametrize(
    ("construct", "published"),
    [
        ("CUEX", 0.452),
        ("CUSA", 0.779),
        ("CUSL", 0.472),
        ("IMAG", 0.723),
        ("PERQ", 0.877),
        ("PERV", 0.824),
    ],
)
def test_the_constructs_of_the_ecsi_survey_are_as_reliable_as_published(data, construct, published):
    """Tenenhaus et al. (2005), table of Cronbach's alpha (of standardised items)."""
    items = {name: of for name, of in columns(data(ECSI)).items() if name.startswith(construct)}
    assert round(cronbach_alpha(items).standardised.value, 3) == published


def test_an_item_that_loads_above_one_is_told(data):
    """The second loyalty item of the mobile-phone survey has nothing in common with the others."""
    found = omega(columns(data(ECSI), ("CUSL1", "CUSL2", "CUSL3")), draws=100)
    assert found.heywood == ("CUSL3",)
    assert found.loadings["CUSL3"] == 1
    assert any(note.startswith("Heywood case: CUSL3") for note in found.notes)


def test_feldts_interval_is_the_f_distributions():
    """Feldt (1965): (1 - alpha) F has the F distribution with n - 1, (n - 1)(k - 1) degrees."""
    items = dict(zip("abc", zip(*TOY, strict=True), strict=True))
    raw = cronbach_alpha(items).raw
    stats = pytest.importorskip("scipy.stats")
    assert raw.low == pytest.approx(1 - (1 - raw.value) * stats.f.ppf(0.975, 4, 8), rel=1e-9)
    assert raw.high == pytest.approx(1 - (1 - raw.value) * stats.f.ppf(0.025, 4, 8), rel=1e-9)
