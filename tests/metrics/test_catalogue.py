"""The catalogue names every figure once, and what it says of them is so."""

import runpy
from datetime import date
from inspect import isclass, isfunction
from math import nextafter
from operator import attrgetter
from pathlib import Path
from typing import get_args, get_type_hints

import attrs
import pytest

import crmkit.metrics
from crmkit import Period
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import catalogue as room
from crmkit.metrics.catalogue import CATALOGUE, ROOMS, Composite, Metric, entry, explained, metric

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))

#: Public functions of the metrics that give no figure of their own, and why.
NO_FIGURES = {
    "answers_by_wording": "reads answers for kano",
    "customer_value_of_ratings": "customer_value_analysis, from respondents' ratings",
    "inverted_pairs": "the answers of a feature for its opposite, for kano",
    "kano_of_counts": "kano, from a published table",
    "pairs_by_feature": "reads columns of answers for kano",
    "price_changes_of": "reads a customer's history; what follows is price_tolerance",
    "mean_wallet_allocation": "wallet_allocation over many customers",
    "phases_over_time": "loyalty_phase, date by date",
    "stated_and_done": "what intention_calibration is found from, from summaries",
    "wallet_allocation_of": "wallet_allocation of each brand of one customer",
    "accepted_price_changes": "what price_tolerance is found from",
    "asked": "reads answers; the figures over them are csat, ces, nps, satisfied",
    "base_loyalty": "means of the dimensions over a base",
    "base_rates": "what behavioural_satisfaction is judged against",
    "customer_rfm": "rfm with the shop's own money",
    "complaints_of": "reads what was complained of",
    "entry": "looks an entry up",
    "customer_satisfaction": "asked and shown, side by side",
    "explained": "explains any figure",
    "exposed_from": "cuts a life where an exposure begins",
    "fit_base": "fits the models behind the figures",
    "from_plain": "a stored fit read again",
    "lever_for": "the lever of one driver; actions orders them",
    "mean_shown": "behavioural_satisfaction over a base",
    "metric": "looks an entry up",
    "nps_of_counts": "nps, from counts",
    "observed_loyalty": "the four dimensions and loyalty, from a summary",
    "own_lapse_threshold": "one of the two ways of lapse_threshold",
    "shrinkage_of_shares": "shrinkage_of, from counts",
    "shrunk_lapse_threshold": "one of the two ways of lapse_threshold",
    "signals_of": "what behavioural_satisfaction is found from",
    "silence_chance": "what lapse_threshold is found from",
    "response_table": "responses side by side; the figures are those of what takes them",
    "relationship_value_of": "relationship_value from a customer's facts",
    "rescaled": "carries an answer over to 0 to 1",
    "rfm": "scores of all customers; the figures are rfm_recency, …",
    "risk": "at_risk and at_stake of one customer",
    "satisfaction_trend": "trend, from flat rows",
    "standings": "who was active; the figures are those of customer_kpis",
    "stated": "a customer's indicators, from what they said",
    "to_plain": "stores a fit",
    "share_estimate": "a share of trials, of whatever kind",
    "value_columns": "what clv, total_clv and clv_drivers take of customers",
    "weekly_discount": "a yearly rate as the models take it",
    "undefined": "makes a figure without a value",
}


def public_functions():
    return {name for name in crmkit.metrics.__all__ if isfunction(getattr(crmkit.metrics, name))}


def found(dotted):
    """What a dotted public name names; a function before a room of the same name."""
    return attrgetter(dotted.removeprefix("crmkit."))(crmkit)


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=CATALOGUE)
def test_the_function_of_an_entry_is_a_public_name(one):
    if one.function is not None:
        assert callable(found(one.function)), one.function
        module, _, name = one.function.rpartition(".")
        if module == "crmkit.metrics":
            assert name in crmkit.metrics.__all__


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=CATALOGUE)
def test_the_attribute_of_an_entry_stands_on_what_the_function_returns(one):
    if not one.attribute:
        return
    returned = get_type_hints(found(one.function))["return"]
    if one.function == "crmkit.CustomerBase.profiles":
        returned = crmkit.profiles.Profile
    kinds = get_args(returned) or (returned,)
    assert all(map(isclass, kinds))
    assert any(has(kind, one.attribute) for kind in kinds)


def has(kind, attribute):
    """Whether values of a class have an attribute, as a field or a property."""
    own = {each.name for each in attrs.fields(kind)}
    return attribute in own or isinstance(getattr(kind, attribute, None), property)


