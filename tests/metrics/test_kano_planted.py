"""The Kano classes planted in the invented shop are found again."""

import pytest

from crmkit.metrics import kano_continuous, kano_priorities, kano_table, pairs_by_feature
from crmkit.synthetic import SyntheticShop
from crmkit.synthetic.kano import FEATURES

#: What the shop calls what the textbooks call otherwise.
WORDS = {"must_be": "basic", "attractive": "excitement"}
PLANTED = {one.name: WORDS.get(str(one.kind), str(one.kind)) for one in FEATURES}


def pairs_of(shop):
    responses = [
        one
        for one in shop.interactions()
        if one.kind == "survey_response" and one.instrument == "kano"
    ]
    names = [f"{name}_{half}" for name in PLANTED for half in ("functional", "dysfunctional")]
    said = [{answer.item: answer.value for answer in one.answers} for one in responses]
    return pairs_by_feature({name: [one.get(name) for one in said] for name in names})


@pytest.fixture(scope="module")
def pairs():
    return pairs_of(SyntheticShop(seed=11, customers=700, guests=0))


def test_every_planted_class_is_found_and_settled(pairs):
    table = kano_table(pairs)
    assert {name: str(one) for name, one in table.categories.items()} == PLANTED
    for one in table.features.values():
        assert one.n > 250
        assert not one.unclear
        assert not one.mixed


@pytest.mark.parametrize("options", [{"rule": "blauth"}, {"variant": "pouliot"}, {"tie_points": 5}])
def test_the_classes_do_not_hang_on_the_rule(pairs, options):
    found = kano_table(pairs, **options).categories
    assert {name: str(one) for name, one in found.items()} == PLANTED


def test_the_shares_are_those_that_were_planted(pairs):
    """Three of four answer by the class, the others fall into any of the 25 cells."""
    cells = {"basic": 3, "performance": 1, "excitement": 3, "indifferent": 9, "reverse": 7}
    for name, one in kano_table(pairs).features.items():
        planted = PLANTED[name]
        expected = 0.75 + 0.25 * cells[planted] / 25
        assert one.counts[planted] / one.n == pytest.approx(expected, abs=0.07)


def test_a_small_shop_is_told_that_it_has_asked_too_few():
    few = kano_table(pairs_of(SyntheticShop(seed=4, customers=40, guests=0)))
    assert all(0 < one.n < 30 for one in few.features.values())
    assert all(one.unclear for one in few.features.values())


def test_the_order_of_work_is_that_of_the_textbooks(pairs):
    order = kano_priorities(kano_table(pairs).features).features
    assert [PLANTED[name] for name in order] == [
        *["basic"] * 2,
        *["performance"] * 2,
        *["excitement"] * 2,
        "indifferent",
        "reverse",
    ]


def test_the_means_tell_the_needs_from_the_rest(pairs):
    found = {name: kano_continuous(pairs[name]).category for name in PLANTED}
    agreeing = [name for name, category in found.items() if str(category) == PLANTED[name]]
    assert set(agreeing) >= {"delivery_speed", "advice", "dark_theme", "sales_calls"}
