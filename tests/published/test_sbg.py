"""The published examples of the sBG: retention curves projected, and what is left of them.

Fader, P. S., Hardie, B. G. S. (2007). How to project customer retention. Journal of Interactive
Marketing 21(1), 76-90: two segments seen for seven years and projected to twelve, and the
cohorts of its multi-cohort example. Fader, P. S., Hardie, B. G. S. (2010). Customer-base
valuation in a contractual setting. Marketing Science 29(1), 85-93: residual lifetimes at 10 %.
Parameters with three places are as printed; DERL is stated as recomputed from them.
"""

from itertools import pairwise

import pytest

from crmkit.metrics.value import SBG

HIGH_END = (1.0, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491)
REGULAR = (1.0, 0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241)
COHORT = (10_000, 8_000, 6_480, 5_307, 4_391)
PRINTED = SBG(alpha=0.668, beta=3.806)


def test_the_high_end_fit_is_the_published_one():
    """alpha .668, beta 3.806, log-likelihood -1611.16 per 1,000 customers."""
    fit = SBG.fit(HIGH_END, n=1000)
    assert fit.model.alpha == pytest.approx(0.668, abs=5e-4)
    assert fit.model.beta == pytest.approx(3.806, abs=5e-4)
    assert fit.log_likelihood == pytest.approx(-1611.16, abs=5e-3)
    assert (fit.converged, fit.n, fit.notes) == (True, 1000, ())


def test_the_regular_fit_is_the_published_one():
    """alpha .704, beta 1.182."""
    fit = SBG.fit(REGULAR, n=1000)
    assert fit.model.alpha == pytest.approx(0.704, abs=5e-4)
    assert fit.model.beta == pytest.approx(1.182, abs=5e-4)
    assert fit.converged


def test_the_log_likelihood_at_equal_shapes_is_the_published_one():
    """-2.1155 per customer at alpha = beta = 1."""
    evenly = SBG(alpha=1, beta=1)
    lost = [before - after for before, after in pairwise(HIGH_END)]
    left = sum(share * evenly.log_likelihood(t, ended=True) for t, share in enumerate(lost))
    total = left + HIGH_END[-1] * evenly.log_likelihood(7, ended=False)
    assert total == pytest.approx(-2.1155, abs=5e-5)


def test_survival_is_projected_to_the_published_shares():
    model = SBG.fit(HIGH_END, n=1000).model
    projected = model.survival([8, 9, 10, 11, 12])
    assert list(projected) == pytest.approx([0.460, 0.436, 0.414, 0.395, 0.378], abs=5e-4)


def test_retention_rises_as_published():
    assert list(PRINTED.retention([1, 2, 3, 4])) == pytest.approx(
        [0.8507, 0.8780, 0.8968, 0.9106], abs=5e-5
    )


def test_the_discounted_lifetimes_are_the_published_ones():
    """DEL 5.9226; DERL immediately before renewals 1 to 8, of which the last is 7.530."""
    assert PRINTED.discounted_lifetime(0.1) == pytest.approx(5.9226, abs=5e-5)
    expected = [5.4149, 5.9018, 6.2943, 6.6203, 6.8971, 7.1360, 7.3451, 7.5299]
    assert list(PRINTED.derl(range(8), discount=0.1)) == pytest.approx(expected, abs=5e-5)


def test_several_cohorts_give_the_published_fit():
    """alpha 3.80, beta 15.19."""
    fit = SBG.fit_cohorts([COHORT[:length] for length in (5, 4, 3, 2)])
    assert fit.model.alpha == pytest.approx(3.80, abs=5e-3)
    assert fit.model.beta == pytest.approx(15.19, abs=5e-3)
    assert (fit.converged, fit.n) == (True, 40_000)