def test_every_public_function_of_the_metrics_is_in_the_catalogue_or_no_figure():
    given = {
        one.function.removeprefix("crmkit.metrics.")
        for one in CATALOGUE.values()
        if one.function is not None and one.function.startswith("crmkit.metrics.")
    }
    assert sorted(public_functions() - given - NO_FIGURES.keys()) == []


def test_every_exception_is_there_and_not_in_the_catalogue_as_well():
    assert NO_FIGURES.keys() <= public_functions() | set(room.__all__)
    assert not {f"crmkit.metrics.{name}" for name in NO_FIGURES} & {
        one.function for one in CATALOGUE.values()
    }


FIGURES = [one for one in CATALOGUE.values() if isinstance(one, Metric)]
COMPOSITES = [one for one in CATALOGUE.values() if isinstance(one, Composite)]


def name_of(one):
    return one.name


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=CATALOGUE)
def test_an_entry_says_all_there_is_to_say_in_one_line_each(one):
    for text in (one.needs, one.formula, one.source):
        assert text == text.strip()
        assert "\n" not in text
        assert text


@pytest.mark.parametrize("one", FIGURES, ids=name_of)
def test_a_figure_has_a_unit_a_range_and_a_direction(one):
    assert one.unit == one.unit.strip() != ""
    assert one.low is None or one.high is None or one.low < one.high
    assert one.better in {"higher", "lower", "neither"}
    assert one.measure.startswith(one.unit)


@pytest.mark.parametrize("one", COMPOSITES, ids=name_of)
def test_an_answer_that_holds_several_names_entries_and_not_itself(one):
    assert one.holds
    assert len(set(one.holds)) == len(one.holds)
    assert set(one.holds) <= CATALOGUE.keys() - {one.name}
    assert (one.measure, one.direction) == ("", "")


def test_every_entry_is_a_figure_or_holds_several():
    assert len(FIGURES) + len(COMPOSITES) == len(CATALOGUE)
    assert {one.name for one in COMPOSITES} >= {"card", "satisfaction", "period_kpis", "rfm"}


def test_an_answer_that_holds_several_is_no_figure():
    assert entry("rfm").holds[0] == "rfm_recency"
    with pytest.raises(InvalidValueError, match="'rfm', but is an answer that holds several"):
        metric("rfm")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        entry("rfm").holds = ()
    assert "holds" in str(entry("rfm"))
    assert "unit" not in str(entry("rfm"))


def test_the_rooms_hold_every_entry_once():
    names = [one.name for entries in ROOMS.values() for one in entries]
    assert names == list(CATALOGUE)
    assert len(set(names)) == len(names)


def test_two_entries_of_one_name_are_refused():
    with pytest.raises(InvalidValueError, match="name is 'nps', but must stand"):
        room.by_name((metric("csat"), metric("nps")), (metric("nps"),))


def test_a_figure_that_is_not_there_is_refused_with_those_spelled_alike():
    with pytest.raises(InvalidValueError, match="is it nps"):
        metric("npss")
    with pytest.raises(InvalidValueError, match="`crmkit metrics` lists them all"):
        metric("zzzzzz")


@pytest.mark.parametrize(
    ("name", "span", "inside", "outside"),
    [
        ("nps", "-100 to 100", (-100, 0, 100), (-100.1, 100.1, None, "0")),
        ("csat", "0 to 1", (0, 1), (nextafter(0, -1), nextafter(1, 2))),
        ("expected_purchases", "0 or more", (0, 1e9), (-0.1,)),
        ("revenue", "", (-1e9, 0, 1e9), ("1",)),
    ],
)
def test_a_range_is_told_and_kept(name, span, inside, outside):
    one = metric(name)
    assert one.span == span
    assert all(value in one for value in inside)
    assert not any(value in one for value in outside)


def test_a_range_with_an_upper_end_alone_is_told():
    one = attrs.evolve(metric("nps"), low=None)
    assert (one.span, -1e9 in one, 101 in one) == ("at most 100", True, False)


def test_an_entry_shows_itself_with_both_labels():
    text = str(metric("nps"))
    assert text.startswith("nps\n")
    for part in (
        "net promoter score",
        "净推荐值",
        "-100 to 100",
        "higher",
        "crmkit.metrics.nps(…)",
    ):
        assert part in text
    assert "<th" in metric("nps")._repr_html_()
    assert "range" not in str(metric("revenue"))
    assert metric("csat").call == "crmkit.metrics.csat(…).top_box"


def test_an_entry_of_no_known_direction_is_refused():
    with pytest.raises(ValueError, match="better"):
        attrs.evolve(metric("nps"), better="sideways")


