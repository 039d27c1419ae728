"""CDNOW in seconds, days, weeks or years, cents or micro-dollars, gives one model.

Published software starts its search in fixed units and ends elsewhere when the unit changes.
"""

import csv
import gzip

import numpy as np
import pytest
from attrs import asdict

from crmkit.metrics import BGNBD, MBGNBD, NBD, GammaGamma, ParetoNBD

#: Parameters that carry the unit of time.
TIMES = {"alpha", "beta"}
A_WEEK = {"seconds": 604_800.0, "days": 7.0, "years": 7 / 365.25}


def columns(path, *names):
    with gzip.open(path, "rt") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[name]) for row in rows]) for name in names]


@pytest.mark.parametrize("unit", A_WEEK)
@pytest.mark.parametrize("model", [NBD, BGNBD, MBGNBD, ParetoNBD])
def test_time_in_another_unit_rescales_the_times_alone(model, unit, data):
    repeats, recency, age = columns(
        data("cdnow/cdnow_customers_summary.csv.gz"), "frequency", "recency", "T"
    )
    factor = A_WEEK[unit]
    weeks = model.fit(repeats, recency, age)
    other = model.fit(repeats, factor * recency, factor * age)
    for name, value in asdict(weeks.model).items():
        scale = factor if name in TIMES else 1.0
        assert getattr(other.model, name) == pytest.approx(scale * value, rel=1e-6), name
        assert other.standard_errors[name] == pytest.approx(
            scale * weeks.standard_errors[name], rel=1e-4
        )
    rescaled = other.log_likelihood + repeats.sum() * np.log(factor)
    assert rescaled == pytest.approx(weeks.log_likelihood, rel=1e-11)
    assert (other.converged, other.notes) == (weeks.converged, weeks.notes)
    alive = weeks.model.probability_alive(repeats, recency, age)
    again = other.model.probability_alive(repeats, factor * recency, factor * age)
    assert again == pytest.approx(alive, rel=1e-5)


@pytest.mark.parametrize("factor", [100.0, 1e6, 1e-3])
def test_money_in_another_unit_rescales_gamma_alone(factor, data):
    path = data("cdnow/cdnow_customers_summary_with_transactions.csv.gz")
    purchases, spend = columns(path, "x", "zbar")
    dollars = GammaGamma.fit(purchases, spend)
    other = GammaGamma.fit(purchases, factor * spend)
    assert other.model.p == pytest.approx(dollars.model.p, rel=1e-6)
    assert other.model.q == pytest.approx(dollars.model.q, rel=1e-6)
    assert other.model.gamma == pytest.approx(factor * dollars.model.gamma, rel=1e-6)
