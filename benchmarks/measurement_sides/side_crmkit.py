"""The jobs of benchmarks/measurement.py, done by crmkit, from lists as a shop would give them.

Each tells ``figures``, which must be everyone's, and ``sampled``, which hang on the samples drawn.
"""

from math import log

from measured import run

from crmkit.metrics import (
    cronbach_alpha,
    hazard_ratios,
    kano_table,
    key_drivers,
    lmg_weights,
    nps,
    omega,
)
from crmkit.metrics.loss import Episode

NAMES = "abcd"


def columned(matrix):
    """Return the columns of a matrix as lists, by name."""
    return {f"q{place:02}": column for place, column in enumerate(matrix.T.tolist())}


def cut_lives(columns):
    """Return the episodes."""
    rows = zip(*(columns[one].tolist() for one in ("spans", "left", "exposed", "who")), strict=True)
    return [
        Episode(*span, left, {name for name, on in zip(NAMES, there, strict=True) if on}, who=who)
        for span, left, there, who in rows
    ]


def told_hazards(found):
    """Tell the logarithms of the ratios, and their standard errors."""
    ratios = [found[name].ratio for name in NAMES]
    errors = [log(one.high / one.low) / 2 / 1.959963984540054 for one in ratios]
    return {"figures": [log(one.value) for one in ratios] + errors}


def hazards(columns, _):
    """Fit, the episodes being there."""
    episodes = cut_lives(columns)
    return lambda: hazard_ratios(episodes), told_hazards


def hazards_from_rows(columns, _):
    """Make the episodes, and fit."""
    return lambda: hazard_ratios(cut_lives(columns)), told_hazards


def drivers(method):
    """Return the job of weighing with 2,000 samples."""

    def job(columns, given):
        ratings, outcome = columned(columns["ratings"]), columns["outcome"].tolist()
        return lambda: key_drivers(ratings, outcome, method=method, draws=given["draws"]), told

    def told(found):
        weights = [found[name].weight for name in sorted(found.weights)]
        ends = [end for one in weights for end in (one.low, one.high)]
        return {"figures": [one.value for one in weights], "sampled": ends}

    return job


def lmg(columns, _):
    """Weigh once, from correlations."""
    import numpy as np

    whole = np.column_stack([columns["ratings"], columns["outcome"]])

    def work():
        together = np.corrcoef(whole.T)
        return lmg_weights(together[:-1, :-1], together[:-1, -1])

    return work, lambda found: {"figures": list(found)}


def alpha(columns, _):
    """Alpha and Feldt's interval."""
    asked = columned(columns["items"])

    def told(found):
        return {"figures": [found.raw.value, found.raw.low, found.raw.high]}

    return lambda: cronbach_alpha(asked), told


def reliable(columns, given):
    """Omega, with samples for its interval."""
    asked = columned(columns["items"])

    def told(found):
        sampled = [found.total.low, found.total.high] if given["draws"] >= 1000 else []
        return {"figures": [found.total.value, *found.loadings.values()], "sampled": sampled}

    return lambda: omega(asked, draws=given["draws"]), told


def promoters(columns, _):
    """NPS and its interval."""
    answers = columns["answers"].tolist()
    return lambda: nps(answers), lambda one: {"figures": [one.value, one.low, one.high]}


def kano(columns, _):
    """Categories and coefficients of all features."""
    halves = (columned(columns[half]) for half in ("functional", "dysfunctional"))
    there, lacking = halves
    pairs = {name: list(zip(there[name], lacking[name], strict=True)) for name in there}

    def told(found):
        features = found.features.values()
        numbers = [n for one in features for n in (one.better.value, one.worse.value)]
        return {"figures": numbers, "words": [one.category.letter for one in features]}

    return lambda: kano_table(pairs), told


if __name__ == "__main__":
    jobs = {
        "hazards": hazards,
        "hazards_from_rows": hazards_from_rows,
        "johnson": drivers("johnson"),
        "lmg": lmg,
        "lmg_with_intervals": drivers("lmg"),
        "alpha": alpha,
        "omega": reliable,
        "nps": promoters,
        "kano": kano,
    }
    run(jobs, ("crmkit", "numpy", "scipy"))
