"""Whether questions measure one thing, how well, and what one person's score is worth."""

from crmkit.metrics.reliability.composite_reliability import (
    average_variance_extracted,
    composite_reliability,
)
from crmkit.metrics.reliability.cronbach_alpha import CronbachAlpha, cronbach_alpha
from crmkit.metrics.reliability.measurement_error import MeasurementError, measurement_error
from crmkit.metrics.reliability.omega import Omega, omega

__all__ = [
    "CronbachAlpha",
    "MeasurementError",
    "Omega",
    "average_variance_extracted",
    "composite_reliability",
    "cronbach_alpha",
    "measurement_error",
    "omega",
]
