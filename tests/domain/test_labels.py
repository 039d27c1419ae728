"""Everything with a name has one in English and one in Chinese, from one table."""

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import crmkit.domain
import crmkit.metrics
from crmkit.domain import State
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import KINDS
from crmkit.domain.labels import LABELS, LANGUAGES, Label, label, language_of
from crmkit.domain.level import RelationshipLevel
from crmkit.domain.words import Word
from crmkit.metrics.catalogue import CATALOGUE


def public_enums():
    """Every closed enum that a room of the domain or the metrics gives out, by its name.

    The planted truth of the invented shop has words of its own, which no answer holds.
    """
    found = {}
    for room in (crmkit.domain, crmkit.metrics):
        for module in walk_packages(room.__path__, f"{room.__name__}."):
            for name, one in vars(import_module(module.name)).items():
                own = isinstance(one, type) and one.__module__ == module.name
                if own and issubclass(one, StrEnum) and list(one) and not name.startswith("_"):
                    found.setdefault(name, set()).add(one)
    return found


ENUMS = public_enums()


def members(name):
    return [member for enum in sorted(ENUMS[name], key=str) for member in enum]


def test_the_search_finds_the_enums_there_are():
    assert {"State", "Stage", "Nature", "Purpose", "Indicator", "LoyaltyClass"} <= set(ENUMS)
    assert State in ENUMS["State"]
    rooms = ("crmkit.domain.", "crmkit.metrics.")
    words = [each for each in Word.__subclasses__() if each.__module__.startswith(rooms)]
    assert len(words) > 12
    assert all(each in ENUMS[each.__name__] for each in words)


@pytest.mark.parametrize("name", ENUMS)
def test_every_member_of_every_public_enum_has_both_labels(name):
    for member in members(name):
        key = f"{name}.{member}"
        assert isinstance(LABELS.get(key), Label), key
        assert label(member) == LABELS[key].en
        assert label(member, "zh") == LABELS[key].zh


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ENUMS)
def test_no_label_stands_twice_within_one_enum(name, language):
    called = [label(member, language) for member in members(name)]
    assert len(set(called)) == len(called)


@pytest.mark.parametrize("group", ["kind", "metric"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_stands_twice_among_kinds_or_figures(group, language):
    called = [getattr(one, language) for key, one in LABELS.items() if key.startswith(f"{group}.")]
    assert len(set(called)) == len(called)


def test_every_kind_and_every_figure_has_a_label_and_no_key_is_without_an_owner():
    owned = {f"{name}.{member}" for name in ENUMS for member in members(name)}
    owned |= {f"kind.{kind}" for kind in KINDS} | {f"metric.{name}" for name in CATALOGUE}
    assert {key for key in LABELS if not key.startswith("report.")} == owned


def test_chinese_labels_are_chinese_and_english_ones_are_not():
    def chinese(text):
        return any("一" <= sign <= "鿿" for sign in text)

    words = {key: one for key, one in LABELS.items() if not key.startswith("report.")}
    assert [key for key, one in words.items() if not chinese(one.zh) or chinese(one.en)] == []


@pytest.mark.parametrize(
    ("word", "en", "zh"),
    [
        (State.POTENTIAL, "potential", "潜在客户"),
        (State.INTENT, "intent", "意向客户"),
        (State.PURCHASING, "purchasing", "购买客户"),
        (State.LOYAL, "loyal", "忠实客户"),
        (State.LOST, "lost", "流失客户"),
        (RelationshipLevel.BASIC, "basic", "基本型"),
        (RelationshipLevel.REACTIVE, "reactive", "被动型"),
        (RelationshipLevel.ACCOUNTABLE, "accountable", "负责型"),
        (RelationshipLevel.PROACTIVE, "proactive", "能动型"),
        (RelationshipLevel.PARTNERSHIP, "partnership", "伙伴型"),
        ("kind.purchase", "purchase", "购买"),
        ("metric.referral_value", "referral value", "客户推荐价值"),
        ("metric.relationship_value", "relationship value", "客户关系价值"),
    ],
)
def test_the_terms_of_the_textbooks_are_kept(word, en, zh):
    assert (label(word), label(word, "zh")) == (en, zh)


def test_another_language_is_refused_with_those_there_are():
    for ask in (lambda: label(State.LOYAL, "de"), lambda: language_of("de")):
        with pytest.raises(InvalidValueError, match="language is 'de', but must be one of en, zh"):
            ask()


def test_a_word_without_a_label_is_refused_with_what_would_have_one():
    class Mood(Word):
        SUNNY = "sunny"

    for word, key in ((Mood.SUNNY, "Mood.sunny"), ("metric.mood", "metric.mood")):
        with pytest.raises(InvalidValueError, match=f"word is '{key}', but has no label"):
            label(word)


GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def test_the_glossary_uses_the_same_terms():
    rows = [line.strip("| ").split(" | ") for line in GLOSSARY.read_text("utf-8").splitlines()]
    told = {row[0]: row[2] for row in rows if len(row) == 3}
    for member in (*State, *RelationshipLevel):
        assert told[member] == label(member, "zh")
    for name in ("tenure", "lifetime", "clv", "quiet", "recency", "churn", "revenue", "at_risk"):
        assert told[name.replace("_", " ")] == label(f"metric.{name}", "zh")
    for name in ("capability_value", "referral_value", "potential_value", "relationship_value"):
        assert told[name.replace("_", " ")] == label(f"metric.{name}", "zh")
    for name in ("cognitive", "affective", "intentional", "behavioural"):
        assert told[f"{name} loyalty"] == label(f"metric.{name}", "zh")
