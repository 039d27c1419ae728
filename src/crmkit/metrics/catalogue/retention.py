"""The catalogue of staying: cohorts, survival, retention of revenue, and ways between tiers."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["RETENTION"]

_COHORTS = "crmkit.metrics.cohorts"
_CURVE = "crmkit.metrics.kaplan_meier"
_REVENUE = "crmkit.metrics.revenue_retention"
_REVENUE_OF = "crmkit.metrics.revenue_retention_of"
_MOVEMENT = "crmkit.metrics.movement"
_MOVEMENT_OF = "crmkit.metrics.movement_of"
_DAYS = "the days on which customers bought"
_SPELLS = "how long each customer stayed, and whether they are gone or still there"
_AMOUNTS = "what each customer of one period brought in it and in a second"
_TIERS = "the tier of each customer at two moments"
_SURVIVAL_SOURCE = "Kaplan & Meier (1958); Greenwood (1926); Kalbfleisch & Prentice (1980)"

RETENTION: tuple[Entry, ...] = (
    Composite(
        name="cohorts",
        holds=("cohort_retention", "cohort_revenue"),
        needs=f"{_DAYS}, with what they spent for revenue; for survival, when each was lost",
        formula="customers by the period they came in, k periods later; a period that is not "
        "over has no figure; over several cohorts Σ active ÷ Σ customers who reached k",
        source="practice; survival: Kaplan & Meier (1958)",
        function=_COHORTS,
    ),
    Metric(
        name="cohort_retention",
        unit="share",
        low=0,
        high=1,
        better="higher",
        needs=_DAYS,
        formula="customers there in period k ÷ those for whom it is over; classic: bought in it; "
        "rolling: in it or later; survival: not lost by its end; Wilson interval",
        source="practice; Wilson (1927); Kaplan & Meier (1958)",
        function=_COHORTS,
        attribute="cells",
    ),
    Metric(
        name="cohort_revenue",
        unit="money per customer",
        better="higher",
        needs=f"{_DAYS}, with what they spent on each",
        formula="Σ over periods 0 to k of revenue in it ÷ customers for whom it is over",
        source="practice",
        function=_COHORTS,
        attribute="cells",
    ),
    Composite(
        name="kaplan_meier",
        holds=("survival", "median_survival", "mean_survival"),
        needs=_SPELLS,
        formula="each customer counts as at risk for as long as they were watched",
        source=_SURVIVAL_SOURCE,
        function=_CURVE,
    ),
    Metric(
        name="survival",
        unit="share",
        low=0,
        high=1,
        better="higher",
        needs=_SPELLS,
        formula="S(t) = Π (1 − ended ÷ at risk) over the times up to t; Greenwood's variance, "
        "interval on log(−log S)",
        source=_SURVIVAL_SOURCE,
        function=_CURVE,
        attribute="steps",
    ),
    Metric(
        name="median_survival",
        unit="the caller's unit of time",
        low=0,
        better="higher",
        needs=_SPELLS,
        formula="the earliest time at which S(t) is a half or less; interval: where its ends are",
        source="Brookmeyer & Crowley (1982)",
        function=_CURVE,
        attribute="median",
    ),
    Metric(
        name="mean_survival",
        unit="the caller's unit of time",
        low=0,
        better="higher",
        needs=_SPELLS,
        formula="area under S(t) up to the last time watched; "
        "Var = Σ (area to come)² ended ÷ (at risk × (at risk − ended))",
        source="Kaplan & Meier (1958)",
        function=_CURVE,
        attribute="mean",
    ),
    Composite(
        name="revenue_retention",
        holds=("net_revenue_retention", "gross_revenue_retention"),
        needs="starting revenue, expansion, contraction and churn; an interval needs the "
        "amounts of each customer",
        formula="what became of the revenue of those who were customers before; new ones count "
        "in neither",
        source="practice of subscription businesses",
        function=_REVENUE,
    ),
    Metric(
        name="net_revenue_retention",
        unit="of the starting revenue",
        low=0,
        better="higher",
        needs=_AMOUNTS,
        formula="(start + expansion − contraction − churn) ÷ start; may exceed 1; interval of a "
        "ratio of sums over customers",
        source="practice of subscription businesses; interval: Cochran (1977)",
        function=_REVENUE_OF,
        attribute="net",
    ),
    Metric(
        name="gross_revenue_retention",
        unit="of the starting revenue",
        low=0,
        high=1,
        better="higher",
        needs=_AMOUNTS,
        formula="(start − contraction − churn) ÷ start; interval of a ratio of sums over customers",
        source="practice of subscription businesses; interval: Cochran (1977)",
        function=_REVENUE_OF,
        attribute="gross",
    ),
    Composite(
        name="movement",
        holds=(
            "customer_kpis",
            "upgraded_customers",
            "downgraded_customers",
            "rise_rate",
            "fall_rate",
        ),
        needs=_TIERS,
        formula="who came and went between two moments, as customer_kpis counts them, and who "
        "moved; ways from tier to tier with their shares",
        source="practice; Wilson (1927)",
        function=_MOVEMENT,
    ),
    Metric(
        name="rise_rate",
        unit="of the customers below the highest tier",
        low=0,
        high=1,
        better="higher",
        needs=_TIERS,
        formula="upgraded ÷ customers active at both ends who were below the highest tier; "
        "Wilson interval",
        source="practice; Wilson (1927)",
        function=_MOVEMENT_OF,
        attribute="rise_rate",
    ),
    Metric(
        name="fall_rate",
        unit="of the customers above the lowest tier",
        low=0,
        high=1,
        better="lower",
        needs=_TIERS,
        formula="downgraded ÷ customers active at both ends who were above the lowest tier; "
        "Wilson interval",
        source="practice; Wilson (1927)",
        function=_MOVEMENT_OF,
        attribute="fall_rate",
    ),
    Composite(
        name="lapse_rules",
        holds=("false_loss", "lost_found"),
        needs="the days on which each customer bought, before and after a day",
        formula="each rule calls customers lost on a day, from what was known by then; what they "
        "did afterwards judges the rule",
        source="crmkit",
        function="crmkit.metrics.lapse_rules",
    ),
    Metric(
        name="false_loss",
        unit="share",
        low=0,
        high=1,
        better="lower",
        needs="as lapse_rules",
        formula="customers called lost who bought afterwards ÷ customers called lost; Wilson "
        "interval",
        source="practice; interval: Wilson (1927)",
    ),
    Metric(
        name="lost_found",
        unit="share",
        low=0,
        high=1,
        better="higher",
        needs="as lapse_rules",
        formula="customers called lost ÷ customers who did not buy afterwards; Wilson interval",
        source="practice; interval: Wilson (1927)",
    ),
)
