"""Exchange rates that a test can foresee."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from attrs import field, frozen

from crmkit.domain.mapping import FrozenMapping


@frozen
class FakeRates:
    """One rate per pair of currencies, for every day from ``since`` on.

    Attributes:
        rates: By ``"USD/EUR"``: what a dollar is worth in euros.
        since: The first day with a rate; None for all days.

    >>> FakeRates({"USD/EUR": Decimal("0.9")}).rate("USD", "EUR", date(2026, 1, 1))
    Decimal('0.9')
    """

    rates: Mapping[str, Decimal] = field(converter=FrozenMapping)
    since: date | None = None

    def rate(self, currency: str, into: str, day: date, /) -> Decimal | None:
        """Return the rate of a pair, or None where there is none."""
        if self.since is not None and day < self.since:
            return None
        return self.rates.get(f"{currency}/{into}")
