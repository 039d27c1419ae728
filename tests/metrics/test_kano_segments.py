"""Kano by segment, the test behind it, the order of needs, and how answers are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    NeedStanding,
    answers_by_wording,
    kano_by_segment,
    kano_of_counts,
    kano_priorities,
    kano_table,
    pairs_by_feature,
)
from crmkit.metrics.kano.homogeneity import chi_square_tail, homogeneity

LIKE, BASIC, NONE = (1, 3), (3, 5), (3, 3)


def test_what_excites_the_young_is_taken_for_granted_by_the_old():
    answers = {"app": [LIKE] * 40 + [BASIC] * 40 + [NONE] * 4, "desk": [NONE] * 84}
    found = kano_by_segment(answers, ["young"] * 40 + ["old"] * 40 + [None] * 4)
    assert [str(one.category) for one in found.of("app").values()] == ["excitement", "basic"]
    assert found.together.features["app"].counts["indifferent"] == 4
    assert (found.differing, found.unplaced) == (("app",), 4)
    assert found.tests["app"].p_value < 1e-15
    assert found.tests["desk"].p_value is None
    assert "young: excitement; old: basic (they differ" in str(found)
    assert "too few answers to compare" in str(found)
    assert "respondents without a segment: 4" in str(found)
    assert [part.figure for part in found.explain().parts].count("kano_segments_differ") == 2


def test_several_features_are_judged_together():
    """A p value of 4 % is a finding of one feature, and none of five."""
    even = [LIKE, NONE] * 50
    odd = [LIKE] * 30 + [NONE] * 20 + [LIKE] * 20 + [NONE] * 30
    segments = ["a"] * 50 + ["b"] * 50
    alone = kano_by_segment({"odd": odd}, segments)
    assert alone.tests["odd"].p_value == pytest.approx(0.0455, abs=1e-4)
    assert alone.differing == ("odd",)
    among = kano_by_segment({"odd": odd} | {f"even{i}": even for i in range(4)}, segments)
    assert among.differing == ()
    assert "no difference shown, p 0.0455" in str(among)


def test_segments_need_a_pair_per_respondent():
    with pytest.raises(InvalidValueError, match=r"answers\['app'\] is 2, but must have a pair"):
        kano_by_segment({"app": [LIKE, LIKE]}, ["young"])
    with pytest.raises(InvalidValueError, match="must be one of app"):
        kano_by_segment({"app": [LIKE]}, ["young"]).of("desk")
    with pytest.raises(InvalidValueError, match=r"answers\['app'\]\[1\].functional"):
        kano_by_segment({"app": [LIKE, (9, 1)]}, ["young", "old"])


def test_without_segments_there_is_the_whole():
    found = kano_by_segment({"app": [LIKE] * 40}, [None] * 40)
    assert found.together.features["app"].told == "excitement"
    assert (dict(found.segments), found.differing) == ({}, ())
    assert str(found).startswith("Kano by segment: no segments")


@given(
    st.lists(st.sampled_from([LIKE, BASIC, NONE, (1, 5), (1, 1), None]), max_size=40),
    st.randoms(),
)
def test_segments_add_up_to_the_whole(pairs, source):
    segments = [source.choice(["a", "b", "c"]) for _ in pairs]
    found = kano_by_segment({"app": pairs}, segments)
    for category, count in found.together.features["app"].counts.items():
        assert count == sum(one.counts[category] for one in found.of("app").values())


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 10, 31])
@pytest.mark.parametrize("statistic", [0, 0.01, 1, 7.5, 40, 300])
def test_the_tail_of_chi_square_is_that_of_scipy(statistic, degrees):
    assert chi_square_tail(statistic, degrees) == pytest.approx(chi2.sf(statistic, degrees))


@given(st.lists(st.lists(st.integers(20, 90), min_size=3, max_size=3), min_size=2, max_size=4))
def test_the_test_is_that_of_scipy(table):
    named = {str(i): dict(zip("xyz", row, strict=True)) for i, row in enumerate(table)}
    found, expected = homogeneity(named), chi2_contingency(table, correction=False)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    assert (found.degrees, found.pooled) == (expected.dof, ())


def test_rare_categories_are_pooled_until_enough_are_expected():
    found = homogeneity(
        {"a": {"x": 30, "y": 20, "r": 2, "q": 1}, "b": {"x": 20, "y": 30, "r": 1, "q": 2}}
    )
    # Three and three of 106 are too few as one column of three; y and x are as large.
    assert set(found.pooled) in ({"r", "q", "x"}, {"r", "q", "y"})
    assert found.degrees == 1
    wide = {"v": 20, "x": 30, "y": 20, "z": 25, "r": 1, "q": 1}
    assert set(homogeneity({"a": wide, "b": wide}).pooled) == {"r", "q"}
    assert homogeneity({"a": wide, "b": wide}).p_value == 1


def test_where_nothing_is_left_to_compare_there_is_no_p_value():
    for counts in ({}, {"a": {"x": 50, "y": 50}}, {"a": {"x": 50}, "b": {"x": 50}}):
        assert homogeneity(counts).p_value is None
    assert homogeneity({"a": {"x": 2, "y": 1}, "b": {"x": 1, "y": 2}}).p_value is None
    empty = {"a": {"x": 50, "y": 50}, "b": {"x": 0, "y": 0}}
    assert homogeneity(empty).p_value is None


def features(**letters):
    return {name: kano_of_counts({letter: 50}) for name, letter in letters.items()}


SIX = features(
    joke="Q", calls="R", theme="I", wrap="A", speed="O", payment="M", returns="M", preview="A"
)


def test_needs_come_in_the_order_basic_performance_excitement():
    order = kano_priorities(SIX).features
    assert order == (
        "payment", "returns", "speed", "wrap", "preview", "theme", "calls", "joke",
    )  # fmt: skip


def test_a_basic_need_that_fails_outranks_every_delighter():
    done = {"payment": 4.8, "returns": 2.1, "speed": 1.0, "wrap": 1.0, "preview": None}
    found = kano_priorities(SIX, done)
    assert found.features[:5] == ("returns", "speed", "wrap", "preview", "payment")
    assert found.failing == ("returns",)
    assert found.order[0].reason == "a basic need that fails: repair it first"
    assert found.order[4].standing is NeedStanding.MET
    assert "5. payment" in str(found)
    assert found.explain().coverage == "ratings of 4 of 8 features"


@given(st.floats(1, 2.99), st.floats(1, 5), st.integers(30, 200), st.integers(1, 200))
def test_no_delight_is_large_enough_to_come_first(failing, wrap, delighted, others):
    found = kano_priorities(
        {
            "wrap": kano_of_counts({"A": delighted}),
            "payment": kano_of_counts({"M": others, "I": others - 1}),
        },
        {"payment": failing, "wrap": wrap},
    )
    assert found.features == ("payment", "wrap")


def test_within_a_place_what_hurts_most_comes_first_and_delight_by_how_much():
    found = kano_priorities(
        {
            "mild": kano_of_counts({"M": 40, "I": 30}),
            "sharp": kano_of_counts({"M": 60, "I": 10}),
            "nice": kano_of_counts({"A": 40, "I": 30}),
            "great": kano_of_counts({"A": 60, "I": 10}),
        }
    )
    assert found.features == ("sharp", "mild", "great", "nice")


def test_what_is_met_is_a_matter_of_the_scale():
    one = features(payment="M")
    assert kano_priorities(one, {"payment": 3}).order[0].standing == "met"
    assert kano_priorities(one, {"payment": 3}, met_from=4).failing == ("payment",)
    assert kano_priorities(one, {"payment": 6}, scale=(0, 10)).failing == ()
    for wrong in ({"payment": 7}, {"other": 3}, {"payment": float("nan")}):
        with pytest.raises(InvalidValueError, match="performance"):
            kano_priorities(one, wrong)
    with pytest.raises(InvalidValueError, match="met_from"):
        kano_priorities(one, met_from=9)


def test_an_unclear_category_keeps_its_place_and_says_so():
    found = kano_priorities(kano_table({"wrap": [LIKE] * 3, "none": []}).features)
    assert [str(one) for one in found.order] == [
        "it excites: add it once the basic needs are met (unclear: ask more)",
        "no answers: ask",
    ]


def test_wordings_are_read_whatever_their_case_and_spaces():
    words = {"I like it": "like", "It must be  so": "must-be"}
    read = answers_by_wording(["i LIKE it", " It must be so ", "", None], words)
    assert read == ("like", "must-be", None, None)
    with pytest.raises(InvalidValueError, match=r"texts\[1\] is 'I love it', but is no wording"):
        answers_by_wording(["I like it", "I love it"], words)
    with pytest.raises(InvalidValueError, match="must be one of like, must-be"):
        answers_by_wording([], {"I like it": "liked"})


def test_columns_become_pairs():
    columns = {"a_dysfunctional": [5, 4], "b_functional": ["x", "y"], "a_functional": [1, None]}
    columns["b_dysfunctional"] = ["z", "z"]
    assert pairs_by_feature(columns) == {
        "b": (("x", "z"), ("y", "z")),
        "a": ((1, 5), (None, 4)),
    }
    assert pairs_by_feature({"a+": [1], "a-": [2]}, functional="+", dysfunctional="-") == {
        "a": ((1, 2),)
    }


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a_functional": [1]}, "questions is 'a', but must be asked both ways"),
        ({"a": [1]}, "question is 'a', but must end in _functional or _dysfunctional"),
        ({"a_functional": [1], "a_dysfunctional": [1, 2]}, "a is .1, 2., but must have as many"),
    ],
)
def test_half_a_question_is_refused(columns, message):
    with pytest.raises(InvalidValueError, match=message):
        pairs_by_feature(columns)
