"""Who came, went and moved between two moments, and from where to where.

A state is a tier, True (a customer, without a tier), or False (was a customer, and is lost);
who is not named never was a customer. Counts and rates are those of ``customer_kpis``; this
adds the ways between the tiers, and rates of rising and falling among those who can.

    from           to a tier        lost
    a tier         kept, moved   lost
    new            joined        joined and gone within
    reactivated    came back     -

Two moments do not show who came back and left again between them; ``standings`` of a period
does (``movement_of``). Sums of the table are the counts: rows of tiers the opening base,
columns of tiers the closing base, so that opening + new + reactivated − lost = closing.

Source: definitions are practice; the shares have Wilson (1927) intervals.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side, undefined
from crmkit.metrics.intervals import share_estimate
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.flows import Flow, flows
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.kpis.two_moments import (
    ACTIVE,
    LOST,
    NEW,
    REACTIVATED,
    States,
    places_of,
    standings_between,
)

__all__ = ["Flow", "Movement", "movement", "movement_of"]

_NO_TIERS = "no tiers known at both ends"


@frozen(kw_only=True)
class Movement(Shown):
    """How a customer base moved between two moments.

    Attributes:
        kpis: The counts, the rates over the opening base, and who is behind each count.
        kept: Customers active at both ends.
        unchanged: Those of them whose tier is known at both ends, and the same.
        rise_rate: Share that rose of the customers kept who were below the highest tier.
        fall_rate: Share that fell of the customers kept who were above the lowest tier.
        flows: The ways that anybody went, by origin and end.
        tiers: The names of the tiers, lowest first.
        notes: What is only partly known.
    """

    kpis: CustomerKpis
    kept: int
    unchanged: int | None
    rise_rate: Estimate
    fall_rate: Estimate
    flows: tuple[Flow, ...]
    tiers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def opening(self) -> int:
        """Customers active when it began."""
        return self.kpis.opening

    @property
    def new(self) -> int:
        """Customers who joined for the first time."""
        return self.kpis.new

    @property
    def reactivated(self) -> int:
        """Customers who came back after having been lost."""
        return self.kpis.reactivated

    @property
    def lost(self) -> int:
        """Customers lost, those who joined in between included."""
        return self.kpis.lost

    @property
    def closing(self) -> int:
        """Customers active when it ended: opening + new + reactivated − lost."""
        return self.kpis.closing

    @property
    def upgraded(self) -> int | None:
        """Customers kept whose tier rose; None if no tier is known."""
        return self.kpis.upgraded

    @property
    def downgraded(self) -> int | None:
        """Customers kept whose tier fell; None if no tier is known."""
        return self.kpis.downgraded

    def matrix(self) -> dict[str, dict[str, int]]:
        """Return how many went from each origin (outer) to each end (inner), zeros included."""
        table = {row: dict.fromkeys(self._ends(), 0) for row in self._origins()}
        for flow in self.flows:
            table[flow.origin][flow.to] = flow.customers
        return table

    def to_rows(self) -> list[dict[str, object]]:
        """Return the ways as flat rows: origin, to, customers, share, low, high."""
        return [
            {
                "origin": flow.origin,
                "to": flow.to,
                "customers": flow.customers,
                "share": flow.share.value,
                "low": flow.share.low,
                "high": flow.share.high,
            }
            for flow in self.flows
        ]

    def rates(self) -> dict[str, Estimate]:
        """Return the rates, by name."""
        own = {"rise rate": self.rise_rate, "fall rate": self.fall_rate}
        told = {name: one for name, one in self.kpis.rates().items() if "profit" not in name}
        return {**told, **own}

    def sheet(self) -> Sheet:
        """Return the counts, the rates and the ways as they are shown."""
        rates, reasons = side_by_side(self.rates())
        ways = (
            (f"{one.origin} → {one.to}", f"{one.customers:,} ({one.share.told})")
            for one in self.flows
        )
        return Sheet(
            title=self.kpis.brief(),
            rows=(*rates, *ways),
            notes=(*reasons, *self.kpis.notes, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how counts, rates and ways came about."""
        return explained(
            "movement",
            self.kpis.brief(),
            inputs={"kept": self.kept, "unchanged": self.unchanged, "tiers": ", ".join(self.tiers)},
            left_out=self.notes,
            parts=(
                self.kpis.explain(),
                self.rise_rate.explain("rise_rate"),
                self.fall_rate.explain("fall_rate"),
            ),
        )

    def _origins(self) -> tuple[str, ...]:
        used = {flow.origin for flow in self.flows}
        return (*self.tiers, *((ACTIVE,) if ACTIVE in used else ()), NEW, REACTIVATED)

    def _ends(self) -> tuple[str, ...]:
        used = {flow.to for flow in self.flows}
        return (*self.tiers, *((ACTIVE,) if ACTIVE in used else ()), LOST)


