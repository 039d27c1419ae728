"""Hazard ratios: against a likelihood maximised otherwise, against planted ones, at the borders."""

from math import exp, inf, log, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import Episode, exposed_from, hazard_ratios
from crmkit.metrics.seeds import plain_generator

TIES = ["efron", "discrete"]
Z = 1.959963984540054


def gone(start, stop, *names, who=None):
    """An episode that ends with leaving."""
    return Episode(start, stop, left=True, exposures=names, who=who)


def here(start, stop, *names, who=None):
    """An episode that ends otherwise."""
    return Episode(start, stop, left=False, exposures=names, who=who)


def lives(seed=3, n=200):
    """Lives with late entry, ties, two standing exposures and one that begins later."""
    draw, found = plain_generator(seed), []
    for who in range(n):
        since, until, watched = draw.random() * 5, draw.expovariate(0.2), draw.random() * 8
        names = set(draw.sample(["a", "b"], draw.randint(0, 2)))
        stop = round(since + max(0.2, min(until, watched)), 1) + 0.1
        life = Episode(round(since, 1), stop, until < watched, names, who=who)
        found += exposed_from(life, round(since + draw.random() * 4, 1), {"late"})
    return found


def maximised(episodes, names, ties):
    """Effects and standard errors by a general maximiser of the likelihood written out."""
    np, optimize = pytest.importorskip("numpy"), pytest.importorskip("scipy.optimize")
    x = np.array([[name in one.exposures for name in names] for one in episodes], float)
    start, stop, left = (
        np.array([getattr(one, part) for one in episodes]) for part in ("start", "stop", "left")
    )

    def minus(effects):
        pulls = x @ effects
        weights, height = np.exp(pulls), 0.0
        for time in np.unique(stop[left]):
            here, gone = (start < time) & (stop >= time), left & (stop == time)
            together = gone.sum()
            height += pulls[gone].sum()
            for place in range(together):
                part = place / together if ties == "efron" else 0.0
                height -= np.log(weights[here].sum() - part * weights[gone].sum())
        return -height

    best = optimize.minimize(minus, np.zeros(len(names)), method="BFGS", options={"gtol": 1e-8}).x
    step = 1e-3
    sides = np.eye(len(names)) * step
    curve = [
        [
            (minus(best + u + v) - minus(best + u - v) - minus(best - u + v) + minus(best - u - v))
            / (4 * step**2)
            for u in sides
        ]
        for v in sides
    ]
    return best, np.sqrt(np.diag(np.linalg.inv(np.array(curve))))


def error_of(ratio):
    return log(ratio.high / ratio.low) / (2 * Z)


@pytest.mark.parametrize("ties", TIES)
def test_the_ratios_are_those_of_a_general_maximiser(ties):
    episodes, names = lives(), ["a", "b", "late"]
    effects, errors = maximised(episodes, names, ties)
    found = hazard_ratios(episodes, ties=ties)
    assert list(found) == names
    for name, effect, error in zip(names, effects, errors, strict=True):
        assert log(found[name].ratio.value) == pytest.approx(effect, abs=1e-5)
        if ties == "efron":
            assert error_of(found[name].ratio) == pytest.approx(error, rel=1e-4)
        else:
            assert error_of(found[name].ratio) < error


def test_one_chance_each_gives_the_ratio_of_two_shares_with_its_usual_interval():
    group = [Episode(0, 1, i < 12, {"bad"}) for i in range(30)]
    others = [Episode(0, 1, i < 10) for i in range(50)]
    one = hazard_ratios(group + others, ties="discrete", unit="occasions")["bad"]
    assert one.ratio.value == pytest.approx((12 / 30) / (10 / 50))
    assert error_of(one.ratio) == pytest.approx((1 / 12 - 1 / 30 + 1 / 10 - 1 / 50) ** 0.5)
    assert (one.leavings, one.time, one.other_leavings, one.other_time) == (12, 30, 10, 50)
    assert (one.customers, one.censored, one.rate, one.other_rate) == (30, 18, 0.4, 0.2)
    assert one.ratio.n == 30


EPISODES = st.lists(
    st.builds(
        lambda start, span, left, names, who: Episode(start, start + span, left, names, who=who),
        st.integers(0, 4),
        st.integers(1, 6),
        st.booleans(),
        st.sets(st.sampled_from("ab")),
        st.integers(0, 99),
    ),
    max_size=25,
)


def told(found):
    """Value and ends of each ratio; 0 stands for what is undefined."""
    return {
        name: [end or 0 for end in (one.ratio.value, one.ratio.low, one.ratio.high)]
        for name, one in found.items()
    }


def same(one, other, rel=1e-6):
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == pytest.approx(other[name], rel=rel), name


