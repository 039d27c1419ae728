"""Price tolerance from behaviour: which rises of a price did customers put up with?

Each time a price has risen between two purchases of a product, the customer either buys again or
does not. Assumptions: the price is why they stop, and what they accept does not depend on the
product. Stock-outs, a need that has passed and rivals' prices all look like a refusal, so what is
found is rather too low. Prices that fell or stayed say nothing of tolerance and are left out.

One customer's tolerance lies between the highest rise accepted and the lowest refused. Over a
base every rise is a yes or no at one premium; the share who accept a premium, never rising with
it, is found by isotonic regression, which is the likeliest such curve.

    symbol   here        unit
    δ        premium     new price ÷ old price - 1
    P(δ)     accepted    share of rises by δ that were accepted, 0 to 1

Source: Ayer, M., Brunk, H. D., Ewing, G. M., Reid, W. T., Silverman, E. (1955). An empirical
distribution function for sampling with incomplete information. Annals of Mathematical
Statistics 26, 641-647. That behaviour shows the tolerance is crmkit's own reading.
"""

from collections.abc import Iterable

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.price.rises import Change, rises_of

__all__ = ["PriceTolerance", "price_tolerance"]

_UNIT = "of the price"
_METHOD = "highest rise accepted; the interval runs to the lowest refused"


@frozen(kw_only=True)
class PriceTolerance(Shown):
    """The band in which one customer's tolerance lies.

    Attributes:
        tolerance: The premium put up with, as a share of the price (0.10 is 10 %), from the
            highest rise accepted to the lowest refused; open above where none was refused.
            This is no confidence interval: the tolerance lies between its ends for sure, if
            it does not change.
        highest_accepted: The highest premium accepted; None where no rise was.
        lowest_refused: The lowest premium refused; None where no rise was.
        accepted: Rises accepted.
        refused: Rises refused.
        left_out: What was left out.
    """

    tolerance: Estimate
    highest_accepted: float | None
    lowest_refused: float | None
    accepted: int
    refused: int
    left_out: tuple[str, ...] = ()

    @property
    def consistent(self) -> bool:
        """Whether every rise accepted is below every rise refused."""
        if self.highest_accepted is None or self.lowest_refused is None:
            return True
        return self.highest_accepted < self.lowest_refused

    def sheet(self) -> Sheet:
        """Return the band."""
        rows = (
            ("tolerance", self.tolerance),
            ("rises accepted", _upto(self.accepted, "up to", self.highest_accepted)),
            ("rises refused", _upto(self.refused, "from", self.lowest_refused)),
        )
        notes = self.left_out if self.consistent else (*self.tolerance.notes, *self.left_out)
        return Sheet(title="Price tolerance", rows=rows, notes=notes)

    def explain(self) -> Explanation:
        """Return how the band came about."""
        return explained(
            "price_tolerance",
            self.tolerance,
            inputs={
                "rises accepted": _upto(self.accepted, "up to", self.highest_accepted),
                "rises refused": _upto(self.refused, "from", self.lowest_refused),
                "notes": "; ".join(self.tolerance.notes) or "none",
            },
            left_out=self.left_out,
        )


def _upto(count: int, word: str, premium: float | None) -> str:
    return f"{count}" if premium is None else f"{count}, {word} {premium:.1%}"


def price_tolerance(changes: Iterable[Change]) -> PriceTolerance:
    """One customer's price tolerance, from the rises they put up with.

    Args:
        changes: (premium, accepted): by what share a price rose between two purchases of the
            same product, and whether it was bought again (``accepted_price_changes``); None
            where that is not known yet.

    Returns:
        The tolerance: the highest rise accepted, 0 where every one was refused. Where a rise
        was accepted above one that was refused, the middle of the two, with a note. Undefined
        without a rise.

    Raises:
        InvalidValueError: A premium below -1 or NaN, or an answer that is neither yes nor no.

    Source:
        crmkit.

    >>> price_tolerance([(0.05, True), (0.10, True), (0.25, False)]).tolerance.value
    0.1
    """
    found = rises_of(changes)
    put_up_with = [premium for premium, accepted in found.rises if accepted]
    refused = [premium for premium, accepted in found.rises if not accepted]
    highest, lowest = max(put_up_with, default=None), min(refused, default=None)
    return PriceTolerance(
        tolerance=_tolerance(highest, lowest, len(found.rises)),
        highest_accepted=highest,
        lowest_refused=lowest,
        accepted=len(put_up_with),
        refused=len(refused),
        left_out=found.left_out,
    )


def _tolerance(highest: float | None, lowest: float | None, n: int) -> Estimate:
    if n == 0:
        why = "no price rose between two purchases"
        return undefined(unit=_UNIT, method=_METHOD, note=why, low=0)
    value, high = highest or 0.0, lowest
    low, notes = value, tuple[str, ...]()
    if lowest is not None and value >= lowest:
        low, high, value = lowest, value, (lowest + value) / 2
        notes = ("a higher rise was accepted than one that was refused: the middle is given",)
    return Estimate(
        value=value, low=low, high=high, level=1, n=n, unit=_UNIT, method=_METHOD, notes=notes
    )
