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
}
