"""The catalogue of service quality: what was expected against what was found."""

from crmkit.metrics.catalogue.metric import Entry

__all__ = ["SERVICE"]

SERVICE: tuple[Entry, ...] = ()
