"""What no caller should send to a measure, and whatever holds answers: errors by name, or figures.

Whatever comes in, a measure ends in one of crmkit's own errors, or in finite figures that can be
shown, explained and stored.
"""

import math
import pickle
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crmkit.metrics as of
from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.metrics.answer_table import answer_table
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import checked_number, valid_scale
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.isotonic import isotonic
from crmkit.metrics.kano import answers_by_wording, pairs_by_feature
from crmkit.metrics.resampling import checked_draws
from crmkit.metrics.satisfaction.question_trend import trend

NO_NUMBERS = (
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    Decimal("NaN"),
    Decimal("sNaN"),
    "many",
    "7",
    b"x",
    [],
    {},
    (1, 2),
    3 + 0j,
    pd.NA,
    np.array([1, 2]),
    print,
)
MEASURES = {
    "acsi": lambda x: of.acsi({"a": x, "b": x}, scale=(1, 5)),
    "alpha": lambda x: of.cronbach_alpha({"a": x, "b": x}),
    "asked": lambda x: of.asked_disconfirmation(x, scale=(1, 5)),
    "careless": lambda x: of.careless_answers({"a": x}, seconds=x),
    "decayed": of.time_decayed_mean,
    "drivers": lambda x: of.key_drivers({"a": x, "b": [1, 2, 2, 5, 3]}, x, draws=100),
    "effects": lambda x: of.disconfirmation(x, x, x),
    "brands": lambda x: of.mean_wallet_allocation({"a": x, "b": x}),
    "importance": lambda x: of.importance_performance(
        {"a": x, "b": x}, {"a": x, "b": x}, draws=100
    ),
    "isotonic": lambda x: isotonic(x, x),
    "kano": of.kano,
    "loadings": of.composite_reliability,
    "mind": lambda x: of.share_of_mind(x, "lamp"),
    "nps": lambda x: of.nps(x, weights=x),
    "omega": lambda x: of.omega({"a": x, "b": x, "c": [1, 2, 2, 5, 3]}, draws=100),
    "perceived": lambda x: of.perceived_value({"product": x, "money": x}),
    "penalty": lambda x: of.penalty_reward({"a": x}, x),
    "premiums": of.price_tolerance,
    "prices": lambda x: of.price_sensitivity(x, x, x, x, draws=100),
    "propensity": lambda x: of.propensity_weighted_mean(x, {"a": x}),
    "rates": lambda x: of.gabor_granger({8: x, 9: x}, draws=100),
    "segments": lambda x: of.kano_by_segment({"a": [(1, 5)] * 5}, x),
    "service": lambda x: of.service_gap({"a": x}, {"a": x}, dimensions={"d": ["a"]}),
    "shrunken": lambda x: of.shrunken_mean(x, prior_mean=3),
    "silent": of.nonresponse_bounds,
    "strata": lambda x: of.post_stratified_mean({"a": x}, {"a": 1}),
    "table": lambda x: of.kano_table({"a": x}),
    "trend": trend,
    "value": lambda x: of.mean_delivered_value(x, draws=100),
    "wallet": lambda x: of.share_of_wallet(x, x),
    "wordings": lambda x: answers_by_wording(x, {"yes": "like"}),
}
STEPS = st.integers(1, 5) | st.none()
ODD = st.sampled_from([*NO_NUMBERS, True, 0, -1, 1e300, 1e-300, 2.5, Decimal(3), Fraction(5, 2)])
COLUMNS = st.lists(STEPS, max_size=6) | st.lists(STEPS | ODD, max_size=6) | ODD


def flaws(answer):
    """Figures that are none, or lie outside of their intervals."""
    if isinstance(answer, Estimate):
        ends = [one for one in (answer.low, answer.value, answer.high) if one is not None]
        finite = all(type(one) in {int, float} and math.isfinite(one) for one in ends)
        told = answer.value is not None or answer.notes
        rising = answer.value is None or all(
            after >= before - 1e-9 * abs(before) for before, after in pairwise(ends)
        )
        if not (finite and told and rising):
            yield answer
    elif attrs.has(type(answer)):
        for one in attrs.fields(type(answer)):
            yield from flaws(getattr(answer, one.name))
    elif hasattr(answer, "values") and not callable(answer):
        for one in answer.values():
            yield from flaws(one)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", MEASURES)
