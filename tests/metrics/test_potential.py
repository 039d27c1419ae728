"""Potential value and the wallet that peers suggest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money
from crmkit.metrics.value.relationship.potential import peer_wallet, potential_value

minors = st.integers(0, 10**9)
shares = st.floats(0, 1)


def eur(amount):
    return Money.of(amount, "EUR")


def test_a_spend_beyond_the_wallet_is_worth_0_and_flagged():
    found = potential_value(eur(100), eur(101), capture=0.5, margin=0.5)
    assert (found.value, found.exceeded) == (eur(0), True)
    assert "the wallet is too low" in found.notes[0]
    assert not potential_value(eur(100), eur(100), capture=0.5, margin=0.5).exceeded


@pytest.mark.parametrize(
    ("missing", "word"), [("wallet", "wallet"), ("capture", "chance of capture"), ("margin",) * 2]
)
def test_whatever_is_missing_is_named(missing, word):
    given_ = {"wallet": eur(100), "capture": 0.5, "margin": 0.5, missing: None}
    found = potential_value(given_.pop("wallet"), eur(1), **given_)
    assert found.value is None
    assert found.notes == (f"the {word} is not known",)
    assert found.explain().coverage == "3 of 4 inputs"


def test_a_spend_below_0_frees_no_more_than_the_wallet():
    found = potential_value(eur(100), eur(-50), capture=1, margin=1)
    assert found.value == eur(100)
    assert "counts as 0" in found.notes[0]


def test_the_value_is_rounded_once():
    assert potential_value(Money(5, "EUR"), eur(0), capture=0.1, margin=1).value.minor == 0  # .5
    assert potential_value(Money(15, "EUR"), eur(0), capture=0.1, margin=1).value.minor == 2  # 1.5


@pytest.mark.parametrize(
    ("name", "value"), [("capture", 1.1), ("capture", -0.1), ("margin", 30), ("margin", "x")]
)
def test_what_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(InvalidValueError, match=name):
        potential_value(eur(1), eur(1), **{"capture": 0.5, "margin": 0.5, name: value})


def test_a_negative_wallet_and_two_currencies_are_refused():
    with pytest.raises(InvalidValueError, match="wallet"):
        potential_value(eur(-1), eur(1), capture=0.5, margin=0.5)
    with pytest.raises(CurrencyMismatchError):
        potential_value(Money(1, "USD"), eur(1), capture=0.5, margin=0.5)


def test_it_shows_itself():
    text = str(potential_value(None, eur(1), capture=0.5, margin=0.5))
    assert text.splitlines()[:2] == ["Potential value: unknown", "  wallet   unknown"]


@given(minors, minors, minors, shares, shares)
def test_more_wallet_is_never_less_potential(wallet, more, spend, capture, margin):
    def found(minor):
        here = Money(spend, "EUR")
        return potential_value(Money(minor, "EUR"), here, capture=capture, margin=margin).value

    assert found(wallet) <= found(wallet + more) <= Money(wallet + more, "EUR")


def test_four_peers_are_too_few():
    found = peer_wallet([eur(1)] * 4)
    assert found.value is None
    assert found.notes == ("a wallet from peers needs at least 5 peers, got 4",)


def test_the_wallet_of_peers_is_their_upper_fifth():
    found = peer_wallet(map(eur, range(101)))
    assert found.value == eur(80)
    assert found.low < found.value < found.high
    assert found.n == 101


def test_few_peers_leave_the_upper_end_open():
    found = peer_wallet(map(eur, (10, 20, 30, 40, 50)))
    assert (found.low, found.high) == (eur(20), None)
    assert "EUR 20.00 to open" in str(found)


def test_a_missing_peer_is_left_out_and_counted():
    found = peer_wallet([*map(eur, range(5)), None])
    assert (found.n, found.notes) == (5, ("1 missing left out",))


@pytest.mark.parametrize("q", [0, 1, -1, float("nan")])
def test_a_quantile_that_is_none_is_refused(q):
    with pytest.raises(InvalidValueError, match="q"):
        peer_wallet([], q)


@given(st.lists(minors, min_size=5), st.floats(0.01, 0.99))
def test_the_wallet_lies_within_its_interval_and_the_peers(found, q):
    wallet = peer_wallet((Money(minor, "EUR") for minor in found), q)
    low = min(found) if wallet.low is None else wallet.low.minor
    high = max(found) if wallet.high is None else wallet.high.minor
    assert low <= wallet.value.minor <= high
