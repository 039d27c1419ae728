"""What is expected of the customers of today, horizon by horizon: the answer of ``forecast``."""

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate

__all__ = ["Forecast", "ForecastPoint"]


@frozen(kw_only=True)
class ForecastPoint:
    """What is expected up to a number of weeks from now.

    Attributes:
        weeks: How far ahead.
        customers: How many of today's customers are still there then.
        occasions: Purchase occasions up to then.
        revenue: Net revenue up to then, in major units, undiscounted.
        profit: The part of it that stays.
        newcomers: Occasions of those who come in between, first ones included; None where it
            was not said how many come.
    """

    weeks: float
    customers: Estimate
    occasions: Estimate
    revenue: Estimate
    profit: Estimate
    newcomers: float | None = None

    def to_row(self) -> dict[str, float | None]:
        """Return a flat row: every figure with the ends of its interval."""
        row: dict[str, float | None] = {"weeks": self.weeks}
        for name in ("customers", "occasions", "revenue", "profit"):
            figure: Estimate = getattr(self, name)
            row |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
        return {**row, "newcomers": self.newcomers}


@frozen(kw_only=True)
class Forecast(Shown):
    """What the customers of today will do.

    Attributes:
        points: By number of weeks ahead, the horizon last; everything from now up to then.
        buyers: How many customers it is of: those who ever bought.
        models: A line per model: what was fitted, or why not.
        notes: What the reader must know.
    """

    points: tuple[ForecastPoint, ...]
    buyers: int
    models: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> ForecastPoint:
        """What is expected up to the horizon."""
        return self.points[-1]

    def to_rows(self) -> list[dict[str, float | None]]:
        """Return one flat row per point, ready to be plotted."""
        return [point.to_row() for point in self.points]

    def sheet(self) -> Sheet:
        """Return the whole horizon as it is shown."""
        return Sheet(
            title=f"The next {self.whole.weeks:g} weeks of {self.buyers:,} customers",
            rows=tuple(self._told().items()),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the forecast came about."""
        return explained(
            "forecast",
            self.whole.occasions,
            inputs={"customers": self.buyers, "weeks": self.whole.weeks, **self._told()},
            left_out=self.notes,
            model="\n".join(self.models),
        )

    def _told(self) -> dict[str, object]:
        last = self.whole
        told: dict[str, object] = {
            "still customers then": last.customers,
            "occasions": last.occasions,
            "revenue": last.revenue,
            "profit": last.profit,
        }
        return told if last.newcomers is None else {**told, "newcomers' occasions": last.newcomers}
