"""The catalogue of from complaint to loss, and what to do."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["LOSS"]

_COMPLAINTS = "complaints with their category, severity and closing"

LOSS: tuple[Entry, ...] = (
    Composite(
        name="complaint_losses",
        holds=("complaints_by_category", "hazard_ratio", "excess_losses"),
        needs="complaints with their category, and the occasions of everyone in the base",
        formula="of every occasion whose outcome is known: did the customer come back, or leave, "
        "with a complaint of each category and without; causes whose interval lies above 1 "
        "first, then by the losses in excess",
        source="Cox (1972); the rule of leaving: crmkit",
        function="crmkit.metrics.complaint_losses",
    ),
    Composite(
        name="complaints_by_category",
        holds=(
            "complaints_resolved",
            "complaints_recovered",
            "complaint_closing_days",
            "complaint_severity",
        ),
        needs=_COMPLAINTS,
        formula="the complaints of each category, counted and summed up",
        source="practice",
        function="crmkit.metrics.complaints_by_category",
    ),
    Metric(
        name="complaints_resolved",
        unit="share",
        low=0,
        high=1,
        better="higher",
        needs="closed complaints, and whether the matter was settled",
        formula="resolved ÷ (resolved + not resolved), open ones left out; Wilson interval",
        source="practice; interval: Wilson (1927)",
    ),
    Metric(
        name="complaints_recovered",
        unit="share",
        low=0,
        high=1,
        better="higher",
        needs="closed complaints with the day they were due, and whether the matter was settled",
        formula="resolved by the due day and never reopened ÷ closed complaints of which all that "
        "is known; Wilson interval",
        source="crmkit, after Tax, Brown & Chandrashekaran (1998); interval: Wilson (1927)",
    ),
    Metric(
        name="complaint_closing_days",
        unit="days",
        low=0,
        better="lower",
        needs="when complaints were opened and closed",
        formula="median of the days from opening to closing, product limit: open ones count for "
        "as long as they are",
        source="Kaplan & Meier (1958); interval: Brookmeyer & Crowley (1982)",
    ),
    Metric(
        name="complaint_severity",
        unit="on 1 to 5",
        low=1,
        high=5,
        better="lower",
        needs="complaints with their severity, 1 (slight) to 5 (grave)",
        formula="mean severity; t interval",
        source="practice",
    ),
    Metric(
        name="hazard_ratio",
        unit="times",
        low=0,
        better="lower",
        needs="how long customers were watched, whether they left, and what befell them when",
        formula="exp β at the highest of Cox's partial likelihood over all exposures; Wald "
        "interval on the logarithm, by customer where somebody left more than once",
        source="Cox (1972); ties: Efron (1977); errors by customer: Lin & Wei (1989)",
        function="crmkit.metrics.hazard_ratios",
    ),
    Metric(
        name="excess_losses",
        unit="leavings",
        better="lower",
        needs="as hazard_ratio",
        formula="leavings after a complaint × (1 − 1 ÷ hazard ratio), at the ratio and at both "
        "ends of its interval",
        source="attributable number among the exposed: Greenland & Robins (1988)",
    ),
    Composite(
        name="actions",
        holds=("hazard_ratio", "excess_losses"),
        needs="what dissatisfies customers, how much each of it does, and which needs are basic",
        formula="each driver's lever; failed basic needs first, then performance, then excitement; "
        "within each the greater effect first",
        source="six levers and their order: textbooks on customer relationship management; needs: "
        "Kano et al. (1984)",
        function="crmkit.metrics.actions",
    ),
)
