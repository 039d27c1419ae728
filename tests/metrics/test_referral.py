"""Referral value: hand-worked cases, and that no purchase is counted twice.

The first case, worked by hand with r = 10 %: bob (type one, period 1) brought 100, cost 10 for
the referral and 5 for marketing, and saved 20: (100 − 10 − 5 + 20) / 1.1 = 77.2727 + 18.1818.
cem (type two, period 2) saved 12: 12 / 1.21 = 9.9174.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money
from crmkit.metrics.value.relationship.referral import ReferredWorth, referral_value
from crmkit.metrics.value.relationship.referral_class import ReferralClass, referral_class
from crmkit.metrics.value.relationship.referral_tree import ReferralEdge, referral_tree

PEOPLE = ["ann", "bob", "cem", "dee", "eva"]


def eur(amount):
    return Money.of(str(amount), "EUR")


def brought(*told):
    """A tree of "ann>bob" (type one) and "ann>cem?" (type two)."""
    edges = []
    for day, text in enumerate(told):
        referrer, referred = text.rstrip("?").split(">")
        edges.append(
            ReferralEdge(
                referrer_id=referrer, referred_id=referred, day=day, joined_anyway="?" in text
            )
        )
    return referral_tree(edges, dict.fromkeys(PEOPLE, 99))


def worth(margin, **more):
    return ReferredWorth(margin=None if margin is None else eur(margin), **more)


WORTHS = {
    "bob": worth(100, reward=eur(10), marketing=eur(5)),
    "cem": worth(70, period=2),
    "dee": worth(40),
    "eva": worth(-30),
}


def value_of(who, *told, **more):
    terms = {"worths": WORTHS, "saved": eur(20), "currency": "EUR", **more}
    return referral_value(brought(*told), who, **terms)


def test_both_types_discounted_as_worked_by_hand():
    found = value_of("ann", "ann>bob", "ann>cem?", saved_anyway=eur(12), discount=Decimal("0.1"))
    bob, cem = found.parts
    assert (bob.margin, bob.saved) == (eur("77.27"), eur("18.18"))
    assert (cem.margin, cem.saved) == (eur(0), eur("9.92"))
    assert found.value == eur("105.37")
    assert found.base_value == eur("28.10")
    assert (found.coverage, found.notes) == (1.0, ())


def test_without_a_saving_of_its_own_type_two_saves_as_type_one():
    assert value_of("ann", "ann>cem?").value == eur(20)


def test_what_winning_somebody_would_have_cost_is_saved_once_when_they_join():
    before = {"bob": worth(100, joined=False)}
    assert value_of("ann", "ann>bob", worths=before).value == eur(100)
    assert value_of("ann", "ann>bob", worths=before).base_value == eur(0)
    assert value_of("ann", "ann>bob", worths={"bob": worth(100)}).value == eur(120)


def test_a_customer_who_brought_nobody_is_worth_0():
    found = value_of("dee", "ann>bob")
    assert (found.value, found.base_value, found.coverage) == (eur(0), eur(0), 1.0)


def test_somebody_brought_at_a_loss_lowers_the_value():
    assert value_of("ann", "ann>eva").value == eur(-10)


def test_further_hops_count_only_when_asked_for():
    told = ("ann>bob", "bob>dee", "dee>eva")
    assert value_of("ann", *told).value == eur(105)
    deep = value_of("ann", *told, decay=0.5)
    # 105 + ½ (40 + 20) + ¼ (−30 + 20)
    assert deep.value == eur("132.50")
    assert [part.hop for part in deep.parts] == [1, 2, 3]
    assert deep.base_value == eur(20)


def test_whom_a_type_two_brought_would_have_come_too():
    assert value_of("ann", "ann>bob?", "bob>dee", decay=1).value == eur(20)


def test_in_totals_the_margin_has_no_share():
    found = value_of("ann", "ann>bob", "ann>dee", margin_share=0)
    assert found.value == found.base_value == eur(40)
    assert value_of("ann", "ann>dee", margin_share=Decimal("0.25")).value == eur(30)


def test_an_unknown_margin_is_said_and_not_0():
    found = value_of("ann", "ann>bob", "ann>dee", worths={"bob": worth(None), "dee": worth(40)})
    assert found.value == eur(80)  # two savings and dee's margin
    assert found.coverage == 0.75
    assert found.notes == ("the margin of 1 referred is not known: not in",)


def test_where_nothing_is_known_there_is_no_value():
    found = value_of("ann", "ann>bob", saved=None, worths={})
    assert (found.value, found.base_value, found.coverage) == (None, None, 0.0)
    assert len(found.notes) == 2
    assert str(found).startswith("Referral value: unknown")


def test_with_no_share_a_margin_need_not_be_known():
    found = value_of("ann", "ann>bob", worths={}, margin_share=0)
    assert (found.value, found.coverage) == (eur(20), 1.0)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("discount", -0.1),
        ("decay", 1.1),
        ("margin_share", -1),
        ("decay", float("nan")),
        ("saved", eur(-1)),
        ("saved_anyway", eur(-1)),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, bad):
    with pytest.raises(InvalidValueError, match=name):
        value_of("ann", "ann>bob", **{name: bad})


def test_a_period_before_the_first_is_refused():
    with pytest.raises(InvalidValueError, match="period"):
        worth(1, period=0)


def test_two_currencies_are_refused():
    with pytest.raises(CurrencyMismatchError):
        value_of("ann", "ann>bob", saved=Money(1, "USD"))
    with pytest.raises(CurrencyMismatchError):
        value_of("ann", "ann>bob", worths={"bob": ReferredWorth(margin=Money(1, "USD"))})


def test_it_explains_itself():
    told = value_of("ann", "ann>bob", decay=0.5).explain()
    assert dict(told.inputs)["bob"] == "type one, hop 1: margin EUR 85.00, saved EUR 20.00"
    assert dict(told.inputs)["decay per hop"] == "0.5"
    assert "Kumar" in told.source


margins = st.none() | st.integers(-(10**6), 10**6).map(lambda minor: Money(minor, "EUR"))
worths_ = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.builds(ReferredWorth, margin=margins, period=st.integers(1, 4)),
)
edges = (
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
    .filter(lambda drawn: drawn[0] != drawn[1])
    .flatmap(
        lambda drawn: st.builds(
            ReferralEdge,
            referrer_id=st.just(drawn[0]),
            referred_id=st.just(drawn[1]),
            day=st.integers(0, 400),
            joined_anyway=st.booleans(),
        )
    )
)
savings = st.integers(0, 10**5).map(lambda minor: Money(minor, "EUR"))


@given(st.lists(edges), worths_, savings, st.floats(0, 1), st.floats(0, 0.5))
def test_no_saving_is_counted_for_two_referrers(told, worths, saved, decay, discount):
    """Whatever the hops credit, the values for totals hold each person brought once."""
    tree = referral_tree(told, dict.fromkeys(PEOPLE, 400))
    values = [
        referral_value(
            tree, who, worths, currency="EUR", saved=saved, decay=decay, discount=discount
        )
        for who in PEOPLE
    ]
    together = sum(value.base_value.minor for value in values)
    assert together <= len(tree.edges) * saved.minor
    if discount == 0:
        assert together == len(tree.edges) * saved.minor


@given(st.lists(edges), worths_, savings)
def test_the_value_is_the_sum_of_its_parts(told, worths, saved):
    tree = referral_tree(told, dict.fromkeys(PEOPLE, 400))
    for who in PEOPLE:
        found = referral_value(tree, who, worths, currency="EUR", saved=saved, decay=0.3)
        amounts = [one for part in found.parts for one in (part.margin, part.saved)]
        assert found.value.minor == sum(one.minor for one in amounts if one is not None)


@given(st.integers(-1000, 1000), st.integers(0, 1000), savings, st.floats(0, 1))
def test_a_better_margin_is_never_worth_less(margin, more, saved, share):
    def found(amount):
        worths = {"bob": worth(amount)}
        return value_of("ann", "ann>bob", saved=saved, worths=worths, margin_share=share).value

    assert found(margin) <= found(margin + more)


@pytest.mark.parametrize(
    ("clv", "crv", "kind"),
    [
        (100, 50, ReferralClass.CHAMPIONS),
        (100, 49, ReferralClass.AFFLUENTS),
        (99, 50, ReferralClass.ADVOCATES),
        (99, 49, ReferralClass.MISERS),
    ],
)
def test_the_four_classes_and_their_cuts(clv, crv, kind):
    found = referral_class(eur(clv), eur(crv), clv_cut=eur(100), crv_cut=eur(50))
    assert found.kind is kind
    assert (found.clv_cut, found.crv_cut) == (eur(100), eur(50))


def test_without_a_value_there_is_no_class():
    found = referral_class(eur(1), None, clv_cut=eur(100), crv_cut=eur(50))
    assert (found.kind, found.notes) == (None, ("the referral value is not known",))
    assert dict(found.explain().inputs)["referral value"] == "unknown (high from EUR 50.00)"
    assert str(found).startswith("Referral class: unknown")
