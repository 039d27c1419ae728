"""A figure shows and explains itself with its interval, n, method and notes."""

from crmkit.metrics.estimate import Estimate, undefined

KNOWN = Estimate(value=4.2, low=3.16, high=5, n=5, unit="on 1 to 5", method="mean", notes=("one",))


def test_a_figure_prints_in_one_line_and_shows_the_rest_in_a_notebook():
    assert str(KNOWN) == "4.2 on 1 to 5 (3.16 to 5, n 5)"
    assert KNOWN.sheet().text().splitlines() == [
        "4.2 on 1 to 5",
        "interval  95%: 3.16 to 5",
        "n         5",
        "method    mean",
        "one",
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


def test_csat_and_ces_explain_their_readings():
    from crmkit.metrics.satisfaction import ces, csat

    assert [part.figure for part in csat([5, 4]).explain().parts] == ["top box", "mean", "score"]
    assert [part.figure for part in ces([7, 4]).explain().parts] == ["found it easy", "mean"]
    assert "top box" in csat([5, 4]).sheet().text()
    assert "found it easy" in ces([7, 4]).sheet().text()
