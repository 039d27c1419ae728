"""Capability value: what is priced, what is not monetised, and the score beside them."""

from decimal import Decimal
from math import e

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money
from crmkit.metrics.value.relationship.capability import ContributionTally, capability_value

PRICES = {"idea": Money(1000, "EUR"), "answer": Money(3, "EUR")}
shares = st.decimals(0, 1, places=3)
tallies = st.builds(
    ContributionTally,
    kind=st.sampled_from(["idea", "answer", "test"]),
    n=st.integers(0, 1000),
    quality=shares,
    credit=shares,
)


def valued(*contributions, prices=PRICES, **more):
    return capability_value(contributions, prices, currency="EUR", **more)


def test_nothing_contributed_is_worth_0_and_scores_0():
    found = valued()
    assert (found.value, found.score, found.coverage) == (Money.zero("EUR"), 0, 1)


def test_only_what_has_no_price_is_not_monetised():
    found = valued(ContributionTally(kind="test", n=2))
    assert found.value is None
    assert found.score > 0
    assert (found.unpriced, found.coverage) == (("test",), 0)
    assert found.notes == ("not monetised: 2 × test",)
    assert str(found).startswith("Capability value: not monetised, score 18 of 100")


def test_a_price_for_some_leaves_the_rest_out_and_says_so():
    found = valued(ContributionTally(kind="test", n=3), ContributionTally(kind="idea", n=1))
    assert found.value == Money(1000, "EUR")
    assert found.parts == {"idea": Money(1000, "EUR")}
    assert found.coverage == 0.25


def test_what_is_of_no_use_is_worth_0_without_a_price():
    found = valued(ContributionTally(kind="test", n=2, quality=0))
    assert (found.value, found.unpriced, found.score) == (Money.zero("EUR"), (), 0)


def test_a_price_of_0_is_a_price():
    found = valued(ContributionTally(kind="test", n=2), prices={"test": Money(0, "EUR")})
    assert (found.value, found.unpriced) == (Money.zero("EUR"), ())


def test_quality_and_credit_both_count():
    one = ContributionTally(kind="idea", n=3, quality=Decimal("0.5"), credit=0.1)
    assert valued(one).value == Money(150, "EUR")


def test_thousandths_stand_for_quality_times_credit():
    by_sum = ContributionTally(kind="idea", n=3, thousandths=150)
    assert by_sum.points == ContributionTally(kind="idea", n=3, quality=0.05).points
    assert valued(by_sum).value == Money(150, "EUR")


@pytest.mark.parametrize("thousandths", [-1, 3001, 0.5])
def test_thousandths_beyond_their_number_are_refused(thousandths):
    with pytest.raises(InvalidValueError, match="thousandths"):
        ContributionTally(kind="idea", n=3, thousandths=thousandths)


def test_thousandths_beside_a_quality_are_refused():
    with pytest.raises(InvalidValueError, match="beside quality or credit"):
        ContributionTally(kind="idea", n=3, thousandths=1, quality=0.5)


@pytest.mark.parametrize("name", ["quality", "credit"])
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_off_its_scale_is_refused_by_name(name, share):
    with pytest.raises(InvalidValueError, match=name):
        ContributionTally(kind="idea", n=1, **{name: share})


def test_a_stated_worth_replaces_the_price():
    stated = ContributionTally(kind="test", n=1, worth=Money(777, "EUR"))
    found = valued(stated, ContributionTally(kind="idea", n=1))
    assert found.value == Money(1777, "EUR")
    assert (found.coverage, found.points) == (1, 2)


def test_a_stated_worth_stands_beside_others_of_its_kind_without_one():
    stated = ContributionTally(kind="test", n=1, worth=Money(777, "EUR"))
    found = valued(stated, ContributionTally(kind="test", n=3))
    assert found.value == Money(777, "EUR")
    assert (found.coverage, found.unpriced, found.counts) == (0.25, ("test",), {"test": 4})


def test_the_score_reaches_63_2_at_the_reference():
    found = valued(ContributionTally(kind="test", n=4), reference=4)
    assert found.score == pytest.approx(100 * (1 - 1 / e))


@pytest.mark.parametrize("reference", [0, -1, float("nan"), float("inf")])
def test_a_reference_that_is_not_above_0_is_refused(reference):
    with pytest.raises(InvalidValueError, match="reference"):
        valued(reference=reference)


def test_prices_must_be_positive_and_in_the_currency():
    with pytest.raises(InvalidValueError, match="values\\['idea'\\]"):
        valued(prices={"idea": Money(-1, "EUR")})
    with pytest.raises(CurrencyMismatchError):
        valued(prices={"idea": Money(1, "USD")})


def test_it_explains_itself():
    told = valued(ContributionTally(kind="idea", n=2)).explain()
    assert dict(told.inputs)["idea"] == "2 worth EUR 20.00"
    assert "Kumar" in told.source
    assert [part.figure for part in told.parts] == ["capability_score"]


@given(st.lists(tallies), st.randoms())
def test_order_does_not_matter_and_the_value_is_the_sum_of_the_parts(found, random):
    value = valued(*found)
    random.shuffle(found)
    assert valued(*found) == value
    if value.value is not None:
        assert value.value.minor == sum(part.minor for part in value.parts.values())


@given(st.lists(tallies), tallies)
def test_a_further_contribution_never_lowers_value_or_score(found, more):
    before, after = valued(*found), valued(*found, more)
    assert after.score >= before.score
    assert 0 <= after.score <= 100
    if before.value is not None and after.value is not None:
        assert after.value >= before.value
