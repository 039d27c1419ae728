"""Sheets and explanations: what is missing is said, what is shown is escaped."""

from datetime import UTC, datetime

import pytest

from crmkit.domain import Visit
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet


def test_an_explanation_says_what_is_missing():
    why = Explanation(
        figure="total", answer=3, formula="a + b", source="arithmetic", inputs={"a": 3, "b": None}
    )
    assert dict(why.inputs) == {"a": "3", "b": "missing"}
    text = str(why)
    assert text.splitlines()[0] == "total: 3"
    assert "formula" in text
    assert "missing" in text
    assert "coverage" not in text


def test_a_sheet_shows_the_same_in_text_and_in_html():
    sheet = Sheet(title="A & B", rows=(("<x>", 1), ("y", "two\nlines")), notes=("n < 3",))
    assert sheet.text().splitlines() == [
        "A & B",
        "  <x>  1",
        "  y    two",
        "       lines",
        "  n < 3",
    ]
    html = sheet.html()
    assert "<strong>A &amp; B</strong>" in html
    assert '<th scope="row">&lt;x&gt;</th><td>1</td>' in html
    assert "two<br>lines" in html
    assert "n &lt; 3" in html


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"extra": {"temper": float("nan")}}, "temper"),
        ({"action": "flew"}, "action"),
        ({"at": datetime(2026, 1, 1)}, "at"),
        ({"lasted_seconds": -1}, "lasted_seconds"),
    ],
)
def test_an_error_names_the_field_or_what_lies_inside_it(fields, field):
    given = {"id": "1", "customer_id": "ann", "at": datetime(2026, 1, 1, tzinfo=UTC), **fields}
    with pytest.raises(InvalidValueError) as caught:
        Visit(**given)
    assert caught.value.field == field
