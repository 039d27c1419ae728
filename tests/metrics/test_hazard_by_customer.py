"""Hazard ratios where customers leave again and again, and where only several have no end."""

from collections import defaultdict
from math import exp, isfinite, log

import pytest

from crmkit.metrics import Episode, hazard_ratios
from crmkit.metrics.seeds import plain_generator

TIES = ["efron", "discrete"]
Z = 1.959963984540054


def visits(draw, customers, *, exposed=None, back=0.8):
    """Chances to leave that differ between customers, of whom most come back afterwards."""
    for who in range(customers):
        chance, share = draw.betavariate(0.8, 3.2), draw.betavariate(0.3, 1.7)
        share = share if exposed is None else float(draw.random() < exposed)
        for number in range(draw.choice([2, 4, 8, 15, 25])):
            bad = draw.random() < share
            left = draw.random() < min(1, chance * (1.5 if bad else 1))
            yield Episode(number, number + 1, left, {"bad"} if bad else set(), who=who)
            if left and draw.random() > back:
                break


def error_of(ratio):
    return log(ratio.high / ratio.low) / (2 * Z)


def sandwich(episodes, effects, ties):
    """Lin and Wei's errors as they are written down, one customer and leaving after another."""
    np = pytest.importorskip("numpy")
    names = sorted(effects)
    x = np.array([[name in one.exposures for name in names] for one in episodes], float)
    weights = np.exp(x @ np.array([effects[name] for name in names]))
    start, stop, left = (
        np.array([getattr(one, part) for one in episodes]) for part in ("start", "stop", "left")
    )
    scores, information = np.zeros_like(x), np.zeros((len(names), len(names)))
    for time in np.unique(stop[left]):
        here, gone = (start < time) & (stop >= time), left & (stop == time)
        together = gone.sum()
        for place in range(together):
            part = place / together if ties == "efron" else 0.0
            there = here * 1.0 - part * gone
            shares = there * weights / (there * weights).sum()
            mean = shares @ x
            information += (shares[:, None] * (x - mean)).T @ (x - mean)
            scores += gone[:, None] * (x - mean) / together - shares[:, None] * (x - mean)
    added = defaultdict(lambda: np.zeros(len(names)))
    for one, score in zip(episodes, scores, strict=True):
        added[one.who] += score
    middle = sum(np.outer(one, one) for one in added.values())
    back = np.linalg.inv(information)
    return dict(zip(names, np.sqrt(np.diag(back @ middle @ back)), strict=True))


@pytest.mark.parametrize("ties", TIES)
def test_the_errors_are_those_of_the_formula_written_out(ties):
    draw, episodes = plain_generator(4), []
    for one in visits(draw, 60, exposed=0.3):
        names = one.exposures | draw.choice([{"late"}, set()])
        start = one.start + round(draw.random() / 2, 1)
        episodes.append(Episode(start, one.stop, one.left, names, who=one.who))
    found = hazard_ratios(episodes, ties=ties)
    lives = [Episode(one.start, one.stop, one.left, one.exposures) for one in episodes]
    alone = hazard_ratios(lives, ties=ties)
    errors = sandwich(episodes, {name: log(one.ratio.value) for name, one in found.items()}, ties)
    for name, one in found.items():
        usual = error_of(alone[name].ratio)
        assert error_of(one.ratio) == pytest.approx(max(errors[name], usual), rel=1e-6)
        assert one.ratio.method.endswith("errors by customer where greater (Lin and Wei)")
    assert errors["bad"] > 1.1 * error_of(alone["bad"].ratio)


def test_who_leaves_once_only_has_the_errors_of_the_model():
    draw = plain_generator(4)
    once = list(visits(draw, 60, back=0.0))
    alone = [Episode(one.start, one.stop, one.left, one.exposures) for one in once]
    for ties in TIES:
        known, unknown = (hazard_ratios(some, ties=ties)["bad"].ratio for some in (once, alone))
        assert (known.low, known.high) == (unknown.low, unknown.high)
        assert "customer" not in known.method


@pytest.mark.parametrize("ties", TIES)
def test_the_errors_of_few_customers_are_no_smaller_than_those_of_as_many_strangers(ties):
    """What one customer adds to the score at its top is nothing: no proof that it is certain."""
    seen = [(left, names) for left in (False, True) for names in ((), (), {"bad"})]
    mine = [Episode(0, 1, left, names, who="ann") for left, names in seen]
    others = [Episode(0, 1, left, names) for left, names in seen]
    one, many = (hazard_ratios(some, ties=ties)["bad"].ratio for some in (mine, others))
    assert (one.low, one.high) == (many.low, many.high)
    assert one.high > 2 * one.low


