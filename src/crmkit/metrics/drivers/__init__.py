"""What goes with satisfaction: key drivers, importance and performance, penalty and reward."""

from crmkit.metrics.drivers.driver import Driver
from crmkit.metrics.drivers.impact import Impact, ImpactClass
from crmkit.metrics.drivers.importance_performance import (
    ImportancePerformance,
    PlacedAttribute,
    Quadrant,
    importance_performance,
)
from crmkit.metrics.drivers.johnson import relative_weights
from crmkit.metrics.drivers.key_drivers import KeyDrivers, key_drivers
from crmkit.metrics.drivers.lmg import lmg_weights
from crmkit.metrics.drivers.penalty_reward import PenaltyReward, penalty_reward

__all__ = [
    "Driver",
    "Impact",
    "ImpactClass",
    "ImportancePerformance",
    "KeyDrivers",
    "PenaltyReward",
    "PlacedAttribute",
    "Quadrant",
    "importance_performance",
    "key_drivers",
    "lmg_weights",
    "penalty_reward",
    "relative_weights",
]
