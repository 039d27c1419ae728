"""The catalogue of from complaint to loss, and what to do."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["LOSS"]

LOSS: tuple[Entry, ...] = ()
