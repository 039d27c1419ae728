"""The jobs of benchmarks/measurement.py, done by kept packages, or by hand where there is none.

There is hardly a kept package for relative weights, nor for LMG: ``dominance-analysis`` installs,
but does not import beside numpy from 2.0. So those are written here from the papers, as plain
loops; so are NPS and Kano, which nobody would install a package for.
"""

import warnings
from itertools import combinations
from math import factorial, sqrt

import numpy as np
import pandas as pd
import pingouin
from factor_analyzer import FactorAnalyzer
from lifelines import CoxTimeVaryingFitter
from measured import run
from scipy.stats import norm
from statsmodels.duration.hazard_regression import PHReg

warnings.simplefilter("ignore")

Z = norm.ppf(0.975)
ENDS = 2.5, 97.5
CELLS = np.array([list(row) for row in ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")])


# --- leaving --------------------------------------------------------------------------------


def hazards_statsmodels(columns, _):
    """Cox with late entry.

    PHReg counts who enters on a day among those at risk that day, who was also watched up to it
    in the episode before: half a day later nobody is counted twice.
    """
    (start, stop), left = columns["spans"].T, columns["left"]
    entry = start + 0.5

    def work():
        model = PHReg(stop, columns["exposed"], status=left, entry=entry, ties="efron")
        return model.fit()

    return work, lambda found: {"figures": [*found.params, *found.bse]}


def hazards_lifelines(columns, _):
    """Cox with covariates that change."""
    table = pd.DataFrame(columns["exposed"], columns=list("abcd"))
    table["start"], table["stop"] = columns["spans"].T
    table["left"], table["who"] = columns["left"], columns["who"]

    def work():
        named = {"id_col": "who", "event_col": "left", "start_col": "start", "stop_col": "stop"}
        return CoxTimeVaryingFitter().fit(table, **named)

    return work, lambda found: {"figures": [*found.params_, *found.standard_errors_]}


# --- drivers --------------------------------------------------------------------------------


def relative_weights(rows):
    """Johnson (2000), of rows whose last column is the outcome."""
    together = np.corrcoef(rows.T)
    values, vectors = np.linalg.eigh(together[:-1, :-1])
    loadings = vectors * np.sqrt(values) @ vectors.T
    return loadings**2 @ np.linalg.solve(loadings, together[:-1, -1]) ** 2


def johnson(columns, given):
    """Weights of all rows and of samples, each with a random variable beside (Tonidandel)."""
    rows = np.column_stack([columns["ratings"], columns["outcome"]])

    def work():
        source, n = np.random.default_rng(1), len(rows)
        drawn = []
        for _ in range(given["draws"]):
            sample = rows[source.integers(n, size=n)]
            chance = np.column_stack([source.standard_normal(n), sample])
            drawn.append((relative_weights(sample), relative_weights(chance)))
        return relative_weights(rows), np.array([weights for weights, _ in drawn])

    def told(found):
        weights, drawn = found
        return {"figures": [*weights], "sampled": [*np.percentile(drawn, ENDS, axis=0).T.ravel()]}

    return work, told


def lmg_of(explaining):
    """Return the job of weighing by the R² of every subset."""

    def job(columns, _):
        x, y = columns["ratings"], columns["outcome"]
        p = x.shape[1]

        def work():
            subsets = [one for size in range(1, p + 1) for one in combinations(range(p), size)]
            explained = explaining(x, y)
            found = {(): 0.0} | {one: explained(list(one)) for one in subsets}
            weights = np.zeros(p)
            for one in subsets:
                share = factorial(len(one) - 1) * factorial(p - len(one)) / factorial(p)
                for j in one:
                    weights[j] += share * (found[one] - found[tuple(i for i in one if i != j)])
            return weights

        return work, lambda found: {"figures": [*found]}

    return job


def by_least_squares(x, y):
    """R² from all rows, subset after subset."""
    x, y = x - x.mean(axis=0), y - y.mean()

    def explained(subset):
        some = x[:, subset]
        return 1 - ((y - some @ np.linalg.lstsq(some, y)[0]) ** 2).sum() / (y @ y)

    return explained


def by_correlations(x, y):
    """R² from the correlations, reckoned once."""
    together = np.corrcoef(np.column_stack([x, y]).T)
    R, r = together[:-1, :-1], together[:-1, -1]
    return lambda subset: r[subset] @ np.linalg.solve(R[np.ix_(subset, subset)], r[subset])


# --- reliability ----------------------------------------------------------------------------


def alpha(columns, _):
    """Alpha and Feldt's interval."""
    asked = pd.DataFrame(columns["items"])

    def work():
        value, ends = pingouin.cronbach_alpha(asked)
        return value, ends

    return work, lambda found: {"figures": [found[0], *found[1]], "rounded": [1, 2]}


def omega_of(loadings):
    """Omega of standardised items."""
    common = loadings.sum(axis=-1) ** 2
    return common / (common + (1 - loadings**2).sum(axis=-1))


def omega_factor_analyzer(columns, _):
    """Loadings of minimum residuals; no interval."""
    settings = {"rotation": None, "method": "minres"}

    def work():
        return FactorAnalyzer(1, **settings).fit(columns["items"]).loadings_[:, 0]

    def told(loadings):
        loadings = loadings * np.sign(loadings.sum())
        return {"figures": [omega_of(loadings), *loadings], "near": 1e-4}

    return work, told


def omega_numpy(columns, given):
    """Loadings of minimum residuals, of all rows and of samples, all samples at once."""
    rows = columns["items"]

    def work():
        source, n = np.random.default_rng(1), len(rows)
        drawn = [np.corrcoef(rows[source.integers(n, size=n)].T) for _ in range(given["draws"])]
        return one_factor(np.array([np.corrcoef(rows.T), *drawn]))

    def told(found):
        ends = np.percentile(omega_of(found[1:]), ENDS)
        return {"figures": [omega_of(found[0]), *found[0]], "sampled": [*ends]}

    return work, told


def one_factor(together):
    """Minimum residuals, one loading after the other."""
    loadings = np.full(together.shape[:2], 0.5)
    for _ in range(500):
        before = loadings.copy()
        for i in range(loadings.shape[1]):
            others = np.delete(loadings, i, axis=1)
            shared = (np.delete(together[:, i], i, axis=1) * others).sum(axis=1)
            loadings[:, i] = shared / (others**2).sum(axis=1)
        if np.abs(loadings - before).max() < 1e-11:
            break
    return loadings


# --- counting -------------------------------------------------------------------------------


def net_promoters(answers):
    """NPS with the adjusted-Wald interval."""
    n, promoters, detractors = len(answers), (answers >= 9).sum(), (answers <= 6).sum()
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = Z * sqrt((p + d - (p - d) ** 2) / (n + 3))
    return [100 * (promoters - detractors) / n, 100 * (p - d - half), 100 * (p - d + half)]


def nps_array(columns, _):
    """From an array of whole numbers."""
    answers = columns["answers"]
    return lambda: net_promoters(answers), told_net


def nps_list(columns, _):
    """From a list, checked to be whole and on the scale."""
    answers = columns["answers"].tolist()

    def work():
        given = np.asarray(answers, dtype=float)
        if not ((given >= 0) & (given <= 10) & (given == np.rint(given))).all():
            raise ValueError(given)
        return net_promoters(given)

    return work, told_net


def told_net(found):
    """Tell the figures."""
    return {"figures": [float(one) for one in found]}


def kano(columns, _):
    """Cross tables of pandas, looked up in Berger's."""
    there, lacking = (pd.DataFrame(columns[half]) for half in ("functional", "dysfunctional"))
    steps = range(1, 6)

    def work():
        return [of_feature(there[one], lacking[one]) for one in there.columns]

    def of_feature(functional, dysfunctional):
        crossed = pd.crosstab(functional, dysfunctional)
        crossed = crossed.reindex(index=steps, columns=steps, fill_value=0).to_numpy()
        count = {letter: int(crossed[letter == CELLS].sum()) for letter in "MOAIRQ"}
        needs = sum(count[letter] for letter in "AOMI")
        figures = (count["A"] + count["O"]) / needs, -(count["O"] + count["M"]) / needs
        return figures, max(count, key=count.get)

    def told(found):
        numbers = [n for figures, _ in found for n in figures]
        return {"figures": numbers, "words": [letter for _, letter in found]}

    return work, told


if __name__ == "__main__":
    jobs = {
        "hazards_statsmodels": hazards_statsmodels,
        "hazards_lifelines": hazards_lifelines,
        "johnson": johnson,
        "lmg_lstsq": lmg_of(by_least_squares),
        "lmg_solve": lmg_of(by_correlations),
        "alpha": alpha,
        "omega_factor_analyzer": omega_factor_analyzer,
        "omega_numpy": omega_numpy,
        "nps_list": nps_list,
        "nps_array": nps_array,
        "kano": kano,
    }
    packages = "statsmodels", "lifelines", "pingouin", "factor-analyzer", "numpy", "pandas"
    run(jobs, packages)
