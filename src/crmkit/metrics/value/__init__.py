"""What customers will be worth: models of buying and of spend, and the value they give.

Time is in weeks, money in any one unit. A fitted model scores one customer with the standard
library alone; fitting, and scoring many at once, needs the extra ``models``.
"""

from crmkit.metrics.value.base.base_models import BaseModels, fit_base, value_columns
from crmkit.metrics.value.base.customer_value import BaseValues, CustomerValue
from crmkit.metrics.value.base.forecast import forecast
from crmkit.metrics.value.base.forecast_points import Forecast, ForecastPoint
from crmkit.metrics.value.base.valuation import value_of, values_of
from crmkit.metrics.value.clv import BaseValue, clv, total_clv
from crmkit.metrics.value.clv_drivers import ClvDrivers, clv_drivers
from crmkit.metrics.value.deterministic.margin_multiple import (
    ClvElasticities,
    MarginMultiple,
    clv_elasticities,
    margin_multiple,
)
from crmkit.metrics.value.deterministic.markov_clv import MarkovClv, markov_clv
from crmkit.metrics.value.deterministic.retention_clv import RetentionClv, retention_clv
from crmkit.metrics.value.equity.clv_factors import ClvFactors
from crmkit.metrics.value.equity.customer_equity import CustomerEquity, customer_equity
from crmkit.metrics.value.equity.equity_change import EquityChange, equity_change
from crmkit.metrics.value.equity.optimal_spending import OptimalSpending, optimal_spending
from crmkit.metrics.value.equity.prospect_equity import ProspectEquity, prospect_equity
from crmkit.metrics.value.equity.prospects import Prospects
from crmkit.metrics.value.equity.spend_response import SpendResponse
from crmkit.metrics.value.equity.switching_equity import SwitchingEquity, switching_equity
from crmkit.metrics.value.judging.calibration import Calibration, CalibrationGroup, calibration
from crmkit.metrics.value.judging.choose_model import ModelChoice, Tried, choose_model
from crmkit.metrics.value.judging.conditional_expectation import (
    ConditionalExpectation,
    ExpectedClass,
    conditional_expectation,
)
from crmkit.metrics.value.judging.holdout import Holdout, holdout
from crmkit.metrics.value.judging.model_comparison import (
    ComparedModel,
    ModelComparison,
    compare_models,
)
from crmkit.metrics.value.judging.tracking import TrackedWeek, Tracking, tracking
from crmkit.metrics.value.models.bgbb import BGBB
from crmkit.metrics.value.models.bgnbd import BGNBD
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.models.mbgnbd import MBGNBD
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD
from crmkit.metrics.value.models.plain import from_plain, to_plain
from crmkit.metrics.value.models.sbg import SBG
from crmkit.metrics.value.models.simulated import SimulatedCustomers
from crmkit.metrics.value.relationship.accounting import Accounts, relationship_value_of
from crmkit.metrics.value.relationship.base_relationship_value import (
    BaseRelationshipValue,
    total_of,
)
from crmkit.metrics.value.relationship.capability import (
    CapabilityValue,
    ContributionTally,
    capability_value,
)
from crmkit.metrics.value.relationship.cost_to_serve import CostToServe, cost_to_serve
from crmkit.metrics.value.relationship.lifetime import Lifetime
from crmkit.metrics.value.relationship.potential import (
    PeerWallet,
    PotentialValue,
    peer_wallet,
    potential_value,
)
from crmkit.metrics.value.relationship.referral import (
    ReferralPart,
    ReferralValue,
    ReferredWorth,
    referral_value,
)
from crmkit.metrics.value.relationship.referral_class import (
    ReferralClass,
    ReferralStanding,
    referral_class,
)
from crmkit.metrics.value.relationship.referral_tree import (
    LeftOutReferral,
    NotCounted,
    ReferralEdge,
    ReferralTree,
    referral_tree,
)
from crmkit.metrics.value.relationship.relationship_value import (
    RelationshipValue,
    relationship_value,
)
from crmkit.metrics.value.uncertainty._band import Band
from crmkit.metrics.value.uncertainty.bootstrap_clv import bootstrap_clv
from crmkit.metrics.value.uncertainty.parametric_bootstrap import BootstrapFits, bootstrap
from crmkit.metrics.value.uncertainty.prediction_interval import prediction_interval
from crmkit.metrics.value.uncertainty.profile_likelihood import profile_interval
from crmkit.metrics.value.yearly_rates import weekly_discount

__all__ = [
    "BGBB",
    "BGNBD",
    "MBGNBD",
    "NBD",
    "SBG",
    "Accounts",
    "Band",
    "BaseModels",
    "BaseRelationshipValue",
    "BaseValue",
    "BaseValues",
    "BootstrapFits",
    "BuyingModel",
    "Calibration",
    "CalibrationGroup",
    "CapabilityValue",
    "ClvDrivers",
    "ClvElasticities",
    "ClvFactors",
    "ComparedModel",
    "ConditionalExpectation",
    "ContributionTally",
    "CostToServe",
    "CustomerEquity",
    "CustomerValue",
    "EquityChange",
    "ExpectedClass",
    "Fit",
    "Forecast",
    "ForecastPoint",
    "GammaGamma",
    "Holdout",
    "LeftOutReferral",
    "Lifetime",
    "MarginMultiple",
    "MarkovClv",
    "ModelChoice",
    "ModelComparison",
    "NotCounted",
    "OptimalSpending",
    "ParetoNBD",
    "PeerWallet",
    "PotentialValue",
    "ProspectEquity",
    "Prospects",
    "ReferralClass",
    "ReferralEdge",
    "ReferralPart",
    "ReferralStanding",
    "ReferralTree",
    "ReferralValue",
    "ReferredWorth",
    "RelationshipValue",
    "RetentionClv",
    "SimulatedCustomers",
    "SpendResponse",
    "SwitchingEquity",
    "TrackedWeek",
    "Tracking",
    "Tried",
    "bootstrap",
    "bootstrap_clv",
    "calibration",
    "capability_value",
    "choose_model",
    "clv",
    "clv_drivers",
    "clv_elasticities",
    "compare_models",
    "conditional_expectation",
    "cost_to_serve",
    "customer_equity",
    "equity_change",
    "fit_base",
    "forecast",
    "from_plain",
    "holdout",
    "margin_multiple",
    "markov_clv",
    "optimal_spending",
    "peer_wallet",
    "potential_value",
    "prediction_interval",
    "profile_interval",
    "prospect_equity",
    "referral_class",
    "referral_tree",
    "referral_value",
    "relationship_value",
    "relationship_value_of",
    "retention_clv",
    "switching_equity",
    "to_plain",
    "total_clv",
    "total_of",
    "tracking",
    "value_columns",
    "value_of",
    "values_of",
    "weekly_discount",
]