@pytest.mark.parametrize("ties", TIES)
def test_the_order_of_episodes_and_the_words_for_customers_make_no_difference(ties):
    some = list(visits(plain_generator(8), 40))
    other = [
        Episode(one.start, one.stop, one.left, one.exposures, who=f"c{one.who}")
        for one in reversed(some)
    ]
    one, two = (hazard_ratios(each, ties=ties)["bad"].ratio for each in (some, other))
    assert (one.low, one.high) == (pytest.approx(two.low), pytest.approx(two.high))


@pytest.mark.parametrize("exposed", [None, 0.2])
def test_the_interval_covers_what_many_customers_show_who_leave_again_and_again(exposed):
    """Errors of the model alone cover it in 88 and 72 % of the samples."""
    draw, held, samples = plain_generator(1), 0, 200
    many = list(visits(draw, 20_000, exposed=exposed))
    true = hazard_ratios(many, ties="discrete")["bad"].ratio.value
    for _ in range(samples):
        ratio = hazard_ratios(visits(draw, 150, exposed=exposed), ties="discrete")["bad"].ratio
        held += ratio.low <= true <= ratio.high
    assert 0.9 <= held / samples <= 0.99


# No end


def some_lives(seed):
    """Few lives with many exposures: often the likelihood has no top."""
    draw = plain_generator(seed)
    names, often = "ABCDE"[: draw.randint(1, 5)], draw.choice([0.1, 0.5, 0.9])
    found = []
    for _ in range(draw.choice([2, 5, 10, 20])):
        start = draw.choice([0, 0, 0, 1, 2])
        bad = {name for name in names if draw.random() < draw.choice([0.1, 0.5, 0.9])}
        found.append(Episode(start, start + draw.randint(1, 3), draw.random() < often, bad))
    return names, found


def state_of_effects(names, episodes):
    """Of each effect, whether it is told, without end or untold: by linear programming.

    An effect is without end where the likelihood never falls along some direction with it.
    """
    np, optimize = pytest.importorskip("numpy"), pytest.importorskip("scipy.optimize")
    x = np.array([[name in one.exposures for name in names] for one in episodes], float)
    rows = set()
    for time in {one.stop for one in episodes if one.left}:
        here = [i for i, one in enumerate(episodes) if one.start < time <= one.stop]
        gone = [i for i in here if episodes[i].left and episodes[i].stop == time]
        rows |= {tuple(x[g] - x[h]) for g in gone for h in here}
    if not rows:
        return ["untold"] * len(names)
    above = np.array(sorted(rows))
    _, sizes, turned = np.linalg.svd(above)
    free = turned[(sizes > 1e-9).sum() :]
    found = []
    for i in range(len(names)):
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(names))
            aim[i] = sign
            ends.append(
                optimize.linprog(
                    aim, A_ub=-above, b_ub=np.zeros(len(above)), bounds=[(-1, 1)] * len(names)
                ).fun
            )
        untold = len(free) and abs(free[:, i]).max() > 1e-9
        found.append("untold" if untold else "endless" if min(ends) < -1e-7 else "told")
    return found


def test_a_ratio_is_told_exactly_where_the_likelihood_has_a_top():
    counted = defaultdict(int)
    for seed in range(250):
        names, episodes = some_lives(seed)
        states = state_of_effects(names, episodes)
        for ties in TIES:
            found = hazard_ratios(episodes, names=names, ties=ties)
            for name, state in zip(names, states, strict=True):
                ratio = found[name].ratio
                assert (ratio.value is not None) == (state == "told"), (seed, name)
                if ratio.value is not None:
                    assert 0 < ratio.low <= ratio.value <= ratio.high < exp(30)
                    assert isfinite(ratio.high)
                counted[state] += 1
    assert min(counted.values()) > 100


@pytest.mark.parametrize("ties", TIES)
def test_exposures_that_only_together_have_no_end_are_undefined_and_say_so(ties):
    """Beside each other "late" and "rude" are alike; who had both left before who had none."""
    seen = [
        *(Episode(0, 1, i == 0, {"late"}) for i in range(3)),
        *(Episode(0, 1, i == 0, {"rude"}) for i in range(3)),
        *(Episode(1, 2, i == 0, {"late", "rude"}) for i in range(3)),
        *(Episode(1, 2, i < 0) for i in range(3)),
    ]
    for one in hazard_ratios(seen, ties=ties).values():
        assert (one.ratio.value, one.ratio.low, one.ratio.high) == (None, 0, None)
        assert "without end" in one.ratio.notes[0]
