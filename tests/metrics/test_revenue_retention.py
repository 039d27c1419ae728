"""Net and gross revenue retention: amounts, customers, and how far they may be off."""

from math import inf, nan
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import revenue_retention, revenue_retention_of

AMOUNTS = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 1000), max_size=12)


@given(AMOUNTS, AMOUNTS)
def test_the_amounts_account_for_the_change(before, after):
    found = revenue_retention_of(before, after)
    old = {one for one, amount in before.items() if amount}
    assert found.customers == len(old)
    assert found.end == pytest.approx(sum(after.get(one, 0) for one in old))
    plain = revenue_retention(found.start, found.expansion, found.contraction, found.churn)
    assert plain.end == pytest.approx(found.end)
    if not old:
        assert (found.net.value, found.gross.value) == (None, None)
        return
    assert found.net.value == pytest.approx(plain.net.value)
    assert found.gross.value == pytest.approx(plain.gross.value)


@given(AMOUNTS, AMOUNTS)
def test_gross_is_at_most_one_and_at_most_net(before, after):
    found = revenue_retention_of(before, after)
    if found.net.value is None:
        return
    assert 0 <= found.gross.low <= found.gross.value <= found.gross.high <= 1
    assert found.gross.value <= found.net.value + 1e-12
    assert 0 <= found.net.low <= found.net.value


@given(AMOUNTS, AMOUNTS, st.integers(1, 500))
def test_who_is_new_changes_nothing_but_a_note(before, after, amount):
    one = revenue_retention_of(before, after)
    other = revenue_retention_of(before, after | {"new": amount})
    assert (one.net, one.gross, one.churn) == (other.net, other.gross, other.churn)
    assert other.notes[-1].endswith("who brought nothing before left out")


@given(AMOUNTS, AMOUNTS, st.sampled_from([2, 4, 1024]))
def test_another_money_unit_changes_no_rate(before, after, factor):
    scaled = ({k: v * factor for k, v in each.items()} for each in (before, after))
    one, other = revenue_retention_of(before, after), revenue_retention_of(*scaled)
    assert other.net.value == one.net.value
    assert other.net.high == (None if one.net.high is None else pytest.approx(one.net.high))


def test_the_interval_is_that_of_a_ratio():
    """R = 6/8; residuals 1 − 1.5, 2 − 1.5, 3 − 3; Σe² = 0.5; t(2) = 4.3027."""
    found = revenue_retention_of({"a": 2, "b": 2, "c": 4}, {"a": 1, "b": 2, "c": 3})
    half = 4.302652729911275 * (0.5 * 3 / 2) ** 0.5 / 8
    assert found.net.value == 0.75
    assert found.net.low == pytest.approx(0.75 - half)
    assert found.gross.high == 1  # clipped


def test_the_bootstrap_is_the_same_for_a_seed_and_near_the_other():
    random = Random(3)  # noqa: S311 - an invented base
    before = {f"c{i}": random.lognormvariate(3, 1) for i in range(200)}
    after = {one: x * random.choice([0, 0.5, 1, 1, 1.4]) for one, x in before.items()}
    t = revenue_retention_of(before, after).net
    drawn = revenue_retention_of(before, after, interval="bootstrap", seed=1).net
    assert drawn == revenue_retention_of(before, after, interval="bootstrap", seed=1).net
    assert drawn != revenue_retention_of(before, after, interval="bootstrap", seed=2).net
    assert drawn.value == t.value
    assert drawn.low == pytest.approx(t.low, abs=0.03)
    assert drawn.high == pytest.approx(t.high, abs=0.03)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    random, hits, rounds = Random(11), 0, 400  # noqa: S311 - invented bases
    for _ in range(rounds):
        before = {i: random.lognormvariate(0, 0.7) for i in range(80)}
        after = {i: x * random.choice([0, 0.5, 1, 1.5]) for i, x in before.items()}
        net = revenue_retention_of(before, after).net
        hits += net.low <= 0.75 <= net.high
    assert 0.92 <= hits / rounds <= 0.98


def test_nobody_at_the_start_gives_no_rate():
    for found in (revenue_retention(0, 0, 0, 0), revenue_retention_of({"a": 0}, {"a": 5})):
        assert found.net.value is None
        assert found.net.notes == ("nobody brought revenue at the start",)
        assert (found.gross.low, found.gross.high) == (0, 1)
        assert "unknown" in str(found)


def test_a_single_customer_has_no_interval():
    found = revenue_retention_of({"a": 10}, {"a": 5})
    assert (found.net.value, found.net.low, found.net.high) == (0.5, 0, None)
    assert (found.gross.low, found.gross.high) == (0, 1)
    assert found.net.notes == ("a single customer has no interval: the whole range is shown",)


def test_where_all_changed_alike_the_interval_says_so():
    found = revenue_retention_of({"a": 10, "b": 30}, {"a": 5, "b": 15})
    assert (found.net.low, found.net.high) == (0.5, 0.5)
    assert found.net.notes == ("all customers changed alike: the interval has no width",)


def test_what_is_missing_is_left_out_and_counted():
    found = revenue_retention_of(
        {"a": 10, "b": None, "c": 10, "d": 4}, {"a": 5, "b": 7, "c": None, "e": None, "f": 3}
    )
    assert (found.start, found.churn, found.customers) == (14, 4, 2)
    assert found.notes == ("2 missing left out", "1 who brought nothing before left out")


def test_rounding_of_what_is_all_lost_is_no_refusal():
    assert revenue_retention(0.3, 0, 0.1, 0.2).gross.value == 0


@pytest.mark.parametrize("bad", [-1, nan, inf, "5", 1e101])
def test_an_amount_that_cannot_be_is_refused_by_its_name(bad):
    with pytest.raises(InvalidValueError, match="expansion"):
        revenue_retention(10, bad, 0, 0)
    with pytest.raises(InvalidValueError, match=r"after\['b'\]"):
        revenue_retention_of({"b": 1}, {"a": 1, "b": bad})


def test_more_lost_than_there_was_is_refused():
    with pytest.raises(InvalidValueError, match="must not exceed the start"):
        revenue_retention(10, 0, 6, 5)


@pytest.mark.parametrize("options", [{"interval": "normal"}, {"resamples": 100}])
def test_another_way_is_refused(options):
    with pytest.raises(InvalidValueError, match=next(iter(options))):
        revenue_retention_of({"a": 1}, {}, **options)


def test_it_shows_and_explains_itself():
    found = revenue_retention(100, 8, 5, 7, unit="EUR")
    assert str(found).startswith(
        "100.00 + 8.00 expansion − 5.00 contraction − 7.00 churn = 96.00 EUR"
    )
    assert [part.figure for part in found.explain().parts] == [
        "net_revenue_retention",
        "gross_revenue_retention",
    ]
