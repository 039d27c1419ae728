"""The catalogue of spread: how much of the money hangs on how few customers."""

from crmkit.metrics.catalogue.metric import Composite, Entry, Metric

__all__ = ["SPREAD"]

_SPREAD = "crmkit.metrics.concentration"

SPREAD: tuple[Entry, ...] = (
    Composite(
        name="concentration",
        holds=("top_share", "gini", "hhi", "whale_peak"),
        needs="an amount per customer",
        formula="how unevenly an amount is spread over the customers",
        source="each figure names its own",
        function=_SPREAD,
    ),
    Metric(
        name="top_share",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs="an amount per customer with a positive total (0 to 1 without negative ones)",
        formula="what the best p of the customers bring ÷ total, on the Lorenz curve",
        source="Lorenz (1905)",
        function=_SPREAD,
        attribute="top_shares",
    ),
    Metric(
        name="gini",
        unit="0 equal, 1 all with one",
        low=0,
        high=1,
        better="lower",
        needs="an amount of 0 or more per customer, not all 0",
        formula="Σ (2i − n − 1) x_(i) ÷ (n Σ x)",
        source="Gini (1912)",
        function=_SPREAD,
        attribute="gini",
    ),
    Metric(
        name="hhi",
        unit="sum of squared shares",
        low=0,
        high=1,
        better="lower",
        needs="an amount of 0 or more per customer, not all 0",
        formula="Σ (x ÷ Σ x)²",
        source="Herfindahl (1950); Hirschman (1945)",
        function=_SPREAD,
        attribute="hhi",
    ),
    Metric(
        name="whale_peak",
        unit="of the total",
        low=0,
        better="lower",
        needs="an amount per customer with a positive total",
        formula="highest point of the cumulative amount from the best customer down ÷ total",
        source="Kaplan & Narayanan (2001)",
        function=_SPREAD,
        attribute="whale",
    ),
)
