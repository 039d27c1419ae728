"""Rules that call customers lost are judged by what the customers did afterwards."""

import csv
import gzip
import runpy
from collections import defaultdict
from datetime import date, timedelta
from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Shop
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import MBGNBD, holdout, lapse_rules

SHOP = Shop(id="lamp", currency="EUR", lapse_days=30)
START = date(2025, 1, 1)
SPLIT, UNTIL = START + timedelta(days=200), START + timedelta(days=300)


def on(*days):
    return [START + timedelta(days=day) for day in days]


def tried(*histories, **options):
    return lapse_rules(histories, split=SPLIT, until=UNTIL, shop=SHOP, **options)


#: Own gaps of 40 days: overdue after 40 quiet days, lost after 80.
WEEKLY = on(*range(100, 200, 7))
BACK = on(10, 50, 90, 130, 250)
AWAY = on(10, 50, 90, 110)
LATER = on(240)


def test_each_rule_is_judged_by_hand():
    found = tried(WEEKLY, BACK, AWAY, LATER)
    assert (found.customers, found.came_back, found.days) == (3, 1, 100)
    assert found.notes[1] == "1 first bought later and are left out"
    told = {name: (one.called, one.came_back) for name, one in found.rules.items()}
    assert told == {
        "overdue": (2, 1),  # BACK after 70 quiet days, AWAY after 90
        "lost": (1, 0),  # AWAY alone: beyond twice 40 days
        "twice the median gap (14 days)": (2, 1),
        "30 days": (2, 1),
        "60 days": (2, 1),
        "90 days": (0, 0),
        "180 days": (0, 0),
        "365 days": (0, 0),
    }
    assert found.rules["overdue"].false_loss.value == 0.5
    assert found.rules["overdue"].found.value == 0.5
    assert found.rules["90 days"].false_loss.value is None
    assert found.rules["90 days"].found.value == 0


def test_a_model_is_tried_where_it_says_something():
    found = tried(WEEKLY, BACK, AWAY, alive=[0.9, None, 0.2])
    model = found.rules["model"]
    assert (model.called, model.came_back, model.unjudged) == (1, 0, 1)
    assert "1 not judged" in str(found)
    assert "model" not in tried(WEEKLY).rules


def test_windows_are_the_callers_and_a_day_counts_once():
    twice = tried([*BACK, *BACK[::-1]], windows=[45])
    assert twice.rules == tried(BACK, windows=[45]).rules
    assert list(twice.rules)[-1] == "45 days"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"until": SPLIT}, "until"),
        ({"alive": [0.5]}, "alive"),
        ({"windows": [30, 0]}, r"windows\[1\]"),
        ({"windows": [30.5]}, r"windows\[0\]"),
        ({"windows": [nan]}, r"windows\[0\]"),
        ({"alive": [0.5, nan]}, r"alive\[1\]"),
        ({"alive": [1.5, None]}, r"alive\[0\]"),
    ],
)
def test_what_cannot_be_is_refused(options, field):
    with pytest.raises(InvalidValueError, match=f"^{field} is"):
        lapse_rules([WEEKLY, BACK], **{"split": SPLIT, "until": UNTIL, "shop": SHOP, **options})


lives = st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=9), min_size=1, max_size=9)


@given(lives)
def test_a_longer_window_calls_fewer_lost_and_finds_fewer(days):
    rules = tried(*(on(*one) for one in days)).rules
    widths = [rules[f"{window} days"] for window in (30, 60, 90, 180, 365)]
    called = [one.called for one in widths]
    assert called == sorted(called, reverse=True)
    assert rules["lost"].called <= rules["overdue"].called
    assert all(one.came_back <= one.called for one in widths)


def test_it_explains_itself():
    told = tried(WEEKLY, BACK, AWAY).explain()
    assert told.figure == "lapse_rules"
    assert told.parts[0].figure == "false_loss"
    assert dict(told.inputs)["customers"] == "3, of whom 1 bought afterwards"


def test_the_rules_on_real_customers(data):
    """On CDNOW no rule is right by itself: personal ones doubt busy buyers who slow down."""
    found = defaultdict(set)
    with gzip.open(data("cdnow/cdnowElog.csv.gz"), "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found[row["sampleid"]].add(date.fromisoformat(row["date"]))
    split, until = date(1997, 9, 30), date(1998, 6, 30)
    model = MBGNBD(r=0.5247, alpha=6.1829, a=0.8910, b=1.6139)  # a fit to the first 39 weeks
    cut = holdout(found.values(), split=split, until=until)
    alive = model.probability_alive(cut.repeats, cut.recency, cut.age)
    judged = lapse_rules(found.values(), split=split, until=until, shop=SHOP, alive=alive)
    assert (judged.customers, judged.came_back, judged.days) == (2357, 684, 273)
    told = {
        name: (one.called, round(one.false_loss.value, 3), round(one.found.value, 3))
        for name, one in judged.rules.items()
        if one.called
    }
    assert told == {
        "overdue": (1904, 0.206, 0.904),
        "lost": (370, 0.246, 0.167),
        "twice the median gap (54 days)": (2076, 0.227, 0.959),
        "30 days": (2182, 0.253, 0.974),
        "60 days": (2057, 0.223, 0.956),
        "90 days": (1946, 0.204, 0.926),
        "180 days": (1636, 0.152, 0.829),
        "model": (1835, 0.189, 0.89),
    }


def test_a_base_tries_its_rules_with_the_model_of_that_day():
    small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
    bought, opened = small["bought"], small["opened"]
    base = opened(
        *(bought(f"a{n}", 10 * n, "30.00") for n in range(20)),
        *(bought(f"b{n}", 10 * n, "30.00", who="bob") for n in range(5)),
    )
    found = base.lapse_rules(split=date(2026, 5, 1), as_of=date(2026, 7, 20))
    assert found.customers == 2
    assert (found.rules["lost"].called, found.rules["lost"].came_back) == (1, 0)
    assert "model" in found.rules
