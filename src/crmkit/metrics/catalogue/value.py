"""The catalogue of value: what a customer has brought, and what is still to come."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["VALUE"]

_BUYING = "Batislam, Denizel & Filiztekin (2007); Hoppe & Wagner (2007)"
_SPEND = "Fader & Hardie (2013)"
_CLV = "Fader, Hardie & Lee (2005b)"
_FITTED = "a base large enough to fit MBG/NBD"

VALUE: tuple[Entry, ...] = (
    Composite(
        name="customer_value",
        holds=(
            "revenue",
            "profit",
            "tenure",
            "probability_alive",
            "expected_purchases",
            "expected_spend",
            "clv",
        ),
        needs="what its figures need",
        formula="what the relationship has brought so far, and what it may still bring",
        source="crmkit; each figure names its own",
        function="crmkit.CustomerBase.value",
    ),
    Metric(
        name="revenue",
        unit="money",
        better="higher",
        needs="orders and returns",
        formula="paid for goods after discount − refunded; without tax and shipping",
        source="crmkit",
        function="crmkit.metrics.value_of",
        attribute="revenue",
    ),
    Metric(
        name="profit",
        unit="money",
        better="higher",
        needs="orders and returns, and the cost of their lines or the shop's gross margin",
        formula="revenue − cost of goods; or revenue × gross margin where lines carry no cost",
        source="crmkit",
        function="crmkit.metrics.value_of",
        attribute="profit",
    ),
    Metric(
        name="probability_alive",
        unit="chance",
        low=0,
        high=1,
        better="higher",
        needs=f"{_FITTED}, and an order",
        formula="1 ÷ (1 + a ÷ (b + x) · ((α + T) ÷ (α + t_x))^(r + x))",
        source=_BUYING,
        function="crmkit.metrics.value_of",
        attribute="alive",
    ),
    Metric(
        name="expected_purchases",
        unit="occasions within 52 weeks",
        low=0,
        better="higher",
        needs=f"{_FITTED}, and an order",
        formula="MBG/NBD: E[Y(52 weeks) | x, t_x, T]",
        source=_BUYING,
        function="crmkit.metrics.value_of",
        attribute="expected_purchases",
    ),
    Metric(
        name="expected_spend",
        unit="money per occasion",
        low=0,
        better="higher",
        needs="a base large enough to fit Gamma-Gamma, and an order",
        formula="Gamma-Gamma: weighted mean of the base's and the customer's own mean spend",
        source=_SPEND,
        function="crmkit.metrics.value_of",
        attribute="expected_spend",
    ),
    Metric(
        name="future_revenue",
        unit="money within 156 weeks",
        low=0,
        better="higher",
        needs="what expected_purchases and expected_spend need",
        formula="Σ expected occasions of a week × expected spend, discounted to now",
        source=_CLV,
        function="crmkit.metrics.value_of",
        attribute="future_revenue",
    ),
    Metric(
        name="clv",
        unit="money within 156 weeks",
        better="higher",
        needs="what future_revenue needs, and a margin",
        formula="margin · E(M) · Σ_k (E[Y(k)] − E[Y(k−1)]) e^(−δ(k − ½)), k in weeks",
        source=_CLV,
        function="crmkit.metrics.clv",
    ),
    Metric(
        name="customer_equity",
        unit="money within 156 weeks",
        better="higher",
        needs="what clv needs",
        formula="Σ clv over the customers there are; who may yet become one is not in it",
        source=f"{_CLV}; the sum: Blattberg & Deighton (1996)",
        function="crmkit.metrics.total_clv",
        attribute="total",
    ),
    Metric(
        name="customers_alive",
        unit="customers",
        low=0,
        better="higher",
        needs="what probability_alive needs",
        formula="Σ probability alive over the customers; the interval is the luck of each",
        source=_BUYING,
        function="crmkit.metrics.values_of",
        attribute="alive",
    ),
)
