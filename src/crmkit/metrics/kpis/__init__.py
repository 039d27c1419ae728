"""How the customer base moves: counts and rates, concentration, RFM."""

from crmkit.metrics.kpis.concentration import Concentration, TopShare, Whale, concentration
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.customer_rfm import CustomerRfm, customer_rfm
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.rfm import Rfm, RfmCuts, RfmScore, rfm
from crmkit.metrics.kpis.risk import Risk, risk
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.kpis.standings import standings

__all__ = [
    "Concentration",
    "CustomerKpis",
    "CustomerRfm",
    "PeriodKpis",
    "Rfm",
    "RfmCuts",
    "RfmScore",
    "Risk",
    "Standing",
    "TopShare",
    "Whale",
    "concentration",
    "customer_kpis",
    "customer_rfm",
    "period_kpis",
    "rfm",
    "risk",
    "standings",
]
