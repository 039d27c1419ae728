"""The catalogue of what customers would pay."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["PRICE"]

PRICE: tuple[Entry, ...] = ()
