"""What customers will be worth: models of buying and of spend, and the value they give.

Time is in weeks, money in any one unit. A fitted model scores one customer with the standard
library alone; fitting, and scoring many at once, needs the extra ``models``.
"""

from crmkit.metrics.value.accounting import Accounts, relationship_value_of
from crmkit.metrics.value.base_models import BaseModels, fit_base
from crmkit.metrics.value.base_relationship_value import BaseRelationshipValue, total_of
from crmkit.metrics.value.bgnbd import BGNBD
from crmkit.metrics.value.capability import CapabilityValue, ContributionTally, capability_value
from crmkit.metrics.value.clv import BaseValue, clv, total_clv
from crmkit.metrics.value.cost_to_serve import CostToServe, cost_to_serve
from crmkit.metrics.value.fit import Fit
from crmkit.metrics.value.gamma_gamma import GammaGamma
from crmkit.metrics.value.lifetime import Lifetime
from crmkit.metrics.value.mbgnbd import MBGNBD
from crmkit.metrics.value.plain import from_plain, to_plain
from crmkit.metrics.value.potential import PeerWallet, PotentialValue, peer_wallet, potential_value
from crmkit.metrics.value.referral import ReferralPart, ReferralValue, ReferredWorth, referral_value
from crmkit.metrics.value.referral_class import ReferralClass, ReferralStanding, referral_class
from crmkit.metrics.value.referral_tree import (
    LeftOutReferral,
    NotCounted,
    ReferralEdge,
    ReferralTree,
    referral_tree,
)
from crmkit.metrics.value.relationship_value import RelationshipValue, relationship_value
from crmkit.metrics.value.valuation import BaseValues, CustomerValue, value_of, values_of

__all__ = [
    "BGNBD",
    "MBGNBD",
    "Accounts",
    "BaseModels",
    "BaseRelationshipValue",
    "BaseValue",
    "BaseValues",
    "CapabilityValue",
    "ContributionTally",
    "CostToServe",
    "CustomerValue",
    "Fit",
    "GammaGamma",
    "LeftOutReferral",
    "Lifetime",
    "NotCounted",
    "PeerWallet",
    "PotentialValue",
    "ReferralClass",
    "ReferralEdge",
    "ReferralPart",
    "ReferralStanding",
    "ReferralTree",
    "ReferralValue",
    "ReferredWorth",
    "RelationshipValue",
    "capability_value",
    "clv",
    "cost_to_serve",
    "fit_base",
    "from_plain",
    "peer_wallet",
    "potential_value",
    "referral_class",
    "referral_tree",
    "referral_value",
    "relationship_value",
    "relationship_value_of",
    "to_plain",
    "total_clv",
    "total_of",
    "value_of",
    "values_of",
]
