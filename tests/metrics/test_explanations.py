"""Every answer of a base explains itself by the catalogue alone, and shows itself well."""

import ast
import re
import runpy
from datetime import date, timedelta
from functools import cache
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

import pytest
from attrs import evolve

import crmkit
from crmkit import Period
from crmkit.customer_base import CustomerBase
from crmkit.domain import Offer
from crmkit.domain.labels import LANGUAGES, label
from crmkit.metrics.catalogue import CATALOGUE, Composite
from crmkit.synthetic import SyntheticShop

HERE = Path(__file__).parent
ROOT = Path(crmkit.__file__).parent
#: Who stands in the small shop; nothing that is shown may take it for markup.
HOSTILE, FRIEND = "<b>a&b</b>", "<i>'bob'</i>"
SCHEMES = ("fixed", "quintile", "nested", "stone")


def of_one(base, customer_id, day):
    """What can be asked of one customer."""
    asked = {"as_of": day}
    year = Period.year_to(day)
    offer = Offer(id="spring", kind="cross_sell", medium="email", global_limit=5)
    card = base.card(customer_id, **asked)
    yield "card", card
    yield "summary", base.summary(customer_id, **asked)
    yield "relationship", base.relationship(customer_id, **asked)
    yield "level", base.relationship(customer_id, **asked).level
    yield "satisfaction", base.satisfaction(customer_id, **asked)
    yield "loyalty", base.loyalty(customer_id, **asked)
    yield "typology", card.loyalty.loyalty
    yield "value", base.value(customer_id, **asked)
    yield "value of a period", base.value(customer_id, period=year, **asked)
    yield "relationship value", base.relationship_value(customer_id, **asked)
    yield "may contact", base.may_contact(customer_id, "email", "promotion", at=day)
    yield "may not contact", base.may_contact(customer_id, "phone", "promotion", at=day)
    yield "may offer", base.may_offer(offer, customer_id, at=day)
    yield "uptake", base.uptake(offer, as_of=day)


def of_all(base, day, schemes):
    """What can be asked of a base."""
    asked = {"as_of": day}
    reading = base.profiles(**asked)
    yield "base satisfaction", base.satisfaction(**asked)
    yield "base loyalty", base.loyalty(**asked)
    yield "base relationship value", base.relationship_value(**asked)
    yield "kpis", base.kpis(Period.year_to(day), **asked)
    yield "early kpis", base.kpis(Period.year_to(day - timedelta(days=365)), **asked)
    yield "concentration", base.concentration(**asked)
    yield "profiles", reading
    yield "peers", reading.standards.peers
    yield "referrals", reading.standards.referrals
    for scheme in schemes:
        yield f"rfm {scheme}", base.rfm(scheme=scheme, **asked)


@cache
def small():
    """The two customers of the test of cards, under ids full of markup, and their shop."""
    shop = runpy.run_path(str(HERE.parent / "test_card.py"))
    ids = {"ann": HOSTILE, "bob": FRIEND}
    facts = [evolve(one, customer_id=ids[one.customer_id]) for one in shop["FACTS"]]
    facts = [evolve(one, referred_id=FRIEND) if one.kind == "referral" else one for one in facts]
    base = shop["opened"](*facts, shop=shop["SHOP"])
    found = {f"small: {name}": one for name, one in of_one(base, HOSTILE, shop["AS_OF"])}
    found |= {f"bob: {name}": one for name, one in of_one(base, FRIEND, shop["AS_OF"])}
    return found | {
        f"small: {name}": one for name, one in of_all(base, shop["AS_OF"], schemes=["fixed"])
    }


@cache
def invented():
    """The best customer of an invented shop, one who is at risk, and the shop."""
    world = SyntheticShop(seed=1, customers=80)
    base = CustomerBase.open("memory:", shop=world.shop)
    base.load(world.interactions())
    day = base.last_day()
    judged = base.profiles(as_of=day)
    best, risky = judged.most_valuable(1)[0], judged.most_at_risk(1)[0]
    return {
        f"{whose}: {name}": one
        for whose, answers in (
            ("best", of_one(base, best.customer_id, day)),
            ("at risk", of_one(base, risky.customer_id, day)),
            ("invented", of_all(base, day, SCHEMES)),
        )
        for name, one in answers
    }


