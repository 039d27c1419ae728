"""Draw the customers that all sides are given: ``python customers.py KIND CUSTOMERS FILE``.

Rates differ as a Gamma over customers. Of kind ``bgnbd``, customers leave after a purchase
with a chance that differs as a Beta; of kind ``pareto``, at any moment, at a rate that
differs as a Gamma. Occasions are whole days, ages 1 to 78 weeks; about half never come back.
"""

import sys

import numpy as np

SEED = 20_260_101


def drawn(kind, customers):
    """Return the columns of customers of this kind."""
    rng = np.random.default_rng([SEED, customers, kind == "pareto"])
    age = rng.integers(7, 78 * 7, customers, endpoint=True)
    until, chance = age / 7, np.zeros(customers)
    if kind == "bgnbd":
        rate = rng.gamma(0.243, 1 / 4.414, customers)
        chance = rng.beta(0.793, 2.426, customers)
    else:
        rate = rng.gamma(0.553, 1 / 10.578, customers)
        leaving = rng.gamma(0.606, 1 / 11.669, customers)
        until = np.minimum(until, waits(rng, leaving))
    repeats, last = bought(rng, rate, until, chance)
    return {
        "repeats": repeats,
        "recency": last / 7,
        "age": age / 7,
        "mean_spend": spent(rng, repeats),
    }


def waits(rng, rate):
    """Draw how long each waits; a rate of 0 waits for ever."""
    with np.errstate(divide="ignore"):
        return rng.standard_exponential(len(rate)) / rate


def bought(rng, rate, until, chance):
    """Draw days with a purchase after the first, and the last of them."""
    now, last = np.zeros(len(rate)), np.zeros(len(rate), dtype=int)
    repeats, here = np.zeros_like(last), np.arange(len(rate))
    while here.size:
        now[here] += waits(rng, rate[here])
        here = here[now[here] < until[here]]
        day = (7 * now[here]).astype(int)
        repeats[here] += day > last[here]
        last[here] = day
        here = here[rng.random(here.size) >= chance[here]]
    return repeats, last


def spent(rng, repeats):
    """Draw the mean spend of those purchases, to the cent; 0 without any."""
    purchases = np.maximum(repeats, 1)
    scale = rng.gamma(3.74, 1 / 15.44, len(repeats))
    mean = rng.gamma(6.25 * purchases) / scale / purchases
    return np.where(repeats > 0, np.maximum(mean.round(2), 0.01), 0.0)


if __name__ == "__main__":
    kind, customers, path = sys.argv[1:]
    np.savez(path, **drawn(kind, int(customers)))
