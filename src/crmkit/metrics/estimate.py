"""A figure with all that is needed to trust it: interval, n, unit, method, notes.

Undefined is a figure without a value and with a note that says what is needed; it is
never NaN and never 0. Its interval is the whole range of the measure, with None for an
open end.
"""

from collections import Counter
from collections.abc import Mapping
from math import isnan

from attrs import evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.money import decimals
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import CATALOGUE, explained

__all__ = ["Estimate", "side_by_side", "undefined"]

#: Units that a percent sign says already.
_PERCENT = frozenset({"share", "chance"})
#: Units that go without saying.
_UNSAID = _PERCENT | {"score"}
#: How the units begin of which a figure is a part.
_PART = "of the "


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
    def is_part(self) -> bool:
        """Whether it is a part of a whole, from 0 to 1, which reads best as a percentage."""
        return self.unit in _PERCENT or self.unit.startswith(_PART)

    @property
    def is_money(self) -> bool:
        """Whether its unit is a currency."""
        return len(self.unit) == 3 and self.unit.isascii() and self.unit.isupper()

    @property
    def told(self) -> str:
        """The figure with its unit as a person reads it; "unknown" where it is undefined."""
        if self.value is None:
            return "unknown"
        number = self._number(self.value)
        if self.is_money:
            return f"{self.unit} {number}"
        return number if self.unit in _UNSAID else f"{number} {self.unit}".rstrip()

    @property
    def span(self) -> str:
        """The interval as a person reads it; empty where both its ends are open."""
        if self.low is None and self.high is None:
            return ""
        ends = ("open" if end is None else self._number(end) for end in (self.low, self.high))
        return f"{self.level:.0%}: " + " to ".join(ends)

    def _number(self, value: float) -> str:
        if self.is_part:
            return f"{_digits(100 * value)}%"
        if self.is_money and abs(value) < 1000:
            return f"{value:,.{decimals(self.unit)}f}"
        return _digits(value)

    def sheet(self) -> Sheet:
        """Return the figure as it is shown in a notebook."""
        rows = (*self._grounds(), ("method", self.method))
        return Sheet(title=self.told, rows=rows, notes=self.notes)

    def explain(self, figure: str = "figure", *, source: str = "", called: str = "") -> Explanation:
        """Return how the figure came about.

        Args:
            figure: Its name, which it does not know itself. Of a name of the catalogue formula
                and source are those of the catalogue; else the formula is its method.
            source: Who says that it is found so, where the catalogue does not.
            called: What it is called where it has a name of its own.
        """
        if figure in CATALOGUE:
            return explained(figure, self, inputs=self._beside(), called=called)
        notes = (("notes", "; ".join(self.notes)),) if self.notes else ()
        return Explanation(
            figure=called or figure,
            answer=self,
            formula=self.method,
            source=source,
            inputs=(*self._grounds(), *notes),
        )

    def _grounds(self) -> tuple[tuple[str, str], ...]:
        span = (("interval", self.span),) if self.span else ()
        return (*span, ("n", _counted(self.n)))

    def _beside(self) -> tuple[tuple[str, str], ...]:
        """What the figure does not say where it is printed."""
        whole = self.low is not None and self.high is not None
        found = {"method": self.method, "interval": self.span, "notes": "; ".join(self.notes)}
        if self.value is None:
            found |= {"interval": "", "notes": "; ".join(self.notes[1:])}
        elif whole:
            found |= {"method": f"{self.method} ({self.level:.0%})", "interval": ""}
        return tuple((name, text) for name, text in found.items() if text)

    @property
    def bare(self) -> str:
        """The figure with its interval and n, without its unit."""
        return self._with_interval("unknown" if self.value is None else self._number(self.value))

    def __str__(self) -> str:
        return self._with_interval(self.told)

    def _with_interval(self, told: str) -> str:
        if self.value is None:
            return f"{told} ({why})" if (why := _why(self)) else told
        if self.low is None or self.high is None:
            return f"{told} (n {_counted(self.n)})"
        n = _counted(self.n)
        return f"{told} ({self._number(self.low)} to {self._number(self.high)}, n {n})"


def _digits(value: float) -> str:
    """``value`` as a person reads it: three digits, at most four decimals, none from 100 on."""
    # Adding 0 turns the -0 of rounding into 0.
    return f"{value:,.0f}" if abs(value) >= 100 else f"{round(value, 4) + 0.0:.3g}"


def _counted(n: float) -> str:
    """How many, as a person reads it: a whole number, or an effective size with a decimal."""
    return f"{n:,.1f}".removesuffix(".0")


def side_by_side(
    figures: Mapping[str, Estimate],
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return several figures as rows, and notes: a reason they share is told once.

    Args:
        figures: By what each is called.
    """
    reasons = Counter(map(_why, figures.values()))
    shared = [reason for reason, count in reasons.items() if reason and count > 1]
    return (
        tuple(
            (name, one.told if _why(one) in shared else str(one)) for name, one in figures.items()
        ),
        tuple(f"unknown: {reason}" for reason in shared),
    )


def _why(one: Estimate) -> str:
    """Why a figure is undefined; empty where it is not, or nobody knows."""
    return one.notes[0] if one.value is None and one.notes else ""


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
