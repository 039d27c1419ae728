"""What the shop's policy says reaches every answer: instruments, rates, the log's beginning."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain import (
    CaseOpened,
    Contact,
    Delivered,
    Indicator,
    Instrument,
    Money,
    Scale,
    Visit,
    guest_id,
)
from crmkit.domain.surveys import BUILT_IN

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, back, said, opened, day, SHOP = (
    small[name] for name in ("bought", "back", "said", "opened", "day", "SHOP")
)
AS_OF = date(2026, 3, 31)
MOOD = Instrument(
    name="mood",
    scale=Scale(1, 7),
    items={"joy": Indicator.POSITIVE_AFFECT, "anger": Indicator.NEGATIVE_AFFECT},
)
WITH_MOOD = evolve(SHOP, instruments=[*BUILT_IN, MOOD])
FELT = (
    bought("o1", 0),
    said("mood", "joy", 7, (1, 7), on=1),
    said("mood", "anger", 4, (1, 7), on=2),
)


def test_a_questionnaire_of_the_shops_own_feeds_loyalty_of_one_and_of_all():
    base = opened(*FELT, shop=WITH_MOOD)
    assert base.loyalty("ann", as_of=AS_OF).affective.score == 0.75
    assert base.profiles(as_of=AS_OF)[0].affective == 0.75
    assert base.loyalty(as_of=AS_OF).affective.value == 0.75
    unknown = opened(*FELT)
    assert unknown.loyalty("ann", as_of=AS_OF).affective.score is None
    assert unknown.profiles(as_of=AS_OF)[0].affective is None


def test_a_questionnaire_of_the_shops_own_says_which_scale_counts():
    five = Instrument(name="csat", scale=Scale(1, 10), items={"satisfaction": "satisfaction"})
    shop = evolve(SHOP, instruments=[five])
    facts = [said("csat", "satisfaction", 8, (1, 10), on=n) for n in (1, 40, 80)]
    base = opened(bought("o1", 0), *facts, shop=shop)
    of_one = base.satisfaction("ann", as_of=AS_OF)
    assert of_one.csat.mean.value == 8
    assert of_one.trends["csat/satisfaction"].slope.n == 3
    of_all = base.satisfaction(as_of=AS_OF)
    assert of_all.trends["csat/satisfaction"].slope.n == 3
    strict = opened(bought("o1", 0), *facts).satisfaction("ann", as_of=AS_OF)
    assert strict.csat.mean.value is None
    assert strict.trends["csat/satisfaction"].slope.n == 0


def test_what_guests_answer_is_not_the_customers_trend():
    guest = guest_id("shop", "g")
    base = opened(
        bought("o1", 0),
        said("csat", "satisfaction", 5, (1, 5), on=1),
        said("csat", "satisfaction", 1, (1, 5), on=2, who=guest),
    )
    (january,) = base.satisfaction(as_of=AS_OF).trends["csat/satisfaction"].periods.values()
    assert (january.value, january.n) == (1.0, 1)


def test_every_driver_of_the_cost_to_serve_is_counted():
    drivers = ("order", "return", "delivery", "contact", "contact_minute", "case", "visit")
    rates = {name: Money(10**place, "EUR") for place, name in enumerate(drivers)}
    ann = {"customer_id": "ann"}
    base = opened(
        bought("o1", 0),
        bought("o2", 1),
        back("o2", 3),
        *(Delivered(id=f"d{n}", at=day(n), order_id="o1", **ann) for n in (2, 3, 4)),
        *(
            Contact(
                id=f"c{n}", at=day(n), direction="inbound", purpose="answer",
                lasted_seconds=75, **ann,
            )
            for n in range(4)
        ),
        *(
            CaseOpened(id=f"k{n}", at=day(n), case_id=f"k{n}", about="repair", **ann)
            for n in range(6)
        ),
        *(Visit(id=f"v{n}", at=day(n), **ann) for n in range(7)),
        shop=evolve(SHOP, serving_rates=rates),
    )  # fmt: skip
    served = base.relationship_value("ann", as_of=AS_OF).serving
    times = {"order": 2, "return": 1, "delivery": 3, "contact": 4, "case": 6, "visit": 7}
    times["contact_minute"] = 5  # four times 75 seconds
    assert served.parts == {
        name: Money(times[name] * 10**place, "EUR") for place, name in enumerate(drivers)
    }


def test_a_log_that_is_cut_off_says_that_the_relationship_may_be_older():
    cut = evolve(SHOP, observed_since=date(2025, 12, 20))
    found = opened(bought("o1", 0), shop=cut).relationship_value("ann", as_of=AS_OF).lifetime
    assert found.first_seen_only
    assert any("may be older" in note for note in found.notes)
    whole = opened(bought("o1", 0)).relationship_value("ann", as_of=AS_OF).lifetime
    assert not whole.first_seen_only


def test_the_lifetime_holds_the_outlook_of_the_value():
    people = enumerate(("ann", "bob", "cid", "dan"))
    facts = [bought(f"{who}{n}", 7 * n + i, who=who) for i, who in people for n in range(2 + i)]
    base = opened(*facts)
    found = base.relationship_value("dan", as_of=AS_OF).lifetime
    value = base.value("dan", as_of=AS_OF)
    assert (found.alive, found.remaining) == (value.alive, value.expected_purchases)
    assert found.tenure == 86


def test_the_most_urgent_case_comes_first_and_the_latest_staff_own_the_customer():
    ann = {"customer_id": "ann", "about": "question"}
    base = opened(
        CaseOpened(id="a", at=day(1), case_id="a", staff_id="eve", **ann),
        CaseOpened(id="b", at=day(2), case_id="b", due=day(9), staff_id="max", **ann),
        CaseOpened(id="c", at=day(3), case_id="c", due=day(5), **ann),
    )
    found = base.relationship("ann", as_of=AS_OF)
    assert [one.key for one in found.open_cases] == ["shop/c", "shop/b", "shop/a"]
    assert found.owner == "max"


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_the_proxy_is_drawn_to_the_rates_of_the_shop_it_is_of(who):
    complaint = CaseOpened(id="k", customer_id="bob", at=day(2), case_id="k", about="complaint")
    base = opened(bought("o1", 0), bought("o2", 0, who="bob"), complaint)
    shown = base.satisfaction(who, as_of=AS_OF).shown
    assert shown.base_rates.complaints == 0.5
