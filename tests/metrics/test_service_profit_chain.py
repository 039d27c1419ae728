"""The service-profit chain: links, effect, lag, and units too small to be shown."""

from math import nan

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import SERVICE_PROFIT_CHAIN, serial_effect, service_profit_chain
from crmkit.metrics.catalogue import metric
from crmkit.metrics.least_squares import least_squares
from crmkit.metrics.seeds import plain_generator

E = (60, 65, 70, 72, 75, 80, 82, 88)
C = (70, 71, 74, 73, 78, 79, 83, 84)
L = (50, 53, 52, 56, 58, 60, 63, 66)
R = (5.0, 6.0, 5.5, 6.5, 7.0, 7.2, 8.0, 8.1)
TOY = {"staff": E, "customers": C, "loyalty": L, "revenue": R}
figures = st.integers(-50, 50)
tables = st.lists(st.tuples(figures, figures, figures), min_size=3, max_size=15)


def of(rows, **more):
    return service_profit_chain(dict(zip("abc", zip(*rows, strict=True), strict=True)), **more)


def test_the_first_link_of_eight_units_is_that_of_the_texts():
    found = service_profit_chain(TOY)
    link = found.links[0]
    assert (link.name, link.n) == ("staff → customers", 8)
    assert link.slope.value == pytest.approx(0.5572, abs=5e-5)
    assert link.pearson.value == pytest.approx(0.9652, abs=5e-5)
    assert (link.pearson.low, link.pearson.high) == pytest.approx((0.8144, 0.9939), abs=5e-5)
    assert least_squares([E], C).standard_errors[1] == pytest.approx(0.0617, abs=5e-5)
    assert link.slope_error == least_squares([E], C, errors="hc3").standard_errors[1]
    assert found.order == ("staff", "customers", "loyalty", "revenue")


def test_the_effect_is_the_product_of_the_slopes_with_errors_on_their_own_degrees():
    found = service_profit_chain(TOY, seed=7, draws=2000)
    slopes = [stats.linregress(x, y).slope for x, y in ((E, C), (C, L), (L, R))]
    assert [link.slope.value for link in found.links] == pytest.approx(slopes)
    errors = [link.slope_error for link in found.links]
    again = serial_effect(slopes, errors, degrees=[6, 6, 6], n=8, seed=7, draws=2000)
    assert found.effect.value == pytest.approx(again.effect.value)
    assert (found.effect.low, found.effect.high) == pytest.approx(
        (again.effect.low, again.effect.high)
    )
    assert found.serial.z == pytest.approx(again.z)


def test_the_figures_of_the_source_texts_stand_in_their_order_whatever_that_of_the_table():
    table = dict(zip(reversed(SERVICE_PROFIT_CHAIN), (E, C, L, R, E, C), strict=True))
    assert service_profit_chain(table).order == SERVICE_PROFIT_CHAIN
    part = {"profit": R, "employee_satisfaction": E}
    assert service_profit_chain(part).order == ("employee_satisfaction", "profit")
    own = {"profit": R, "employee_satisfaction": E, "weather": C}
    assert service_profit_chain(own).order == tuple(own)
    assert service_profit_chain(own, order=("weather", "profit")).order == ("weather", "profit")


def test_a_data_frame_gives_the_same_and_its_other_columns_do_not_matter():
    frame = pl.DataFrame({**TOY, "store": list("abcdefgh")})
    assert service_profit_chain(frame, order=list(TOY)) == service_profit_chain(TOY)


def test_every_link_has_the_pairs_that_are_complete_for_it():
    found = service_profit_chain({"a": (*E, None), "b": (*C, 90), "c": (*L[:7], None, 70)})
    first, second = found.links
    assert (first.n, second.n, found.n, found.effect.n) == (8, 8, 9, 8)
    assert first.notes[0] == "1 of 9 pairs left out: a figure is missing"
    assert first.slope.value == pytest.approx(0.5572, abs=5e-5)


def test_fewer_than_twenty_pairs_are_warned_of():
    assert service_profit_chain(TOY).links[0].notes == (
        "only 8 pairs: fewer than 20 make a rough picture",
    )
    assert of([(k, k * k % 7, k % 5) for k in range(20)]).links[0].notes == ()


