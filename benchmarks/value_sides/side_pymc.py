"""The jobs of benchmarks/value.py, done by pymc-marketing: maximum a posteriori, its priors."""

import warnings

import pandas as pd
from measured import run
from one_customer import ONES, WEEKS, microseconds
from pymc_marketing.clv import BetaGeoModel, GammaGammaModel, ParetoNBDModel
from pytensor import function, tensor

warnings.simplefilter("ignore")

# The first function that is compiled imports its machinery; imports are no part of what is timed.
_column = tensor.dvector()
function([_column], tensor.exp(_column))

NAMES = {
    "repeats": "frequency",
    "recency": "recency",
    "age": "T",
    "mean_spend": "monetary_value",
}


def frame_of(columns):
    """Return the customers as pymc-marketing names them."""
    named = {theirs: columns[ours] for ours, theirs in NAMES.items()}
    frame = pd.DataFrame(named)
    frame.insert(0, "customer_id", frame.index)
    return frame


def fitted(model, frame):
    """Fit, by the highest posterior density."""
    model.fit(data=frame, method="map", progressbar=False)
    return model


def fit_of(model, names):
    """Return the job of fitting this model."""

    def job(columns, _):
        frame = frame_of(columns).drop(columns="monetary_value")
        return lambda: fitted(model(), frame), lambda one: {"parameters": told(one, names)}

    return job


def told(model, names):
    """Return the parameters of these names."""
    return {name: model.idata.posterior[name].item() for name in names}


def with_parameters(model, frame, parameters):
    """Return a model fitted to a few customers, and then given these parameters."""
    few = frame[frame["frequency"] > 0].head(500).reset_index(drop=True)
    fitted(model, few)
    for name, one in parameters.items():
        model.idata.posterior[name][:] = one
    return model


def clv(columns, given):
    """Value every customer."""
    frame = frame_of(columns)
    spend = dict(given["spend"]["parameters"])
    spend["v"] = spend.pop("gamma")
    buying_model = with_parameters(BetaGeoModel(), frame, given["buying"]["parameters"])
    spend_model = with_parameters(GammaGammaModel(), frame, spend)
    terms = {
        "future_t": given["months"],
        "discount_rate": given["monthly_discount"],
        "time_unit": "W",
    }
    return (
        lambda: spend_model.expected_customer_lifetime_value(buying_model, frame, **terms),
        lambda values: {"total": values.sum().item()},
    )


def single(columns, given):
    """Score one customer."""
    model = with_parameters(BetaGeoModel(), frame_of(columns), given["parameters"])
    names = ["frequency", "recency", "T"]
    ones = [(pd.DataFrame([one], columns=names).assign(customer_id=0),) for one in ONES]
    return lambda: {
        "alive": microseconds(model.expected_probability_alive, ones),
        "purchases": microseconds(lambda one: model.expected_purchases(one, future_t=WEEKS), ones),
    }, lambda found: {"BG/NBD": found}


if __name__ == "__main__":
    jobs = {
        "bgnbd": fit_of(BetaGeoModel, ("r", "alpha", "a", "b")),
        "pareto": fit_of(ParetoNBDModel, ("r", "alpha", "s", "beta")),
        "clv": clv,
        "single": single,
    }
    run(jobs, ("pymc-marketing", "pymc", "pytensor", "numpy", "scipy"))
