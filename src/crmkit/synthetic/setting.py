"""Where and when an invented shop stands: its days, its money, its random streams.

Every purpose draws from a stream of its own, named by the seed, the customer and the purpose.
So no draw hangs on how many draws came before it elsewhere: a longer log, or one more
customer, leaves all that was there as it was. Only ``random.Random`` is used, seeded by text,
which gives the same numbers on every Python.
"""

from datetime import UTC, date, datetime, timedelta
from math import floor
from random import Random

from attrs import frozen

from crmkit.domain.interactions import Interaction
from crmkit.domain.money import Money

__all__ = ["Setting"]

#: Visits come up to three days before an order: what is ordered after the end casts them ahead.
_AHEAD = 7

# Shops are busy from 7:00 to 22:00 UTC: the same local day from the Azores to Athens' winter.
_OPENS, _OPEN = 7 * 60, 15 * 60


@frozen(kw_only=True)
class Setting:
    """The frame in which everything happens.

    Attributes:
        seed: The same seed gives the same shop.
        start: The first day.
        days: How long the log is.
        currency: ISO 4217 code.
    """

    seed: int
    start: date
    days: int
    currency: str

    @property
    def horizon(self) -> int:
        """The day up to which lives are followed, so that the log is complete to its end."""
        return self.days + _AHEAD

    def draw(self, *purpose: object) -> Random:
        """Return the random stream for one purpose."""
        return Random("/".join(str(word) for word in (self.seed, *purpose)))

    def at(self, day: float) -> datetime:
        """Return the moment of ``day``, in days from the start, within business hours."""
        whole = floor(day)
        return self._midnight(whole) + timedelta(minutes=_OPENS + floor((day - whole) * _OPEN))

    def money(self, amount: str) -> Money:
        """Return an amount in the shop's currency, rounded to its minor unit."""
        return Money.rounded(amount, self.currency)

    def holds(self, one: Interaction) -> bool:
        """Tell whether something happened within the log."""
        return self._midnight(0) <= one.at < self._midnight(self.days)

    def _midnight(self, day: int) -> datetime:
        return datetime.combine(self.start, datetime.min.time(), tzinfo=UTC) + timedelta(days=day)
