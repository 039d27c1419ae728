"""Value as customers perceive it: what they get, less what they give, and against rivals."""

from crmkit.metrics.perceived_value.customer_value_analysis import (
    AttributeRatio,
    CustomerValueAnalysis,
    customer_value_analysis,
)
from crmkit.metrics.perceived_value.customer_value_of_ratings import customer_value_of_ratings
from crmkit.metrics.perceived_value.delivered_value import DeliveredValue, delivered_value
from crmkit.metrics.perceived_value.mean_delivered_value import (
    MeanDeliveredValue,
    mean_delivered_value,
)
from crmkit.metrics.perceived_value.parts import CostPart, ValuePart
from crmkit.metrics.perceived_value.rated_value import PerceivedValue, perceived_value
from crmkit.metrics.perceived_value.rivals import ValueComparison, compare_delivered_value

__all__ = [
    "AttributeRatio",
    "CostPart",
    "CustomerValueAnalysis",
    "DeliveredValue",
    "MeanDeliveredValue",
    "PerceivedValue",
    "ValueComparison",
    "ValuePart",
    "compare_delivered_value",
    "customer_value_analysis",
    "customer_value_of_ratings",
    "delivered_value",
    "mean_delivered_value",
    "perceived_value",
]
