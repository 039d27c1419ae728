"""The ladder takes the simplest model that the data do not speak against, and says why."""

import csv
import gzip

import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import BGBB, MBGNBD, NBD, SBG, ParetoNBD, choose_model
from crmkit.metrics.value import choose_model as ladder_of_package  # the function, not the room


@pytest.fixture
def cdnow(data):
    with gzip.open(data("cdnow/cdnow_customers_summary.csv.gz"), "rt") as lines:
        rows = list(csv.DictReader(lines))
    names = {"repeats": "frequency", "recency": "recency", "age": "T"}
    return {name: np.array([float(row[at]) for row in rows]) for name, at in names.items()}


def of(model, customers, seed, weeks=52.0):
    drawn = model.simulate(np.linspace(weeks / 2, weeks, customers), seed=seed)
    return {"repeats": drawn.repeats, "recency": drawn.recency, "age": drawn.age}


def test_a_base_that_leaves_gets_the_model_that_lets_one_time_buyers_leave(cdnow):
    choice = choose_model(**cdnow)
    assert choice.name == "MBG/NBD"
    assert choice.reason == "it lets one-time buyers leave, and its optimum is sharp"
    assert [one.name for one in choice.tried] == ["NBD", "MBG/NBD"]
    assert [round(one.fit.log_likelihood, 2) for one in choice.tried] == [-9763.66, -9582.13]
    assert choice.fit == MBGNBD.fit(**cdnow)
    assert choice.notes == ()


def test_a_base_that_stays_gets_the_model_in_which_nobody_leaves():
    choice = choose_model(**of(NBD(r=0.8, alpha=6.0), 600, seed=1))
    assert isinstance(choice.fit.model, NBD)
    assert choice.reason.startswith("letting customers leave makes the histories likelier by e^")
    assert choice.fit.model.r == pytest.approx(0.8, rel=0.15)


def test_few_customers_are_little_evidence_and_that_is_said(cdnow):
    few = {name: column[:60] for name, column in cdnow.items()}
    choice = choose_model(**few)
    assert choice.name == "MBG/NBD"
    assert choice.notes[0] == "little evidence: 60 customers, 21 of them repeat buyers"


def test_so_few_that_leaving_cannot_be_told_get_the_pooled_estimate(cdnow):
    few = {name: column[:5] for name, column in cdnow.items()}
    choice = choose_model(**few)
    assert choice.name == "NBD"
    assert "little evidence: 5 customers, 2 of them repeat buyers" in choice.notes
    mean = choice.fit.model.r / choice.fit.model.alpha
    assert mean == pytest.approx(few["repeats"].sum() / few["age"].sum(), rel=0.3)


def test_without_a_repeat_purchase_it_is_said_what_is_missing():
    choice = choose_model(repeats=[0, 0, 0], recency=[0, 0, 0], age=[3.0, 9.0, 2.0])
    assert (choice.fit, choice.name) == (None, "no model")
    assert "repeat purchase" in choice.reason


def test_where_the_first_choice_is_not_sharp_the_pareto_nbd_is_asked():
    """Customers alike in their chance to leave run the MBG/NBD to its border."""
    alike = MBGNBD(r=0.9, alpha=4.0, a=9_000.0, b=36_000.0)
    choice = choose_model(**of(alike, 2_000, seed=4, weeks=80.0))
    assert "Pareto/NBD" in [one.name for one in choice.tried]
    sharp = {one.name: one.is_sharp for one in choice.tried}
    assert not sharp["MBG/NBD"]
    assert choice.name == ("Pareto/NBD" if sharp["Pareto/NBD"] else "MBG/NBD")
    assert isinstance(choice.fit.model, ParetoNBD if sharp["Pareto/NBD"] else MBGNBD)


def test_weights_count_customers(cdnow):
    few = {name: column[:300] for name, column in cdnow.items()}
    twice = {name: np.concatenate([column, column]) for name, column in few.items()}
    weighted = choose_model(**few, weights=np.full(300, 2.0))
    assert weighted.name == choose_model(**twice).name
    assert weighted.fit.log_likelihood == pytest.approx(choose_model(**twice).fit.log_likelihood)


def test_given_opportunities_call_for_the_bgbb():
    drawn = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78).simulate([6] * 800, seed=2)
    choice = choose_model(repeats=drawn.repeats, recency=drawn.recency, opportunities=drawn.age)
    assert isinstance(choice.fit.model, BGBB)
    assert choice.reason.startswith("purchases on given opportunities")


def test_a_contract_calls_for_the_sbg():
    renewals = [0] * 131 + [1] * 126 + [2] * 90 + [3] * 60 + [4] * 593
    ended = [True] * 407 + [False] * 593
    choice = choose_model(renewals=renewals, ended=ended)
    assert isinstance(choice.fit.model, SBG)
    assert choice.fit.n == 1000


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"repeats": [1], "recency": [1.0]},
        {"repeats": [1], "recency": [1.0], "age": [2.0], "opportunities": [3]},
        {"renewals": [1]},
    ],
)
def test_columns_of_no_one_kind_are_refused_with_the_kinds_there_are(columns):
    with pytest.raises(InvalidValueError, match="repeats, recency, age; or"):
        choose_model(**columns)


def test_a_choice_explains_itself(cdnow):
    told = choose_model(**cdnow).explain()
    assert (told.figure, told.answer) == ("choose_model", "MBG/NBD")
    assert dict(told.inputs)["NBD"] == "log-likelihood -9,763.66, AIC 19,531.32"
    assert told.model.startswith("MBG/NBD: r 0.5")


def test_the_package_offers_the_function():
    assert ladder_of_package is choose_model
