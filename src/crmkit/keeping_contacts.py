"""How customers can be reached: contact points, their repair, and data that expire."""

from crmkit.opened_base import OpenedBase


class KeepingContacts(OpenedBase):
    """Keeps how customers can be reached."""
