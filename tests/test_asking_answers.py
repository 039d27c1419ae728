"""What a base tells of answers, needs, drivers, intentions and complaints; figured by hand."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit import Answer, CustomerBase, Scale, Shop, SurveyResponse
from crmkit.domain import CaseOpened, Customer
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.surveys import BUILT_IN, Instrument
from crmkit.metrics import complaint_losses, complaints_of, key_drivers, penalty_reward
from crmkit.metrics.kano import KanoCategory
from crmkit.synthetic import SyntheticShop
from crmkit.testing import FakeClock

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, said, opened, day = (small[name] for name in ("bought", "said", "opened", "day"))
AS_OF = date(2026, 7, 1)


def filled(instrument, answers, on, who="ann", scale=(1, 5), touchpoint=None):
    """A questionnaire filled in on a day."""
    return SurveyResponse(
        id=f"{who}-{instrument}-{on}",
        customer_id=who,
        at=day(on),
        instrument=instrument,
        touchpoint=touchpoint,
        answers=[
            Answer(item=item, value=value, scale=Scale(*scale)) for item, value in answers.items()
        ],
    )


VISITS = (
    filled("visit", {"overall": 4, "staff": 5}, 3),
    filled("visit", {"overall": 2, "staff": None}, 9, touchpoint="shop"),
    filled("visit", {"overall": 5, "staff": 3}, 5, who="bob", touchpoint="shop"),
    filled("visit", {"overall": 1}, 200, who="cid"),
)


def test_the_latest_response_of_each_counts_by_then():
    base = opened(*VISITS)
    told = base.answers("visit", as_of=AS_OF)
    assert told.customers == ("ann", "bob")
    assert (told["overall"], told["staff"]) == ((2, 5), (None, 3))
    assert told.scale_of() == (1, 5)
    later = base.answers("visit", as_of=date(2026, 8, 1))
    assert (later.customers, later["staff"]) == (("ann", "bob", "cid"), (None, 3, None))


def test_every_response_counts_if_asked_for_and_touchpoints_are_told_apart():
    base = opened(*VISITS)
    assert base.answers("visit", every=True, as_of=AS_OF)["overall"] == (4, 2, 5)
    assert base.answers("visit", touchpoint="shop", as_of=AS_OF)["overall"] == (2, 5)
    first = base.answers("visit", as_of=date(2026, 1, 4))
    assert (first.customers, first["overall"], first.touchpoints) == (("ann",), (4,), (None,))


SEGMENTS = {"a tag": "club", "ids": ["bob"], "a rule": lambda one: one.customer_id == "bob"}


@pytest.mark.parametrize("segment", SEGMENTS.values(), ids=SEGMENTS)
def test_answers_of_a_segment_are_those_of_its_customers(segment):
    base = opened(*VISITS)
    base.put_customer(Customer(id="bob", tags={"club"}))
    told = base.answers("visit", segment=segment, as_of=AS_OF)
    assert (told.customers, told["overall"]) == (("bob",), (5,))


def test_a_questionnaire_that_nobody_answered_says_which_were():
    base = opened(*VISITS, said("nps", "recommend", 9, (0, 10)))
    with pytest.raises(InvalidValueError, match="answered: nps, visit"):
        base.answers("visits", as_of=AS_OF)
    with pytest.raises(InvalidValueError, match="no questionnaire"):
        opened(bought("o1", 0)).answers("visit", as_of=AS_OF)


def pair(who, functional, dysfunctional, on=10):
    answers = {"wrap_functional": functional, "wrap_dysfunctional": dysfunctional}
    return filled("kano", answers, on, who=who)


def test_needs_are_found_from_pairs_of_everybody_or_of_a_segment():
    """Likes it, could live without it: it excites; must have it: a basic need."""
    base = opened(pair("ann", 1, 3), pair("bob", 1, 4), pair("cid", 2, 5))
    whole = base.kano(as_of=AS_OF)
    assert whole.categories == {"wrap": KanoCategory.EXCITEMENT}
    assert dict(whole.features["wrap"].counts)["excitement"] == 2
    part = base.kano(segment=["cid"], as_of=AS_OF)
    assert part.categories == {"wrap": KanoCategory.BASIC}


def test_a_questionnaire_without_pairs_tells_no_needs():
    base = opened(*VISITS)
    with pytest.raises(InvalidValueError, match="in pairs <feature>_functional"):
        base.kano("visit", as_of=AS_OF)


def rated(number):
    """Somebody's ratings: the whole follows the staff, and the shelf a little."""
    staff, shelf = 1 + number % 5, 1 + (number // 5) % 5
    whole = min(5, max(1, round(0.7 * staff + 0.3 * shelf)))
    answers = {"overall": whole, "staff": staff, "shelf": shelf}
    return filled("visit", answers, number % 20, who=f"c{number:02}")


RATED = [rated(number) for number in range(50)]


def test_drivers_of_a_base_are_those_of_its_answers():
    base = opened(*RATED)
    told = base.key_drivers("visit", "overall", as_of=AS_OF)
    answers = base.answers("visit", as_of=AS_OF).readings()
    overall = answers["overall"]
    assert told == key_drivers(answers.only(["staff", "shelf"]), overall)
    assert [one.name for one in told.drivers] == ["staff", "shelf"]
    alone = base.key_drivers("visit", "overall", predictors=["shelf"], as_of=AS_OF)
    assert alone == key_drivers(answers.only(["shelf"]), overall)
    assert base.key_drivers("visit", "overall", method="lmg", as_of=AS_OF).method == "lmg"


def test_penalties_and_rewards_of_a_base_are_those_of_its_answers():
    base = opened(*RATED)
    told = base.penalty_reward("visit", "overall", as_of=AS_OF)
    answers = base.answers("visit", as_of=AS_OF)
    given = answers.only(["staff", "shelf"])
    assert told == penalty_reward(given, answers["overall"])
    assert told["staff"].penalty.value > told["shelf"].penalty.value
    alone = base.penalty_reward("visit", "overall", ratings=["staff"], as_of=AS_OF)
    assert list(alone.classes) == ["staff"]


def test_too_few_answers_explain_nothing():
    base = opened(*RATED[:3])
    with pytest.raises(InsufficientDataError, match="got 3"):
        base.key_drivers("visit", "overall", as_of=AS_OF)
    with pytest.raises(InvalidValueError, match="must be one of"):
        base.key_drivers("visit", "whole", as_of=AS_OF)


def test_an_answer_is_weighted_to_what_kinds_there_are():
    """Four of six are in the club; of them 1 and 3/4 of the scale, of the others 1/4."""
    people = ["ann", "bob", "cid", "dan", "eve", "fay"]
    base = opened(
        *(bought(f"o-{who}", 1, who=who) for who in people),
        said("csat", "satisfaction", 5, (1, 5), who="ann"),
        said("csat", "satisfaction", 4, (1, 5), who="bob"),
        said("csat", "satisfaction", 2, (1, 5), who="eve"),
        said("csat", "satisfaction", 4, (0, 9), who="cid"),
    )

    def club(one):
        return "club" if one.customer_id < "e" else "other"

    told = base.weighted_answer("csat/satisfaction", club, as_of=AS_OF)
    assert told.mean.value == pytest.approx(4 / 6 * 0.875 + 2 / 6 * 0.25)
    assert told.unweighted.value == pytest.approx((1 + 0.75 + 0.25) / 3)
    silent = base.weighted_answer(
        "csat/satisfaction", lambda one: one.customer_id if one.customer_id > "d" else "abc"
    )
    assert any("dan (1), fay (1)" in note for note in silent.mean.notes)
    with pytest.raises(InvalidValueError, match="must be one that was answered"):
        base.weighted_answer("csat/joy", club, as_of=AS_OF)


def test_intentions_are_held_against_the_days_after_them():
    """Ann bought within the 30 days, Bob a day late, Cid not; Dan was asked later."""
    facts = [
        said("repurchase", "repurchase", 9, (0, 10), on=5, who="ann"),
        said("repurchase", "repurchase", 9, (0, 10), on=6, who="bob"),
        said("repurchase", "repurchase", 1, (0, 10), on=7, who="cid"),
        said("repurchase", "repurchase", 9, (0, 10), on=11, who="dan"),
        bought("a1", 20),
        bought("b1", 41, who="bob"),
        bought("d1", 12, who="dan"),
    ]
    clock = FakeClock(day(60))
    base = opened(*facts, clock=clock)
    told = base.intention_calibration(date(2026, 1, 11), within_days=30)
    assert told.stated.value == pytest.approx((0.9 + 0.9 + 0.1) / 3)
    assert (told.bought.value, told.bought.n) == (pytest.approx(1 / 3), 3)
    assert told.bias.value == pytest.approx(0.3)
    longer = base.intention_calibration(date(2026, 1, 11), within_days=31)
    assert longer.bought.value == pytest.approx(2 / 3)


def test_intentions_are_not_judged_before_their_time_is_over():
    answered = said("repurchase", "repurchase", 9, (0, 10), on=5)
    base = opened(answered, bought("a1", 30), clock=FakeClock(day(40)))  # noon of 10 February
    asked_at = date(2026, 1, 11)
    assert base.intention_calibration(asked_at, within_days=29).bought.n == 1
    whole_day = base.intention_calibration(asked_at, within_days=30, as_of=date(2026, 2, 10))
    assert whole_day.bought.n == 1
    with pytest.raises(InvalidValueError, match="the last of these days is 2026-02-10"):
        base.intention_calibration(asked_at, within_days=30)
    with pytest.raises(InvalidValueError, match="it is 2026-02-01"):
        base.intention_calibration(asked_at, within_days=30, as_of=date(2026, 2, 1))


def complaint(who, on, category="late"):
    return CaseOpened(
        id=f"{who}-{on}",
        case_id=f"{who}-{on}",
        customer_id=who,
        at=day(on),
        about="complaint",
        category=category,
    )


def test_complaints_are_ranked_by_who_left_after_them():
    """Of three who complained two left at once, of three others one: twice the chance."""
    facts = [bought(f"{who}1", 0, who=who) for who in ("ann", "bob", "cid", "dan", "eve", "fay")]
    facts += [complaint(who, 2) for who in ("ann", "cid", "eve")]
    facts += [bought(f"{who}2", 10, who=who) for who in ("eve", "bob", "fay")]
    base = opened(*facts)
    told = base.complaint_losses(as_of=AS_OF)
    assert told["late"].hazard.ratio.value == pytest.approx(2)
    assert (told["late"].complaints.complaints, told["late"].hazard.leavings) == (3, 2)
    assert (told.occasions, told.leavings, told["late"].lost) == (9, 6, 2)
    by_hand = complaint_losses(
        base.summaries(as_of=AS_OF), complaints_of(facts, base.shop), base.shop
    )
    assert told == by_hand


def test_a_base_without_complaints_has_no_cause_of_loss():
    told = opened(bought("o1", 0)).complaint_losses(as_of=AS_OF)
    assert (told.causes, told.occasions) == ((), 1)


def replayed(base, **known):
    """Every answer about answers, as of one day."""
    as_of = date(2026, 6, 1)
    return (
        base.answers("visit", as_of=as_of, **known),
        base.answers("visit", every=True, as_of=as_of, **known),
        base.kano(as_of=as_of, **known),
        base.key_drivers("visit", "overall", as_of=as_of, **known),
        base.penalty_reward("visit", "overall", as_of=as_of, **known),
        base.weighted_answer("visit/overall", lambda one: one.customer_id[:2], **known),
        base.intention_calibration(date(2026, 1, 11), within_days=30, as_of=as_of, **known),
        base.complaint_losses(as_of=as_of, **known),
    )


def test_an_old_answer_can_be_had_again_although_facts_arrived_late():
    clock = FakeClock(day(160))
    shop = evolve(small["SHOP"], instruments=BUILT_IN)
    base = CustomerBase.open("memory:", shop=shop, clock=clock)
    base.record(RATED)
    base.record([pair("ann", 1, 3), complaint("ann", 3), bought("a1", 1), bought("a2", 30)])
    base.record([said("repurchase", "repurchase", 9, (0, 10), on=5)])
    then, old = clock(), replayed(base)
    clock.advance(days=1)
    late = [
        filled("visit", {"overall": 1, "staff": 5, "shelf": 5}, 25, who="c07"),
        filled("visit", {"overall": 5, "staff": 1, "shelf": 1}, 25, who="new"),
        pair("bob", 2, 5),
        complaint("bob", 3),
        bought("b1", 1, who="bob"),
        said("repurchase", "repurchase", 2, (0, 10), on=6, who="bob"),
    ]
    base.record(late)
    new = replayed(base)
    assert all(one != other for one, other in zip(old, new, strict=True))
    assert replayed(base, known_at=then) == old


def test_a_declared_scale_rules_over_the_one_used_most():
    own = Instrument(name="visit", scale=(1, 5), items={"overall": "satisfaction"})
    shop = evolve(small["SHOP"], instruments=(*BUILT_IN, own))
    off = [filled("visit", {"overall": 9}, n, who=f"d{n}", scale=(0, 10)) for n in range(3)]
    base = opened(VISITS[0], *off, shop=shop)
    told = base.answers("visit", as_of=AS_OF)
    assert [one for one in told["overall"] if one is not None] == [4]
    assert told.notes == ("overall: 3 on another scale than 1 to 5 left out",)


def test_the_invented_shop_tells_its_needs_and_drivers_in_a_segment_too():
    invented = SyntheticShop(seed=3, customers=300)
    base = CustomerBase.open("memory:", shop=invented.shop)
    base.load(invented.interactions())
    for one in invented.people():
        base.put_customer(one)
    last = base.last_day()
    club = base.answers("features", segment="club", as_of=last)
    assert set(club.customers) < set(base.answers("features", as_of=last).customers)
    part = base.key_drivers("features", "overall", segment="club", as_of=last)
    assert part.n == len(club)
    assert base.kano(segment="club", as_of=last).features["advice"].n <= len(club) + 20
    assert isinstance(base.shop, Shop)
