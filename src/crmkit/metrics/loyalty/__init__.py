"""How loyal customers are: four dimensions, their phase, and the type of loyalty."""

from crmkit.metrics.loyalty.affective import affective
from crmkit.metrics.loyalty.anchors import Anchors
from crmkit.metrics.loyalty.base import BaseLoyalty, loyalty_of_base
from crmkit.metrics.loyalty.behavioural import behavioural
from crmkit.metrics.loyalty.cognitive import cognitive
from crmkit.metrics.loyalty.dimension import Dimension, rescaled
from crmkit.metrics.loyalty.intentional import intentional
from crmkit.metrics.loyalty.loyalty import Loyalty, Weakest, loyalty
from crmkit.metrics.loyalty.observed import (
    CustomerLoyalty,
    base_loyalty,
    observed_loyalty,
)
from crmkit.metrics.loyalty.stated import Stated, stated
from crmkit.metrics.loyalty.typology import LoyaltyClass, Typology, dick_basu

__all__ = [
    "Anchors",
    "BaseLoyalty",
    "CustomerLoyalty",
    "Dimension",
    "Loyalty",
    "LoyaltyClass",
    "Stated",
    "Typology",
    "Weakest",
    "affective",
    "base_loyalty",
    "behavioural",
    "cognitive",
    "dick_basu",
    "intentional",
    "loyalty",
    "loyalty_of_base",
    "observed_loyalty",
    "rescaled",
    "stated",
]
