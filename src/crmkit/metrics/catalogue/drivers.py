"""The catalogue of what drives satisfaction."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["DRIVERS"]

DRIVERS: tuple[Entry, ...] = ()