@given(column=COLUMNS)
def test_every_measure_ends_in_an_error_of_its_own_or_in_figures(name, column):
    try:
        told = MEASURES[name](column)
    except CrmkitError as error:
        str(error)
        return
    assert list(flaws(told)) == []
    assert str(told)
    assert pickle.loads(pickle.dumps(told)) == told
    if hasattr(told, "explain"):
        assert str(told.explain())
        assert told._repr_html_()


@pytest.mark.parametrize("odd", NO_NUMBERS, ids=str)
def test_what_is_no_number_is_refused_by_its_name(odd):
    with pytest.raises(InvalidValueError, match=r"^x is "):
        checked_number(odd, "x")
    for call in (
        lambda: of.shrunken_mean([3], prior_mean=3, deviation=odd),
        lambda: of.time_decayed_mean([(0, 3)], half_life=odd),
        lambda: of.price_acceptance([(0.1, True)], step=odd),
        lambda: of.measurement_error(odd, 0.8),
        lambda: of.first_choice(1, 2, usual=0.3, strength=odd),
        lambda: of.relative_weights([[1]], [odd]),
        lambda: of.wallet_allocation(1, odd),
        lambda: of.nps_sample_size(10, promoters=0.5, detractors=0.2, power=odd),
        lambda: of.customer_value_analysis({"a": 1}, {"a": odd}, {"a": 1}),
        lambda: of.delivered_value({"product": odd}, {}),
        lambda: checked_draws(odd),
    ):
        with pytest.raises(InvalidValueError):
            call()


@pytest.mark.parametrize(
    "scale",
    [None, 5, "15", (1,), (1, 2, 3), (5, 1), (0, 0.5), (None, 5), ("a", "b"), (1, math.inf)],
)
def test_what_is_no_scale_is_refused(scale):
    with pytest.raises(InvalidValueError, match=r"scale is .* must be \(lowest, highest\)"):
        valid_scale(scale)


def test_decimals_fractions_and_numbers_of_numpy_are_read_as_floats():
    plain = of.nonresponse_bounds([1, 4, 5, None], scale=(1, 5))
    for kind in (Decimal, Fraction, np.int64, np.float32):
        scale = (kind(1), kind(5))
        assert of.nonresponse_bounds([kind(1), kind(4), kind(5), None], scale=scale) == plain
    ratings = {"a": [Decimal("2.5"), Decimal(4), Decimal(1), Decimal(5), Decimal(3)] * 6}
    exact = {"a": [2.5, 4, 1, 5, 3] * 6}
    whole = [3, 4, 1, 5, 2] * 6
    told = of.penalty_reward(ratings, whole, negligible=Decimal("0.1"), scale=(Decimal(1), 5))
    assert told == of.penalty_reward(exact, whole, negligible=0.1)
    assert of.customer_value_analysis(
        {"a": 1}, {"a": Decimal(9)}, {"a": 8}, own_price=Decimal("4.5"), competitor_price=5
    ) == of.customer_value_analysis({"a": 1}, {"a": 9}, {"a": 8}, own_price=4.5, competitor_price=5)
    asked = {8: np.array([True, True, False]), 10: np.array([True, False, False])}
    counted = {8: (2, 3), 10: (1, 3)}
    assert of.gabor_granger(asked, draws=100) == of.gabor_granger(counted, draws=100)


HOLDERS = {
    "generator": iter,
    "tuple": tuple,
    "numpy": lambda x: np.array(x, dtype=object),
    "pandas": lambda x: pd.Series(x, dtype="Int64"),
    "polars": pl.Series,
}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_it_does_not_matter_what_holds_the_answers(holder):
    answers = {
        "a": [1, 2, None, 4, 5, 3, 2],
        "b": [2, 2, 4, None, 5, 1, 3],
        "c": [1, 3, 2, 4, 4, 2, 2],
    }
    for measure in (
        lambda x: of.omega(x, draws=100),
        of.cronbach_alpha,
        lambda x: of.acsi(x, scale=(1, 5)),
        of.mean_wallet_allocation,
        lambda x: of.service_gap(None, x, dimensions={"d": ["a", "b", "c"]}),
        of.careless_answers,
    ):
        assert measure({name: holder(x) for name, x in answers.items()}) == measure(answers)


