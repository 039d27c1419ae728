"""What each paper of buying at any moment gives: of a customer who is there, and who that is.

Every hook gets checked histories and computes with their arithmetic, so that one formula
serves one customer and many. ``buying``, ``_outlook`` and ``simulated`` make of them what can
be asked of a model.
"""

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers
from crmkit.metrics.value.models.history import Histories, refuse

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit

# Some twenty thousand million years of weeks: for ever, to a shop.
FOR_EVER = 1e12


class BuyingHooks(ABC):
    """The formulas of one paper."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def _fit(cls, repeats: Any, recency: Any, age: Any, weights: Any) -> "Fit[Self]":
        """Fit this model; see ``BuyingModel.fit``."""

    @abstractmethod
    def _log_likelihood(self, h: Histories) -> Numbers:
        """The log-likelihood of each history."""

    @abstractmethod
    def _alive(self, h: Histories) -> Numbers:
        """The chance that the customer is still there."""

    def _gone(self, h: Histories) -> Numbers:
        """The chance that the customer has left; where it can be had to its last digits."""
        return 1 - self._alive(h)

    @abstractmethod
    def _purchases(self, h: Histories, ahead: float) -> Numbers:
        """Expected purchases of a customer who is there."""

    @abstractmethod
    def _discounted(self, h: Histories, ahead: float, discount: float, step: int) -> Numbers:
        """The same, discounted week by week."""

    @abstractmethod
    def _discounted_for_ever(self, h: Histories, discount: float) -> Numbers:
        """The same without end, discounted at each moment."""

    @abstractmethod
    def _buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        """The chance that a customer who is there buys within that time.

        ``ahead`` is one horizon for all, or one per history: quantiles are searched for so.
        """

    @abstractmethod
    def _staying(self, h: Histories, ahead: Numbers) -> Numbers:
        """The chance that a customer who is there still is after that time.

        ``ahead`` is one horizon for all, or one per history: quantiles are searched for so.
        """

    def _not_buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        """The chance that a customer who is there does not buy; small ones to their last digits."""
        return 1 - self._buying_within(h, ahead)

    def _leaving_within(self, h: Histories, ahead: Numbers) -> Numbers:
        """The chance that a customer who is there leaves; small ones to their last digits."""
        return 1 - self._staying(h, ahead)

    @abstractmethod
    def _weeks_staying(self, h: Histories, ahead: float) -> Numbers:
        """How many of those weeks a customer who is there is expected to stay."""

    @abstractmethod
    def _counts(self, h: Histories, ahead: float, most: int) -> list[Numbers]:
        """The chances that a customer who is there makes 0, 1, … ``most`` purchases."""

    @abstractmethod
    def _simulated(self, rng: Any, h: Histories, ahead: Numbers) -> tuple[Numbers, ...]:
        """Draw the future of customers who are there.

        Returns:
            Purchases within ``ahead`` weeks, weeks from now to the last of them (0 without
            any), and whether the customer is still there then.
        """


def at_least_0(value: Any, field: str = "weeks", *, most: float = FOR_EVER) -> float:
    """Return a horizon or a discount as a float.

    Raises:
        InvalidValueError: It is below 0, beyond what makes sense, or no number.
    """
    (read,) = PLAIN.read({field: value})
    refuse(PLAIN, field, read, not 0 <= read < math.inf, "must be 0 or more, and finite")
    refuse(PLAIN, field, read, read > most, f"must be at most {most:g}")
    return read
