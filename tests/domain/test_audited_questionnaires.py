"""A questionnaire is data from outside: what is none is refused, and the refusal says where."""

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import Instrument, Item, Scale


@pytest.mark.parametrize(
    ("field", "made"),
    [
        ("scale", lambda: Scale(1.0, 5.0)),
        ("scale", lambda: Scale(1.5, 5)),
        ("scale", lambda: Scale(True, 5)),  # noqa: FBT003  # what must be refused
        ("scale", lambda: Scale("1", "5")),
        ("scale", lambda: Item(name="x", scale=5)),
        ("scale", lambda: Item(name="x", scale=None)),
        ("scale", lambda: Item(name="x", scale=(1,))),
        ("scale", lambda: Item(name="x", scale="15")),
        ("scale", lambda: Item(name="x", scale={"low": 1, "top": 5})),
        ("words", lambda: Item(name="x", scale=(1, 5), words="abcde")),
        ("words", lambda: Item(name="x", scale=(1, 2), words=(1, 2))),
        ("words", lambda: Instrument(name="t", items={"x": None}, scale=(1, 2), words="no")),
        ("items['x']", lambda: Instrument(name="t", items={"x": {"sclae": (1, 5)}})),
        ("items", lambda: Instrument(name="t", items={"x": {"name": "y"}}, scale=(1, 5))),
        ("items", lambda: Instrument(name="t", items={"x": Item(name="y", scale=(1, 5))})),
    ],
)
def test_data_that_is_no_questionnaire_is_refused_by_name(field, made):
    with pytest.raises(InvalidValueError) as refused:
        made()
    assert refused.value.field == field


def test_a_number_is_read_as_people_write_it_not_as_python_does():
    item = Item(name="x", scale=(0, 10))
    assert [item.step(one) for one in ("5", " 5 ", "+5", "５")] == [5, 5, 5, 5]
    with pytest.raises(InvalidValueError, match="whole step"):
        item.step("1_0")
