"""A figure shows and explains itself with its interval, n, method and notes."""

import pytest
from attrs import evolve

from crmkit.metrics.catalogue import metric
from crmkit.metrics.estimate import Estimate, side_by_side, undefined

KNOWN = Estimate(value=4.2, low=3.16, high=5, n=5, unit="on 1 to 5", method="mean", notes=("one",))


def test_a_figure_prints_in_one_line_and_shows_the_rest_in_a_notebook():
    assert str(KNOWN) == "4.2 on 1 to 5 (3.16 to 5, n 5)"
    assert KNOWN.sheet().text().splitlines() == [
        "4.2 on 1 to 5",
        "  interval  95%: 3.16 to 5",
        "  n         5",
        "  method    mean",
        "  one",
    ]
    assert "<table" in KNOWN._repr_html_()


def test_what_is_undefined_says_why_and_keeps_its_range():
    none = undefined(unit="points", method="net", note="no answers", low=-100)
    assert str(none) == "unknown (no answers)"
    assert none.span == "95%: -100 to open"
    assert none.sheet().title == "unknown"
    assert undefined(unit="EUR", method="sum", note="no model").span == ""


def test_a_figure_is_explained_under_the_name_it_is_given():
    why = KNOWN.explain("CSAT", source="Fornell (1992)")
    assert (why.figure, why.answer, why.formula) == ("CSAT", str(KNOWN), "mean")
    assert why.source == "Fornell (1992)"
    assert dict(why.inputs) == {"interval": "95%: 3.16 to 5", "n": "5", "notes": "one"}
    assert KNOWN.explain().figure == "figure"


def test_a_figure_of_the_catalogue_is_explained_by_it_and_says_the_rest_beside():
    entry = metric("csat_mean")
    why = KNOWN.explain("csat_mean", called="mean of the day")
    assert (why.figure, why.formula, why.source) == (
        "mean of the day",
        entry.formula,
        entry.source,
    )
    assert why.inputs == (("method", "mean (95%)"), ("notes", "one"))
    half_open = evolve(KNOWN, high=None).explain("csat_mean")
    assert dict(half_open.inputs)["interval"] == "95%: 3.16 to open"
    none = undefined(unit="points", method="net", note="no answers", low=-100)
    why = none.noting("2 missing").explain("nps")
    assert why.answer == "unknown (no answers)"
    assert why.inputs == (("method", "net"), ("notes", "2 missing"))


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.8021, "share", "80.2%"),
        (1, "chance", "100%"),
        (2.507, "of the opening base", "251% of the opening base"),
        (0.605, "score", "0.605"),
        (82.8333, "EUR", "EUR 82.83"),
        (1779.4, "EUR", "EUR 1,779"),
        (430.4, "JPY", "JPY 430"),
        (-29.03, "points", "-29 points"),
        (454.4, "occasions", "454 occasions"),
        (999.96, "days", "1,000 days"),
        (3e-12, "share", "0%"),
    ],
)
def test_a_figure_is_told_as_people_tell_it(value, unit, told):
    one = Estimate(value=value, low=value, high=value, n=9, unit=unit, method="sum")
    assert one.told == told
    assert str(one).startswith(f"{told} (")
    assert one.bare.partition(" (")[0] in told


def test_how_many_are_told_in_full_and_an_effective_size_with_a_decimal():
    many = Estimate(value=0.3, low=0.2, high=0.4, n=1_234_567, unit="share", method="share")
    assert str(many) == "30% (20% to 40%, n 1,234,567)"
    assert str(Estimate(value=2, n=2.94151, unit="", method="mean")) == "2 (n 2.9)"


def test_a_rounding_error_below_zero_is_told_as_zero():
    assert Estimate(value=-1e-17, n=9, unit="score", method="mean").told == "0"


def test_figures_side_by_side_tell_a_reason_they_share_once():
    none = undefined(unit="share", method="share", note="nobody came")
    alone = undefined(unit="EUR", method="mean", note="no orders")
    rows, reasons = side_by_side({"new": none, "lost": none, "order": alone, "known": KNOWN})
    assert dict(rows) == {
        "new": "unknown",
        "lost": "unknown",
        "order": "unknown (no orders)",
        "known": str(KNOWN),
    }
    assert reasons == ("unknown: nobody came",)


def test_csat_and_ces_explain_their_readings():
    from crmkit.metrics.satisfaction import ces, csat

    happy, easy = csat([5, 4]).explain(), ces([7, 4]).explain()
    assert (happy.figure, easy.figure) == ("csat", "ces")
    assert [part.figure for part in happy.parts] == ["csat_mean", "csat_score"]
    assert [part.figure for part in easy.parts] == ["ces_mean"]
    assert "top box" in csat([5, 4]).sheet().text()
    assert "found it easy" in ces([7, 4]).sheet().text()