def test_an_explanation_takes_formula_and_source_from_the_catalogue():
    part = explained("csat", "80 %", inputs={})
    one = explained(
        "nps",
        None,
        inputs={"answers": 4, "scale": None},
        coverage="4 of 9 customers",
        left_out=["1 off the scale"],
        model="none",
        parts=[part],
    )
    entry = metric("nps")
    assert (one.figure, one.answer) == ("nps", "unknown")
    assert (one.formula, one.source) == (entry.formula, entry.source)
    assert one.inputs == (("answers", "4"), ("scale", "missing"))
    assert (one.coverage, one.left_out, one.model) == (
        "4 of 9 customers",
        ("1 off the scale",),
        "none",
    )
    assert one.parts == (part,)


def test_an_explanation_of_no_figure_is_refused():
    with pytest.raises(InvalidValueError, match="is not in the catalogue"):
        explained("mood", 1, inputs={})


@pytest.fixture(scope="module")
def shop_of_figures():
    """A few customers who buy, return, stay away and answer."""
    bought, back, said = small["bought"], small["back"], small["said"]
    facts = [
        *(bought(f"a{i}", 9 * i, f"{20 + i}.00") for i in range(6)),
        *(bought(f"b{i}", 30 * i, "8.00", who="bob") for i in range(3)),
        bought("c1", 4, "90.00", who="cid"),
        back("c1", 20, "90.00", who="cid"),
        bought("e1", 170, "15.00", who="eve"),
        said("nps", "recommend", 9, (0, 10), on=40, who="ann"),
        said("nps", "recommend", 3, (0, 10), on=41, who="bob"),
        said("csat", "satisfaction", 4, (1, 5), on=42, who="ann"),
        said("csat", "satisfaction", 2, (1, 5), on=90, who="bob"),
        said("ces", "ease", 6, (1, 7), on=43, who="ann"),
    ]
    return small["opened"](*facts)


AS_OF = date(2026, 7, 1)


def numbers(value):
    """The numbers that a figure is: of an estimate, its value and both ends."""
    if value is None or isinstance(value, str):
        return []
    if hasattr(value, "unit") and hasattr(value, "low"):
        return [one for one in (value.value, value.low, value.high) if one is not None]
    if hasattr(value, "amount"):
        return [float(value.amount)]
    return [value]


def assert_in_range(name, value):
    for number in numbers(value):
        assert number in metric(name), (name, number)


def test_the_figures_of_every_customer_lie_in_their_ranges(shop_of_figures):
    rows = shop_of_figures.profiles(as_of=AS_OF).rows
    names = {each.name for each in attrs.fields(type(rows[0]))} & set(CATALOGUE)
    assert {"revenue", "quiet", "dormant_after", "behavioural", "loyalty", "at_stake"} <= names
    for row in rows:
        for name in names - {"at_risk"}:
            assert_in_range(name, getattr(row, name))
        assert_in_range("probability_alive", row.alive)


def test_the_figures_of_the_base_lie_in_their_ranges(shop_of_figures):
    kpis = shop_of_figures.kpis(Period.year_to(AS_OF), as_of=AS_OF)
    for one in FIGURES:
        if one.function == "crmkit.metrics.customer_kpis":
            assert_in_range(one.name, getattr(kpis.customers, one.attribute))
        if one.function == "crmkit.metrics.period_kpis":
            assert_in_range(one.name, getattr(kpis, one.attribute))
    asked = shop_of_figures.satisfaction(as_of=AS_OF).asked
    assert asked.nps.value == 0
    for name, figure in (
        ("nps", asked.nps),
        ("csat", asked.csat.top_box),
        ("csat_score", asked.csat.score),
        ("ces", asked.ces.easy),
    ):
        assert figure.value is not None
        assert_in_range(name, figure)
    spread = shop_of_figures.concentration(as_of=AS_OF)
    assert spread.gini in metric("gini")
    assert spread.hhi in metric("hhi")
    assert all(top.interpolated in metric("top_share") for top in spread.top_shares)
    assert spread.whale.peak in metric("whale_peak")


def test_the_units_of_the_catalogue_are_those_of_the_estimates(shop_of_figures):
    people = shop_of_figures.kpis(Period.year_to(AS_OF), as_of=AS_OF).customers
    asked = shop_of_figures.satisfaction(as_of=AS_OF).asked
    assert metric("churn").unit == people.churn.unit
    assert metric("churn_on_average").unit == people.churn_on_average.unit
    assert metric("nps").unit == asked.nps.unit
    assert metric("csat_score").unit == asked.csat.score.unit


def test_a_metric_is_a_frozen_value():
    assert isinstance(metric("nps"), Metric)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        metric("nps").unit = "apples"
