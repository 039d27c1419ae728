"""Key drivers: their laws, their warnings, what is refused, and how sure they are."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import key_drivers, lmg_weights, relative_weights

METHODS = ("johnson", "lmg")


def explained_share(columns, outcome):
    """R² by numpy's least squares."""
    outcome = np.asarray(outcome, dtype=float)
    design = np.column_stack([np.ones(len(outcome)), *columns])
    slopes = np.linalg.lstsq(design, outcome, rcond=None)[0]
    return 1 - ((outcome - design @ slopes) ** 2).sum() / ((outcome - outcome.mean()) ** 2).sum()


def added_in_every_order(columns, outcome):
    """LMG by its definition: what each adds to R², order by order."""
    added = np.zeros(len(columns))
    orders = list(permutations(range(len(columns))))
    for order in orders:
        before = 0.0
        for place, one in enumerate(order):
            now = explained_share([columns[k] for k in order[: place + 1]], outcome)
            added[one] += now - before
            before = now
    return added / len(orders)


@st.composite
def surveys(draw, least=2, most=4):
    """Ratings with something of each other in them, and an outcome of them and chance."""
    source = np.random.default_rng(draw(st.integers(0, 10_000)))
    p, n = draw(st.integers(least, most)), draw(st.integers(12, 40))
    common = source.standard_normal((n, 1))
    columns = source.standard_normal((n, p)) + draw(st.floats(0, 2)) * common
    outcome = columns @ source.normal(size=p) + source.standard_normal(n)
    return {f"q{place}": columns[:, place].tolist() for place in range(p)}, outcome.tolist()


def weights_of(asked, outcome, method, **more):
    found = key_drivers(asked, outcome, method=method, draws=100, **more)
    return [found.weights[name] for name in sorted(asked)], found


@pytest.mark.parametrize("method", METHODS)
@given(surveys())
def test_weights_are_never_negative_and_sum_to_r_squared(method, survey):
    asked, outcome = survey
    weights, found = weights_of(asked, outcome, method)
    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(found.r_squared.value, abs=1e-10)
    assert found.r_squared.value == pytest.approx(
        explained_share(list(asked.values()), outcome), abs=1e-10
    )
    assert sum(one.share.value for one in found.drivers) == pytest.approx(1)


@given(surveys())
def test_lmg_is_what_a_predictor_adds_over_all_orders(survey):
    asked, outcome = survey
    weights, _ = weights_of(asked, outcome, "lmg")
    assert weights == pytest.approx(
        list(added_in_every_order([*asked.values()], outcome)), abs=1e-9
    )


