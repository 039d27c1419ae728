"""How many purchases, when the next, when the last: distributions rather than their means.

Each figure joins what the paper gives of a customer who is still there with the chance that
the customer is. Someone who has left buys 0 times, next never, and has stayed 0 weeks more.
"""

import math
from collections.abc import Callable
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers
from crmkit.metrics.value.models._hooks import BuyingHooks, at_least_0
from crmkit.metrics.value.models._quantiles import weeks_until
from crmkit.metrics.value.models.history import Histories, read_histories, refuse

# A table of chances is as wide as that.
_MOST = 100_000
# Of a chance and of what is wanting to 1, the smaller is the one with digits.
_HALF = 0.5

Weeks = float | None | list[float | None]
Excess = Callable[[Histories, Numbers, Numbers], Numbers]
"""Of histories, their chances to be there, and weeks ahead."""


class Outlook(BuyingHooks):
    """What else can be asked of the future than what to expect of it."""

    __slots__ = ()

    def count_probabilities(
        self, repeats: Any, recency: Any, age: Any, *, weeks: float, most: int
    ) -> Any:
        """Return the probabilities of 0, 1, … ``most`` purchases within the next ``weeks``.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.
            most: The largest number of purchases asked for, from 0.

        Returns:
            Each 0 to 1, together at most 1: for one history a tuple of ``most`` + 1 floats, for
            sequences an array of one row per customer and ``most`` + 1 columns. Those who
            have left count under 0 purchases.

        Raises:
            InvalidValueError: A history that cannot exist, a horizon or number below 0.
        """
        h, ahead, most = read_histories(repeats, recency, age), at_least_0(weeks), _whole(most)
        alive = self._alive(h)
        none, *some = (alive * chance for chance in self._counts(h, ahead, most))
        chances = (h.arithmetic.smaller(self._gone(h) + none, 1.0), *some)
        if h.arithmetic is PLAIN:
            return chances
        return require("numpy", extra="models").column_stack(chances)

    def count_probabilities_of_newcomer(self, *, weeks: float, most: int) -> tuple[float, ...]:
        """Return the probabilities of 0, 1, … ``most`` repeat purchases after a first one.

        Args:
            weeks: How far ahead, 0 or more.
            most: The largest number of purchases asked for, from 0.

        Returns:
            ``most`` + 1 figures, each 0 to 1, together at most 1.

        Raises:
            InvalidValueError: A horizon or number below 0.
        """
        return tuple(map(float, self.count_probabilities(0, 0, 0, weeks=weeks, most=most)))

    def next_purchase(
        self, repeats: Any, recency: Any, age: Any, *, probability: float = 0.5
    ) -> Weeks:
        """Return the weeks within which the next purchase comes with that probability.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            probability: Above 0, below 1; 0.5 gives the median.

        Returns:
            Weeks from now, above 0; None where the next purchase never has that probability,
            because it is likelier than the rest that none will come (or, of 1e12 weeks, that
            none comes in them). A list for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a probability that is not
                between 0 and 1.
        """
        wanted = _between_0_and_1(probability)

        def likely(h: Histories, alive: Numbers, weeks: Numbers) -> Numbers:
            return alive * self._buying_within(h, weeks) - wanted

        def sure(h: Histories, alive: Numbers, weeks: Numbers) -> Numbers:
            return (1 - wanted) - (self._gone(h) + alive * self._not_buying_within(h, weeks))

        def is_open(alive: Numbers, gone: Numbers) -> Any:
            return alive > wanted if wanted < _HALF else gone < 1 - wanted

        excess = likely if wanted < _HALF else sure
        h = read_histories(repeats, recency, age)
        return self._when(h, excess, is_open, settled=math.inf)

    def remaining_lifetime(
        self, repeats: Any, recency: Any, age: Any, *, probability: float = 0.5
    ) -> Weeks:
        """Return the weeks after which the customer has left with that probability.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            probability: Above 0, below 1; 0.5 gives the median.

        Returns:
            Weeks from now, 0 or more; 0.0 where the customer has left by now with that
            probability, None where that takes more than 1e12 weeks, or for ever. A list for
            sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a probability that is not
                between 0 and 1.
        """
        wanted = _between_0_and_1(probability)

        def likely(h: Histories, alive: Numbers, weeks: Numbers) -> Numbers:
            return self._gone(h) + alive * self._leaving_within(h, weeks) - wanted

        def sure(h: Histories, alive: Numbers, weeks: Numbers) -> Numbers:
            return (1 - wanted) - alive * self._staying(h, weeks)

        def is_open(alive: Numbers, gone: Numbers) -> Any:
            return gone < wanted if wanted < _HALF else alive > 1 - wanted

        excess = likely if wanted < _HALF else sure
        return self._when(read_histories(repeats, recency, age), excess, is_open, settled=0.0)

    def _when(
        self, h: Histories, excess: Excess, is_open: Callable[..., Any], *, settled: float
    ) -> Weeks:
        """When ``excess`` rises through 0; ``settled`` for whom that is not open."""
        m = h.arithmetic

        def search(unsettled: int, x: Numbers, t_x: Numbers, T: Numbers) -> Numbers:
            one = Histories(repeats=x, recency=t_x, age=T, arithmetic=m)
            alive = self._alive(one)
            if not unsettled:
                return 0.0 * alive + settled
            return weeks_until(m, lambda ahead: excess(one, alive, ahead), alive)

        def each(x: Numbers, t_x: Numbers, T: Numbers) -> Numbers:
            one = Histories(repeats=x, recency=t_x, age=T, arithmetic=m)
            unsettled = is_open(self._alive(one), self._gone(one))
            return m.by_group(unsettled, search, x, t_x, T)

        found: Any = m.once_each(each, h.repeats, h.recency, h.age)
        return _known(found) if m is PLAIN else [_known(weeks) for weeks in found.tolist()]


def _known(weeks: float) -> float | None:
    return None if weeks == math.inf else weeks


def _whole(most: Any) -> int:
    (read,) = PLAIN.read({"most": most})
    rule = f"must be whole, from 0 to {_MOST:,}"
    refuse(PLAIN, "most", read, not 0 <= read <= _MOST, rule)
    refuse(PLAIN, "most", read, read != math.floor(read), rule)
    return int(read)


def _between_0_and_1(probability: Any) -> float:
    (read,) = PLAIN.read({"probability": probability})
    if not 0 < read < 1:
        raise InvalidValueError("probability", probability, "must be above 0 and below 1")
    return read
