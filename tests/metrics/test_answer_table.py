"""Answers side by side: checked once, as mappings or as data frames."""

import pandas as pd
import polars as pl
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import csat, nps
from crmkit.metrics.answer_table import answer_table
from crmkit.metrics.resampling import percentile_interval, redrawn

ANSWERS = {"price": [1, 2, None, 4], "advice": [5, 4, 3, 2]}


@pytest.mark.parametrize(
    "table",
    [ANSWERS, pl.DataFrame(ANSWERS), pd.DataFrame(ANSWERS, dtype=object)],
    ids=["mapping", "polars", "pandas"],
)
def test_a_table_is_a_mapping_or_a_frame(table):
    given = answer_table(table, low=1, high=5)
    assert given.columns == {"price": (1, 2, None, 4), "advice": (5, 4, 3, 2)}
    assert (len(given), given.names) == (4, ("price", "advice"))
    assert given.complete == [(1, 5), (2, 4), (4, 2)]
    assert given.left_out() == ("1 of 4 respondents left out: not all answered",)
    assert given.only(["advice"]).left_out() == ()


def test_what_pandas_calls_missing_is_missing():
    frame = pd.DataFrame({"a": [1, None, 3], "b": [2.0, 4.0, float("nan")]})
    assert answer_table(frame).columns == {"a": (1, None, 3), "b": (2, 4, None)}
    assert answer_table({"a": frame["a"]}).columns == {"a": (1, None, 3)}
    assert csat(frame["b"]).mean.n == 2
    assert nps(pd.Series([9, pd.NA, 3], dtype="Int64")).n == 2
    with pytest.raises(InvalidValueError, match="is nan"):
        answer_table({"a": [1.0, float("nan")]})


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({}, "must hold at least one"),
        ({"a": [1], "b": [1, 2]}, "must all be equally long"),
        ({"a": [1, float("nan")]}, r"answers\['a'\]\[1\] is nan"),
        ({"a": [1, 6]}, r"answers\['a'\]\[1\] is 6, but must be from 1 to 5"),
    ],
)
def test_what_is_no_table_of_answers_is_refused(table, told):
    with pytest.raises(InvalidValueError, match=told):
        answer_table(table, low=1, high=5)


def test_an_unknown_question_is_refused_with_those_there_are():
    with pytest.raises(InvalidValueError, match="must be one of price, advice"):
        answer_table(ANSWERS).only(["prize"])


def test_a_bootstrap_repeats_with_its_seed_and_finds_the_error_of_a_mean():
    values = [float(one % 7) for one in range(70)]

    def mean(places):
        return sum(values[place] for place in places) / len(places)

    drawn = redrawn(mean, 70, seed=4)
    assert drawn == redrawn(mean, 70, seed=4) != redrawn(mean, 70, seed=5)
    low, high = percentile_interval(drawn)
    assert (low, high) == pytest.approx((2.53, 3.47), abs=0.05)
    assert percentile_interval(drawn[:99]) is None


def test_undefined_draws_are_left_out_and_impossible_ones_refused():
    assert redrawn(lambda _: None, 3) == []
    for options, field in (({"draws": 99}, "draws"), ({"seed": -1}, "seed"), ({"n": 0}, "n")):
        with pytest.raises(InvalidValueError, match=f"^{field} is"):
            redrawn(lambda _: 1.0, **{"n": 3, **options})
