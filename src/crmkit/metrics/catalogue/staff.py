"""The catalogue of internal customers and the service-profit chain."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["STAFF"]

STAFF: tuple[Entry, ...] = ()
