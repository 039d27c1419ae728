"""What customers may ask of their data: all of it, or that it is forgotten; and retention."""

from crmkit.opened_base import OpenedBase


class KeepingPrivacy(OpenedBase):
    """Keeps what customers may ask of their data."""
