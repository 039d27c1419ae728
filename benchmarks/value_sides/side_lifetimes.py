"""The jobs of benchmarks/value.py, done by lifetimes."""

import warnings

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter
from measured import run
from one_customer import ONES, WEEKS, microseconds

warnings.simplefilter("ignore")


def fit_of(fitter):
    """Return the job of fitting with this fitter, without a penalty."""

    def job(columns, _):
        history = columns["repeats"], columns["recency"], columns["age"]
        return lambda: fitter(penalizer_coef=0.0).fit(*history), told

    return job


def told(fitted):
    """Return the parameters."""
    return {"parameters": {name: float(one) for name, one in fitted.params_.items()}}


def with_parameters(fitter, parameters):
    """Return a fitter as if it had been fitted to these parameters."""
    fitter.params_ = pd.Series(parameters)
    fitter.predict = getattr(fitter, "conditional_expected_number_of_purchases_up_to_time", None)
    return fitter


def clv(columns, given):
    """Value every customer."""
    buying, spend = given["buying"]["parameters"], dict(given["spend"]["parameters"])
    spend["v"] = spend.pop("gamma")
    buying_fitter = with_parameters(BetaGeoFitter(), buying)
    spend_fitter = with_parameters(GammaGammaFitter(), spend)
    customers = [pd.Series(columns[one]) for one in ("repeats", "recency", "age", "mean_spend")]
    terms = {"time": given["months"], "discount_rate": given["monthly_discount"], "freq": "W"}
    return (
        lambda: spend_fitter.customer_lifetime_value(buying_fitter, *customers, **terms),
        lambda values: {"total": float(values.sum())},
    )


def single(_, given):
    """Score one customer."""
    model = with_parameters(BetaGeoFitter(), given["parameters"])
    return lambda: {
        "alive": microseconds(model.conditional_probability_alive, ONES),
        "purchases": microseconds(lambda *one: model.predict(WEEKS, *one), ONES),
    }, lambda found: {"BG/NBD": found}


if __name__ == "__main__":
    jobs = {
        "bgnbd": fit_of(BetaGeoFitter),
        "pareto": fit_of(ParetoNBDFitter),
        "clv": clv,
        "single": single,
    }
    run(jobs, ("lifetimes", "autograd", "numpy", "pandas", "scipy"))
