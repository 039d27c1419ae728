"""The catalogue of uncertainty: how far a model, and what it says of customers, may be off."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["UNCERTAINTY"]

_DATA = "a fit, and the histories it was fitted to"

UNCERTAINTY: tuple[Entry, ...] = (
    Composite(
        name="profile_interval",
        holds=("model_fit",),
        needs=_DATA,
        formula="all values of a parameter at which ln L, the other parameters fitted anew, is "
        "within z²/2 of its maximum; an end is open where it never falls so far",
        source="Venzon & Moolgavkar (1988)",
        function="crmkit.metrics.profile_interval",
    ),
    Composite(
        name="bootstrap",
        holds=("model_fit",),
        needs="a fit, and how long each customer was seen",
        formula="the model fitted again to customers drawn from it, seen for as long as the real "
        "ones; the interval of a figure goes from rank (B+1)(1-level)/2 to (B+1)(1+level)/2",
        source="Efron & Tibshirani (1993)",
        function="crmkit.metrics.bootstrap",
    ),
    Composite(
        name="bootstrap_clv",
        holds=("clv",),
        needs="refits of a model of buying and of a Gamma-Gamma, and a margin",
        formula="clv under each pair of refits; the interval is made of its quantiles",
        source="Efron & Tibshirani (1993); Fader, Hardie & Lee (2005b)",
        function="crmkit.metrics.bootstrap_clv",
    ),
    Metric(
        name="prediction_interval",
        unit="purchases",
        low=0,
        better="neither",
        needs="a model of buying or its refits, and a customer's history",
        formula="quantiles (1-level)/2 and (1+level)/2 of the number of purchases within a "
        "horizon; of refits, of the mean of their distributions",
        source="crmkit, after Lawless & Fredette (2005)",
        function="crmkit.metrics.prediction_interval",
    ),
)
