"""Cost to serve: what the work for a customer cost, by time-driven activity-based costing.

    cost = Σ volume of a driver × its rate

A driver is something that causes work and can be counted: orders, parcels, returns, calls.
Its rate is what one of them costs, found once by the shop (minutes it takes × cost of a
minute). Do not put costs here that were recorded one by one: those are known already.

Each driver's cost is rounded half-even to the minor unit; the total is the sum of the
rounded parts. A driver that was used and has no rate is not free: it is named, and the
coverage says how much of what was used has a price.

Source: Kaplan, R. S., Anderson, S. R. (2004). Time-driven activity-based costing. Harvard
Business Review 82(11), 131-138.
"""

from collections.abc import Mapping

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money, added
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.relationship._exact import Number, exact, not_negative, times

__all__ = ["CostToServe", "cost_to_serve"]

_MOST = 1e12


@frozen(kw_only=True)
class CostToServe(Shown):
    """What serving a customer cost over a period, by what caused it.

    Attributes:
        parts: Cost of each driver that has a rate, rounded to the minor unit.
        total: Their sum.
        volumes: How often each driver occurred; None where nobody counted.
        rates: What one of each costs.
        unpriced: Drivers that occurred and have no rate; they are not in the total.
        uncounted: Drivers whose volume is not known; they are not in the total.
        coverage: Share, 0 to 1, of the drivers in use that are in the total.
        notes: What the total leaves out.
    """

    parts: Mapping[str, Money] = field(converter=FrozenMapping, hash=False)
    total: Money
    volumes: Mapping[str, float | None] = field(converter=FrozenMapping, hash=False)
    rates: Mapping[str, Money] = field(converter=FrozenMapping, hash=False)
    unpriced: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    coverage: float = 1.0
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return total and parts as they are shown."""
        return Sheet(
            title=f"Cost to serve: {self.total}", rows=tuple(self.parts.items()), notes=self.notes
        )

    def explain(self) -> Explanation:
        """Return how the cost came about."""
        return explained(
            "cost_to_serve",
            self.total,
            inputs={name: self._input(name) for name in self.volumes},
            coverage=f"{self.coverage:.0%} of the drivers in use",
            left_out=self.notes,
        )

    def _input(self, name: str) -> str:
        volume = self.volumes[name]
        counted = "not counted" if volume is None else f"{volume:g}"
        return f"{counted} × {self.rates.get(name, 'no rate')}"


def cost_to_serve(
    volumes: Mapping[str, Number | None], rates: Mapping[str, Money], *, currency: str | None = None
) -> CostToServe:
    """Price the work that a customer caused.

    Args:
        volumes: How often each driver occurred, 0 or more; None where it was not counted. A
            driver with a rate that is not named here did not occur.
        rates: What one of each costs, 0 or more.
        currency: ISO 4217 code; needed only where there are no rates.

    Raises:
        InvalidValueError: A volume or a rate that is negative or no number; no currency.
        CurrencyMismatchError: Rates in two currencies.

    Source:
        Kaplan & Anderson (2004).

    >>> rates = {"orders": Money.of(4, "EUR"), "returns": Money.of(12, "EUR")}
    >>> str(cost_to_serve({"orders": 5, "returns": 2}, rates).total)
    'EUR 44.00'
    """
    found = _counted(volumes, rates)
    priced = {name: not_negative(rate, f"rates[{name!r}]") for name, rate in rates.items()}
    parts = {
        name: times(rate, exact(volume, name))
        for name, rate in priced.items()
        if (volume := found[name]) is not None
    }
    unpriced = tuple(name for name, volume in found.items() if volume and name not in rates)
    uncounted = tuple(name for name, volume in found.items() if volume is None)
    in_use = {name for name, volume in found.items() if volume != 0}
    return CostToServe(
        parts=parts,
        total=added(parts.values(), _currency(priced, currency)),
        volumes=found,
        rates=priced,
        unpriced=unpriced,
        uncounted=uncounted,
        coverage=len(in_use & parts.keys()) / len(in_use) if in_use else 1.0,
        notes=_notes(unpriced, uncounted),
    )


def _counted(
    volumes: Mapping[str, Number | None], rates: Mapping[str, Money]
) -> dict[str, float | None]:
    """The volume of every driver that is known of, by name."""
    given = {**dict.fromkeys(rates, 0), **volumes}
    return {
        name: None if (volume := given[name]) is None else _volume(name, volume)
        for name in sorted(given)
    }


def _volume(name: str, volume: Number) -> float:
    return float(exact(volume, f"volumes[{name!r}]", low=0, high=_MOST))


def _currency(rates: Mapping[str, Money], given: str | None) -> str:
    currency = given or next((rate.currency for rate in rates.values()), None)
    if currency is None:
        raise InvalidValueError(
            "currency", None, "must be known", "give a rate, or currency= where there is none"
        )
    return currency


def _notes(unpriced: tuple[str, ...], uncounted: tuple[str, ...]) -> tuple[str, ...]:
    told = (("without a rate", unpriced), ("not counted", uncounted))
    return tuple(f"{why}, so not in: {', '.join(names)}" for why, names in told if names)
