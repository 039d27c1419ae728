"""How the customer base moves: counts and rates, concentration, RFM."""

from crmkit.metrics.kpis.concentration import Concentration, TopShare, Whale, concentration
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.rfm import Rfm, RfmCuts, RfmScore, rfm
from crmkit.metrics.kpis.standing import Standing

__all__ = [
    "Concentration",
    "CustomerKpis",
    "Rfm",
    "RfmCuts",
    "RfmScore",
    "Standing",
    "TopShare",
    "Whale",
    "concentration",
    "customer_kpis",
    "rfm",
]
