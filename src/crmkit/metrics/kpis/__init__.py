"""How the customer base moves: counts and rates, concentration, RFM."""

from crmkit.metrics.kpis.concentration import Concentration, TopShare, Whale, concentration
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.rfm import Rfm, RfmCuts, RfmScore, rfm
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.kpis.standings import standings

__all__ = [
    "Concentration",
    "CustomerKpis",
    "PeriodKpis",
    "Rfm",
    "RfmCuts",
    "RfmScore",
    "Standing",
    "TopShare",
    "Whale",
    "concentration",
    "customer_kpis",
    "period_kpis",
    "rfm",
    "standings",
]