def test_of_three_pairs_there_is_no_interval_and_of_two_no_link():
    three = of([(1, 2, 4), (2, 3, 3), (3, 5, 9)])
    for one in (three.links[0].pearson, three.links[0].slope, three.effect):
        assert one.value is not None
        assert (one.low, one.high) == (None, None)
    two = of([(1, 2, 4), (2, 3, 3)])
    assert two.links[0].slope.value is two.links[0].pearson.value is two.effect.value is None
    assert two.links[0].slope.notes == ("needs 3 pairs or more",)


def test_a_constant_figure_makes_links_and_effect_undefined_and_says_where():
    found = of([(k, 4, k % 3) for k in range(9)])
    for link in found.links:
        for one in (link.pearson, link.spearman, link.slope):
            assert (one.value, one.notes[0]) == (None, "one side does not vary")
    assert found.effect.value is None
    assert found.effect.notes == ("a link is undefined: a → b, b → c",)
    assert "unknown" in str(found)


def test_units_of_fewer_than_five_people_are_withheld_and_nothing_hangs_on_them():
    people = (9, 5, 12, 4, 30, None, 6, 7)
    found = service_profit_chain(TOY, people=people)
    kept = [row for row in range(8) if (people[row] or 0) >= 5]
    rest = {name: [column[row] for row in kept] for name, column in TOY.items()}
    assert found.links == service_profit_chain(rest).links
    assert (found.n, found.withheld) == (6, 2)
    assert "2 of 8 rows withheld: fewer than 5 people, or nobody knows how many" in found.notes
    assert found.explain().coverage == "6 of 8 rows"
    assert service_profit_chain(TOY, people=people, least=7).n == 4


@given(tables, st.data())
def test_what_is_withheld_cannot_move_any_result(rows, data):
    people = data.draw(st.lists(st.integers(0, 9), min_size=len(rows), max_size=len(rows)))
    other = [
        row if many >= 5 else data.draw(st.tuples(figures, figures, figures))
        for row, many in zip(rows, people, strict=True)
    ]
    assert of(rows, people=people, draws=1000) == of(other, people=people, draws=1000)


@given(tables, st.data())
def test_the_order_of_rows_changes_nothing_and_intervals_hold_their_figures(rows, data):
    one = of(rows, draws=1000)
    other = of(data.draw(st.permutations(rows)), draws=1000)
    for link, again in zip(one.links, other.links, strict=True):
        for left, right in ((link.pearson, again.pearson), (link.slope, again.slope)):
            assert (left.value is None) == (right.value is None)
            if left.value is not None:
                assert right.value == pytest.approx(left.value, abs=1e-9)
            if left.value is not None and left.low is not None:
                assert left.low <= left.value <= left.high


@given(tables, st.integers(-9, 9).filter(bool), st.integers(1, 9))
def test_rescaling_moves_slopes_by_the_scale_and_correlations_by_its_sign_alone(rows, times, add):
    one, other = of(rows, draws=1000), of([(a, times * b + add, c) for a, b, c in rows], draws=1000)
    sign = 1 if times > 0 else -1
    first, again = one.links[0], other.links[0]
    if first.slope.value is not None:
        assert again.slope.value == pytest.approx(times * first.slope.value, abs=1e-9)
        assert again.pearson.value == pytest.approx(sign * first.pearson.value, abs=1e-9)
        assert again.spearman.value == pytest.approx(sign * first.spearman.value, abs=1e-9)
    if one.effect.value is not None:
        assert other.effect.value == pytest.approx(one.effect.value, abs=1e-7)


def panel(lag, *, stores=12, months=10):
    """Stores whose figures lead to one another some months later, and to nothing at once."""
    source = plain_generator(2)
    rows = []
    for store in range(stores):
        a = [source.gauss(0, 1) for _ in range(months)]
        b = [source.gauss(0, 0.2) + (0.8 * a[t - lag] if t >= lag else 0) for t in range(months)]
        rows += [(store, t, a[t], b[t]) for t in range(months)]
    return rows


def lagged(rows, lag):
    store, month, a, b = zip(*rows, strict=True)
    return service_profit_chain({"a": a, "b": b}, lag=lag, units=store, periods=month)