def movement(
    before: States,
    after: States,
    *,
    tiers: Sequence[str] = (),
) -> Movement:
    """Movement between the states of a base at two moments.

    Args:
        before: Everyone who ever was a customer by the first moment: their tier, True for a
            customer without one, False for one who is lost. None is not known: left out of
            both ends and counted.
        after: The same at the second moment, by the same rules.
        tiers: The names of the tiers, lowest first.

    Returns:
        Counts that close, rates and ways.

    Raises:
        InvalidValueError: A state that is none of the tiers; a tier twice, or called as an
            end is ("lost").

    Source:
        Counting; Wilson (1927) for the shares.

    >>> found = movement(
    ...     {"ann": "plain", "bob": "gold", "cid": False},
    ...     {"ann": "gold", "cid": "plain", "dan": "plain"},
    ...     tiers=("plain", "gold"),
    ... )
    >>> found.kpis.brief()
    '2 + 1 new + 1 reactivated - 1 lost = 3'
    """
    people, unknown = standings_between(before, after, tiers)
    return _moved(
        people,
        dict(enumerate(tiers)),
        notes=(f"{unknown} of unknown state left out",) if unknown else (),
    )


def movement_of(
    standings: Iterable[Standing], *, tiers: Mapping[int, str] | None = None
) -> Movement:
    """Movement over a period, from where each customer stood at both its ends.

    Args:
        standings: Each customer once, as ``standings`` gives them.
        tiers: Names of the tiers by their number; by default the numbers that occur.

    Returns:
        Counts that close, rates and ways.

    Raises:
        InvalidValueError: A customer given twice; a tier without a name; two tiers of one name.

    Source:
        Counting; Wilson (1927) for the shares.
    """
    people = list(standings)
    seen = {tier for one in people for tier in (one.tier_opening, one.tier_closing)}
    used = {tier for tier in seen if tier is not None}
    names = {tier: str(tier) for tier in used} if tiers is None else dict(tiers)
    if nameless := sorted(used - names.keys()):
        raise InvalidValueError("tiers", names, f"tier {nameless[0]} occurs and must have a name")
    ordered = dict(sorted(names.items()))
    places_of(list(ordered.values()))
    return _moved(people, ordered, notes=())


def _moved(
    people: Sequence[Standing], names: Mapping[int, str], *, notes: tuple[str, ...]
) -> Movement:
    kpis = customer_kpis(people)
    stepped = [one for one in people if one.step is not None]
    low, high = min(names, default=0), max(names, default=0)
    return Movement(
        kpis=kpis,
        kept=sum(one.kept for one in people),
        unchanged=sum(one.step == 0 for one in stepped) if stepped else None,
        rise_rate=_rate(
            kpis.upgraded,
            sum(one.tier_opening != high for one in stepped),
            len(stepped),
            name="rose",
            where="below the highest tier",
        ),
        fall_rate=_rate(
            kpis.downgraded,
            sum(one.tier_opening != low for one in stepped),
            len(stepped),
            name="fell",
            where="above the lowest tier",
        ),
        flows=tuple(flows(people, names)),
        tiers=tuple(names.values()),
        notes=notes,
    )


def _rate(moved: int | None, able: int, stepped: int, *, name: str, where: str) -> Estimate:
    unit, method = f"of the customers {where}", f"{name} over the customers kept {where}"
    if not stepped:
        return undefined(unit=unit, method=method, note=_NO_TIERS, low=0, high=1)
    return share_estimate(
        moved or 0, able, unit=unit, method=method, empty=f"no customer kept was {where}"
    )
