"""How satisfied customers say they are: CSAT, NPS, CES."""

from crmkit.metrics.satisfaction.asked import Asked, Satisfaction, asked, stated_satisfaction
from crmkit.metrics.satisfaction.ces import Ces, ces
from crmkit.metrics.satisfaction.csat import Csat, csat
from crmkit.metrics.satisfaction.nps import nps

__all__ = [
    "Asked",
    "Ces",
    "Csat",
    "Satisfaction",
    "asked",
    "ces",
    "csat",
    "nps",
    "stated_satisfaction",
]
