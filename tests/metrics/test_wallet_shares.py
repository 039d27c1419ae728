"""Shares of wallet, of mind and of choice: by hand, by properties, and by drawing many samples."""

from math import exp
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    first_choice,
    mean_wallet_allocation,
    share_of_heart,
    share_of_mind,
    share_of_wallet,
    top_of_mind_share,
    wallet_allocation,
    wallet_allocation_of,
)
from crmkit.metrics.intervals import wilson
from crmkit.metrics.seeds import plain_generator

wallets = st.floats(0.01, 1e6)
customers = st.lists(st.tuples(st.floats(0, 1), wallets), min_size=1, max_size=30)
brands = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 10), min_size=1)


def amounts(people):
    return [share * wallet for share, wallet in people], [wallet for _, wallet in people]


def test_of_all_the_money_and_on_average_are_two_answers():
    found = share_of_wallet([90, 100], [100, 1000])
    assert found.aggregated.value == pytest.approx(190 / 1100)
    assert found.mean.value == pytest.approx((0.9 + 0.1) / 2)
    assert found.shares == (0.9, 0.1)
    assert found.aggregated.n == found.mean.n == 2


def test_one_customer_has_a_share_and_no_interval():
    one = share_of_wallet(300, 1200)
    assert one.aggregated.value == one.mean.value == 0.25
    assert (one.aggregated.low, one.aggregated.high) == (0, 1)
    assert "single customer" in one.aggregated.notes[0]


def test_missing_amounts_are_left_out_and_counted_and_are_not_0():
    found = share_of_wallet([50, None, 20], [100, 100, None])
    assert found.aggregated.value == found.mean.value == 0.5
    assert found.shares == (0.5, None, None)
    assert found.notes == ("2 missing left out",)
    assert "1 of 3 customers" in found.explain().coverage


def test_nobody_known_is_undefined_over_the_whole_range():
    nobody = share_of_wallet([None], [100])
    for share in (nobody.aggregated, nobody.mean):
        assert (share.value, share.low, share.high) == (None, 0, 1)


@pytest.mark.parametrize(
    ("own", "wallet", "said"),
    [
        ([1, 1], [2, 0], r"wallet\[1\] is 0"),
        ([1, 1], [2, -3], r"wallet\[1\] is -3"),
        ([1, 30], [2, 20], r"wallet\[1\] is 20, but must not be below what was spent here, 30"),
        ([1, -1], [2, 20], r"own\[1\] is -1"),
        ([1, float("nan")], [2, 20], r"own\[1\]"),
        ([1], [2, 20], "wallet is 2, but must be as many as own: 1"),
    ],
)
def test_what_cannot_be_is_refused_by_its_row(own, wallet, said):
    with pytest.raises(InvalidValueError, match=said):
        share_of_wallet(own, wallet)


def test_what_cannot_be_is_left_out_and_named_if_that_is_asked():
    found = share_of_wallet([5, 30, 1], [10, 20, 0], impossible="leave_out")
    assert found.aggregated.value == 0.5
    assert found.notes == ("2 impossible left out",)
    assert [one.split(" is ")[0] for one in found.problems] == ["wallet[1]", "wallet[2]"]
    with pytest.raises(InvalidValueError, match="impossible"):
        share_of_wallet([5], [10], impossible="ignore")


def test_sums_that_differ_in_the_last_digit_are_the_whole_wallet():
    assert share_of_wallet(0.1 + 0.2, 0.3).aggregated.value == 1


@given(customers)
def test_a_share_of_wallet_is_from_0_to_1_and_inside_its_interval(people):
    found = share_of_wallet(*amounts(people))
    for share in (found.aggregated, found.mean):
        assert 0 <= share.low <= share.value <= share.high <= 1


