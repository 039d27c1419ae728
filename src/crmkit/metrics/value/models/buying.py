"""What can be asked of every model of buying at any moment: who is there, and what will come.

A model of this kind knows a customer by three figures: the purchases after the first, when
the last of them was, and how long ago the first. A newcomer is a customer of this moment: no
repeat purchase, and an age of 0. Each paper's file gives the formulas, as methods of a
customer who is still there; here they are met with the chance that the customer is.

    paper   here        unit
    x       repeats     purchases after the first
    t_x     recency     weeks from first to last purchase
    T       age         weeks from first purchase to now
    t       weeks       weeks from now on
    δ       weekly_discount   continuous, per week
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers, as_column
from crmkit.metrics.value.models._hooks import at_least_0
from crmkit.metrics.value.models._outlook import Outlook
from crmkit.metrics.value.models.history import read_histories, refuse
from crmkit.metrics.value.models.simulated import Simulating

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.domain.tally import CustomerSummary
    from crmkit.metrics.value.models.fit import Fit
__all__ = ["BuyingModel", "at_least_0"]

# Discounts per week between which an endless sum means something.
_GENTLEST, _STEEPEST = 1e-12, 1e6


class BuyingModel(Outlook, Simulating):
    """A model of customers who may buy at any moment, and whose leaving nobody sees."""

    __slots__ = ()

    NAME: ClassVar[str] = ""

    # --- learning ---------------------------------------------------------------------------

    @classmethod
    def fit(cls, repeats: Any, recency: Any, age: Any, *, weights: Any = None) -> "Fit[Self]":
        """Find the parameters that make these histories most likely.

        Time may be in any unit: the model comes out in the same one. Histories are tallied to
        distinct ones first.

        Args:
            repeats: Purchases after the first, per customer, whole numbers from 0.
            recency: Weeks from first to last purchase; 0 exactly where ``repeats`` is 0.
            age: Weeks from first purchase to now. One-time buyers belong in the data.
            weights: How many customers each row stands for; 1 if left out.

        Returns:
            Model, standard errors and covariance; ``converged`` is False, and ``notes`` say
            why, where the data cannot tell the parameters apart or send one to its border.
            ``notes`` also name a customer who buys far more than the model expects of anybody.

        Raises:
            InvalidValueError: A history that cannot exist, with its row.
            InsufficientDataError: Too few customers, repeat buyers or different histories.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.busy_doubts import doubted

        x, t_x, T = map(as_column, (repeats, recency, age))
        w = None if weights is None else as_column(weights)
        return doubted(cls._fit(x, t_x, T, w), x, T, w)

    @classmethod
    def fit_summaries(cls, people: "Iterable[CustomerSummary]") -> "Fit[Self]":
        """Find the parameters from customers' summaries; those without an occasion are left out.

        Raises:
            InsufficientDataError: Too few customers, repeat buyers or different histories.
            MissingExtraError: numpy or scipy is not installed.
        """
        buyers = [one for one in people if one.days]
        return cls.fit(
            [one.repeats for one in buyers],
            [one.recency_weeks for one in buyers],
            [one.age_weeks for one in buyers],
        )

    # --- asking -----------------------------------------------------------------------------

    def log_likelihood(self, repeats: Any, recency: Any, age: Any) -> Numbers:
        """Return the log-likelihood of each history, per unit of time.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.

        Returns:
            A float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist.
        """
        return self._log_likelihood(read_histories(repeats, recency, age))

    def probability_alive(self, repeats: Any, recency: Any, age: Any) -> Numbers:
        """Return the probability that each customer has not left.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.

        Returns:
            0 to 1; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist.
        """
        return self._alive(read_histories(repeats, recency, age))

    def expected_purchases(self, repeats: Any, recency: Any, age: Any, *, weeks: Any) -> Numbers:
        """Return the purchases to expect over the next ``weeks``.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.

        Returns:
            0 or more; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a horizon below 0.
        """
        h, ahead = read_histories(repeats, recency, age), at_least_0(weeks)
        return self._alive(h) * self._purchases(h, ahead)

    def expected_purchases_of_newcomer(self, *, weeks: float) -> float:
        """Return the repeat purchases to expect ``weeks`` after a first purchase.

        Args:
            weeks: How far ahead, 0 or more.

        Raises:
            InvalidValueError: A horizon below 0.
        """
        return float(self.expected_purchases(0, 0, 0, weeks=weeks))

    def discounted_purchases(
        self,
        repeats: Any,
        recency: Any,
        age: Any,
        *,
        weeks: float,
        weekly_discount: float,
        step: int = 1,
    ) -> Numbers:
        """Return the purchases to expect over the next ``weeks``, at what they are worth today.

        The sum over weeks k of the purchases expected in week k times e^(-δ(k - ½)): what comes
        in a week counts in its middle, and a last fraction of a week in the middle of that.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.
            weekly_discount: δ, continuous, per week, 0 or more; 0.0026877 is 15 % a year.
            step: How many weeks are discounted together, in their middle: 4 is quicker for
                busy customers, and off by some 3e-5 at 15 % a year.

        Returns:
            0 or more; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, a horizon or discount below 0.
        """
        h, ahead = read_histories(repeats, recency, age), at_least_0(weeks)
        discount = at_least_0(weekly_discount, "weekly_discount")
        return self._alive(h) * self._discounted(h, ahead, discount, step)

    def dert(self, repeats: Any, recency: Any, age: Any, *, weekly_discount: float) -> Numbers:
        """Return the discounted expected residual transactions: all to come, at today's worth.

        The integral of e^(-δt) over the purchases expected at each moment t from now on.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weekly_discount: δ, continuous, per week, 1e-12 to 1e6; 0.0026877 is 15 % a year.

        Returns:
            0 or more; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a discount out of range.
        """
        h = read_histories(repeats, recency, age)
        discount = at_least_0(weekly_discount, "weekly_discount", most=_STEEPEST)
        rule = f"must be {_GENTLEST:g} or more for a sum without end"
        refuse(PLAIN, "weekly_discount", discount, discount < _GENTLEST, rule)
        return self._alive(h) * self._discounted_for_ever(h, discount)

    def purchase_probability(self, repeats: Any, recency: Any, age: Any, *, weeks: Any) -> Numbers:
        """Return the probability of at least one purchase within the next ``weeks``.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.

        Returns:
            0 to 1; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a horizon below 0.
        """
        h, ahead = read_histories(repeats, recency, age), at_least_0(weeks)
        return self._alive(h) * self._buying_within(h, ahead)

    def survival_probability(self, repeats: Any, recency: Any, age: Any, *, weeks: Any) -> Numbers:
        """Return the probability that each customer will still be there after ``weeks``.

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.

        Returns:
            0 to 1; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a horizon below 0.
        """
        h, ahead = read_histories(repeats, recency, age), at_least_0(weeks)
        return self._alive(h) * self._staying(h, ahead)

    def expected_lifetime(self, repeats: Any, recency: Any, age: Any, *, weeks: Any) -> Numbers:
        """Return how many of the next ``weeks`` the customer is expected to be there for.

        The integral of the survival probability: the residual lifetime as far as the horizon
        (its mean without one is endless under most fitted models).

        Args:
            repeats: Purchases after the first, x.
            recency: Weeks from first to last purchase, t_x.
            age: Weeks from first purchase to now, T.
            weeks: How far ahead, 0 or more.

        Returns:
            0 to ``weeks``; a float for one history, an array for sequences.

        Raises:
            InvalidValueError: A history that cannot exist, or a horizon below 0.
        """
        h, ahead = read_histories(repeats, recency, age), at_least_0(weeks)
        return self._alive(h) * self._weeks_staying(h, ahead)
