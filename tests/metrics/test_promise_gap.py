"""The promise gap of staff: the engine of service gaps, with promises in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import promise_gap, service_gap
from crmkit.metrics.catalogue import metric

PROMISED = {"pay": [6, 6, 7, 5, 6, 6], "hours": [5, 4, 5, 5, 6, None], "training": [4] * 6}
DELIVERED = {"pay": [5, 4, 5, 5, 4, 5], "hours": [5, 5, 5, 4, 6, 5], "training": [5, 4, 6, 4, 5, 5]}
TWO = {"work": ("pay", "hours"), "growth": ("training",)}
steps = st.none() | st.integers(1, 7)
people = st.lists(st.tuples(steps, steps, steps, steps), max_size=12)


def tables(rows):
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return {"pay": columns[0], "hours": columns[1]}, {"pay": columns[2], "hours": columns[3]}


def test_gaps_are_what_was_delivered_less_what_was_promised():
    found = promise_gap(PROMISED, DELIVERED)
    assert found.items["pay"].value == pytest.approx((-1 - 2 - 2 + 0 - 2 - 1) / 6)
    assert found.items["hours"].value == pytest.approx(0)
    assert found.items["training"].value == pytest.approx(5 / 6)
    assert found.items["hours"].n == 5
    assert found.broken == ("pay",)
    assert list(found.dimensions) == ["promises"]
    assert found.weighted is None


def test_they_are_the_service_gaps_of_promised_in_the_place_of_expected():
    points = {"work": 70, "growth": 30}
    found = promise_gap(PROMISED, DELIVERED, dimensions=TWO, importance=points)
    gaps = service_gap(PROMISED, DELIVERED, dimensions=TWO, importance=points)
    assert (found.items, found.dimensions) == (gaps.items, gaps.dimensions)
    assert (found.overall, found.weighted) == (gaps.overall, gaps.weighted)


@given(people)
def test_a_gap_of_fewer_than_five_people_is_not_told(rows):
    found = promise_gap(*tables(rows))
    for name, one in found.items.items():
        promised, delivered = tables(rows)
        both = sum(
            p is not None and d is not None
            for p, d in zip(promised[name], delivered[name], strict=True)
        )
        if both < 5:
            assert (one.value, one.low, one.high, one.n) == (None, -6, 6, 0)
            assert one.notes == ("withheld: fewer than 5 people",)
        else:
            assert one.n == both
            assert -6 <= one.low <= one.value <= one.high <= 6


@given(people, st.data())
def test_the_order_of_people_does_not_matter(rows, data):
    one = promise_gap(*tables(rows))
    other = promise_gap(*tables(data.draw(st.permutations(rows))))
    for name, gap in one.items.items():
        if gap.value is None:
            assert other.items[name].value is None
        else:
            assert other.items[name].value == pytest.approx(gap.value)


@given(st.lists(st.tuples(*[st.integers(2, 6)] * 4), min_size=5, max_size=9))
def test_a_promise_more_at_the_same_delivery_makes_every_gap_a_step_worse(rows):
    promised, delivered = tables(rows)
    more = {name: [one + 1 for one in column] for name, column in promised.items()}
    before, after = promise_gap(promised, delivered), promise_gap(more, delivered)
    for name in promised:
        assert after.items[name].value == pytest.approx(before.items[name].value - 1)
    kept = promise_gap(promised, promised)
    assert kept.overall.value == 0
    assert kept.broken == ()


def test_it_shows_and_explains_itself_in_its_own_words():
    points = {"work": 70, "growth": 30}
    found = promise_gap(PROMISED, DELIVERED, dimensions=TWO, importance=points)
    text = str(found)
    assert text.startswith("Promise gap (delivered less promised), scale 1 to 7")
    assert "expected" not in text
    told = found.explain()
    assert told.figure == "promise_gap"
    assert [part.figure for part in told.parts] == [
        "promise_gap_overall",
        "promise_gap_weighted",
        *found.dimensions,
        *found.items,
    ]
    for name in ("item", "dimension", "overall", "weighted"):
        assert metric(f"promise_gap_{name}").unit == found.overall.unit
    assert metric("promise_gap_item").label("zh") == "单项待遇与承诺差距"
    assert "clearly broken  pay" in str(promise_gap(PROMISED, DELIVERED))


def test_what_service_gap_refuses_is_refused():
    with pytest.raises(InvalidValueError, match="must have the items and rows"):
        promise_gap({"pay": [6] * 6}, DELIVERED)
    with pytest.raises(InvalidValueError, match="must have the items and rows"):
        promise_gap({name: column[:5] for name, column in PROMISED.items()}, DELIVERED)
    with pytest.raises(InvalidValueError, match=r"delivered\['hours'\]\[4\] is 6"):
        promise_gap(PROMISED, DELIVERED, scale=(1, 5))
    with pytest.raises(InvalidValueError, match=r"promised\['pay'\]\[2\] is 7"):
        promise_gap(PROMISED, DELIVERED, scale=(1, 6))
    with pytest.raises(InvalidValueError, match="every item must stand in a dimension"):
        promise_gap(PROMISED, DELIVERED, dimensions={"work": ("pay", "hours")})
    with pytest.raises(InvalidValueError, match="least"):
        promise_gap(PROMISED, DELIVERED, least=2)
