"""A figure with all that is needed to trust it: interval, n, unit, method, notes.

Undefined is a figure without a value and with a note that says what is needed; it is
never NaN and never 0. Its interval is the whole range of the measure, with None for an
open end.
"""

from math import isnan

from attrs import evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown

__all__ = ["Estimate", "undefined"]


def _refuse_nan(instance: object, attribute: object, value: float | None) -> None:
    del instance
    if value is not None and isnan(value):
        raise InvalidValueError(
            getattr(attribute, "name", "value"), value, "must be a number", "give None if undefined"
        )


@frozen(kw_only=True)
class Estimate(Shown):
    """A figure with its unit and its interval.

    Attributes:
        value: The figure, in ``unit``; None where it is undefined (``notes`` say why).
        low: Lower end of the interval, in ``unit``; None where it is open.
        high: Upper end of the interval, in ``unit``; None where it is open.
        level: Coverage of the interval, 0 to 1.
        n: Observations behind the figure (an effective size where weights are used).
        unit: For people: "points", "purchases", "EUR".
        method: How value and interval were found, in a few words.
        notes: What the reader must know: what was left out, what is missing.
    """

    value: float | None = field(validator=_refuse_nan)
    low: float | None = field(default=None, validator=_refuse_nan)
    high: float | None = field(default=None, validator=_refuse_nan)
    level: float = 0.95
    n: float
    unit: str
    method: str
    notes: tuple[str, ...] = ()

    def noting(self, *notes: str) -> "Estimate":
        """Return the same figure with more notes."""
        return evolve(self, notes=(*self.notes, *notes))

    @property
    def span(self) -> str:
        """The interval as a person reads it; empty where both its ends are open."""
        if self.low is None and self.high is None:
            return ""
        ends = ("open" if end is None else _digits(end) for end in (self.low, self.high))
        return f"{self.level:.0%}: " + " to ".join(ends)

    def sheet(self) -> Sheet:
        """Return the figure as it is shown in a notebook."""
        known = "unknown" if self.value is None else f"{_digits(self.value)} {self.unit}".rstrip()
        rows = (*self._grounds(), ("method", self.method))
        return Sheet(title=known, rows=rows, notes=self.notes)

    def _grounds(self) -> tuple[tuple[str, str], ...]:
        span = (("interval", self.span),) if self.span else ()
        return (*span, ("n", f"{self.n:,g}"))

    def explain(self, figure: str = "figure", *, source: str = "") -> Explanation:
        """Return how the figure came about.

        Args:
            figure: Its name, which it does not know itself.
            source: Who says that it is found so; empty leaves that to the method.
        """
        notes = (("notes", "; ".join(self.notes)),) if self.notes else ()
        return Explanation(
            figure=figure,
            answer=self,
            formula=self.method,
            source=source,
            inputs=(*self._grounds(), *notes),
        )

    def __str__(self) -> str:
        if self.value is None:
            return "unknown" + (f" ({self.notes[0]})" if self.notes else "")
        text = f"{_digits(self.value)} {self.unit}".rstrip()
        if self.low is None or self.high is None:
            return f"{text} (n {self.n:,g})"
        return f"{text} ({_digits(self.low)} to {_digits(self.high)}, n {self.n:,g})"


def _digits(value: float) -> str:
    """``value`` as a person reads it: whole above a thousand, else four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def undefined(
    *,
    unit: str,
    method: str,
    note: str,
    low: float | None = None,
    high: float | None = None,
    n: float = 0,
) -> Estimate:
    """Return a figure without a value, with the whole range as its interval.

    Args:
        unit: Unit the figure would have.
        method: How it would be found.
        note: What is missing.
        low: Lower end of the measure's range, or None where it is open.
        high: Upper end of the measure's range, or None where it is open.
        n: Observations there are.
    """
    return Estimate(value=None, low=low, high=high, n=n, unit=unit, method=method, notes=(note,))
