"""The model that the customers were drawn from wins, or is tied with the one that does."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import BGNBD, MBGNBD, NBD, SBG, ParetoNBD, compare_models, holdout
from crmkit.metrics.catalogue import CATALOGUE
from crmkit.metrics.value.judging import holdout_scores

START = date(2024, 1, 1)
SPLIT, UNTIL = START + timedelta(days=7 * 52), START + timedelta(days=7 * 104)
CUSTOMERS = 1_500


def of_days(firsts, times):
    """Histories from first days and, per customer, days after them."""
    return [
        [START + timedelta(days=int(first) + int(each)) for each in (0, *np.ceil(some))]
        for first, some in zip(firsts, times, strict=True)
    ]


def buying(rng, rate, leaves_after):
    """Days of Poisson purchases at a rate per day; each may be the last."""
    days, day = [], 0.0
    while (day := day + rng.exponential(1 / rate)) < 800:
        days.append(day)
        if leaves_after(day):
            break
    return days


def drawn(kind, seed):
    rng = np.random.default_rng(seed)
    firsts = rng.integers(0, 120, CUSTOMERS)
    times = []
    for rate in rng.gamma(0.9, 1 / 60.0, CUSTOMERS):
        chance, life = rng.beta(0.8, 2.0), rng.exponential(1 / rng.gamma(0.6, 1 / 100.0))
        if kind is NBD:
            times.append(buying(rng, rate, lambda _: False))
        elif kind is ParetoNBD:
            times.append([day for day in buying(rng, rate, lambda _: False) if day < life])
        elif kind is MBGNBD and rng.random() < chance:
            times.append([])
        else:
            times.append(buying(rng, rate, lambda _, p=chance: rng.random() < p))
    return holdout(of_days(firsts, times), split=SPLIT, until=UNTIL)


@pytest.fixture(scope="module")
def leaving():
    return drawn(BGNBD, seed=1)


@pytest.fixture(scope="module")
def compared(leaving):
    return compare_models(leaving)


@pytest.mark.parametrize("kind", [NBD, BGNBD, MBGNBD, ParetoNBD], ids=lambda kind: kind.NAME)
def test_the_model_that_drew_the_customers_wins_or_is_tied(kind):
    compared = compare_models(drawn(kind, seed=5))
    assert kind.NAME in (compared.best.name, *compared.tied), str(compared)
    truth = next(row for row in compared.rows if row.name == kind.NAME)
    assert truth.expected == pytest.approx(compared.bought, rel=0.12)


def test_a_model_in_which_nobody_leaves_loses_where_customers_leave(leaving):
    compared = compare_models(leaving, [NBD, BGNBD])
    assert [row.name for row in compared.rows] == ["BG/NBD", "NBD"]
    assert compared.verdict == "BG/NBD foretells best"
    assert compared.tied == ()
    assert compared.rows[1].behind.low > 0


def test_the_held_out_likelihood_is_that_of_each_count_given_the_history(leaving):
    row = compare_models(leaving, [MBGNBD]).best
    histories = zip(leaving.repeats, leaving.recency, leaving.age, strict=True)
    logs = [
        math.log(row.fit.model.count_probabilities(*one, weeks=leaving.weeks, most=count)[count])
        for one, count in zip(histories, leaving.bought, strict=True)
    ]
    assert row.held_out == pytest.approx(math.fsum(logs), rel=1e-10)
    assert (row.behind, row.is_tied) == (None, False)


def test_the_distance_to_the_best_is_that_of_the_sums(leaving, compared):
    best, *others = compared.rows
    for row in others:
        assert row.behind.value == pytest.approx(
            (best.held_out - row.held_out) / leaving.customers, rel=1e-9
        )
        assert row.behind.value >= 0
        assert row.is_tied == (row.behind.low <= 0)
        assert row.behind.n == leaving.customers
        assert row.behind.unit == CATALOGUE["behind_the_best"].unit


def test_each_fit_is_that_of_the_known_days_with_its_criteria(leaving, compared):
    for row in compared.to_rows():
        kind = {one.NAME: one for one in (NBD, BGNBD, MBGNBD, ParetoNBD)}[row["name"]]
        fit = leaving.fit(kind)
        assert (row["log_likelihood"], row["aic"], row["bic"]) == (
            fit.log_likelihood,
            fit.aic,
            fit.bic,
        )
        assert row["parameters"] == (2 if kind is NBD else 4)
        assert row["converged"] is fit.converged


def test_models_are_ranked_whatever_order_they_are_named_in(leaving):
    one = compare_models(leaving, [NBD, BGNBD, MBGNBD])
    assert one == compare_models(leaving, [MBGNBD, BGNBD, NBD])
    assert [row.held_out for row in one.rows] == sorted(
        (row.held_out for row in one.rows), reverse=True
    )


def test_the_order_of_customers_does_not_matter():
    rng = np.random.default_rng(2)
    times = [buying(rng, rate, lambda _: rng.random() < 0.3) for rate in rng.gamma(1, 0.02, 200)]
    some = of_days(rng.integers(0, 90, 200), times)
    one, other = (
        compare_models(holdout(each, split=SPLIT, until=UNTIL), [NBD, BGNBD])
        for each in (some, some[::-1])
    )
    for here, there in zip(one.to_rows(), other.to_rows(), strict=True):
        assert list(here) == list(there)
        for name, value in here.items():
            told = isinstance(value, str) or value is None
            assert value == (there[name] if told else pytest.approx(there[name], rel=1e-9)), name


def test_a_model_that_cannot_be_fitted_is_a_row_with_the_reason():
    two = [[START, START + timedelta(days=50)], [START + timedelta(days=3)]]
    compared = compare_models(holdout(two, split=SPLIT, until=UNTIL))
    names = {row.name: row for row in compared.rows}
    assert names["NBD"].fit is not None
    assert compared.best.name == "NBD"
    assert names["Pareto/NBD"].fit is None
    assert "needs at least" in names["Pareto/NBD"].missing
    assert names["Pareto/NBD"].to_row()["aic"] is None
    assert "not fitted: " in str(compared)


def test_without_customers_no_model_is_judged():
    compared = compare_models(holdout([], split=SPLIT, until=UNTIL))
    assert (compared.best, compared.tied, compared.verdict) == (None, (), "no model can be judged")
    assert all(row.fit is None and row.missing for row in compared.rows)
    assert str(compared.explain())


def test_a_hold_out_without_days_judges_no_model_but_fits_all():
    rng = np.random.default_rng(8)
    times = [buying(rng, rate, lambda _: rng.random() < 0.3) for rate in rng.gamma(1, 0.02, 200)]
    compared = compare_models(
        holdout(of_days(rng.integers(0, 90, 200), times), split=UNTIL, until=UNTIL), [NBD, BGNBD]
    )
    assert (compared.best, compared.bought) == (None, 0)
    assert [row.held_out for row in compared.rows] == [None, None]
    assert all(row.fit is not None for row in compared.rows)
    assert "the hold-out has no days: the log is cut at its end" in compared.notes


def test_a_count_of_no_chance_is_said_and_not_made_a_number(leaving, monkeypatch):
    real = BGNBD.count_probabilities

    def none_at_all(self, *history, **asked):
        chances = real(self, *history, **asked)
        return 0.0 * chances if asked["most"] == 3 else chances

    monkeypatch.setattr(BGNBD, "count_probabilities", none_at_all)
    compared = compare_models(leaving, [BGNBD, NBD])
    assert [row.name for row in compared.rows] == ["NBD", "BG/NBD"]
    lost = compared.rows[1]
    assert (lost.held_out, lost.behind) == (None, None)
    count = leaving.bought.count(3)
    assert lost.missing == (
        f"{count} customers bought a number that it gives no chance a float can hold"
    )
    assert "no chance a float can" in str(compared)


def test_blocks_of_histories_give_the_same_answers(leaving, monkeypatch):
    model = leaving.fit(MBGNBD).model
    whole = holdout_scores.log_chances(model, leaving), holdout_scores.expected(model, leaving)
    monkeypatch.setattr(holdout_scores, "_CELLS", 64)
    parts = holdout_scores.log_chances(model, leaving), holdout_scores.expected(model, leaving)
    for one, other in zip(whole, parts, strict=True):
        assert one == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize(
    ("models", "field"),
    [
        ([NBD, SBG], r"models\[1\]"),
        ([NBD(r=1.0, alpha=1.0)], r"models\[0\]"),
        (["NBD"], r"models\[0\]"),
        ([NBD, BGNBD, NBD], r"models\[2\]"),
    ],
)
def test_what_is_no_model_is_refused_by_name(models, field, leaving):
    with pytest.raises(InvalidValueError, match=f"^{field} is"):
        compare_models(leaving, models)


def test_no_model_is_no_row(leaving):
    assert compare_models(leaving, []).rows == ()


def test_it_shows_and_explains_itself(leaving):
    compared = compare_models(leaving, [NBD, BGNBD])
    assert str(compared).startswith("BG/NBD foretells best (")
    assert "behind by " in str(compared)
    told = compared.explain()
    assert (told.figure, told.formula) == ("compare_models", CATALOGUE["compare_models"].formula)
    assert [part.figure for part in told.parts] == ["behind_the_best"]
    assert told.model.startswith("BG/NBD: r ")
