"""How satisfied customers are: what they say (CSAT, NPS, CES), and what behaviour shows."""

from crmkit.metrics.satisfaction.asked import (
    Asked,
    Satisfaction,
    asked,
    pooled,
    stated_satisfaction,
)
from crmkit.metrics.satisfaction.base import BaseSatisfaction
from crmkit.metrics.satisfaction.ces import Ces, ces
from crmkit.metrics.satisfaction.csat import Csat, csat
from crmkit.metrics.satisfaction.customer import CustomerSatisfaction, customer_satisfaction
from crmkit.metrics.satisfaction.experience import signals_of
from crmkit.metrics.satisfaction.nps import nps
from crmkit.metrics.satisfaction.shown import (
    ShownSatisfaction,
    behavioural_satisfaction,
    mean_shown,
)
from crmkit.metrics.satisfaction.signals import BaseRates, ShownAnchors, Signals, base_rates
from crmkit.metrics.satisfaction.trend import Trend, TrendDirection, satisfaction_trend, trend

__all__ = [
    "Asked",
    "BaseRates",
    "BaseSatisfaction",
    "Ces",
    "Csat",
    "CustomerSatisfaction",
    "Satisfaction",
    "ShownAnchors",
    "ShownSatisfaction",
    "Signals",
    "Trend",
    "TrendDirection",
    "asked",
    "base_rates",
    "behavioural_satisfaction",
    "ces",
    "csat",
    "customer_satisfaction",
    "mean_shown",
    "nps",
    "pooled",
    "satisfaction_trend",
    "signals_of",
    "stated_satisfaction",
    "trend",
]
