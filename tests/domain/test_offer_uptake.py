"""What came of an offer, by hand: places taken and given back, per customer and in all."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.customer import guest_id
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Contact, OfferAnswered, OfferShown, Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.offer import Offer, in_control
from crmkit.domain.offer_uptake import Progress, Taking, exposures, progress_of, uptake
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerTally
from crmkit.domain.times import day_number

SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid")
OFFER = Offer(id="spring", kind="retention", medium="email", campaign_id="may", control_share="0.3")
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST_DAY = day_number(START.date())


def at(day):
    return START + timedelta(days=day)


def lines(quantity=1):
    amount = Money.of(20 * quantity, "EUR")
    return [Line(product_id="lamp", quantity=quantity, amount=amount)]


def shown(day, who="ann", offer_id="spring"):
    return OfferShown(id=f"s{who}{day}{offer_id}", customer_id=who, at=at(day), offer_id=offer_id)


def said(day, accepted, who="ann", offer_id="spring"):
    return OfferAnswered(
        id=f"a{who}{day}", customer_id=who, at=at(day), offer_id=offer_id, accepted=accepted
    )


def bought(day, order_id, who="ann", offer_id="spring", quantity=1):
    return Purchase(
        id=f"p{order_id}",
        order_id=order_id,
        customer_id=who,
        at=at(day),
        lines=lines(quantity),
        offer_id=offer_id,
    )


def back(day, order_id, who="ann"):
    return Return(id=f"r{order_id}", order_id=order_id, customer_id=who, at=at(day), lines=lines())


def tally(*facts):
    return CustomerTally.collect(facts_of(facts, Reporting(SHOP)))


def tallies(*facts):
    who = {one.customer_id for one in facts}
    return {name: tally(*(one for one in facts if one.customer_id == name)) for name in who}


def progress(*facts, offer=OFFER):
    return progress_of(offer, tally(*facts), shop=SHOP)


def counted(*facts):
    one = progress(*facts)
    return one.taking, one.accepted, one.released


def test_nothing_happened_and_nothing_is_counted():
    assert progress() == Progress(offer_id="spring")
    assert progress(bought(0, "o1", offer_id=None)) == Progress(offer_id="spring")
    elsewhere = [shown(0, offer_id="summer"), said(1, accepted=True, offer_id="summer")]
    assert progress(*elsewhere) == Progress(offer_id="spring")


def test_a_contact_that_names_the_offer_does_not_show_it():
    call = Contact(
        id="c",
        customer_id="ann",
        at=START,
        direction="outbound",
        purpose="advice",
        offer_id="spring",
    )
    assert progress(call) == Progress(offer_id="spring")


def test_it_is_shown_then_declined_then_accepted():
    one = progress(shown(1), shown(4))
    assert (one.taking, one.shown, one.accepted) == (Taking.SHOWN, 2, 0)
    assert (one.first_shown_at, one.last_shown_at) == (at(1), at(4))
    assert one.accepted_day is None
    declined = progress(shown(1), said(2, accepted=False))
    assert (declined.taking, declined.declined, declined.accepted) == (Taking.DECLINED, 1, 0)
    taken = progress(shown(1), said(2, accepted=False), said(3, accepted=True))
    assert (taken.taking, taken.declined, taken.accepted) == (Taking.ACCEPTED, 1, 1)
    assert taken.accepted_day == FIRST_DAY + 3


def test_a_decline_after_an_acceptance_undoes_nothing():
    assert counted(said(2, accepted=True), said(3, accepted=False)) == (Taking.ACCEPTED, 1, 0)


def test_a_purchase_accepts_without_an_answer_and_without_being_shown():
    one = progress(bought(5, "o1"))
    assert (one.taking, one.shown, one.accepted) == (Taking.ACCEPTED, 0, 1)
    assert one.accepted_day == FIRST_DAY + 5


def test_an_answer_and_its_order_take_one_place_from_the_first_of_them():
    one = progress(said(2, accepted=True), bought(5, "o1"))
    assert (one.accepted, one.accepted_day) == (1, FIRST_DAY + 2)
    other = progress(bought(1, "o1"), said(2, accepted=True))
    assert (other.accepted, other.accepted_day) == (1, FIRST_DAY + 1)


def test_the_day_of_an_answer_is_the_shops():
    late = OfferAnswered(
        id="a",
        customer_id="ann",
        at=datetime(2026, 1, 3, 23, 30, tzinfo=UTC),
        offer_id="spring",
        accepted=True,
    )
    assert progress(late).accepted_day == FIRST_DAY + 3


def test_saying_yes_twice_takes_one_place():
    assert counted(said(2, accepted=True), said(3, accepted=True)) == (Taking.ACCEPTED, 1, 0)


def test_every_order_that_stands_takes_a_place():
    assert counted(bought(1, "o1"), bought(2, "o2"), bought(3, "o3")) == (Taking.ACCEPTED, 3, 0)


def test_an_undone_order_releases_the_offer():
    assert counted(shown(0), bought(1, "o1"), back(9, "o1")) == (Taking.RELEASED, 0, 1)
    with_answer = [said(0, accepted=True), bought(1, "o1"), back(9, "o1")]
    assert counted(*with_answer) == (Taking.RELEASED, 0, 1)
    assert progress(*with_answer).accepted_day is None


def test_it_stays_accepted_while_another_order_names_it():
    one = progress(bought(1, "o1"), bought(4, "o2"), back(9, "o1"))
    assert (one.taking, one.accepted, one.released) == (Taking.ACCEPTED, 1, 1)
    assert one.accepted_day == FIRST_DAY + 4


def test_an_order_that_came_back_in_part_keeps_its_place():
    assert counted(bought(1, "o1", quantity=2), back(9, "o1")) == (Taking.ACCEPTED, 1, 0)


def test_an_undone_order_that_does_not_name_it_releases_nothing():
    facts = [bought(1, "o1"), bought(2, "o2", offer_id=None), back(9, "o2")]
    assert counted(*facts) == (Taking.ACCEPTED, 1, 0)


def test_a_tally_that_lacks_an_order_it_names_is_refused():
    torn = attrs.evolve(tally(bought(1, "o1")), orders={})
    with pytest.raises(InvalidValueError, match="shop/o1"):
        progress_of(OFFER, torn, shop=SHOP)


def test_one_customers_places_are_not_anothers():
    everyone = tallies(
        bought(1, "o1"),
        bought(2, "o2"),
        bought(3, "o3", who="bob"),
        back(9, "o3", who="bob"),
        shown(1, who="eve"),
    )
    each = {one: progress_of(OFFER, mine, shop=SHOP).accepted for one, mine in everyone.items()}
    assert each == {"ann": 2, "bob": 0, "eve": 0}
    count = uptake(everyone, OFFER, shop=SHOP)
    assert (count.accepted, count.released) == (2, 1)


def test_the_counts_of_a_base_by_hand():
    guest = guest_id("shop", "g1")
    facts = [
        *(shown(day, who="c1") for day in (1, 2)),
        said(3, who="c1", accepted=True),
        shown(1, who="c2"),  # c2 is in the control group
        said(2, who="c3", accepted=False),
        bought(4, "o5", who="c4"),
        bought(5, "o6", who="c4"),
        back(8, "o6", who="c4"),
        bought(1, "o7", who="c5", offer_id=None),  # so is c5
        bought(1, "g1", who=guest),
    ]
    count = uptake(tallies(*facts), OFFER, shop=SHOP)
    assert attrs.asdict(count) == {
        "offer_id": "spring",
        "customers": 5,
        "control": 2,
        "shown": 3,
        "shown_customers": 2,
        "shown_to_control": 1,
        "declined_customers": 1,
        "accepted_customers": 2,
        "accepted": 3,
        "released": 1,
    }
    assert str(count) == (
        "offer spring\n"
        "  customers             5\n"
        "  in the control group  2 (1 were shown it)\n"
        "  shown                 3 times to 2 customers\n"
        "  declined              by 1\n"
        "  accepted              3 times, by 2 customers\n"
        "  released              1 times"
    )
    told = count.explain()
    assert (told.answer, told.left_out) == ("3 accepted", ("1 orders that were undone",))


def test_nobody_gives_counts_of_nothing():
    count = uptake({}, OFFER, shop=SHOP)
    assert (count.customers, count.control, count.shown, count.accepted) == (0, 0, 0, 0)
    assert count.explain().left_out == ()


def test_exposures_hold_both_groups_whole():
    everyone = tallies(
        shown(1, who="c1"),
        shown(1, who="c2"),
        bought(1, "g1", who=guest_id("shop", "g1")),
        bought(2, "o1", who="c3", offer_id=None),
    )
    rows = exposures(everyone, OFFER, shop=SHOP, assigned=["c5", "c3", "c1", "c2", "c1"])
    assert [(row.customer_id, row.control, row.progress.shown) for row in rows] == [
        ("c1", False, 1),
        ("c2", True, 1),
        ("c3", False, 0),
        ("c5", True, 0),  # of whom there is no fact at all
    ]
    assert [row.as_assigned for row in rows] == [True, False, False, True]
    assert {row.campaign_id for row in rows} == {"may"}
    everybody = exposures(everyone, OFFER, shop=SHOP)
    assert [row.customer_id for row in everybody] == ["c1", "c2", "c3"]


# --- what holds for any facts -------------------------------------------------------------

PEOPLE = ["c1", "c2", "c3", guest_id("shop", "g")]
people = st.sampled_from(PEOPLE)
days, ids = st.integers(0, 5), st.sampled_from([None, "spring", "summer"])


@st.composite
def histories(draw):
    named = st.sampled_from(["spring", "summer"])
    facts = draw(st.lists(st.builds(shown, days, people, named), max_size=4))
    facts += draw(st.lists(st.builds(said, days, st.booleans(), people, named), max_size=4))
    for number in range(draw(st.integers(0, 5))):
        who, day = draw(people), draw(days)
        facts.append(bought(day, f"o{number}", who, draw(ids), quantity=draw(st.integers(1, 2))))
        if draw(st.booleans()):
            facts.append(back(day + 1, f"o{number}", who))
    return list({one.id: one for one in facts}.values())


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_facts_change_no_place(facts, random):
    count = uptake(tallies(*facts), OFFER, shop=SHOP)
    assert uptake(tallies(*random.sample(facts, len(facts))), OFFER, shop=SHOP) == count
    doubled = {one: mine + mine for one, mine in tallies(*facts).items()}
    twice = uptake(doubled, OFFER, shop=SHOP)
    assert (twice.accepted, twice.released) == (count.accepted, count.released)
    assert twice.accepted_customers == count.accepted_customers


@given(histories())
def test_places_are_those_of_a_plain_reading_of_the_history(facts):
    for who, mine in tallies(*facts).items():
        orders = [
            one
            for one in facts
            if isinstance(one, Purchase) and (one.customer_id, one.offer_id) == (who, "spring")
        ]
        backs = {one.order_id for one in facts if isinstance(one, Return)}
        undone = [one for one in orders if one.order_id in backs and one.lines[0].quantity == 1]
        yes = any(
            one.accepted
            for one in facts
            if isinstance(one, OfferAnswered) and (one.customer_id, one.offer_id) == (who, "spring")
        )
        found = progress_of(OFFER, mine, shop=SHOP)
        assert found.released == len(undone)
        assert found.accepted == (len(orders) - len(undone) if orders else int(yes))
        assert (found.taking is Taking.ACCEPTED) == (found.accepted > 0)
        assert (found.accepted_day is None) == (found.accepted == 0)


@given(histories())
def test_the_base_is_the_sum_of_its_customers(facts):
    everyone = tallies(*facts)
    count = uptake(everyone, OFFER, shop=SHOP)
    each = {one: progress_of(OFFER, mine, shop=SHOP) for one, mine in everyone.items()}
    assert count.accepted == sum(one.accepted for one in each.values())
    assert count.shown == sum(one.shown for one in each.values())
    rows = exposures(everyone, OFFER, shop=SHOP)
    assert {row.customer_id: row.progress for row in rows} == {
        one: mine for one, mine in each.items() if not one.startswith("guest:")
    }
    assert count.control == sum(row.control for row in rows)
    assert all(row.control == in_control(OFFER, row.customer_id, shop=SHOP) for row in rows)


@given(histories(), st.data())
def test_an_order_undone_frees_exactly_one_place_in_both_counts(facts, data):
    backs = {one.order_id for one in facts if isinstance(one, Return)}
    open_orders = [
        one
        for one in facts
        if isinstance(one, Purchase) and one.offer_id == "spring" and one.order_id not in backs
    ]
    if not open_orders:
        return
    undone = data.draw(st.sampled_from(open_orders))
    refund = Return(
        id="refund",
        order_id=undone.order_id,
        customer_id=undone.customer_id,
        at=at(20),
        lines=lines(int(undone.lines[0].quantity)),
    )
    before, after = tallies(*facts), tallies(*facts, refund)
    for who, mine in before.items():
        freed = int(who == undone.customer_id)
        had, has = (progress_of(OFFER, one, shop=SHOP) for one in (mine, after[who]))
        assert (has.accepted, has.released) == (had.accepted - freed, had.released + freed)
    had, has = (uptake(one, OFFER, shop=SHOP) for one in (before, after))
    assert (has.accepted, has.released) == (had.accepted - 1, had.released + 1)
