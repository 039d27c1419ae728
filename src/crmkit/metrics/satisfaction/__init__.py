"""How satisfied customers are: what they say (CSAT, NPS, CES), and what behaviour shows."""

from crmkit.metrics.satisfaction.acsi import Acsi, acsi
from crmkit.metrics.satisfaction.asked import (
    Asked,
    Satisfaction,
    asked,
    pooled,
    stated_satisfaction,
)
from crmkit.metrics.satisfaction.base import BaseSatisfaction
from crmkit.metrics.satisfaction.calibrated import ShownCalibration
from crmkit.metrics.satisfaction.calibrating import calibrate_shown
from crmkit.metrics.satisfaction.ces import Ces, ces
from crmkit.metrics.satisfaction.csat import Csat, csat
from crmkit.metrics.satisfaction.customer import CustomerSatisfaction, customer_satisfaction
from crmkit.metrics.satisfaction.disconfirmation import (
    Disconfirmation,
    asked_disconfirmation,
    disconfirmation,
)
from crmkit.metrics.satisfaction.experience import signals_of
from crmkit.metrics.satisfaction.nps import nps, nps_of_counts
from crmkit.metrics.satisfaction.nps_difference import NpsDifference, nps_difference
from crmkit.metrics.satisfaction.nps_sample_size import NpsSampleSize, nps_sample_size
from crmkit.metrics.satisfaction.question_trend import Trend, TrendDirection, trend
from crmkit.metrics.satisfaction.satisfaction_effects import Outweighs, SatisfactionEffects
from crmkit.metrics.satisfaction.shown import (
    ShownSatisfaction,
    behavioural_satisfaction,
    mean_shown,
)
from crmkit.metrics.satisfaction.signals import BaseRates, ShownAnchors, Signals, base_rates
from crmkit.metrics.satisfaction.trend import satisfaction_trend

__all__ = [
    "Acsi",
    "Asked",
    "BaseRates",
    "BaseSatisfaction",
    "Ces",
    "Csat",
    "CustomerSatisfaction",
    "Disconfirmation",
    "NpsDifference",
    "NpsSampleSize",
    "Outweighs",
    "Satisfaction",
    "SatisfactionEffects",
    "ShownAnchors",
    "ShownCalibration",
    "ShownSatisfaction",
    "Signals",
    "Trend",
    "TrendDirection",
    "acsi",
    "asked",
    "asked_disconfirmation",
    "base_rates",
    "behavioural_satisfaction",
    "calibrate_shown",
    "ces",
    "csat",
    "customer_satisfaction",
    "disconfirmation",
    "mean_shown",
    "nps",
    "nps_difference",
    "nps_of_counts",
    "nps_sample_size",
    "pooled",
    "satisfaction_trend",
    "signals_of",
    "stated_satisfaction",
    "trend",
]
