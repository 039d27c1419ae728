"""The figures of what is measured by asking and watching: (English, Chinese)."""

from collections.abc import Mapping

__all__ = ["MEASUREMENT"]

MEASUREMENT: Mapping[str, tuple[str, str]] = {
    # Satisfaction and service quality
    # Answers to surveys
    # Drivers
    # Needs
    # Perceived value
    # Reliability
    # Price
    # Wallet and loyalty
    # From complaint to loss
    # Satisfaction as behaviour shows it
    # Internal customers
    # Relationship and lifecycle
    "target_level": ("target relationship level", "目标关系类型"),
    "level_gap": ("levels short of the target", "与目标关系类型的差距"),
}