@settings(max_examples=40)
@given(EPISODES, st.randoms(use_true_random=False), st.sampled_from(TIES))
def test_the_order_of_the_episodes_makes_no_difference(episodes, draw, ties):
    mixed = list(episodes)
    draw.shuffle(mixed)
    same(
        told(hazard_ratios(episodes, ties=ties, names="ab")),
        told(hazard_ratios(mixed, ties=ties, names="ab")),
    )


@settings(max_examples=40)
@given(EPISODES, st.floats(0.01, 1000), st.sampled_from(TIES))
def test_the_unit_of_time_makes_no_difference(episodes, unit, ties):
    other = [
        Episode(one.start * unit, one.stop * unit, one.left, one.exposures) for one in episodes
    ]
    found, again = (hazard_ratios(some, ties=ties, names="ab") for some in (episodes, other))
    same(told(found), told(again))
    assert again["a"].time == pytest.approx(found["a"].time * unit)


@settings(max_examples=40)
@given(EPISODES, st.floats(0.01, 0.99), st.sampled_from(TIES))
def test_an_episode_may_be_cut_anywhere(episodes, share, ties):
    pieces = [
        part
        for one in episodes
        for part in exposed_from(one, one.start + share * one.time, one.exposures)
    ]
    whole, cut = (hazard_ratios(some, ties=ties, names="ab") for some in (episodes, pieces))
    same(told(whole), told(cut))
    assert len(pieces) == 2 * len(episodes)
    for name in "ab":
        for part in ("leavings", "censored", "customers", "other_leavings"):
            assert getattr(whole[name], part) == getattr(cut[name], part)
        assert cut[name].time == pytest.approx(whole[name].time)


@settings(max_examples=40)
@given(EPISODES, st.sampled_from(TIES))
def test_exposed_and_unexposed_swapped_invert_the_ratio(episodes, ties):
    other = [
        Episode(one.start, one.stop, one.left, one.exposures ^ {"a"}, who=one.who)
        for one in episodes
    ]
    found = hazard_ratios(episodes, ties=ties, names="a")["a"].ratio
    swapped = hazard_ratios(other, ties=ties, names="a")["a"].ratio
    assert (found.value is None) == (swapped.value is None)
    if found.value is not None:
        assert swapped.value == pytest.approx(1 / found.value, rel=1e-6)
        assert swapped.low == pytest.approx(1 / found.high, rel=1e-6)


def test_the_ratio_of_exponential_lives_is_covered():
    draw, planted, held = plain_generator(20), 2.0, 0
    for _ in range(400):
        episodes = []
        for i in range(80):
            until, watched = draw.expovariate(0.1 * planted ** (i % 2)), 4 + 16 * draw.random()
            episodes.append(
                Episode(0, min(until, watched), until < watched, {"bad"} if i % 2 else set())
            )
        ratio = hazard_ratios(episodes)["bad"].ratio
        held += ratio.low <= planted <= ratio.high
    assert 0.92 <= held / 400 <= 0.98


def test_the_ratio_of_chances_is_covered():
    draw, planted, held = plain_generator(21), 2.0, 0
    for _ in range(400):
        episodes = []
        for i in range(80):
            number, chance = 0, 0.35 if i % 2 else 0.35 / planted
            while number < 4:
                left = draw.random() < chance
                names = {"bad"} if i % 2 else set()
                episodes.append(Episode(number, number + 1, left, names))
                number = 9 if left else number + 1
        ratio = hazard_ratios(episodes, ties="discrete")["bad"].ratio
        held += ratio.low <= planted <= ratio.high
    assert 0.92 <= held / 400 <= 0.98


def test_time_before_the_exposure_is_no_time_under_it():
    draw, cut, whole = plain_generator(5), [], []
    for _ in range(3000):
        until, befalls = draw.expovariate(0.1), draw.random() * 20
        life = Episode(0, min(until, 20), until < 20)
        cut += exposed_from(life, befalls, {"complaint"})
        whole.append(exposed_from(life, 0 if befalls < life.stop else 20, {"complaint"})[0])
    fair, naive = (hazard_ratios(some)["complaint"].ratio for some in (cut, whole))
    assert fair.low < 1 < fair.high
    assert naive.high < 0.6  # who complained must have stayed until then


def test_customers_are_counted_once_however_often_they_are_cut():
    seen = [
        here(0, 1, "bad", who="ann"),
        gone(1, 2, "bad", who="ann"),
        here(0, 3, "bad", who="bob"),
        gone(0, 3, who="cid"),
    ]
    one = hazard_ratios(seen)["bad"]
    assert (one.customers, one.leavings, one.censored, one.time) == (2, 1, 1, 5)


