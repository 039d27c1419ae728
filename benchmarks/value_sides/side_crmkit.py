"""The jobs of benchmarks/value.py, done by crmkit."""

from importlib import import_module
from pkgutil import iter_modules

from measured import run

from crmkit.metrics import value
from crmkit.metrics.value import fitting

HISTORY = ("repeats", "recency", "age")

# fit() imports its room when it is first called; imports are no part of what is timed.
for _room in iter_modules(fitting.__path__, f"{fitting.__name__}."):
    import_module(_room.name)
for _library in ("scipy.linalg", "scipy.optimize", "scipy.special"):
    import_module(_library)


def fit_of(name):
    """Return the job of fitting the model of this name."""

    def job(columns, _):
        model = getattr(value, name)
        history = {one: columns[one] for one in HISTORY}
        return lambda: model.fit(**history), value.to_plain

    return job


def likelihoods(columns, given):
    """Tell the log-likelihood of each side's parameters under the one model named."""

    def work():
        model = getattr(value, given["model"])
        history = {one: columns[one] for one in HISTORY}
        return {
            side: float(model(**parameters).log_likelihood(**history).sum())
            for side, parameters in given["sides"].items()
        }

    return work, dict


def models(columns, _):
    """Fit the models of purchases and of spend that every side then values with."""

    def work():
        buying = value.BGNBD.fit(**{one: columns[one] for one in HISTORY})
        spend = value.GammaGamma.fit(columns["repeats"], columns["mean_spend"])
        return {"buying": value.to_plain(buying), "spend": value.to_plain(spend)}

    return work, dict


def clv(columns, given, *, intervals=False):
    """Value every customer."""
    buying, spend = (value.from_plain(given[one]) for one in ("buying", "spend"))
    customers = {one: columns[one] for one in (*HISTORY, "mean_spend")}
    fits = {"fit": buying, "spend_fit": spend} if intervals else {}

    def work():
        return value.total_clv(
            buying.model,
            spend.model,
            **customers,
            **fits,
            spending_purchases=customers["repeats"],
            margin=1.0,
            currency="USD",
            horizon_weeks=given["months"] * given["weeks_a_month"],
            annual_discount=(1 + given["monthly_discount"]) ** 12 - 1,
        )

    return work, lambda base: {"total": base.total.value}


def clv_with_intervals(columns, given):
    """Value every customer, each with an interval."""
    return clv(columns, given, intervals=True)


if __name__ == "__main__":
    jobs = {
        "bgnbd": fit_of("BGNBD"),
        "pareto": fit_of("ParetoNBD"),
        "clv": clv,
        "clv_with_intervals": clv_with_intervals,
        "likelihoods": likelihoods,
        "models": models,
    }
    run(jobs, ("crmkit", "numpy", "scipy"))
