"""Answers are whole steps of their scale; instruments say what they feed, as data."""

import json
import pickle

import pytest
from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.scales import reading_of
from crmkit.domain.surveys import (
    BUILT_IN,
    Answer,
    Indicator,
    Instrument,
    Item,
    Question,
    ReadAs,
    Scale,
    instrument,
    item_of,
)

steps = st.integers(-50, 50)
words = st.text("abc_", min_size=1, max_size=6)


@st.composite
def items(draw):
    how = draw(st.sampled_from(ReadAs))
    low = draw({ReadAs.RANK: st.integers(0, 1), ReadAs.SCALE: steps}.get(how, st.integers(0, 99)))
    high = draw(st.integers(low + 1, 100))
    return Item(
        name=draw(words),
        indicator=draw(st.sampled_from(Indicator)),
        scale=Scale(low, high),
        reads=how,
        reverse=how is not ReadAs.RANK and draw(st.booleans()),
    )


instruments = st.builds(
    lambda name, asked, scale: Instrument(name=name, items=asked, scale=scale),
    words,
    st.lists(items(), min_size=1, max_size=4, unique_by=lambda one: one.name),
    st.none() | st.just(Scale(1, 5)),
)


@given(steps, steps, st.integers(-60, 60))
def test_a_scale_holds_its_whole_steps(low, high, value):
    if high <= low:
        with pytest.raises(InvalidValueError, match="rise"):
            Scale(low, high)
        return
    scale = Scale(low, high)
    assert (value in scale) == (low <= value <= high)
    if value in scale:
        assert Answer(item="q", value=value, scale=scale).value == value
    else:
        with pytest.raises(InvalidValueError, match=f"scale {low} to {high}"):
            Answer(item="q", value=value, scale=scale)


@pytest.mark.parametrize("value", [float("nan"), 3.5, "3"])
def test_what_is_no_step_is_refused(value):
    with pytest.raises(InvalidValueError):
        Answer(item="q", value=value, scale=Scale(1, 5))


def test_a_question_may_be_left_open():
    assert Answer(item="q", value=None, scale=Scale(1, 5)).value is None


def test_the_built_in_instruments_feed_what_they_measure():
    fed = {one.name: {item.indicator for item in one.items} for one in BUILT_IN}
    assert fed == {
        "nps": {Indicator.RECOMMEND},
        "csat": {Indicator.SATISFACTION},
        "ces": {Indicator.EASE},
        "repurchase": {Indicator.REPURCHASE},
        "loyalty": set(Indicator),
    }
    assert instrument("nps").scale == Scale(0, 10)
    assert instrument("mine") is None


def test_the_scales_of_the_loyalty_questionnaire_are_those_of_the_field():
    scales = {one.name: (one.scale.low, one.scale.high) for one in instrument("loyalty").items}
    assert scales == {
        "satisfaction": (1, 10),
        "ease": (1, 7),
        "top_of_mind": (0, 10),
        "first_choice": (0, 10),
        "price_tolerance": (0, 100),
        "preference": (1, 7),
        "positive_affect": (1, 5),
        "negative_affect": (1, 5),
        "recommend": (0, 10),
        "repurchase": (0, 10),
        "expand": (0, 10),
        "switch": (0, 10),
        "share_of_wallet": (0, 100),
    }


def test_a_shop_adds_its_own_instrument_as_data():
    own = Instrument(name="tidy", scale=Scale(1, 5), items={"shop": Indicator.SATISFACTION})
    assert instrument("tidy", (*BUILT_IN, own)) is own
    assert own.item("shop").scale == Scale(1, 5)
    assert own.item("street") is None
    assert item_of(Question("tidy", "shop"), (own,)) == own.items[0]
    assert item_of(Question("tidy", "shop")) is None


def test_items_may_be_words_and_plain_data_each_with_a_scale_of_its_own():
    own = Instrument(
        name="mine",
        scale=(1, 5),
        items={
            "fine": "satisfaction",
            "stay": {
                "indicator": "switch",
                "scale": {"low": 0, "high": 10},
                "reads": "scale",
                "reverse": True,
            },
        },
    )
    assert own.items == (
        Item(name="fine", indicator=Indicator.SATISFACTION, scale=Scale(1, 5)),
        Item(name="stay", indicator=Indicator.SWITCH, scale=Scale(0, 10), reverse=True),
    )


