"""How loyal customers are: four dimensions, their phase, and the type of loyalty."""

from crmkit.metrics.loyalty.affective import affective
from crmkit.metrics.loyalty.anchors import Anchors
from crmkit.metrics.loyalty.base import BaseLoyalty, loyalty_of_base
from crmkit.metrics.loyalty.behavioural import behavioural
from crmkit.metrics.loyalty.cognitive import cognitive
from crmkit.metrics.loyalty.dimension import Dimension, rescaled
from crmkit.metrics.loyalty.intention_calibration import (
    IntentionCalibration,
    IntentionClass,
    intention_calibration,
)
from crmkit.metrics.loyalty.intentional import intentional
from crmkit.metrics.loyalty.loyalty import Loyalty, Weakest, loyalty
from crmkit.metrics.loyalty.movement import LoyaltyChange, LoyaltyMovement, loyalty_movement
from crmkit.metrics.loyalty.noise import DimensionNoise, LoyaltyNoise, loyalty_noise
from crmkit.metrics.loyalty.observed import (
    CustomerLoyalty,
    base_loyalty,
    observed_loyalty,
)
from crmkit.metrics.loyalty.phases_over_time import phases_over_time
from crmkit.metrics.loyalty.price_changes import PriceChange, PriceLists, price_changes_of
from crmkit.metrics.loyalty.stated import Stated, stated
from crmkit.metrics.loyalty.stated_and_done import SaidAndDid, StatedAndDone, stated_and_done
from crmkit.metrics.loyalty.transitions import Transitions
from crmkit.metrics.loyalty.typology import LoyaltyClass, Typology, dick_basu

__all__ = [
    "Anchors",
    "BaseLoyalty",
    "CustomerLoyalty",
    "Dimension",
    "DimensionNoise",
    "IntentionCalibration",
    "IntentionClass",
    "Loyalty",
    "LoyaltyChange",
    "LoyaltyClass",
    "LoyaltyMovement",
    "LoyaltyNoise",
    "PriceChange",
    "PriceLists",
    "SaidAndDid",
    "Stated",
    "StatedAndDone",
    "Transitions",
    "Typology",
    "Weakest",
    "affective",
    "base_loyalty",
    "behavioural",
    "cognitive",
    "dick_basu",
    "intention_calibration",
    "intentional",
    "loyalty",
    "loyalty_movement",
    "loyalty_noise",
    "loyalty_of_base",
    "observed_loyalty",
    "phases_over_time",
    "price_changes_of",
    "rescaled",
    "stated",
    "stated_and_done",
]
