"""The catalogue of customer equity: customers of today and to come, and what moves their worth."""

from crmkit.metrics.catalogue.metric import Entry, Metric

__all__ = ["EQUITY"]

_PROSPECTS = "Blattberg & Deighton (1996)"

EQUITY: tuple[Entry, ...] = (
    Metric(
        name="customer_equity",
        unit="money",
        better="higher",
        needs="base_clv, and how many prospects there are and what prospect_equity needs of them",
        formula="Σ CLV of the customers + Σ prospects × equity of one (+ saved by referrals)",
        source=f"{_PROSPECTS}; interval: Zou & Donner (2008)",
        function="crmkit.metrics.customer_equity",
        attribute="total",
    ),
    Metric(
        name="prospect_equity",
        unit="money per prospect",
        better="higher",
        needs="chance and cost to win a prospect; margin, retention and its cost per year",
        formula="a m − A + a (m − R ÷ r) r′ ÷ (1 − r′), r′ = r ÷ (1 + d)",
        source=_PROSPECTS,
        function="crmkit.metrics.prospect_equity",
        attribute="value",
    ),
    Metric(
        name="optimal_spending",
        unit="money per prospect",
        better="higher",
        needs="what is spent on a prospect and on a customer, what that wins and keeps, ceilings",
        formula="max over A and R of prospect_equity at a = c(1 − e^(−kA)), r = c(1 − e^(−kR))",
        source=_PROSPECTS,
        function="crmkit.metrics.optimal_spending",
        attribute="best",
    ),
    Metric(
        name="switching_equity",
        unit="money by brand",
        better="higher",
        needs="chances of switching between brands, and what each keeps of a purchase",
        formula="customers × Σ_t (1 + d)^(−t/f) v_j π_j (B_0 M^t)_j",
        source="Rust, Lemon & Zeithaml (2004)",
        function="crmkit.metrics.switching_equity",
        attribute="by_brand",
    ),
    Metric(
        name="equity_change",
        unit="money",
        better="higher",
        needs="the lifetime value of every customer at two dates; its factors to part it further",
        formula="new − lost + Σ Shapley values of the factors of those who stayed + the rest",
        source="Shapley (1953); Owen (1972)",
        function="crmkit.metrics.equity_change",
        attribute="total",
    ),
    Metric(
        name="clv_drivers",
        unit="per cent per per cent, by driver",
        better="neither",
        needs="what clv needs",
        formula="(V(1.01 x) − V(0.99 x)) ÷ (0.02 V(x)) of the future of all customers together",
        source="Gupta, Lehmann & Stuart (2004); for models: crmkit",
        function="crmkit.metrics.clv_drivers",
        attribute="elasticities",
    ),
)
