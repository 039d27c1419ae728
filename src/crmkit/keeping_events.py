"""What happened, told to others: subscribers of the outbox."""

from crmkit.opened_base import OpenedBase


class KeepingEvents(OpenedBase):
    """Tells others what happened."""
