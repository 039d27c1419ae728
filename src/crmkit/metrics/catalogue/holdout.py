"""The catalogue of judging models: by what customers did after the days that were learnt from."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["HOLDOUT"]

_HOLDOUT = "crmkit.metrics.holdout"
_TRACKING = "crmkit.metrics.tracking"
_CONDITIONAL = "crmkit.metrics.conditional_expectation"
_CALIBRATION = "crmkit.metrics.calibration"
_COMPARISON = "crmkit.metrics.compare_models"
_DAYS = "the days on which customers bought, and one to cut them at"
_CUT = "a log cut in two, a model, and numpy"
_CHANCES = "a chance for each case, and whether it then happened"
_SOURCE = "Fader, Hardie & Lee (2005a)"

HOLDOUT: tuple[Entry, ...] = (
    Composite(
        name="holdout",
        holds=("repeats", "recency", "age", "held_out_purchases"),
        needs=_DAYS,
        formula="repeats, recency and age as of the split; then occasions after it, up to the end "
        "of the hold-out, of those who had bought by it",
        source=_SOURCE,
        function=_HOLDOUT,
    ),
    Metric(
        name="held_out_purchases",
        unit="occasions",
        low=0,
        better="neither",
        needs=_DAYS,
        formula="occasions after the split, up to the end of the hold-out",
        source=_SOURCE,
        function=_HOLDOUT,
        attribute="bought",
    ),
    Composite(
        name="tracking",
        holds=("held_out_expected", "held_out_purchases", "tracking_mape", "tracking_rmse"),
        needs=_CUT,
        formula="by each week's end Σ E[X(time since the first purchase)] over those who have come "
        "by then, against their repeat purchases",
        source=_SOURCE,
        function=_TRACKING,
    ),
    Metric(
        name="held_out_expected",
        unit="occasions",
        low=0,
        better="neither",
        needs=_CUT,
        formula="Σ over customers of E[Y(weeks of the hold-out) | x, t_x, T]",
        source=_SOURCE,
        function=_TRACKING,
        attribute="expected",
    ),
    Metric(
        name="tracking_mape",
        unit="of the actual",
        low=0,
        better="lower",
        needs=_CUT,
        formula="mean over the whole weeks of the hold-out of |expected − actual| ÷ actual, of the "
        "purchases up to each week's end",
        source="practice",
        function=_TRACKING,
        attribute="mape",
    ),
    Metric(
        name="tracking_rmse",
        unit="occasions a week",
        low=0,
        better="lower",
        needs=_CUT,
        formula="√ of the mean over the whole weeks of the hold-out of (expected − actual)², of "
        "each week's purchases",
        source="practice",
        function=_TRACKING,
        attribute="rmse",
    ),
    Composite(
        name="conditional_expectation",
        holds=(
            "held_out_expected",
            "held_out_purchases",
            "prediction_error",
            "prediction_rmse",
            "prediction_correlation",
            "calibration",
        ),
        needs=_CUT,
        formula="means of E[Y(weeks of the hold-out) | x, t_x, T] and of what was bought, by "
        "repeats and by recency at the split",
        source=_SOURCE,
        function=_CONDITIONAL,
    ),
    Metric(
        name="prediction_error",
        unit="purchases",
        low=0,
        better="lower",
        needs=_CUT,
        formula="mean over customers of |expected − bought|; t interval",
        source="practice",
        function=_CONDITIONAL,
        attribute="error",
    ),
    Metric(
        name="prediction_rmse",
        unit="purchases",
        low=0,
        better="lower",
        needs=_CUT,
        formula="√ of the mean over customers of (expected − bought)²",
        source="practice",
        function=_CONDITIONAL,
        attribute="rmse",
    ),
    Metric(
        name="prediction_correlation",
        unit="correlation",
        low=-1,
        high=1,
        better="higher",
        needs=f"{_CUT}; customers who are not all alike",
        formula="Pearson's correlation of expected and bought over customers",
        source="Pearson (1896)",
        function=_CONDITIONAL,
        attribute="correlation",
    ),
    Composite(
        name="calibration",
        holds=("calibrated_share", "brier", "reliability", "resolution"),
        needs=_CHANCES,
        formula="in groups of about one size by predicted chance: the mean chance, and for what "
        "share it happened (Wilson interval)",
        source="Brier (1950); Murphy (1973); Stephenson, Coelho & Jolliffe (2008)",
        function=_CALIBRATION,
    ),
    Metric(
        name="calibrated_share",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs=_CHANCES,
        formula="cases in which it happened ÷ all; to be compared with the mean chance",
        source="Wilson (1927)",
        function=_CALIBRATION,
        attribute="observed",
    ),
    Metric(
        name="brier",
        unit="score",
        low=0,
        high=1,
        better="lower",
        needs=_CHANCES,
        formula="mean of (p − o)², o 1 or 0 = reliability − resolution + uncertainty "
        "+ within groups",
        source="Brier (1950); Murphy (1973); Stephenson, Coelho & Jolliffe (2008)",
        function=_CALIBRATION,
        attribute="brier",
    ),
    Metric(
        name="reliability",
        unit="part of the Brier score",
        low=0,
        high=1,
        better="lower",
        needs=_CHANCES,
        formula="Σ share of the group × (mean chance − share for whom it happened)²",
        source="Murphy (1973)",
        function=_CALIBRATION,
        attribute="reliability",
    ),
    Metric(
        name="resolution",
        unit="part of the Brier score",
        low=0,
        high=0.25,
        better="higher",
        needs=_CHANCES,
        formula="Σ share of the group × (share for whom it happened − that of all)²",
        source="Murphy (1973)",
        function=_CALIBRATION,
        attribute="resolution",
    ),
    Composite(
        name="compare_models",
        holds=("model_fit", "held_out_likelihood", "behind_the_best", "held_out_expected"),
        needs=f"{_DAYS}, and the extra models",
        formula="each model fitted to the days up to the split, ranked by the likelihood of what "
        "customers did after it, given their histories; tied where the interval reaches 0",
        source="Stone (1977); Vuong (1989)",
        function=_COMPARISON,
    ),
    Metric(
        name="held_out_likelihood",
        unit="log-likelihood",
        high=0,
        better="higher",
        needs=f"{_DAYS}, and the extra models",
        formula="Σ over customers of ln P(purchases in the hold-out | x, t_x, T)",
        source="Stone (1977)",
        function=_COMPARISON,
        attribute="rows",
    ),
    Metric(
        name="behind_the_best",
        unit="log-likelihood per customer",
        better="lower",
        needs=f"{_DAYS}, and the extra models",
        formula="mean over customers of ln P of the best − ln P of the model; t interval of paired "
        "differences",
        source="Vuong (1989)",
        function=_COMPARISON,
        attribute="rows",
    ),
)
