"""The catalogue of how reliable a set of items measures."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["RELIABILITY"]

RELIABILITY: tuple[Entry, ...] = ()
