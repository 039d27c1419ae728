"""The catalogue of value as customers perceive it."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["PERCEIVED_VALUE"]

PERCEIVED_VALUE: tuple[Entry, ...] = ()