def test_a_lag_pairs_each_figure_with_the_next_of_the_same_unit_so_many_periods_later():
    rows = panel(2)
    found = lagged(rows, 2)
    at = {(store, month): b for store, month, _, b in rows}
    pairs = [(a, at[s, t + 2]) for s, t, a, _ in rows if (s, t + 2) in at]
    assert found.links[0].n == len(pairs) == 96
    expected = stats.linregress(*zip(*pairs, strict=True))
    assert found.links[0].slope.value == pytest.approx(expected.slope)
    assert found.links[0].slope.low < 0.8 < found.links[0].slope.high
    assert found.links[0].notes == ("24 of 120 rows left out: no row 2 periods later",)
    assert abs(lagged(rows, 0).links[0].pearson.value) < 0.3
    assert found.lag == 2
    assert "2 periods a link" in str(found)


def test_with_a_lag_the_order_of_rows_does_not_matter_and_gaps_are_not_closed():
    rows = panel(1)
    assert lagged(rows[::-1], 1).links[0].slope.value == pytest.approx(
        lagged(rows, 1).links[0].slope.value
    )
    holes = [row for row in rows if row[1] != 5]
    assert lagged(holes, 1).links[0].n == 12 * 9 - 2 * 12


def test_with_a_lag_withheld_rows_and_rows_nowhere_pair_with_nothing():
    store, month, a, b = zip(*panel(1, stores=2, months=5), strict=True)
    people = [9, 9, 3, 9, 9, 9, 9, 9, 9, 9]
    unplaced = [*month[:-1], None]
    found = service_profit_chain(
        {"a": a, "b": b}, lag=1, units=store, periods=unplaced, people=people
    )
    assert (found.links[0].n, found.withheld) == (2 + 3, 1)


def test_several_rows_of_a_unit_are_said_to_be_taken_as_independent():
    note = "120 rows of 12 units, taken to be independent"
    assert any(one.startswith(note) for one in lagged(panel(1), 0).notes)
    alone = service_profit_chain(TOY, units=range(8))
    assert alone.notes == ("a link says what goes together, not what brings what about",)


def test_it_says_that_correlation_is_no_cause_wherever_it_shows_itself():
    found = service_profit_chain(TOY)
    caution = "not what brings what about"
    assert caution in found.notes[0]
    assert caution in str(found)
    assert caution in found._repr_html_()
    told = found.explain()
    assert any(caution in one for one in told.left_out)
    assert [part.figure for part in told.parts] == [
        *(link.name for link in found.links),
        "serial_effect",
    ]
    assert [part.figure for part in told.parts[0].parts] == ["pearson", "spearman", "chain_slope"]
    for name in ("pearson", "spearman"):
        assert metric(name).unit == getattr(found.links[0], name).unit
    assert metric("chain_slope").unit == found.links[0].slope.unit
    assert "Sobel, for reference" in str(found)


@pytest.mark.parametrize(
    ("table", "more", "told"),
    [
        ({"a": E}, {}, "must be two figures or more, each once"),
        (TOY, {"order": ("staff", "staff")}, "must be two figures or more, each once"),
        (TOY, {"order": ("staff", "mood")}, "must be one of staff, customers, loyalty, revenue"),
        ({"a": E, "b": C[:3]}, {}, "equally long"),
        ({"a": (1, nan), "b": (1, 2)}, {}, r"figures\['a'\]\[1\]"),
        (TOY, {"lag": 1}, "must be given with a lag"),
        (TOY, {"lag": 1, "units": range(8)}, "periods is None, but must be given with a lag"),
        (TOY, {"lag": -1}, "lag"),
        (TOY, {"lag": 1, "units": [1] * 8, "periods": [1] * 8}, "must have one row per period"),
        (TOY, {"lag": 1, "units": [1] * 8, "periods": [0.5] * 8}, r"periods\[0\]"),
        (TOY, {"people": [9]}, "must be 8, one per row"),
        (TOY, {"people": [-1] * 8}, r"people\[0\]"),
        (TOY, {"people": [4] * 8, "least": 4}, "least is 4"),
        (TOY, {"draws": 10}, "draws"),
    ],
)
def test_what_makes_no_chain_is_refused(table, more, told):
    with pytest.raises(InvalidValueError, match=told):
        service_profit_chain(table, **more)
