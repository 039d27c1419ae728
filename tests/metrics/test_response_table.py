"""Responses as a table: a row per response, a column per question, nothing mixed."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain import Answer, Instrument, Scale, SurveyResponse
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import acsi, cronbach_alpha, response_table

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
opened, day = small["opened"], small["day"]
AS_OF = date(2026, 7, 1)
FIVE = Scale(1, 5)


def responded(number, who, on, touchpoint=None, instrument="fair", scale=FIVE, **values):
    return SurveyResponse(
        id=f"r{number}",
        customer_id=who,
        at=day(on),
        instrument=instrument,
        touchpoint=touchpoint,
        answers=[Answer(item=k, value=v, scale=scale) for k, v in values.items()],
    )


def facts_of(*responses):
    base = opened(*responses)
    return list(base._readings.facts(None))  # the flat rows of a base


RESPONSES = (
    responded(1, "ann", 1, price=2, advice=4),
    responded(2, "ann", 9, "delivery", price=5, advice=None),
    responded(3, "bob", 3, price=3, advice=3),
    responded(4, "bob", 4, instrument="mood", joy=1),
)


def test_the_latest_response_of_each_customer_counts():
    table = response_table(facts_of(*RESPONSES), "fair")
    assert table.customers == ("ann", "bob")
    assert table.answers == {"advice": (None, 3), "price": (5, 3)}
    assert table.touchpoints == ("delivery", None)
    assert table.scale_of() == (1, 5)
    assert "fair: 2 responses of 2 customers, 2026-01-04 to 2026-01-10" in str(table)


def test_every_response_counts_where_that_is_asked_for():
    table = response_table(facts_of(*RESPONSES), "fair", every=True)
    assert (table.customers, table["price"]) == (("ann", "ann", "bob"), (2, 5, 3))


def test_only_those_about_a_touchpoint():
    table = response_table(facts_of(*RESPONSES), "fair", touchpoint="delivery")
    assert (table.customers, table["price"]) == (("ann",), (5,))


def test_an_answer_on_another_scale_is_left_out_and_counted():
    odd = responded(5, "cid", 5, scale=Scale(1, 10), price=9)
    table = response_table(facts_of(*RESPONSES, odd), "fair")
    assert table["price"] == (5, 3, None)
    assert table.notes == ("price: 1 on another scale than 1 to 5 left out",)
    ten = Instrument(name="fair", scale=(1, 10), items={"price": None})
    table = response_table(facts_of(*RESPONSES, odd), "fair", instruments=(ten,))
    assert table["price"] == (None, None, 9)
    assert table.notes == ("price: 2 on another scale than 1 to 10 left out",)


def test_a_questionnaire_that_nobody_answered_is_refused_with_those_there_are():
    with pytest.raises(InvalidValueError, match=r"must be one that was answered: fair, mood"):
        response_table(facts_of(*RESPONSES), "fare")
    with pytest.raises(InvalidValueError, match="instrument is 'fair@door'"):
        response_table(facts_of(*RESPONSES), "fair", touchpoint="door")


def test_questions_of_several_scales_have_no_scale_in_common():
    both = responded(6, "dan", 6, price=1), responded(7, "eve", 7, scale=Scale(0, 10), whole=7)
    table = response_table(facts_of(*both), "fair")
    assert table.scale_of(["whole"]) == (0, 10)
    with pytest.raises(InvalidValueError, match="must be one for price, whole"):
        table.scale_of()
    with pytest.raises(InvalidValueError, match="must be one of price, whole"):
        table.only(["prize"])


def test_it_is_what_the_functions_over_several_questions_take():
    table = response_table(facts_of(*RESPONSES), "fair", every=True)
    assert table.only(["price", "advice"]).rows == [(2, 4), (5, None), (3, 3)]
    assert cronbach_alpha(table).n == 2
    assert table.among({"bob"}).customers == ("bob",)


answers = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 99), st.none() | st.integers(1, 5)),
    min_size=1,
    max_size=12,
)


@given(answers, st.randoms())
def test_the_order_of_the_facts_does_not_matter(given_answers, random):
    responses = [
        responded(number, who, on, price=value)
        for number, (who, on, value) in enumerate(given_answers)
    ]
    facts = facts_of(*responses)
    shuffled = random.sample(facts, len(facts))
    table = response_table(facts, "fair", every=True)
    assert table == response_table(shuffled, "fair", every=True)
    assert len(table) == len(responses)
    assert len(response_table(facts, "fair")) == len({who for who, _, _ in given_answers})


OWN = Instrument(
    name="own",
    items={
        "stay": {"indicator": "switch", "scale": (0, 10), "reverse": True},
        "first": {"indicator": "top_of_mind", "scale": (0, 5), "reads": "rank"},
        "fair": {"scale": (1, 5)},
    },
)


def answered(number, who, **given):
    return SurveyResponse(
        id=f"o{number}", customer_id=who, at=day(2), instrument="own", answers=OWN.answers(given)
    )


def test_readings_turn_and_rank_and_share_a_scale():
    facts = facts_of(answered(1, "ann", stay=8, first=2, fair=4), answered(2, "bob", stay=10))
    table = response_table(facts, "own", instruments=(OWN,))
    assert table.columns == ("stay", "first", "fair"), "in the order in which they are asked"
    readings = table.readings()
    assert readings.columns["first"] == (0.5, None)
    assert readings.columns["fair"] == (0.75, None)
    assert readings.columns["stay"] == pytest.approx((0.2, 0.0))
    assert readings.only(["fair"]).scales == {"fair": (0, 1)}
    assert table.only(["fair"]).columns == {"fair": (4, None)}
    assert [table.is_plain([name]) for name in table.columns] == [False, False, True]


def test_items_on_several_scales_are_not_added_up():
    facts = facts_of(*(answered(n, f"c{n}", stay=n, fair=1 + n % 5, first=n % 4) for n in range(6)))
    table = response_table(facts, "own", instruments=(OWN,))
    with pytest.raises(InvalidValueError, match="must be answered on one scale"):
        cronbach_alpha(table)
    with pytest.raises(InvalidValueError, match=r"responses\['fair'\] is 'on 1 to 5', but must be"):
        acsi(table.only(["fair", "stay"]), scale=(0, 10))
    assert cronbach_alpha(table.readings()).n == 6


def test_a_row_per_response_for_a_data_frame():
    table = response_table(facts_of(*RESPONSES), "fair")
    assert table.to_rows()[0] == {
        "customer_id": "ann",
        "date": "2026-01-10",
        "touchpoint": "delivery",
        "price": 5,
        "advice": None,
    }
