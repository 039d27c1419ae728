"""Draw what customers answered and did: ``python customers.py JOB HOW_MANY FILE``.

``hazards`` are whole days of customers' time, cut where one of four exposures begins; a third
of the exposures double or halve the rate of leaving. ``drivers`` are ratings that hang together,
and an outcome; ``items`` are answers 1 to 5 that follow one attitude; ``nps`` are answers 0 to
10, ``kano`` pairs of steps 1 to 5 about twenty features.
"""

import sys

import numpy as np

SEED = 20_260_102
EFFECTS = np.log([2.0, 1.0, 0.6, 1.3])
BASE_RATE = 1 / 900


def hazards(rng, customers):
    """Cut each life where an exposure begins; nobody is watched after leaving."""
    watched = rng.integers(60, 720, customers)
    begins = rng.integers(1, 720, (customers, len(EFFECTS))).astype(float)
    begins[rng.random(begins.shape) > 0.5] = np.inf
    here, since = np.arange(customers), np.zeros(customers)
    parts = []
    while here.size:
        exposed = begins[here] <= since[here, None]
        following = np.where(exposed, np.inf, begins[here]).min(axis=1)
        until = np.minimum(following, watched[here])
        rate = BASE_RATE * np.exp(exposed @ EFFECTS)
        leaving = since[here] + np.ceil(rng.standard_exponential(here.size) / rate)
        left = leaving <= until
        stop = np.where(left, leaving, until)
        parts.append(np.column_stack([here, since[here], stop, left, exposed]))
        since[here] = stop
        here = here[~left & (stop < watched[here])]
    rows = np.concatenate(parts)
    rows = rows[np.lexsort([rows[:, 1], rows[:, 0]])]
    return {"who": rows[:, 0].astype(int), "spans": rows[:, 1:3], "left": rows[:, 3] == 1} | {
        "exposed": rows[:, 4:].astype(int)
    }


def drivers(rng, n, *, predictors=10):
    """Ten ratings 1 to 10 of a common mood, the first of them mattering most."""
    mood = rng.standard_normal((n, 1))
    felt = 0.7 * mood + rng.standard_normal((n, predictors))
    ratings = np.clip(np.rint(5.5 + 2 * felt), 1, 10)
    outcome = felt @ np.linspace(0.5, 0.05, predictors) + rng.standard_normal(n)
    return {"ratings": ratings, "outcome": np.clip(np.rint(5.5 + 2 * outcome), 1, 10)}


def items(rng, n, *, asked=8):
    """Answers that follow one attitude, some more and some less."""
    felt = rng.standard_normal((n, 1)) * np.linspace(0.5, 1.2, asked)
    return {"items": np.clip(np.rint(3 + felt + 0.8 * rng.standard_normal((n, asked))), 1, 5)}


def nps(rng, n):
    """Answers from 0 to 10, most of them high."""
    return {"answers": rng.binomial(10, rng.beta(4, 1.2, n))}


def kano(rng, n, *, features=20):
    """Steps 1 to 5 about each feature being there, and not being there."""
    return {
        half: np.column_stack(
            [rng.choice(np.arange(1, 6), n, p=rng.dirichlet(np.ones(5))) for _ in range(features)]
        )
        for half in ("functional", "dysfunctional")
    }


DRAWN = {
    "hazards": hazards,
    "johnson": drivers,
    "lmg": drivers,
    "alpha": items,
    "omega": items,
    "nps": nps,
    "kano": kano,
}

if __name__ == "__main__":
    job, many, path = sys.argv[1:]
    np.savez(path, **DRAWN[job](np.random.default_rng([SEED, int(many)]), int(many)))
