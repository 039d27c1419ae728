"""Shares of category requirements, first choices and repertoires of two real data sets.

Catsup: 2,798 purchases by 300 households (scanner panel). Scotch: which of 21 brands 2,218
people used within a year (survey). Every figure is found a second time from the file.
"""

import csv
import gzip
from collections import Counter, defaultdict
from itertools import pairwise
from statistics import fmean

import pytest

from crmkit.metrics import (
    dick_basu,
    first_choice,
    mean_wallet_allocation,
    share_estimate,
    share_of_wallet,
)
from crmkit.metrics.intervals import wilson


@pytest.fixture(scope="module")
def catsup(data):
    with gzip.open(data("brand_choice_panel/Catsup.csv.gz"), "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def households(catsup):
    found = defaultdict(list)
    for row in catsup:
        found[row["id"]].append(row["choice"])
    return found


@pytest.fixture(scope="module")
def scotch(data):
    with gzip.open(data("brand_usage/scotch_brand_usage.csv.gz"), "rt", encoding="utf-8") as file:
        return [{name: int(used) for name, used in row.items()} for row in csv.DictReader(file)]


def requirements(households, brand):
    """Share of category requirements: of its buyers' purchases, how many are of the brand."""
    buyers = [bought for bought in households.values() if brand in bought]
    return share_of_wallet(
        [bought.count(brand) for bought in buyers], [len(bought) for bought in buyers]
    )


def test_the_panel_is_the_published_one(catsup, households):
    assert (len(catsup), len(households)) == (2798, 300)
    assert Counter(row["choice"] for row in catsup) == {
        "heinz32": 1458,
        "heinz28": 851,
        "hunts32": 307,
        "heinz41": 182,
    }


@pytest.mark.parametrize(
    ("brand", "buyers", "of_all", "mean"),
    [
        ("heinz32", 254, 0.592, 0.563),
        ("heinz28", 255, 0.347, 0.386),
        ("hunts32", 121, 0.291, 0.304),
        ("heinz41", 113, 0.169, 0.192),
    ],
)
def test_share_of_category_requirements_of_each_brand(households, brand, buyers, of_all, mean):
    found = requirements(households, brand)
    assert found.aggregated.n == found.mean.n == buyers
    assert found.aggregated.value == pytest.approx(of_all, abs=5e-4)
    assert found.mean.value == pytest.approx(mean, abs=5e-4)
    mine = [bought for bought in households.values() if brand in bought]
    assert found.aggregated.value == pytest.approx(
        sum(bought.count(brand) for bought in mine) / sum(map(len, mine))
    )
    assert found.mean.value == pytest.approx(fmean(one.count(brand) / len(one) for one in mine))


def test_the_smaller_brand_has_fewer_buyers_who_give_it_less(households):
    """Double jeopardy: by number of buyers and by share of requirements in the same order."""
    found = {one: requirements(households, one) for one in ("heinz32", "hunts32", "heinz41")}
    buyers = [one.aggregated.n for one in found.values()]
    shares = [one.aggregated.value for one in found.values()]
    assert buyers == sorted(buyers, reverse=True)
    assert shares == sorted(shares, reverse=True)


def test_the_interval_agrees_with_a_bootstrap_of_households(households):
    numpy = pytest.importorskip("numpy")
    found = requirements(households, "heinz28").aggregated
    mine = [bought for bought in households.values() if "heinz28" in bought]
    own = numpy.array([bought.count("heinz28") for bought in mine])
    all_of_it = numpy.array([len(bought) for bought in mine])
    rows = numpy.random.default_rng(1).integers(0, len(mine), (2000, len(mine)))
    drawn = own[rows].sum(axis=1) / all_of_it[rows].sum(axis=1)
    ends = numpy.quantile(drawn, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=0.004)


def test_shares_of_spend_add_up_to_1_over_the_brands(catsup):
    spent = defaultdict(Counter)
    for row in catsup:
        spent[row["id"]][row["choice"]] += float(row[f"price.{row['choice']}"])
    wallets = [sum(one.values()) for one in spent.values()]
    shares = {
        brand: share_of_wallet([one[brand] for one in spent.values()], wallets)
        for brand in ("heinz28", "heinz32", "heinz41", "hunts32")
    }
    assert sum(one.aggregated.value for one in shares.values()) == pytest.approx(1)
    assert sum(one.mean.value for one in shares.values()) == pytest.approx(1)
    assert shares["heinz28"].aggregated.value == pytest.approx(0.362, abs=5e-4)
    assert shares["hunts32"].aggregated.value == pytest.approx(0.0966, abs=5e-5)
    assert shares["hunts32"].mean.value == pytest.approx(0.115, abs=5e-4)


def test_repeat_rates_of_the_brands(households):
    counts = {
        "heinz32": (900, 1320),
        "heinz28": (380, 754),
        "hunts32": (105, 272),
        "heinz41": (40, 152),
    }
    for brand, (again, after) in counts.items():
        pairs = [pair for bought in households.values() for pair in pairwise(bought)]
        k = sum(pair == (brand, brand) for pair in pairs)
        n = sum(pair[0] == brand for pair in pairs)
        assert (k, n) == (again, after)
        share = share_estimate(k, n)
        assert (share.low, share.high) == wilson(again, after)


def test_first_choices_drawn_towards_the_market_predict_the_second_half_better(households):
    """The first half of each household's purchases, held against its second half."""
    brand, plain, shrunk = "heinz32", [], []
    earlier = [one for bought in households.values() for one in bought[: len(bought) // 2]]
    usual = earlier.count(brand) / len(earlier)
    for bought in households.values():
        half = len(bought) // 2
        before, after = bought[:half], bought[half:]
        truth = after.count(brand) / len(after)
        seen = before.count(brand)
        plain.append((seen / half - truth) ** 2)
        shrunk.append((first_choice(seen, half, usual=usual).value - truth) ** 2)
    assert fmean(plain) == pytest.approx(0.10670, abs=5e-6)
    assert fmean(shrunk) == pytest.approx(0.09040, abs=5e-6)


def test_types_of_loyalty_to_a_brand_by_its_share_of_requirements(households):
    """No attitude was asked: the class stays unknown, whatever is bought, and says so."""
    kinds = {
        dick_basu(None, bought.count("heinz32") / len(bought)).kind.value
        for bought in households.values()
    }
    assert kinds == {"unknown"}


def test_the_survey_of_usage_is_the_published_one(scotch):
    assert (len(scotch), len(scotch[0])) == (2218, 21)
    assert sum(sum(row.values()) for row in scotch) == 5085
    sole = sum(sum(row.values()) == 1 for row in scotch)
    assert sole == 1046


def test_share_of_users_of_the_leading_brand(scotch):
    k = sum(row["Chivas.Regal"] for row in scotch)
    found = share_estimate(k, len(scotch))
    assert found.value == pytest.approx(806 / 2218)
    assert (found.low, found.high) == pytest.approx((0.3436, 0.3836), abs=5e-5)


def test_repertoires_and_equal_parts_of_them(scotch):
    """Who uses N brands and ranks none gives each of them 1/N by the rule for ties."""
    repertoire = [sum(row.values()) for row in scotch]
    assert fmean(repertoire) == pytest.approx(2.2926, abs=5e-5)
    found = mean_wallet_allocation(
        {name: [1 if row[name] else None for row in scotch] for name in scotch[0]}
    )
    by_hand = fmean(row["Chivas.Regal"] / sum(row.values()) for row in scotch)
    assert found.shares["Chivas.Regal"].value == pytest.approx(by_hand)
    assert sum(one.value for one in found.shares.values()) == pytest.approx(1)
    assert found.among_users["Chivas.Regal"].n == 806
    assert found.customers == 2218
