"""Which referrals count, in any order and however often they are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.relationship.referral_tree import NotCounted, ReferralEdge, referral_tree

PEOPLE = ["ann", "bob", "cem", "dee", "eva"]
days = st.integers(0, 800)
edges = (
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), days, st.booleans())
    .filter(lambda drawn: drawn[0] != drawn[1])
    .map(lambda drawn: edge(*drawn))
)
firsts = st.dictionaries(st.sampled_from(PEOPLE), days | st.none())


def edge(referrer, referred, day, joined_anyway=False):
    return ReferralEdge(
        referrer_id=referrer, referred_id=referred, day=day, joined_anyway=joined_anyway
    )


def reasons(tree):
    return [one.reason for one in tree.left_out]


def test_the_earliest_referral_wins():
    tree = referral_tree([edge("cem", "bob", 3), edge("ann", "bob", 2)], {"bob": 5})
    assert tree.edges == (edge("ann", "bob", 2),)
    assert reasons(tree) == [NotCounted.REFERRED_BEFORE]


def test_on_the_same_day_the_first_id_wins():
    tree = referral_tree([edge("cem", "bob", 2), edge("ann", "bob", 2)], {"bob": 5})
    assert tree.edges[0].referrer_id == "ann"


def test_of_two_stories_about_one_referral_the_lesser_credit_wins():
    told = [edge("ann", "bob", 2), edge("ann", "bob", 2, joined_anyway=True)]
    assert referral_tree(told, {"bob": 5}).edges == (told[1],)


def test_nobody_refers_themselves():
    with pytest.raises(InvalidValueError, match="somebody else"):
        edge("ann", "ann", 1)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (None, NotCounted.NOT_BOUGHT),
        (9, NotCounted.BOUGHT_BEFORE),
        (10, None),
        (375, None),
        (376, NotCounted.OUTSIDE_WINDOW),
    ],
)
def test_the_first_purchase_comes_on_the_day_or_within_a_year(first, reason):
    tree = referral_tree([edge("ann", "bob", 10)], {"bob": first})
    assert reasons(tree) == ([] if reason is None else [reason])


def test_somebody_never_heard_of_has_not_bought():
    assert reasons(referral_tree([edge("ann", "bob", 10)], {})) == [NotCounted.NOT_BOUGHT]


def test_a_referral_that_has_run_out_does_not_bar_a_later_one():
    told = [edge("ann", "bob", 0), edge("cem", "bob", 400)]
    assert referral_tree(told, {"bob": 410}).edges == (told[1],)


def test_an_edge_that_would_close_a_cycle_is_left_out_and_said():
    told = [edge("ann", "bob", 1), edge("bob", "cem", 2), edge("cem", "ann", 3)]
    tree = referral_tree(told, dict.fromkeys(PEOPLE, 9))
    assert tree.edges == tuple(told[:2])
    assert reasons(tree) == [NotCounted.CYCLE]
    assert str(tree.left_out[0]) == (
        "cem → ann on 1970-01-04: the person brought the referrer, directly or through others"
    )


def test_who_was_left_out_of_a_cycle_may_have_another_referrer():
    told = [edge("ann", "bob", 1), edge("bob", "ann", 2), edge("cem", "ann", 3)]
    tree = referral_tree(told, dict.fromkeys(PEOPLE, 9))
    assert tree.edges == (told[0], told[2])


def test_walking_down_gives_nearer_ones_first():
    told = [edge("ann", "bob", 1), edge("bob", "cem", 2), edge("ann", "dee", 3)]
    tree = referral_tree(told, dict.fromkeys(PEOPLE, 9))
    assert [(hop, one.referred_id) for hop, one in tree.below("ann", hops=None)] == [
        (1, "bob"),
        (1, "dee"),
        (2, "cem"),
    ]
    assert len(list(tree.below("ann"))) == 2
    assert list(tree.below("eva", hops=None)) == []


def test_a_walk_may_stop_at_those_who_would_have_come_anyway():
    told = [edge("ann", "bob", 1, joined_anyway=True), edge("bob", "cem", 2)]
    tree = referral_tree(told, dict.fromkeys(PEOPLE, 9))
    found = [one.referred_id for _, one in tree.below("ann", hops=None, caused_only=True)]
    assert found == ["bob"]


def test_a_long_chain_is_walked_to_its_end():
    n = 20_000
    told = [edge(f"c{i}", f"c{i + 1}", i) for i in range(n)]
    firsts = {f"c{i + 1}": i for i in range(n)}
    tree = referral_tree([*told, edge(f"c{n}", "c0", n)], {**firsts, "c0": n})
    assert reasons(tree) == [NotCounted.CYCLE]
    assert sum(1 for _ in tree.below("c0", hops=None)) == n


@pytest.mark.parametrize("window", [-1, 0.5, float("nan")])
def test_a_window_that_is_none_is_refused(window):
    with pytest.raises(InvalidValueError, match="window"):
        referral_tree([], {}, window=window)


def test_it_says_how_many_count_and_why_others_do_not():
    told = [edge("ann", "bob", 1), edge("ann", "cem", 1), edge("dee", "bob", 4)]
    tree = referral_tree(told, {"bob": 9})
    assert str(tree).splitlines()[0] == "Referrals: 1 count, 2 do not"
    assert tree.explain().left_out == (
        "1 × the person has not bought yet",
        "1 × somebody else referred the person earlier",
    )


@given(st.lists(edges), firsts, st.randoms())
def test_neither_order_nor_duplicates_matter(told, first, random):
    tree = referral_tree(told, first)
    again = told * 2
    random.shuffle(again)
    assert referral_tree(again, first) == tree
    assert set(tree.edges) | {one.edge for one in tree.left_out} == set(told)


@given(st.lists(edges), firsts)
def test_what_counts_is_a_forest_in_time(told, first):
    tree = referral_tree(told, first)
    referred = [one.referred_id for one in tree.edges]
    assert len(referred) == len(set(referred))
    assert all(0 <= first[one.referred_id] - one.day <= 365 for one in tree.edges)
    for who in PEOPLE:
        below = [one.referred_id for _, one in tree.below(who, hops=None)]
        assert who not in below
        assert len(below) == len(set(below))


@given(st.lists(edges), firsts)
def test_nothing_timely_is_left_out_without_a_rival_or_a_cycle(told, first):
    tree = referral_tree(told, first)
    referrer = {one.referred_id: one.referrer_id for one in tree.edges}
    for one in tree.left_out:
        if one.reason is NotCounted.REFERRED_BEFORE:
            assert one.edge.referred_id in referrer
        if one.reason is NotCounted.CYCLE:
            below = {each.referred_id for _, each in tree.below(one.edge.referred_id, hops=None)}
            assert one.edge.referrer_id in below
