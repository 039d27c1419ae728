"""How the customer base moves: counts and rates, concentration, RFM."""

from crmkit.metrics.kpis.concentration import Concentration, TopShare, Whale, concentration
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.customer_rfm import CustomerRfm, customer_rfm
from crmkit.metrics.kpis.gamma_lapse import GammaLapse, gamma_lapse
from crmkit.metrics.kpis.lapse import (
    lapse_threshold,
    own_lapse_threshold,
    shrunk_lapse_threshold,
    silence_chance,
)
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.rfm import Rfm, RfmCuts, RfmScore, rfm
from crmkit.metrics.kpis.risk import Risk, risk
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.kpis.standings import standings

__all__ = [
    "Concentration",
    "CustomerKpis",
    "CustomerRfm",
    "GammaLapse",
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
    "gamma_lapse",
    "lapse_threshold",
    "own_lapse_threshold",
    "period_kpis",
    "rfm",
    "risk",
    "shrunk_lapse_threshold",
    "silence_chance",
    "standings",
]
