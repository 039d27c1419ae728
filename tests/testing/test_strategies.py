"""The strategies draw what tests need: wide values, and returns that find orders."""

from datetime import UTC
from functools import partial

import attrs
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from crmkit.domain.customer import guest_id, is_guest
from crmkit.domain.interactions import (
    KINDS,
    CaseClosed,
    CaseOpened,
    Happened,
    Purchase,
    Return,
)
from crmkit.domain.returns import LinkRule, link_returns
from crmkit.testing import strategies

# Shrinking what was found would take long and tell nothing.
ENOUGH = settings(max_examples=3000, phases=[Phase.generate], database=None)


@pytest.mark.parametrize("rule", LinkRule)
def test_histories_hold_returns_linked_by_every_rule(rule):
    find(
        strategies.histories(),
        lambda history: any(link.rule is rule for link in link_returns(history)),
        settings=ENOUGH,
    )


@pytest.mark.parametrize("kind", KINDS.values())
def test_interactions_are_of_every_kind(kind):
    found = find(strategies.interactions(), lambda one: isinstance(one, kind), settings=ENOUGH)
    assert isinstance(found, Happened)


OF_KINDS = {
    "visit": strategies.visits,
    "purchase": strategies.purchases,
    "delivered": strategies.deliveries,
    "return": strategies.returns,
    "contact": strategies.contacts,
    "case_opened": strategies.cases_opened,
    "case_closed": strategies.cases_closed,
    "survey_response": strategies.survey_responses,
    "review": strategies.reviews,
    "referral": strategies.referrals,
    "contribution": strategies.contributions,
    "offer_shown": strategies.offers_shown,
    "offer_answered": strategies.offers_answered,
    "consent_changed": strategies.consents_changed,
    "cost_incurred": strategies.costs_incurred,
    "promise_made": strategies.promises_made,
    "promise_settled": strategies.promises_settled,
}
RECORDS = [strategies.customers, strategies.shops, strategies.offers]


def _drawn(strategy, most=80):
    found = []

    @settings(max_examples=most, phases=[Phase.generate], database=None)
    @given(strategy)
    def collect(one):
        found.append(one)

    collect()
    return found


def test_every_kind_has_a_strategy_of_its_own():
    assert OF_KINDS.keys() == KINDS.keys()


@pytest.mark.parametrize("strategy", [*OF_KINDS.values(), *RECORDS], ids=lambda one: one.__name__)
def test_every_field_is_drawn(strategy):
    found = _drawn(strategy())
    for field in attrs.fields(type(found[0])):
        values = {repr(getattr(one, field.name)) for one in found}
        assert len(values) > 1 or field.name == "version", field.name


@pytest.mark.parametrize("kind", KINDS)
def test_histories_hold_every_kind(kind):
    find(
        strategies.histories(),
        lambda history: any(one.kind == kind for one in history),
        settings=ENOUGH,
    )


def test_what_is_opened_is_closed_in_some_histories():
    def pairs(history):
        opened = {one.case_id for one in history if isinstance(one, CaseOpened)}
        closed = {one.case_id for one in history if isinstance(one, CaseClosed)}
        return opened & closed

    assert find(strategies.histories(), pairs, settings=ENOUGH)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("contribution", "worth"),
        ("promise_settled", "remedy"),
        ("referral", "reward"),
        ("cost_incurred", "amount"),
    ],
)
def test_money_of_every_kind_can_be_given_a_currency(kind, field):
    drawn = [getattr(one, field) for one in _drawn(OF_KINDS[kind](currency=st.just("KWD")))]
    assert {one.currency for one in drawn if one is not None} == {"KWD"}


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_currencies_with_any_decimals_are_drawn(currency):
    found = find(strategies.purchases(), lambda one: one.currency == currency, settings=ENOUGH)
    assert found.currency == currency


def _is(guest, one):
    return is_guest(one) is guest


def test_guests_and_customers_are_drawn():
    for guest in (True, False):
        found = find(strategies.customer_ids(), partial(_is, guest), settings=ENOUGH)
        assert is_guest(found) is guest


@given(
    strategies.purchases(
        id=st.just("7"), currency=st.just("JPY"), products=st.just("cup"), order_id=st.just("o")
    )
)
def test_fields_can_be_given(one):
    assert isinstance(one, Purchase)
    assert (one.id, one.order_id, one.currency) == ("7", "o", "JPY")
    assert {line.product_id for line in one.lines} == {"cup"}


@given(strategies.histories(customer_id=guest_id("shop", "1"), named=False, most=5))
def test_a_history_is_that_of_one_customer(history):
    assert len(history) <= 5
    assert {one.customer_id for one in history} <= {"guest:shop/1"}
    assert all(one.order_id is None for one in history if isinstance(one, Return))
    assert len({(one.source, one.id) for one in history}) == len(history)


@given(strategies.moments())
def test_moments_are_in_utc(at):
    assert at.tzinfo is UTC


@given(strategies.customers(id=st.just("guest:shop/1")))
def test_customers_can_be_guests(one):
    assert one.kind.value == "guest"
    assert one.version == 0


@given(strategies.shops(currency=st.just("KWD")))
def test_shops_can_be_given_a_currency(shop):
    assert shop.currency == "KWD"
