"""Who customers are: records, identifiers, merging, guests, duplicates."""

from crmkit.opened_base import OpenedBase


class KeepingPeople(OpenedBase):
    """Keeps who customers are."""
