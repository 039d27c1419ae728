"""How satisfied customers say they are: CSAT, NPS, CES."""

from crmkit.metrics.satisfaction.ces import Ces, ces
from crmkit.metrics.satisfaction.csat import Csat, csat
from crmkit.metrics.satisfaction.nps import nps

__all__ = ["Ces", "Csat", "ces", "csat", "nps"]
