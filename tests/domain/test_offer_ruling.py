"""May this customer be given this offer now? Each rule at its edge, and their order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.consent import Consent, Permission, permission_of
from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.interactions import CaseClosed, CaseOpened, Purchase
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.offer import Eligibility, Offer
from crmkit.domain.offer_rules import RULES
from crmkit.domain.offer_ruling import OfferRule, may_offer
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.states import State
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.domain.times import day_number

SHOP = Shop(id="lamp", currency="EUR")
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=30)
NO = Permission(medium="email", purpose="promotion")
YES = permission_of(
    [Consent(medium="email", purpose="any", granted=True, since=START)], "email", "promotion"
)


def bought(day, euros="20.00"):
    return Purchase(
        id=f"o{day}",
        order_id=f"o{day}",
        customer_id="ann",
        at=START + timedelta(days=day),
        lines=[Line(product_id="lamp", amount=Money.of(euros, "EUR"))],
    )


def opened(day, about="complaint", case_id="c"):
    at = START + timedelta(days=day)
    name = f"{case_id}{day}"
    return CaseOpened(id=name, case_id=case_id, customer_id="ann", at=at, about=about)


def closed(day, case_id="c"):
    at = START + timedelta(days=day)
    return CaseClosed(id=f"x{case_id}{day}", case_id=case_id, customer_id="ann", at=at)


def summary(*facts):
    tally = CustomerTally.collect(facts_of(facts, Reporting(SHOP)))
    return CustomerSummary.read("ann", tally, as_of_day=day_number(NOW.date()))


BUYER = summary(bought(0, "20.00"), bought(10, "30.00"))  # two occasions, EUR 50, quiet 20


def offer(**fields):
    eligible = Eligibility(**fields.pop("eligible", {}))
    return Offer(
        **{"id": "spring", "kind": "retention", "medium": "email", "eligible": eligible, **fields}
    )


def ruled(one, **given):
    standing = {
        "shop": SHOP,
        "summary": BUYER,
        "state": State.PURCHASING,
        "at": NOW,
        "permission": YES,
        "taken_by_customer": 0,
        "taken_globally": 0,
    }
    return may_offer(one, **{**standing, **given})


def eligible(summary=BUYER, state="purchasing", level=None, tags=(), **asked):
    """The reasons against an offer that asks for something of the customer."""
    one = offer(eligible=asked)
    return ruled(one, summary=summary, state=state, level=level, tags=tags).reasons


def test_an_offer_that_asks_for_nothing_needs_the_consent_alone():
    ruling = ruled(offer())
    assert (ruling.allowed, ruling.reasons, ruling.failing) == (True, (), ())
    assert [check.rule for check in ruling.checks] == [
        "consent",
        "control",
        "validity",
        "complaint",
    ]
    refused = ruled(offer(), permission=NO)
    assert not refused.allowed
    assert refused.reasons == ("consent: no consent covers email/promotion: denied by default",)


def test_whoever_is_in_the_control_group_is_not_given_it():
    assert ruled(offer(control_share=1)).reasons == (
        "control: in the control group (100.0% of customers are)",
    )
    assert ruled(offer(control_share=0)).allowed


def test_an_offer_holds_only_while_it_is_valid():
    assert ruled(offer(valid_from=NOW)).allowed
    assert not ruled(offer(valid_until=NOW)).allowed
    assert ruled(offer(valid_from=NOW + timedelta(microseconds=1))).reasons == (
        "validity: valid from 2026-01-31T12:00:00.000001+00:00 until further notice",
    )


def test_the_state_must_be_one_of_those_asked_for():
    assert eligible(states=["loyal", "purchasing"]) == ()
    assert eligible(states=["loyal", "dormant"]) == ("state: purchasing, needs dormant or loyal",)


def test_the_level_must_be_known_and_one_of_those_asked_for():
    assert eligible(levels=["basic"], level="basic") == ()
    assert eligible(levels=["basic"], level="proactive") == ("level: proactive, needs basic",)
    assert eligible(levels=["basic"]) == ("level: not known, needs basic",)


def test_occasions_quiet_days_and_revenue_are_met_at_their_edges():
    assert eligible(minimum_occasions=2) == ()
    assert eligible(minimum_occasions=3) == ("occasions: 2, needs at least 3",)
    assert eligible(maximum_quiet_days=20) == ()
    assert eligible(maximum_quiet_days=19) == ("quiet: 20 days, needs at most 19",)
    assert eligible(minimum_revenue=Money.of("50.00", "EUR")) == ()
    assert eligible(minimum_revenue=Money.of("50.01", "EUR")) == (
        "revenue: EUR 50.00, needs at least EUR 50.01",
    )


def test_quiet_days_of_someone_who_never_bought_are_not_few():
    assert eligible(summary(), maximum_quiet_days=400) == (
        "quiet: never bought, needs at most 400 quiet days",
    )
    assert eligible(summary(), maximum_quiet_days=None) == ()


def test_all_tags_must_be_there():
    assert ruled(offer(eligible={"tags": ["vip"]}), tags=["fan", "vip"]).allowed
    assert ruled(offer(eligible={"tags": ["vip", "fan", "old"]}), tags=["fan"]).reasons == (
        "tags: lacks old, vip",
    )


def test_the_limits_are_kept_apart():
    one = offer(per_customer_limit=2, global_limit=5)
    assert ruled(one, taken_by_customer=1, taken_globally=4).allowed
    assert ruled(one, taken_by_customer=2, taken_globally=4).reasons == (
        "customer_limit: 2 of 2 taken",
    )
    assert ruled(one, taken_by_customer=0, taken_globally=5).reasons == (
        "global_limit: 5 of 5 taken",
    )
    assert ruled(offer(per_customer_limit=2), taken_by_customer=1, taken_globally=99).allowed


def test_an_open_complaint_bars_unless_the_offer_is_for_such():
    unhappy = summary(bought(0), opened(5))
    assert eligible(unhappy) == ("complaint: a complaint is open",)
    assert eligible(unhappy, despite_complaint=True) == ()
    assert eligible(summary(opened(5), closed(6), opened(7))) != ()
    assert eligible(summary(opened(5), closed(6))) == ()
    assert eligible(summary(opened(5, about="question"))) == ()
    solved_beside_a_question = [opened(5), closed(6), opened(7, "question", "q")]
    assert eligible(summary(*solved_beside_a_question)) == ()


EVERYTHING_FAILS = {
    "control_share": 1,
    "valid_until": NOW,
    "per_customer_limit": 1,
    "global_limit": 1,
    "eligible": {
        "states": ["loyal"],
        "levels": ["basic"],
        "minimum_occasions": 9,
        "maximum_quiet_days": 1,
        "minimum_revenue": Money.of("900", "EUR"),
        "tags": ["vip"],
    },
}


def test_every_rule_that_fails_is_told_in_the_order_in_which_they_decide():
    unhappy = summary(bought(0), opened(5))
    given = {"summary": unhappy, "taken_by_customer": 1, "taken_globally": 1}
    ruling = ruled(offer(**EVERYTHING_FAILS), permission=NO, **given)
    assert [check.rule for check in ruling.failing] == list(OfferRule) == list(RULES)
    assert [reason.partition(":")[0] for reason in ruling.reasons] == list(OfferRule)
    assert ruling.explain().answer == "refused by consent"
    with_consent = ruled(offer(**EVERYTHING_FAILS), **given)
    assert with_consent.explain().answer == "refused by control"
    assert len(with_consent.reasons) == len(OfferRule) - 1


def test_a_ruling_shows_and_explains_itself():
    ruling = ruled(offer(global_limit=5), taken_globally=2)
    assert str(ruling) == (
        "offer spring to ann: allowed\n"
        "  consent       email/any granted on 2026-01-01 12:00 UTC (met)\n"
        "  control       not in the control group (0.0% of customers are) (met)\n"
        "  validity      valid from the beginning until further notice (met)\n"
        "  global_limit  2 of 5 taken (met)\n"
        "  complaint     no complaint is open (met)"
    )
    told = ruling.explain()
    assert (told.figure, told.answer, told.coverage) == ("may_offer", "allowed", "5 of 5 rules met")
    assert dict(told.inputs)["at"] == "2026-01-31 12:00 UTC"
    assert [part.figure for part in told.parts] == ["may_contact"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"permission": Permission(medium="phone", purpose="promotion")}, "permission"),
        ({"permission": Permission(medium="email", purpose="care")}, "permission"),
        ({"at": NOW + timedelta(days=1)}, "at"),
        ({"at": NOW.replace(tzinfo=None)}, "at"),
        ({"taken_by_customer": -1}, "taken_by_customer"),
        ({"taken_globally": -1}, "taken_globally"),
        ({"state": "sleepy"}, "state"),
    ],
)
def test_what_does_not_belong_together_is_refused(given, field):
    with pytest.raises(InvalidValueError) as caught:
        ruled(offer(), **given)
    assert caught.value.field == field


def test_revenue_in_another_currency_is_refused():
    with pytest.raises(CurrencyMismatchError):
        eligible(minimum_revenue=Money.of("50", "USD"))


@given(st.booleans(), st.integers(0, 3), st.integers(0, 3), st.sampled_from(list(State)))
def test_nothing_allows_what_no_consent_covers(in_time, mine, all_taken, state):
    one = offer(
        valid_until=NOW + timedelta(days=1) if in_time else NOW,
        per_customer_limit=2,
        global_limit=2,
        eligible={"states": ["loyal", "purchasing"]},
    )
    given = {"taken_by_customer": mine, "taken_globally": all_taken, "state": state}
    with_consent, without = ruled(one, **given), ruled(one, permission=NO, **given)
    assert with_consent.allowed == (
        in_time and mine < 2 and all_taken < 2 and state in {"loyal", "purchasing"}
    )
    assert not without.allowed
    assert without.reasons == ("consent: " + NO.reason, *with_consent.reasons)


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))
def test_more_places_taken_never_allow(mine, all_taken, more):
    one = offer(per_customer_limit=2, global_limit=3)
    before = ruled(one, taken_by_customer=mine, taken_globally=all_taken).allowed
    after = ruled(one, taken_by_customer=mine + more, taken_globally=all_taken + more).allowed
    assert after <= before