@given(customers, st.randoms())
def test_a_share_of_wallet_is_the_same_in_any_order_and_any_unit(people, shuffled):
    own, wallet = amounts(people)
    found = share_of_wallet(own, wallet)
    order = list(range(len(people)))
    shuffled.shuffle(order)
    other = share_of_wallet([7 * own[i] for i in order], [7 * wallet[i] for i in order])
    assert other.aggregated.value == pytest.approx(found.aggregated.value)
    assert other.aggregated.high == pytest.approx(found.aggregated.high, abs=1e-6)
    assert other.mean.value == pytest.approx(found.mean.value)


@given(customers, st.floats(0, 1))
def test_spending_more_here_never_lowers_the_share(people, more):
    own, wallet = amounts(people)
    raised = [had + more * (whole - had) for had, whole in zip(own, wallet, strict=True)]
    low, high = share_of_wallet(own, wallet), share_of_wallet(raised, wallet)
    assert high.aggregated.value >= low.aggregated.value - 1e-12
    assert high.mean.value >= low.mean.value - 1e-12


def test_the_interval_of_the_aggregated_share_holds_the_truth_about_as_often_as_it_says():
    draw, held = plain_generator(5), 0
    for _ in range(600):
        people = []
        for _ in range(60):
            wallet = exp(draw.gauss(5, 0.6))
            people.append((wallet * draw.betavariate(2, 3), wallet))
        share = share_of_wallet(*zip(*people, strict=True)).aggregated
        held += share.low <= 0.4 <= share.high
    assert 0.92 <= held / 600 <= 0.975


def test_the_share_of_wallet_explains_and_shows_itself():
    found = share_of_wallet([90, 100, 3], [100, 1000, 2], impossible="leave_out")
    assert "wallet[2]" in str(found)
    assert "Cochran" in found.explain().source
    assert [part.figure for part in found.explain().parts] == [
        "aggregated_share_of_wallet",
        "mean_share_of_wallet",
    ]


@given(brands)
def test_the_shares_of_a_customers_brands_add_up_to_1(ratings):
    found = wallet_allocation_of(ratings)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert all(0 < share <= 1 for share in found.shares.values())


@given(brands, st.integers(1, 5), st.integers(-3, 3))
def test_only_the_order_of_ratings_counts(ratings, times, plus):
    moved = {name: times * one + plus for name, one in ratings.items()}
    assert wallet_allocation_of(moved).shares == wallet_allocation_of(ratings).shares


@given(brands, st.sampled_from("abcdefg"))
def test_a_better_rating_never_takes_from_the_share(ratings, name):
    if name not in ratings:
        return
    better = {**ratings, name: ratings[name] + 1}
    assert (
        wallet_allocation_of(better).shares[name]
        >= wallet_allocation_of(ratings).shares[name] - 1e-12
    )


def test_equal_ratings_share_the_mean_of_their_ranks():
    found = wallet_allocation_of({"a": 9, "b": 7, "c": 7, "d": None})
    assert dict(found.ranks) == {"a": 1, "b": 2.5, "c": 2.5}
    assert found.shares["b"] == pytest.approx((1 / 3 + 1 / 6) / 2)
    assert found.notes == ("1 not used",)
    assert "d" not in found.shares
    assert "rank of b" in str(found.explain())


@pytest.mark.parametrize(("rank", "used"), [(0, 3), (4, 3), (0.5, 1), (1, 0), (float("nan"), 2)])
def test_a_rank_beyond_the_brands_is_refused(rank, used):
    with pytest.raises(InvalidValueError):
        wallet_allocation(rank, used)


def test_mean_shares_over_customers_add_up_to_1_and_leave_out_who_uses_none():
    found = mean_wallet_allocation(
        {"a": [9, 8, None, 5], "b": [7, None, None, 9], "c": [5, None, None, None]}
    )
    own = [(1 / 2, 1 / 3, 1 / 6), (1, 0, 0), (1 / 3, 2 / 3, 0)]
    means = [fmean(column) for column in zip(*own, strict=True)]
    assert [one.value for one in found.shares.values()] == pytest.approx(means)
    assert sum(one.value for one in found.shares.values()) == pytest.approx(1)
    assert found.among_users["b"].value == pytest.approx((1 / 3 + 2 / 3) / 2)
    assert (found.customers, found.notes) == (3, ("1 who use none left out",))
    assert found.among_users["c"].n == 1
    assert "among its users" in str(found)
    assert found.explain().parts[0].figure == "a"