ANSWERS = chain(
    (f"{whose}: {name}" for whose in ("small", "bob", "best", "at risk") for name in (
        "card", "summary", "relationship", "level", "satisfaction", "loyalty", "typology",
        "value", "value of a period", "relationship value", "may contact", "may not contact",
        "may offer", "uptake",
    )),
    (f"{whose}: {name}" for whose in ("small", "invented") for name in (
        "base satisfaction", "base loyalty", "base relationship value", "kpis", "early kpis",
        "concentration", "profiles", "peers", "referrals", "rfm fixed",
    )),
    (f"invented: rfm {scheme}" for scheme in SCHEMES[1:]),
)  # fmt: skip
every_answer = pytest.mark.parametrize("name", sorted(ANSWERS))


def answer(name):
    return (small() if name.startswith(("small", "bob")) else invented())[name]


def walked(explanation):
    """An explanation and all that it is made of."""
    yield explanation
    for part in explanation.parts:
        yield from walked(part)


def test_the_names_above_are_those_of_the_answers():
    named = {name for mark in (every_answer,) for name in mark.args[1]}
    assert named == small().keys() | invented().keys()


@every_answer
def test_an_explanation_names_entries_and_says_what_they_say(name):
    for one in walked(answer(name).explain()):
        assert one.figure in CATALOGUE
        entry = CATALOGUE[one.figure]
        assert (one.formula, one.source) == (entry.formula, entry.source)
        assert one.formula.strip()
        assert one.source.strip()
        assert one.answer.strip()
        assert "\n" not in one.answer
        for language in LANGUAGES:
            assert label(f"metric.{one.figure}", language)


@every_answer
def test_an_answer_that_holds_several_is_explained_by_what_it_holds(name):
    for one in walked(answer(name).explain()):
        entry = CATALOGUE[one.figure]
        if isinstance(entry, Composite):
            assert {part.figure for part in one.parts} <= set(entry.holds)


@every_answer
def test_what_was_left_out_is_said_where_it_is_and_not_again_above(name):
    def below(one):
        return [text for part in one.parts for each in walked(part) for text in each.left_out]

    for one in walked(answer(name).explain()):
        again = [text for text in one.left_out for each in below(one) if text.endswith(each)]
        assert again == [], one.figure


def test_a_question_and_its_trend_may_have_names_of_their_own():
    told = answer("best: satisfaction")
    for asked in told.answers:
        why = asked.explain()
        assert why.figure == asked.question
        assert why.formula == CATALOGUE["standing_answer"].formula
        assert why.source == CATALOGUE["standing_answer"].source
    for question, trend in answer("invented: base satisfaction").trends.items():
        why = trend.explain()
        assert why.figure == f"trend of {question}"
        assert why.formula == CATALOGUE["satisfaction_trend"].formula


# --- said once ------------------------------------------------------------------------------


@cache
def modules():
    """Each module of the package with its tree."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
    }


def docstrings(tree):
    """The constants that are docstrings: they may say for a reader what a formula is."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


@cache
def literals():
    """The texts of each module, docstrings left out."""
    found = {}
    for name, tree in modules().items():
        silent = docstrings(tree)
        found[name] = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        }
    return found


def says(text, formula):
    """Tell whether a literal is a formula, holds it, or is a good part of it."""
    return formula in text or (len(text) >= 30 and text in formula)


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=CATALOGUE)
def test_a_formula_is_written_in_one_module(one):
    where = [
        name for name, texts in literals().items() if any(says(each, one.formula) for each in texts)
    ]
    assert len(where) == 1, where


def called(node):
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_formulas_and_sources_are_literals_in_the_catalogue_alone():
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if not name.startswith(("metrics/catalogue/",))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in {"Explanation", "explained"}
        for keyword in node.keywords
        if keyword.arg in {"formula", "source"}
        and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
    ]
    assert found == []


