"""The catalogue of a shop's share of what its customers spend."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["WALLET"]

WALLET: tuple[Entry, ...] = ()
