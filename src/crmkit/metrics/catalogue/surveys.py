"""The catalogue of answers to surveys: who answered, how far answers can be trusted."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["SURVEYS"]

SURVEYS: tuple[Entry, ...] = ()
