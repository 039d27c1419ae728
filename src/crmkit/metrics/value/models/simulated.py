"""Customers drawn from a model: what would be seen if the model were true.

Draws are exact, and the same for the same seed on the same version of numpy.
"""

from typing import Any

from attrs import frozen

from crmkit.metrics.seeds import generator
from crmkit.metrics.value.models._arithmetic import as_column
from crmkit.metrics.value.models._hooks import FOR_EVER, BuyingHooks, at_least_0
from crmkit.metrics.value.models.history import Histories, read_columns, read_histories, refuse


@frozen(kw_only=True, eq=False)
class SimulatedCustomers:
    """Customers as a shop would know them, and what it would not: who is still there.

    Attributes:
        repeats: Purchases after the first; a numpy array of whole numbers.
        recency: Weeks from first to last purchase, 0 for one-time buyers; an array.
        age: Weeks from first purchase to now, as asked for; an array.
        alive: Whether the customer is still there at that age; an array of truth values.
    """

    repeats: Any
    recency: Any
    age: Any
    alive: Any


class Simulating(BuyingHooks):
    """Drawing customers and their futures."""

    __slots__ = ()

    def simulate(self, ages: Any, *, seed: int) -> SimulatedCustomers:
        """Draw newcomers, and what each has done by the given age.

        Args:
            ages: Weeks since each one's first purchase, 0 or more; one figure draws one.
            seed: From 0; the same seed gives the same customers.

        Returns:
            As many customers as ages, in their order.

        Raises:
            InvalidValueError: An age below 0, or a seed that is no whole number from 0.
            MissingExtraError: numpy is not installed.
        """
        rng = generator(seed)
        m, (age,) = read_columns(ages=as_column(ages))
        refuse(m, "ages", age, (age < 0) | (age > FOR_EVER), "must be 0 or more weeks")
        never = 0.0 * age
        newcomers = Histories(repeats=never, recency=never, age=never, arithmetic=m)
        bought, last, stays = self._futures(rng, newcomers, age)
        return SimulatedCustomers(
            repeats=bought.astype("int64"), recency=last, age=+age, alive=stays
        )

    def simulate_ahead(
        self, repeats: Any, recency: Any, age: Any, *, weeks: float, seed: int
    ) -> Any:
        """Draw how often each of these customers buys within the next ``weeks``.

        Whether a customer is still there is drawn with the rest.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.
            seed: From 0; the same seed gives the same purchases.

        Returns:
            A numpy array of whole numbers, one per customer.

        Raises:
            InvalidValueError: A history that cannot exist, a horizon below 0, or a seed that
                is no whole number from 0.
            MissingExtraError: numpy is not installed.
        """
        rng, ahead = generator(seed), at_least_0(weeks)
        h = read_histories(as_column(repeats), as_column(recency), as_column(age))
        bought, _, _ = self._futures(rng, h, 0.0 * h.age + ahead)
        return bought.astype("int64")

    def _futures(self, rng: Any, h: Histories, ahead: Any) -> tuple[Any, Any, Any]:
        """Purchases, the weeks to the last of them, and who is there at the end."""
        is_there = rng.random(ahead.shape) < self._alive(h)
        bought, last, stays = self._simulated(rng, h, ahead)
        return bought * is_there, last * is_there, stays & is_there
