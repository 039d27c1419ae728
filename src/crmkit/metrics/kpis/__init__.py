"""How the customer base moves: counts and rates, concentration, RFM."""

from crmkit.metrics.kpis.cohort_rows import Cohort, CohortCell
from crmkit.metrics.kpis.cohorts import Cohorts, cohorts
from crmkit.metrics.kpis.concentration import Concentration, TopShare, Whale, concentration
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.customer_rfm import CustomerRfm, customer_rfm
from crmkit.metrics.kpis.flows import Flow
from crmkit.metrics.kpis.gamma_lapse import GammaLapse, gamma_lapse
from crmkit.metrics.kpis.kaplan_meier import KaplanMeier, kaplan_meier
from crmkit.metrics.kpis.lapse import (
    lapse_threshold,
    own_lapse_threshold,
    shrunk_lapse_threshold,
    silence_chance,
)
from crmkit.metrics.kpis.lapse_rules import JudgedRule, LapseRules, lapse_rules
from crmkit.metrics.kpis.movement import Movement, movement, movement_of
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.revenue_retention import (
    RevenueRetention,
    revenue_retention,
    revenue_retention_of,
)
from crmkit.metrics.kpis.rfm import Rfm, RfmCuts, RfmScore, rfm
from crmkit.metrics.kpis.risk import Risk, risk
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.kpis.standings import standings
from crmkit.metrics.kpis.survival_steps import SurvivalStep

__all__ = [
    "Cohort",
    "CohortCell",
    "Cohorts",
    "Concentration",
    "CustomerKpis",
    "CustomerRfm",
    "Flow",
    "GammaLapse",
    "JudgedRule",
    "KaplanMeier",
    "LapseRules",
    "Movement",
    "PeriodKpis",
    "RevenueRetention",
    "Rfm",
    "RfmCuts",
    "RfmScore",
    "Risk",
    "Standing",
    "SurvivalStep",
    "TopShare",
    "Whale",
    "cohorts",
    "concentration",
    "customer_kpis",
    "customer_rfm",
    "gamma_lapse",
    "kaplan_meier",
    "lapse_rules",
    "lapse_threshold",
    "movement",
    "movement_of",
    "own_lapse_threshold",
    "period_kpis",
    "revenue_retention",
    "revenue_retention_of",
    "rfm",
    "risk",
    "shrunk_lapse_threshold",
    "silence_chance",
    "standings",
]