@given(surveys(most=2))
def test_both_methods_agree_for_two_predictors(survey):
    johnson, _ = weights_of(*survey, "johnson")
    lmg, _ = weights_of(*survey, "lmg")
    assert johnson == pytest.approx(lmg, abs=1e-9)


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=6).filter(
        lambda found: sum(one * one for one in found) <= 1
    )
)
def test_both_methods_agree_for_uncorrelated_predictors(with_outcome):
    apart = np.eye(len(with_outcome)).tolist()
    squared = [one * one for one in with_outcome]
    assert relative_weights(apart, with_outcome) == pytest.approx(squared, abs=1e-12)
    assert lmg_weights(apart, with_outcome) == pytest.approx(squared, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(surveys(), st.floats(0.01, 1000), st.floats(-1000, 1000), st.randoms())
def test_units_signs_and_orders_do_not_matter(method, survey, factor, shift, random):
    asked, outcome = survey
    weights, _ = weights_of(asked, outcome, method)
    rows = list(range(len(outcome)))
    random.shuffle(rows)
    names = list(asked)
    random.shuffle(names)
    turned = {
        name: [factor * (-1) ** place * asked[name][row] + shift for row in rows]
        for place, name in enumerate(names)
    }
    again, _ = weights_of(turned, [3 - factor * outcome[row] for row in rows], method)
    assert again == pytest.approx(weights, abs=1e-7)


@given(surveys())
def test_everybody_twice_leaves_the_weights_alone(survey):
    asked, outcome = survey
    once, _ = weights_of(asked, outcome, "johnson")
    twice, _ = weights_of({name: one * 2 for name, one in asked.items()}, outcome * 2, "johnson")
    assert twice == pytest.approx(once, abs=1e-10)


def planted(n=300, seed=3, **more):
    """A weighty, a light and an idle predictor."""
    source = np.random.default_rng(seed)
    columns = {name: source.standard_normal(n) for name in ("weighty", "light", "idle")}
    columns |= {name: make(columns, source) for name, make in more.items()}
    outcome = columns["weighty"] + 0.5 * columns["light"] + source.standard_normal(n)
    return {name: one.tolist() for name, one in columns.items()}, outcome.tolist()


@pytest.mark.parametrize("method", METHODS)
def test_drivers_are_ranked_and_told_from_chance(method):
    found = key_drivers(*planted(), method=method, draws=500)
    assert [one.name for one in found.drivers] == ["weighty", "light", "idle"]
    assert [one.beyond_chance for one in found.drivers] == [True, True, False]
    assert found["idle"].notes == ("weighs no more than a variable drawn at random may",)
    assert found["light"].notes == ()
    for one in found.drivers:
        for figure in (one.weight, one.share, one.r, one.beta, found.r_squared):
            assert figure.low <= figure.value <= figure.high
            assert figure.n == 300
    assert found.adjusted_r_squared == pytest.approx(
        1 - (1 - found.r_squared.value) * 299 / 296, abs=1e-12
    )


def test_the_same_seed_gives_the_same_intervals_and_another_gives_others():
    first, again = (key_drivers(*planted(), draws=200, seed=5) for _ in range(2))
    other = key_drivers(*planted(), draws=200, seed=6)
    assert first == again
    assert first.weights == other.weights
    assert first["weighty"].weight.low != other["weighty"].weight.low


def test_intervals_are_those_of_samples_weighed_one_by_one():
    """The samples are drawn by their sums; a plain bootstrap says the same."""
    asked, outcome = planted(n=80)
    found = key_drivers(asked, outcome, draws=2000)["weighty"]
    rows, source = np.column_stack([*asked.values(), outcome]), np.random.default_rng(99)
    drawn = []
    for _ in range(2000):
        together = np.corrcoef(rows[source.integers(80, size=80)], rowvar=False)
        drawn.append((relative_weights(together[:3, :3], together[:3, 3])[0], together[0, 3]))
    for figure, column in ((found.weight, 0), (found.r, 1)):
        low, high = np.quantile([one[column] for one in drawn], (0.025, 0.975))
        assert figure.low == pytest.approx(low, abs=0.015)
        assert figure.high == pytest.approx(high, abs=0.015)


def test_intervals_hold_the_truth_and_chance_is_seldom_called_a_driver():
    """Uncorrelated predictors with coefficients 1, 0.5, 0: weights 1/2.25, 0.25/2.25, 0."""
    held, called = [0, 0], 0
    for seed in range(150):
        found = key_drivers(*planted(n=120, seed=seed), draws=200, seed=seed)
        for place, (name, truth) in enumerate((("weighty", 1 / 2.25), ("light", 0.25 / 2.25))):
            weight = found[name].weight
            held[place] += weight.low <= truth <= weight.high
        called += found["idle"].beyond_chance
    assert min(held) >= 0.89 * 150
    assert called <= 0.06 * 150


def test_a_suppressor_is_pointed_out():
    """Beside the true one, what is mixed into it counts against."""
    source = np.random.default_rng(1)
    true, mixed = source.standard_normal(200), source.standard_normal(200)
    asked = {"seen": true + mixed, "mixed": mixed + 0.3 * true}
    found = key_drivers(asked, true + 0.1 * source.standard_normal(200), draws=200)
    one = found["mixed"]
    assert one.r.value > 0 > one.beta.value
    assert one.notes[0] == "suppressor: beside the others its sign turns (r and β differ)"
    assert "mixed: suppressor" in str(found)


def test_alike_predictors_are_pointed_out():
    alike = {"twin": lambda columns, source: columns["weighty"] + 0.03 * source.normal(size=300)}
    found = key_drivers(*planted(**alike), draws=200)
    one = found["twin"]
    assert one.vif == pytest.approx(1 / (1 - 0.03**-2 / (1 + 0.03**-2)), rel=0.2)
    assert any(note.startswith("collinear: VIF") for note in one.notes)
    assert any(note.startswith("nearly singular: condition index") for note in found.notes)
    assert found["idle"].vif == pytest.approx(1, abs=0.05)
    weights = found.weights
    assert weights["twin"] == pytest.approx(weights["weighty"], rel=0.05)


def test_only_complete_rows_count_and_the_notes_say_so():
    asked, outcome = planted()
    whole = key_drivers({name: one[3:] for name, one in asked.items()}, outcome[3:], draws=100)
    asked["light"][0] = asked["idle"][1] = outcome[2] = None
    found = key_drivers(asked, outcome, draws=100)
    assert found.notes[0] == "3 of 300 respondents left out: not all answered"
    assert found.n == 297
    assert found.weights == pytest.approx(whole.weights, abs=1e-12)


def test_an_outcome_of_two_values_is_noted():
    asked, outcome = planted()
    found = key_drivers(asked, [float(one > 0) for one in outcome], draws=100)
    assert "the outcome has two values: R² is that of a straight line through them" in found.notes


def test_nothing_explained_has_no_shares():
    found = key_drivers({"a": [1, 1, -1, -1]}, [1, -1, 1, -1], draws=100)
    assert found.r_squared.value == 0
    assert found["a"].share.value is None
    assert found["a"].weight.value == 0
    assert "explain nothing" in found["a"].share.notes[0]


def test_samples_in_which_something_stands_still_are_left_out():
    asked = {"rare": [1, *[0] * 9], "other": [1, 5, 2, 4, 3, 5, 1, 2, 4, 3]}
    found = key_drivers(asked, [1, 5, 3, 4, 2, 5, 2, 2, 3, 4], draws=1000)
    lost = next(note for note in found.notes if "samples left out" in note)
    # A row is missed by a sample of ten with chance 0.9 ** 10 = 0.35.
    assert 300 < int(lost.split()[0]) < 400
    few = key_drivers(asked, [1, 5, 3, 4, 2, 5, 2, 2, 3, 4], draws=100)["rare"]
    assert (few.weight.low, few.weight.high, few.beyond_chance) == (None, None, None)
    assert few.weight.notes == ("too few samples could be used for an interval",)


def test_fifteen_predictors_are_shared_out_by_lmg_and_no_more():
    source = np.random.default_rng(2)
    columns = source.standard_normal((60, 16)) + source.standard_normal((60, 1))
    outcome = (columns.sum(axis=1) + source.standard_normal(60)).tolist()
    asked = {f"q{place}": columns[:, place].tolist() for place in range(16)}
    with pytest.raises(InvalidValueError, match=r"at most 15 .*take method 'johnson'"):
        key_drivers(asked, outcome, method="lmg")
    del asked["q15"]
    together = np.corrcoef(np.column_stack([*asked.values(), outcome]), rowvar=False)
    found = lmg_weights(together[:15, :15], together[:15, 15])
    assert sum(found) == pytest.approx(explained_share([*asked.values()], outcome), abs=1e-10)
    with pytest.raises(InvalidValueError, match="at most 15"):
        lmg_weights(np.eye(16), [0.1] * 16)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flat": [3.0] * 300}, "column is 'flat', but must vary"),
        ({"sum": "weighty+light"}, "predictors is 'weighty, light, sum', but one of them adds up"),
        ({"again": "idle"}, "predictors is 'idle, again'"),
        ({"short": [1.0, 2.0]}, "equally long"),
        ({"odd": [float("nan"), *[1.0] * 299]}, r"predictors\['odd'\]\[0\]"),
        ({"the outcome": [*range(300)]}, "must not be the name of a predictor"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_by_name(change, message):
    asked, outcome = planted()
    for name, column in change.items():
        if isinstance(column, str):
            parts = [asked[one] for one in column.split("+")]
            column = [sum(row) for row in zip(*parts, strict=True)]  # noqa: PLW2901
        asked[name] = column
    with pytest.raises(InvalidValueError, match=message):
        key_drivers(asked, outcome, draws=100)


def test_a_constant_or_broken_outcome_is_refused():
    asked, outcome = planted()
    with pytest.raises(InvalidValueError, match="column is 'the outcome', but must vary"):
        key_drivers(asked, [1.0] * 300)
    with pytest.raises(InvalidValueError, match=r"outcome\[1\] is nan"):
        key_drivers(asked, [1.0, float("nan"), *outcome[2:]])
    with pytest.raises(InvalidValueError, match="must be 300 long"):
        key_drivers(asked, outcome[:-1])


def test_too_few_rows_bad_methods_draws_and_seeds_are_refused():
    asked, outcome = planted()
    few = {name: one[:4] for name, one in asked.items()}
    with pytest.raises(InsufficientDataError, match="at least 5 complete rows, got 4"):
        key_drivers(few, outcome[:4])
    key_drivers({name: one[:5] for name, one in asked.items()}, outcome[:5], draws=100)
    with pytest.raises(InvalidValueError, match="must be one of johnson, lmg"):
        key_drivers(asked, outcome, method="shapley")
    with pytest.raises(InvalidValueError, match="draws is 99"):
        key_drivers(asked, outcome, draws=99)
    with pytest.raises(InvalidValueError, match="seed"):
        key_drivers(asked, outcome, seed=-1)


@pytest.mark.parametrize(
    ("correlations", "with_outcome", "message"),
    [
        ([[1, 0.5]], [0.6, 0.4], "square"),
        ([], [], "square"),
        ([[1, 0.5], [0.4, 1]], [0.6, 0.4], "the same both ways"),
        ([[1, 0.5], [0.5, 2]], [0.6, 0.4], "1 on the diagonal"),
        ([[1, 0.5], [0.5, 1]], [1.6, 0.4], "with_outcome"),
        ([[1, 0.5], [0.5, 1]], [float("nan"), 0.4], "with_outcome"),
        ([[1, 1], [1, 1]], [0.4, 0.4], "number 1, number 2"),
        ([[1, 0.9], [0.9, 1]], [0.9, -0.9], "can have together"),
        ([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], [0, 0, 0], "can have together"),
    ],
)
@pytest.mark.parametrize("weights", [relative_weights, lmg_weights])
def test_what_cannot_be_correlations_is_refused(weights, correlations, with_outcome, message):
    with pytest.raises(InvalidValueError, match=message):
        weights(correlations, with_outcome)


def test_the_answer_shows_and_explains_itself():
    found = key_drivers(*planted(), draws=100)
    assert str(found).startswith("Key drivers: R² ")
    assert "what causes what" in str(found)
    told = found.explain()
    assert told.model == "Johnson's relative weight"
    assert [part.figure for part in told.parts] == ["drivers_r_squared", "weighty", "light", "idle"]
    assert "Johnson (2000)" in told.parts[1].source
    lmg = key_drivers(*planted(), method="lmg", draws=100).explain()
    assert "orders of entry" in lmg.parts[1].formula
    assert "weighs no more" in str(lmg.parts[3])
    assert "VIF" in found["light"]._repr_html_()
    with pytest.raises(InvalidValueError, match="must be one of weighty, light, idle"):
        found["price"]


def test_a_data_frame_is_read_as_a_mapping_is():
    pandas = pytest.importorskip("pandas")
    asked, outcome = planted()
    frame = pandas.DataFrame(asked)
    assert key_drivers(frame, outcome, draws=100) == key_drivers(asked, outcome, draws=100)


@given(surveys(least=3))
def test_a_predictor_that_says_nothing_new_never_lowers_r_squared(survey):
    asked, outcome = survey
    assume(len(outcome) > len(asked) + 3)
    _, every = weights_of(asked, outcome, "johnson")
    _, fewer = weights_of({name: asked[name] for name in list(asked)[:-1]}, outcome, "johnson")
    assert every.r_squared.value >= fewer.r_squared.value - 1e-12