def test_a_frame_may_name_its_columns_by_numbers_and_a_name_stands_for_one():
    frame = pd.DataFrame([[1, 2], [3, 4], [4, 4]])
    assert answer_table(frame).names == ("0", "1")
    assert of.cronbach_alpha(frame).raw == of.cronbach_alpha({"0": [1, 3, 4], "1": [2, 4, 4]}).raw
    frame.columns = ["a", "a"]
    with pytest.raises(InvalidValueError, match="must be the name of one question alone"):
        answer_table(frame)
    for table in (None, 5, [1, 2], "ab"):
        with pytest.raises(InvalidValueError, match="must be a mapping, or a data frame"):
            answer_table(table)


@pytest.mark.parametrize("column", [5, None, "abc", b"abc", print])
def test_what_is_no_column_is_refused_by_its_name(column):
    with pytest.raises(InvalidValueError, match=r"wine is .* must be a list, or another column"):
        cells(column, "wine")
    with pytest.raises(InvalidValueError, match=r"answers\['a'\] is"):
        answer_table({"a": column})


@pytest.mark.parametrize("segment", [math.nan, 3, pd.NA, True])
def test_a_segment_without_a_name_is_refused_and_not_dropped(segment):
    with pytest.raises(InvalidValueError, match=r"segments\[1\].*give None"):
        of.kano_by_segment({"a": [(1, 5), (1, 3)]}, ["s", segment])
    told = of.kano_by_segment({"a": [(1, 5), (1, 3)]}, pd.Series(["s", None]))
    assert (told.unplaced, tuple(told.segments)) == (1, ("s",))


def test_a_wording_that_stands_for_two_answers_is_refused():
    with pytest.raises(InvalidValueError, match="stands for two answers"):
        answers_by_wording(["Yes"], {"yes": "like", "YES ": "dislike"})
    assert answers_by_wording(["Yes"], {"yes": "like", "YES ": "like"}) == ("like",)


@pytest.mark.parametrize(
    "call",
    [
        lambda: of.kano([(1, 5)], variant=[]),
        lambda: of.kano([(1, 5)], rule=pd.NA),
        lambda: of.price_sensitivity([1], [2], [3], [4], convention=[]),
        lambda: of.share_of_wallet(1, 2, impossible=[]),
        lambda: of.disconfirmation([1], [2], model=[]),
        lambda: of.importance_performance({"a": 1, "b": 2}, {"a": 1, "b": 2}, crosshair=(1,)),
        lambda: of.price_tolerance([(0.1, [])]),
        lambda: of.price_tolerance([0.1]),
        lambda: of.shrinkage_of_shares({"a": 5, "b": (1, 2, 3)}),
        lambda: of.shrinkage_of([1, 2]),
        lambda: of.kano_of_counts([1, 2]),
        lambda: of.kano_of_counts({1: 2}),
        lambda: pairs_by_feature({1: [1]}),
        lambda: of.wallet_allocation_of([9, 7]),
        lambda: of.compare_delivered_value(1, 2),
        lambda: of.delivered_value({}, {}, unit=5),
        lambda: of.post_stratified_mean({"a": [1]}, {"a": 1}, collapse={"a": []}),
        lambda: of.response_rate(7, 1e308),
        lambda: of.gabor_granger([8, 10]),
        lambda: of.gabor_granger({8: (10**12, 10**13)}),
        lambda: of.key_drivers({"a": [1, 2, 3, 4]}, [1, 2, 4, 3], draws=2**70),
        lambda: of.price_sensitivity([], [], [], [], draws=5),
        lambda: of.mean_delivered_value([], seed=-1),
        lambda: of.relative_weights([[1, 0], [0]], [0.1, 0.2]),
    ],
)
def test_what_is_of_another_shape_is_refused_by_name(call):
    with pytest.raises(InvalidValueError):
        call()
