"""Who went from where to where, of those whose place is known at two dates.

Rows of shares are over those of one origin who are known at both dates, so they add up to 1.
Who came in between, who left, and whose place is unknown at one of the dates is counted apart
and in no row.

Source: counting; the shares have Wilson (1927) intervals.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import share_estimate
from crmkit.metrics.kpis.flows import Flow, flows
from crmkit.metrics.kpis.standing import Standing

__all__ = ["Transitions", "transitions"]


@frozen(kw_only=True)
class Transitions(Shown):
    """How customers moved between states from one date to another.

    Attributes:
        states: The states there are, in their order.
        flows: The ways that anybody went, by origin and end, staying included; shares are of
            those of the same origin.
        stayed: Share of those known at both dates who are where they were.
        newcomers: Those known only at the second date, by their state.
        leavers: Those known only at the first date, by their state.
        unknown: Those there at both dates whose state is unknown at one of them.
    """

    states: tuple[str, ...]
    flows: tuple[Flow, ...]
    stayed: Estimate
    newcomers: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    leavers: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    unknown: int

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many went from each state (outer) to each (inner), zeros included."""
        table = {origin: dict.fromkeys(self.states, 0) for origin in self.states}
        for flow in self.flows:
            table[flow.origin][flow.to] = flow.customers
        return table

    def matrix(self) -> dict[str, dict[str, float]]:
        """Return the shares, 0 to 1, of each state that anybody started from; rows sum to 1."""
        return {
            origin: {to: count / sum(row.values()) for to, count in row.items()}
            for origin, row in self.counts().items()
            if any(row.values())
        }

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

    def sheet(self) -> Sheet:
        """Return the ways as they are shown."""
        ways = tuple(
            (f"{one.origin} → {one.to}", f"{one.customers:,} ({one.share.told})")
            for one in self.flows
        )
        apart = (("newcomers", told(self.newcomers)), ("leavers", told(self.leavers)))
        return Sheet(
            title=f"Stayed where they were: {self.stayed}",
            rows=(*ways, *((name, text) for name, text in apart if text)),
            notes=(f"{self.unknown:,} of unknown state at a date left out",) * bool(self.unknown),
        )

    def explain(self, called: str = "") -> Explanation:
        """Return how the ways came about.

        Args:
            called: What the states are.
        """
        return explained(
            "loyalty_transitions",
            f"stayed {self.stayed}",
            inputs={"newcomers": told(self.newcomers), "leavers": told(self.leavers)},
            left_out=(f"{self.unknown:,} of unknown state at a date",) * bool(self.unknown),
            called=called,
        )


def told(counts: Mapping[str, int]) -> str:
    """Counts as a person reads them; empty for nobody."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def transitions(
    before: Mapping[str, str | None], after: Mapping[str, str | None], states: Sequence[str]
) -> Transitions:
    """Return how customers moved between states.

    Args:
        before: The state of each customer at the first date; None where it is unknown.
        after: The same at the second date.
        states: All states, in their order; those given are among them.
    """
    both = [(who, was, after[who]) for who, was in before.items() if who in after]
    place = {name: at for at, name in enumerate(states)}
    kept = [
        Standing(customer_id=who, opening=True, tier_opening=place[was], tier_closing=place[now])
        for who, was, now in both
        if was is not None and now is not None
    ]
    return Transitions(
        states=tuple(states),
        flows=tuple(flows(kept, dict(enumerate(states)))),
        stayed=share_estimate(
            sum(one.step == 0 for one in kept), len(kept), empty="nobody is known at both dates"
        ),
        newcomers=_apart(after, before, states),
        leavers=_apart(before, after, states),
        unknown=len(both) - len(kept),
    )


def _apart(
    there: Mapping[str, str | None], elsewhere: Mapping[str, str | None], states: Sequence[str]
) -> dict[str, int]:
    """Those in one and not in the other, by their state."""
    counts = Counter(state for who, state in there.items() if who not in elsewhere)
    return {
        **{name: counts[name] for name in states},
        **({"unknown": counts[None]} if counts[None] else {}),
    }
