"""Lifetime value by a Markov chain: customers move between states, each with its reward.

    V = Σ_t (P / (1 + d))^t R = (I − P / (1 + d))⁻¹ R

    paper   here          unit
    P       transitions   chance of moving from each state to each, per period
    R       rewards       money in each state, at the start of a period
    d       discount      discount rate per period

The states are the shop's own; often they are recencies (bought in the last period, in the one
before, …, given up), so that a customer who pauses is not lost. What comes next depends on
the state alone, not on how one came there.

To end the mailing from a recency on, nothing more is spent on whoever gets there, and nothing
comes of it: that state and all after it hold their customers and bring 0. The value with and
without (``stop_from``) tells whether it pays.

Source: Pfeifer, P. E., Carraway, R. L. (2000). Modeling customer relationships as Markov
chains. Journal of Interactive Marketing 14(2), 43-55.
"""

from collections.abc import Mapping, Sequence
from math import log1p

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.deterministic._chain import Chain, checked_chain, names_of, worth
from crmkit.metrics.value.deterministic._closed_form import finite, in_money, read_out

__all__ = ["MarkovClv", "markov_clv"]


@frozen(kw_only=True)
class MarkovClv(Shown):
    """What a customer in each state is worth.

    Attributes:
        by_state: Value by the name of the state, in units of ``currency``.
        currency: ISO 4217 code of the money.
        discount: Discount rate per period.
        periods: Periods after the present one that count; None for ever.
        stop_from: Number of the state from which on nothing is spent any more, from 1; None
            where there is none.
    """

    by_state: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    currency: str = field(converter=currency_code)
    discount: float
    periods: int | None
    stop_from: int | None = None

    def sheet(self) -> Sheet:
        """Return the values and their terms as they are shown."""
        rows = (
            *((name, in_money(one, self.currency)) for name, one in self.by_state.items()),
            *self._inputs(),
        )
        return Sheet(title="Lifetime value by state", rows=rows)

    def explain(self) -> Explanation:
        """Return how the values came about."""
        told = read_out(self.by_state, self.currency)
        return explained("markov_clv", told, inputs=self._inputs())

    def _inputs(self) -> tuple[tuple[str, str], ...]:
        horizon = "for ever" if self.periods is None else f"now and {self.periods} periods"
        stop = () if self.stop_from is None else (("nothing spent from state", self.stop_from),)
        return (
            ("discount", f"{self.discount:.4g} a period"),
            ("horizon", horizon),
            *((name, str(at)) for name, at in stop),
        )


def markov_clv(
    transitions: Sequence[Sequence[float]],
    rewards: Sequence[float],
    discount: float,
    *,
    currency: str,
    periods: int | None = None,
    states: Sequence[str] | None = None,
    stop_from: int | None = None,
) -> MarkovClv:
    """Value customers by the state they are in.

    Args:
        transitions: Chance of moving from each state (row) to each state, per period; each row
            sums to 1.
        rewards: What a customer in each state brings less what is spent on them, at the start
            of a period, in units of ``currency``.
        discount: Discount rate per period, 0 or more; above 0 for an endless horizon.
        currency: ISO 4217 code of the money.
        periods: Periods after the present one that count; None for ever.
        states: Names of the states; "1", "2", … where they are not given.
        stop_from: Number of the state, from 1, from which on nothing is spent and nothing
            comes any more; None where there is none.

    Raises:
        InvalidValueError: A term that cannot be, a row that does not sum to 1, or a value
            without end.

    Source:
        Pfeifer & Carraway (2000).

    >>> moves = [[0.5, 0.5], [0, 1]]
    >>> found = markov_clv(moves, [35, 0], 0.25, currency="USD", states=["buys", "gone"])
    >>> round(found.by_state["buys"], 2)  # 35 × 1.25 ÷ (1.25 − 0.5)
    58.33
    """
    chain = checked_chain(transitions, "transitions")
    paid = _rewards(rewards, len(chain))
    names = names_of(states, len(chain), "states")
    force = log1p(checked_number(discount, "discount", low=0))
    values = worth(*_stopped(chain, paid, stop_from), force, periods)
    return MarkovClv(
        by_state={
            name: finite(value, "rewards", tuple(rewards))
            for name, value in zip(names, values, strict=True)
        },
        currency=currency,
        discount=float(discount),
        periods=None if periods is None else int(periods),
        stop_from=None if stop_from is None else int(stop_from),
    )


def _rewards(given: Sequence[float], size: int) -> list[float]:
    if len(given) != size:
        raise InvalidValueError("rewards", len(given), f"must be {size}, one per state")
    return [checked_number(one, f"rewards[{at}]") for at, one in enumerate(given)]


def _stopped(chain: Chain, rewards: list[float], first: int | None) -> tuple[Chain, list[float]]:
    """Chain and rewards where the states from number ``first`` on hold, and bring nothing."""
    if first is None:
        return chain, rewards
    kept = int(checked_number(first, "stop_from", low=1, high=len(chain), whole=True)) - 1
    held = [[float(at == to) for to in range(len(chain))] for at in range(kept, len(chain))]
    return [*chain[:kept], *held], [*rewards[:kept], *[0.0] * len(held)]
