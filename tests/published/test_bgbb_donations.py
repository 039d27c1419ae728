"""The published annual donations: BG/BB fitted to 11,104 donors and six years.

Fader, P. S., Hardie, B. G. S., Shang, J. (2010). Customer-base analysis in a discrete-time
noncontractual setting. Marketing Science 29(6), 1086-1108: the 22 distinct histories, and the
12,884.2 donations expected over the next five years. The parameters and the log-likelihood are
stated as recomputed from these 22 rows.
"""

import numpy as np
import pytest

from crmkit.metrics.value import BGBB

# Donors by (repeat donations, year of the last of them), after six years.
DONORS = {
    (0, 0): 3464,
    (1, 1): 1091,
    (1, 2): 277,
    (1, 3): 129,
    (1, 4): 78,
    (1, 5): 119,
    (1, 6): 129,
    (2, 2): 613,
    (2, 3): 255,
    (2, 4): 155,
    (2, 5): 173,
    (2, 6): 234,
    (3, 3): 322,
    (3, 4): 181,
    (3, 5): 225,
    (3, 6): 357,
    (4, 4): 240,
    (4, 5): 284,
    (4, 6): 512,
    (5, 5): 335,
    (5, 6): 728,
    (6, 6): 1203,
}
YEARS = 6


@pytest.fixture(scope="module")
def table():
    repeats, recency = map(np.array, zip(*DONORS, strict=True))
    return repeats, recency, np.full(len(DONORS), YEARS), np.array([*DONORS.values()])


@pytest.fixture(scope="module")
def fit(table):
    *history, donors = table
    return BGBB.fit(*history, weights=donors)


def test_the_donors_are_the_published_ones(table):
    assert (len(DONORS), table[3].sum()) == (22, 11_104)


def test_the_fit_is_the_one_recomputed_from_the_published_rows(fit):
    """To three places as printed in the paper: 1.204, 0.750, 0.657, 2.783; LL -33,225.6."""
    model = fit.model
    got = (model.alpha, model.beta, model.gamma, model.delta)
    assert got == pytest.approx((1.203522, 0.749716, 0.656718, 2.783442), abs=2e-6)
    assert fit.log_likelihood == pytest.approx(-33_225.5813, abs=5e-5)
    assert (fit.converged, fit.n, fit.notes) == (True, 11_104, ())
    assert all(error > 0 for error in fit.standard_errors.values())


def test_the_log_likelihood_of_the_fit_is_the_models_own(fit, table):
    *history, donors = table
    assert donors @ fit.model.log_likelihood(*history) == pytest.approx(
        fit.log_likelihood, rel=1e-13
    )


def test_the_next_five_years_bring_the_published_number_of_donations(fit, table):
    *history, donors = table
    expected = fit.model.expected_purchases(*history, opportunities=5)
    assert donors @ expected == pytest.approx(12_884.2, abs=0.05)


def test_the_fit_expects_as_many_donors_of_each_count_as_there_are(fit, table):
    """The paper's figure of the fit: repeat donations by number, within 2.5 % of all donors."""
    repeats, _, _, donors = table
    expected = 11_104 * np.array(fit.model.count_probabilities_of_newcomer(opportunities=YEARS))
    actual = np.bincount(repeats, donors)
    assert expected.sum() == pytest.approx(11_104, rel=1e-12)
    assert abs(expected - actual).max() < 0.025 * 11_104
