"""One driver: what it weighs, and what is to be minded about it."""

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.estimate import Estimate

__all__ = ["Driver"]


@frozen(kw_only=True)
class Driver(Shown):
    """A predictor with its part in what all of them explain.

    Attributes:
        name: The question or variable.
        weight: Its part of the outcome's variance, 0 to 1; those of all drivers sum to R².
        share: Its part of what is explained, 0 to 1; those of all drivers sum to 1. Undefined
            where nothing is explained.
        r: Its correlation with the outcome, -1 to 1.
        beta: Its standardised coefficient beside the others: standard deviations of the outcome
            per one of its own.
        vif: Variance inflation factor, 1 (apart from the others) or more.
        beyond_chance: Whether it weighs more than a variable drawn at random, in 97.5 % of the
            samples or more; None where too few samples could be used.
        method: "johnson" or "lmg".
        notes: Suppression, collinearity, chance.
    """

    name: str
    weight: Estimate
    share: Estimate
    r: Estimate
    beta: Estimate
    vif: float
    beyond_chance: bool | None
    method: str
    notes: tuple[str, ...] = ()

    def brief(self) -> str:
        """Return weight, share and direction in a line."""
        part = "" if self.share.value is None else f", {self.share.told}"
        signs = f"r {self.r.value:+.3f}, β {self.beta.value:+.3f}"
        return f"{self.weight.bare}{part}; {signs}, VIF {self.vif:.3g}"

    def sheet(self) -> Sheet:
        """Return the driver as it is shown."""
        rows = (
            ("weight", self.weight),
            ("of R²", self.share),
            ("r", self.r),
            ("β", self.beta),
            ("VIF", f"{self.vif:.3g}"),
        )
        return Sheet(title=self.name, rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the weight came about."""
        figure = "relative_weight" if self.method == "johnson" else "lmg_weight"
        return self.weight.noting(*self.notes).explain(figure, called=self.name)
