"""The catalogue of needs: basic, performance and excitement."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["KANO"]

KANO: tuple[Entry, ...] = ()