@given(instruments)
def test_an_instrument_survives_json_pickling_and_a_change_of_nothing(one):
    assert Instrument(**json.loads(json.dumps(asdict(one)))) == one
    assert pickle.loads(pickle.dumps(one)) == one
    assert evolve(one) == one
    assert hash(evolve(one)) == hash(one)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "a/b", "items": {"x": "ease"}, "scale": (1, 5)}, "instrument"),
        ({"name": "a", "items": {"x@home": "ease"}, "scale": (1, 5)}, "item"),
        ({"name": "a", "items": {}, "scale": (1, 5)}, "items"),
        ({"name": "a", "items": {"x": "ease"}}, "scale"),
        ({"name": "a", "items": {"x": "joy"}, "scale": (1, 5)}, "indicator"),
        (
            {"name": "a", "items": {"x": {"indicator": "ease", "reads": "z"}}, "scale": (1, 5)},
            "reads",
        ),
        ({"name": "", "items": {"x": "ease"}, "scale": (1, 5)}, "name"),
    ],
)
def test_an_instrument_that_cannot_be_is_refused_by_field(fields, field):
    with pytest.raises(InvalidValueError) as caught:
        Instrument(**fields)
    assert caught.value.field == field


def test_an_item_is_named_once():
    item = Item(name="x", indicator="ease", scale=(1, 5))
    with pytest.raises(InvalidValueError, match="each once"):
        Instrument(name="a", items=(item, item))


@pytest.mark.parametrize(
    "fields",
    [
        {"reads": "rank", "scale": (2, 9)},
        {"reads": "rank", "scale": (0, 9), "reverse": True},
        {"reads": "percent", "scale": (0, 200)},
        {"reads": "percent", "scale": (-10, 50)},
    ],
)
def test_a_scale_that_cannot_be_read_so_is_refused(fields):
    with pytest.raises(InvalidValueError, match="scale"):
        Item(name="x", indicator="top_of_mind", **fields)


@pytest.mark.parametrize(
    ("reads", "reverse", "readings"),
    [
        ("scale", False, {0: 0, 5: 0.5, 10: 1}),
        ("scale", True, {0: 1, 4: 0.6, 10: 0}),
        ("rank", False, {0: 0, 1: 1, 2: 0.5, 4: 0.25}),
        ("percent", False, {0: 0, 10: 0.1}),
        ("percent", True, {0: 1, 10: 0.9}),
    ],
)
def test_a_step_is_read_as_the_item_says(reads, reverse, readings):
    item = Item(name="x", indicator="switch", scale=(0, 10), reads=reads, reverse=reverse)
    assert {step: item.reading(step) for step in readings} == pytest.approx(readings)


@given(items(), st.data())
def test_a_reading_lies_between_0_and_1_and_moves_one_way(item, data):
    step = st.integers(item.scale.low, item.scale.high)
    less, more = sorted((data.draw(step), data.draw(step)))
    low, high = item.reading(less), item.reading(more)
    assert 0 <= low <= 1
    assert 0 <= high <= 1
    down = item.reverse or (item.reads is ReadAs.RANK and less >= 1)
    assert high <= low if down else high >= low


def test_the_mean_of_a_rank_and_no_mention_stays_below_the_first_place():
    assert reading_of(0.5, Scale(0, 10), ReadAs.RANK) == 0.5


plain_words = st.text(st.characters(exclude_characters="/@\0"), min_size=1)


@given(plain_words, plain_words, st.none() | plain_words)
def test_a_question_is_read_back_from_its_key(name, item, touchpoint):
    question = Question(name, item, touchpoint)
    assert Question.parse(question.key(Scale(-3, 3))) == question
    assert question.name == f"{name}/{item}"


WORDED = Item(name="joy", scale=(0, 2), words=("Never", "Now and then", "I’m always happy"))


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (1, 1),
        ("2", 2),
        (" now  AND then ", 1),
        ("I'm always happy", 2),
        ("never", 0),
        (None, None),
        ("  ", None),
    ],
)
def test_a_step_is_chosen_by_number_or_by_wording(given, step):
    assert WORDED.step(given) == step


@pytest.mark.parametrize("given", [3, -1, "3", "often", 1.5, True])
def test_what_is_no_step_is_refused_with_the_wordings(given):
    with pytest.raises(InvalidValueError, match="'Now and then'"):
        WORDED.step(given)


@pytest.mark.parametrize("words", [("a", "b"), ("a", "b", "A ")])
def test_each_step_has_a_wording_of_its_own(words):
    with pytest.raises(InvalidValueError, match="must word each of the 3 steps, no two alike"):
        Item(name="joy", scale=(0, 2), words=words)


def test_an_instrument_words_its_items_and_makes_typed_answers():
    own = Instrument(
        name="own",
        scale=(1, 3),
        words=("no", "so so", "yes"),
        items={
            "fair": None,
            "rank": {"scale": (0, 5), "reads": "rank", "indicator": "top_of_mind"},
        },
    )
    assert own.item("fair").words == ("no", "so so", "yes")
    assert own.item("rank").words == ()
    assert own.answers({"rank": "4", "fair": "Yes"}) == (
        Answer(item="rank", value=4, scale=Scale(0, 5)),
        Answer(item="fair", value=3, scale=Scale(1, 3)),
    )
    with pytest.raises(InvalidValueError, match="item is 'fare', but must be one of fair, rank"):
        own.answers({"fare": 1})