def plain(n, names, leave):
    """``n`` lives of 1 to n, the first ``leave`` of which end by leaving."""
    return [Episode(0, i + 1, i < leave, names) for i in range(n)]


@pytest.mark.parametrize(
    ("episodes", "name", "note"),
    [
        ([], "bad", "nobody was exposed"),
        (plain(5, set(), 3), "bad", "nobody was exposed"),
        (plain(5, {"bad"}, 0), "bad", "nobody left"),
        (plain(4, {"bad"}, 0) + plain(4, set(), 3), "bad", "nobody of 4 exposed left"),
        (plain(4, {"bad"}, 3) + plain(5, set(), 0), "bad", "nobody left but the exposed"),
        (plain(4, {"bad"}, 3), "bad", "never apart"),
        (plain(4, {"bad", "odd"}, 3) + plain(5, set(), 3), "odd", "never apart"),
    ],
)
@pytest.mark.parametrize("ties", TIES)
def test_where_there_is_no_ratio_it_is_undefined_and_says_why(episodes, name, note, ties):
    one = hazard_ratios(episodes, names=[name, "bad"], ties=ties)[name]
    assert (one.ratio.value, one.ratio.low, one.ratio.high) == (None, 0, None)
    assert one.ratio.notes[0].startswith(note)
    assert one.ratio.n == one.customers
    assert not one.raises
    assert "unknown" in str(one)


@pytest.mark.parametrize("ties", TIES)
def test_an_endless_ratio_leaves_the_others_as_they_are_without_those_exposed(ties):
    usual = lives(seed=8, n=120)
    spared = [here(0, 9, "a", "spared") for _ in range(10)]
    found, alone = (hazard_ratios(some, ties=ties) for some in (usual + spared, usual))
    assert found["spared"].ratio.value is None
    for name in alone:
        assert found[name].ratio.value == pytest.approx(alone[name].ratio.value, rel=1e-5)


def test_three_exposures_of_which_one_is_always_there_have_no_ratios_of_their_own():
    kinds = ["web", "store", "phone"]
    seen = [Episode(0, i + 1, i % 3 > 0, {kinds[i % 7 % 3], "vip"}) for i in range(40)]
    found = hazard_ratios(seen)
    assert all(one.ratio.value is None for one in found.values())
    against_one = hazard_ratios(seen, names=["web", "store"])
    assert all(one.ratio.value is not None for one in against_one.values())


def test_an_exposure_that_nobody_looks_at_is_no_part_of_it():
    episodes = lives()
    bare = [Episode(one.start, one.stop, one.left, one.exposures & {"a"}) for one in episodes]
    assert told(hazard_ratios(episodes, names=["a"])) == told(hazard_ratios(bare))


def test_a_lower_level_gives_a_narrower_interval():
    wide, narrow = (hazard_ratios(lives(), level=level)["a"].ratio for level in (0.95, 0.5))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert narrow.level == 0.5


def test_a_life_is_cut_where_the_exposure_begins():
    life = gone(2, 10, "old", who="ann")
    before, after = exposed_from(life, 4, {"new"})
    assert before == here(2, 4, "old", who="ann")
    assert after == gone(4, 10, "old", "new", who="ann")
    assert exposed_from(life, 10, {"new"}) == (life,)
    assert exposed_from(life, 1, {"new"}) == (gone(2, 10, "old", "new", who="ann"),)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ((2, 2, True), "stop is 2, but must be later than the start"),
        ((nan, 2, True), "start is nan"),
        ((0, inf, True), "stop is inf"),
        ((0, 2, 1), "left is 1, but must be True or False"),
        ((0, 2, True, "bad"), "exposures is 'bad', but must be several names"),
    ],
)
def test_an_episode_that_cannot_be_is_refused(fields, rule):
    with pytest.raises(InvalidValueError, match=rule):
        Episode(*fields)


def test_other_ties_and_levels_are_refused():
    with pytest.raises(InvalidValueError, match="must be one of efron, discrete"):
        hazard_ratios([], ties="exact")
    with pytest.raises(InvalidValueError, match="level is 1"):
        hazard_ratios([], level=1)


def test_a_ratio_shows_and_explains_itself():
    one = hazard_ratios(lives(), unit="years")["late"]
    assert str(one).startswith("late: ")
    assert "left while exposed" in str(one)
    assert "years" in str(one)
    why = one.explain()
    assert why.figure == "late"
    assert why.source.startswith("Cox (1972)")
    assert "Efron's ties" in str(why)
    assert one.raises == (one.ratio.low > 1)
    assert exp(log(one.ratio.value)) == pytest.approx(one.ratio.value)