def test_explanations_are_made_by_the_catalogue_outside_the_domain():
    makers = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "Explanation"
    }
    assert {name for name in makers if not name.startswith("domain/")} == {
        "metrics/catalogue/__init__.py",
        "metrics/estimate.py",  # a figure that the catalogue does not know
    }


# --- how they show themselves ---------------------------------------------------------------


class Wellformed(HTMLParser):
    """Reads HTML strictly: every tag closed in order, every sign of markup escaped."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.open, self.texts = [], []

    def handle_starttag(self, tag, _attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert "<" not in data
        assert "&" not in data
        self.texts.append(data)

    def handle_entityref(self, name):
        assert name in {"amp", "lt", "gt", "quot"}
        self.texts.append({"amp": "&", "lt": "<", "gt": ">", "quot": '"'}[name])

    def handle_charref(self, name):
        assert name == "x27"
        self.texts.append("'")


TAGS = re.compile(r"</?(\w+)")


@every_answer
def test_html_is_well_formed_and_every_text_is_escaped(name):
    one = answer(name)
    for shown in (one, one.explain()):
        if not hasattr(shown, "_repr_html_"):
            continue
        html = shown._repr_html_()
        read = Wellformed()
        read.feed(html)
        read.close()
        assert read.open == []
        assert set(TAGS.findall(html)) <= {
            "div", "p", "strong", "small", "table", "tbody", "tr", "th", "td", "br",
        }  # fmt: skip


def test_an_id_full_of_markup_is_shown_as_it_is():
    card = answer("small: card")
    assert HOSTILE in str(card)
    assert HOSTILE not in card._repr_html_()
    for html, ids in ((card._repr_html_(), [HOSTILE]), (card.explain()._repr_html_(), [FRIEND])):
        read = Wellformed()
        read.feed(html)
        assert all(one in "".join(read.texts) for one in ids)


#: What a value looks like that nobody has put into words.
RAW = re.compile(
    r"FrozenMapping|<[A-Z]\w+[.:]|\b[A-Z]\w+\([a-z_]+=|\bdatetime\b|Decimal\(|\bNone\b|\bnan\b|\{'"
)
LONG_NUMBER = re.compile(r"\d\.\d{7,}|\d{9,}|\de[+-]\d")


@every_answer
def test_text_is_in_words_rounded_and_no_wider_than_a_screen(name):
    one = answer(name)
    for shown in (one, one.explain()):
        for line in str(shown).splitlines():
            assert len(line) <= 160, line
            assert line == line.rstrip()
            assert not RAW.search(line), line
            assert not LONG_NUMBER.search(line), line
            assert "59.99" not in line, "a moment is told to the minute"


@pytest.mark.parametrize("whose", ["small", "bob", "best", "at risk"])
def test_a_card_is_read_on_two_screens_and_says_nothing_three_times(whose):
    lines = str(answer(f"{whose}: card")).splitlines()
    assert len(lines) <= 90
    told = [line.strip() for line in lines if len(line.strip()) > 40]
    assert all(told.count(line) == 1 for line in told)
    assert sum("needs at least" in line for line in lines) <= 3
    assert sum(line.startswith("    asked: ") for line in lines) <= 8


def test_the_small_card_reads_as_it_should():
    text = str(answer("small: card")).replace(HOSTILE, "ann")
    for line in (
        "    asked: csat/satisfaction  4 on 1 to 5 (2026-02-13, 1 answer)",
        "    shown (proxy)             20.4 of 100 (4.7 to 36.2, n 3), 90% of the signals",
        "  Loyalty: 0.49 (partial, phase unknown, type unknown)",
        "    cognitive    unknown: nothing is known of it",
        "    intentional  unknown (25% known; missing: repurchase, expand, stay)",
        "    behavioural  0.49 (67% known; missing: volume)",
        "    lifetime       48 days so far; to come 4.99 occasions (0.702 to 35.4, n 2)",
    ):
        assert f"\n{line}\n" in text
    assert "case, contact, delivery, return, visit" in text
    assert answer("small: card").as_of.date() == date(2026, 2, 20)
