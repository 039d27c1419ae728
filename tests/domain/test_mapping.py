"""The fields a shop adds of its own: JSON-ready, frozen at any depth."""

import pickle

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import EMPTY, FrozenMapping, frozen_mapping, thawed
from crmkit.metrics import nps


def test_what_is_frozen_stays_as_it_was_given():
    given = {"tags": ["a", "b"], "nested": {"n": [1, {"x": None}]}}
    kept = frozen_mapping(given)
    given["tags"].append("c")
    given["nested"]["n"].clear()
    assert thawed(kept) == {"tags": ["a", "b"], "nested": {"n": [1, {"x": None}]}}
    assert kept["tags"] == ("a", "b")
    with pytest.raises(TypeError):
        kept["tags"] = ()


def test_nothing_is_one_and_the_same_nothing():
    assert frozen_mapping({}) is EMPTY
    assert frozen_mapping(FrozenMapping()) is EMPTY


def test_it_is_compared_by_value_and_survives_pickling():
    kept = frozen_mapping({"a": [1, 2]})
    assert kept == frozen_mapping({"a": (1, 2)}) == pickle.loads(pickle.dumps(kept))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1}, object(), b"x"])
def test_what_json_has_no_word_for_is_refused_by_name(value):
    with pytest.raises(InvalidValueError, match=r"colour is .* but must be JSON-ready"):
        frozen_mapping({"nested": {"colour": [value]}})


def test_keys_are_texts():
    with pytest.raises(InvalidValueError, match="key is 1"):
        frozen_mapping({1: "x"})


def test_values_that_show_themselves_are_shown_by_name():
    shown = FrozenMapping({"nps": nps([9, 9, 3]), "more": nps([9])})
    assert str(FrozenMapping({"a": 1})) == "FrozenMapping({'a': 1})"
    assert FrozenMapping({"a": 1})._repr_html_() is None
    assert str(shown).startswith("nps\n33.3 points")
    assert "\n\nmore\n100 points" in str(shown)
    assert "<h4>more</h4>" in shown._repr_html_()
