"""What customers would pay: by asking them, and by watching what they put up with."""

from crmkit.metrics.price.gabor_granger import GaborGranger, PricePoint, gabor_granger
from crmkit.metrics.price.price_acceptance import (
    AcceptedPremium,
    PriceAcceptance,
    price_acceptance,
)
from crmkit.metrics.price.price_sensitivity import PriceSensitivity, price_sensitivity
from crmkit.metrics.price.price_tolerance import PriceTolerance, price_tolerance
from crmkit.metrics.price.rises import accepted_price_changes

__all__ = [
    "AcceptedPremium",
    "GaborGranger",
    "PriceAcceptance",
    "PricePoint",
    "PriceSensitivity",
    "PriceTolerance",
    "accepted_price_changes",
    "gabor_granger",
    "price_acceptance",
    "price_sensitivity",
    "price_tolerance",
]