def test_share_of_mind_counts_who_named_nobody_and_not_who_was_not_asked():
    found = share_of_mind(["lamp", "lux", "", None, "lamp"], "lamp")
    assert (found.value, found.n) == (0.5, 4)
    assert (found.low, found.high) == wilson(2, 4)
    assert found.notes == ("1 missing left out",)
    assert share_of_heart(["lux", "lamp", "lamp"], "lux").value == pytest.approx(1 / 3)
    assert share_of_mind([], "lamp").value is None


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InvalidValueError, match=r"first_named\[1\]"):
        share_of_mind(["lamp", 3], "lamp")
    with pytest.raises(InvalidValueError, match="brand"):
        share_of_heart(["lamp"], "")


def test_top_of_mind_of_a_segment_is_the_share_of_rank_1():
    found = top_of_mind_share([1, 1, 2, 0, None, 5])
    assert (found.value, found.n) == (0.4, 5)
    assert (found.low, found.high) == wilson(2, 5)
    with pytest.raises(InvalidValueError, match=r"ranks\[0\]"):
        top_of_mind_share([1.5])


def test_without_purchases_the_usual_share_is_what_is_known():
    nothing = first_choice(0, 0, usual=0.3)
    assert nothing.value == pytest.approx(0.3)
    assert nothing.notes == ("no purchases: the usual share",)
    assert nothing.low < 0.3 < nothing.high


def test_the_interval_of_a_first_choice_is_that_of_its_beta_distribution():
    stats = pytest.importorskip("scipy.stats")
    found = first_choice(3, 5, usual=0.3, strength=4)
    ends = stats.beta(3 + 1.2, 2 + 2.8).ppf([0.025, 0.975])
    assert (found.low, found.high) == pytest.approx(tuple(ends), rel=1e-6)


@pytest.mark.parametrize(
    ("chosen", "bought", "how"),
    [
        (6, 5, {"usual": 0.3}),
        (-1, 5, {"usual": 0.3}),
        (1.5, 5, {"usual": 0.3}),
        (1, 5, {"usual": 0}),
        (1, 5, {"usual": 1}),
        (1, 5, {"usual": 0.3, "strength": 0}),
    ],
)
def test_choices_that_cannot_be_are_refused(chosen, bought, how):
    with pytest.raises(InvalidValueError):
        first_choice(chosen, bought, **how)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.05, 0.95), st.floats(0.1, 50))
def test_a_first_choice_lies_between_what_was_seen_and_what_is_usual(k, more, usual, strength):
    n = k + more
    found = first_choice(k, n, usual=usual, strength=strength)
    seen = k / n if n else usual
    assert min(seen, usual) - 1e-9 <= found.value <= max(seen, usual) + 1e-9
    assert 0 <= found.low <= found.high <= 1


@given(st.integers(0, 20), st.integers(0, 20), st.floats(0.05, 0.95))
def test_one_more_choice_raises_the_share(k, more, usual):
    n = k + more + 1
    assert first_choice(k + 1, n, usual=usual).value > first_choice(k, n, usual=usual).value


def test_the_interval_of_a_first_choice_holds_true_shares_drawn_as_assumed():
    draw, held = plain_generator(11), 0
    for _ in range(800):
        truth = draw.betavariate(8 * 0.3, 8 * 0.7)
        k = sum(draw.random() < truth for _ in range(6))
        found = first_choice(k, 6, usual=0.3, strength=8)
        held += found.low <= truth <= found.high
    assert 0.93 <= held / 800 <= 0.97
