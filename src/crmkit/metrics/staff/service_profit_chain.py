"""The service-profit chain: does what is done for staff go on to customers, and to profit?

Internal service quality → employee satisfaction → employee retention → customer satisfaction →
customer retention → profit. A row is a unit that has all of them, as a store in a month. Every link
is a correlation and a slope between two neighbours; the slopes multiplied are what a unit of the
first figure comes to in the last.

    paper   here        unit
    r, ρ    pearson, spearman   -1 to 1
    b       slope       the later figure per unit of the earlier; least squares with HC3 errors
    Πb      effect      the last figure per unit of the first (``serial_effect``)
            lag         periods from the earlier figure of each link to the later

With a lag each figure of a unit in a period is paired with the next figure of the same unit so
many periods later, link by link; then the last figure stands one lag further off per link.

Assumptions: rows are independent units, alike but for chance, and links are straight lines. What
goes together need not bring about: a good location may please staff and customers alike, and a
busy store may tire both. A lag that is known from elsewhere, and a unit that was changed on purpose
against one that was not, say more than any correlation does. A chain of simple slopes is no
structural equation model: it holds no direct way from the first figure to the last.

No result hangs on a unit of fewer than five people where their numbers are given.

Sources:
    Heskett, J. L., Jones, T. O., Loveman, G. W., Sasser, W. E., Schlesinger, L. A. (1994).
    Putting the service-profit chain to work. Harvard Business Review 72(2), 164-174.
    Rucci, A. J., Kirn, S. P., Quinn, R. T. (1998). The employee-customer-profit chain at Sears.
    Harvard Business Review 76(1), 82-97. MacKinnon, J. G., White, H. (1985), Journal of
    Econometrics 29, 305-325 (HC3).
"""

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise

from attrs import evolve, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import Table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.correlation import pearson, spearman, varies
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.least_squares import least_squares
from crmkit.metrics.staff.chain_rows import ChainRows, chain_rows
from crmkit.metrics.staff.protected_groups import LEAST, checked_least
from crmkit.metrics.staff.serial_effect import (
    DRAWS,
    PER_UNIT,
    SerialEffect,
    serial_effect,
    unknown_effect,
)

__all__ = ["ChainLink", "ServiceProfitChain", "service_profit_chain"]

_SLOPE = "least squares, HC3 interval"
_LEAST_FOR_SLOPE = 3
_LEAST_FOR_INTERVAL = 4
_FEW = 20
_CAUTION = "a link says what goes together, not what brings what about"


@frozen(kw_only=True)
class ChainLink(Shown):
    """A link of the chain.

    Attributes:
        earlier: The name of its first figure.
        later: The name of the figure that it is to lead to.
        pearson: Correlation of the two, -1 to 1.
        spearman: Rank correlation of the two, -1 to 1.
        slope: The later figure per unit of the earlier.
        slope_error: Standard error of the slope (HC3); None of fewer than four pairs.
        n: Complete pairs.
        notes: What was left out, and how far to trust it.
    """

    earlier: str
    later: str
    pearson: Estimate
    spearman: Estimate
    slope: Estimate
    slope_error: float | None
    n: int
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Both figures, in words."""
        return f"{self.earlier} → {self.later}"

    def sheet(self) -> Sheet:
        """Return the link as it is shown."""
        rows = (
            ("correlation", self.pearson),
            ("rank correlation", self.spearman),
            ("slope", self.slope),
        )
        return Sheet(title=self.name, rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how correlations and slope came about."""
        return explained(
            "chain_link",
            self.slope,
            inputs={"pairs": self.n},
            left_out=self.notes,
            parts=(
                self.pearson.explain("pearson"),
                self.spearman.explain("spearman"),
                self.slope.explain("chain_slope"),
            ),
            called=self.name,
        )


@frozen(kw_only=True)
class ServiceProfitChain(Shown):
    """A chain of figures, link by link, and what it comes to.

    Attributes:
        links: The links, in the order of the chain.
        serial: What a unit of the first figure comes to in the last, with Sobel's for reference.
        n: Rows that were used.
        withheld: Rows that were not, for too few people stand behind them.
        lag: Periods between the two figures of each link.
        notes: What the reader must know; the first says what a correlation is not.
    """

    links: tuple[ChainLink, ...]
    serial: SerialEffect
    n: int
    withheld: int
    lag: int
    notes: tuple[str, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """The names of the figures, first to last."""
        return (self.links[0].earlier, *(link.later for link in self.links))

    @property
    def effect(self) -> Estimate:
        """The last figure per unit of the first, with its Monte Carlo interval."""
        return self.serial.effect

    def sheet(self) -> Sheet:
        """Return the effect, and every link below it, as they are shown."""
        lag = (("lag", f"{self.lag} periods a link"),) if self.lag else ()
        rows = (
            ("effect", f"{self.effect} of {self.order[0]} in {self.order[-1]}"),
            ("Sobel, for reference", self.serial.sobel.span or "no interval"),
            ("rows", f"{self.n:,}"),
            *lag,
        )
        return Sheet(
            title="Service-profit chain: " + " → ".join(self.order),
            rows=rows,
            notes=(*self.notes, *self.effect.notes),
            parts=tuple(link.sheet() for link in self.links),
        )

    def explain(self) -> Explanation:
        """Return how the links and the effect came about."""
        return explained(
            "service_profit_chain",
            self.effect,
            inputs={"chain": " → ".join(self.order), "lag": self.lag, "rows": self.n},
            coverage=f"{self.n:,} of {self.n + self.withheld:,} rows",
            left_out=self.notes,
            parts=(*(link.explain() for link in self.links), self.serial.explain()),
        )


def service_profit_chain(
    figures: Table,
    *,
    order: Sequence[str] | None = None,
    lag: int = 0,
    units: Iterable[Hashable] | None = None,
    periods: Iterable[int | None] | None = None,
    people: Iterable[int | None] | None = None,
    least: int = LEAST,
    seed: int = 0,
    draws: int = DRAWS,
) -> ServiceProfitChain:
    """Links between figures of units, and the effect of the first on the last.

    Args:
        figures: The figures by name, one row per unit, or per unit and period: a mapping, or a
            data frame; None is a missing one.
        order: Their names, in the order of the chain. By default that of
            ``SERVICE_PROFIT_CHAIN`` where no other names are there, else the order given.
        lag: Periods from the earlier figure of each link to the later, 0 or more.
        units: Which unit each row is of; needed with a lag.
        periods: In which period each row is, as a whole number that counts them (months: 12 ×
            year + month); needed with a lag.
        people: How many people stand behind each row, as answered or work there. Rows of fewer
            than ``least``, or of an unknown number, are withheld.
        least: The fewest people of whom a row is used, 5 or more.
        seed: From 0; of the Monte Carlo interval.
        draws: Draws behind it, 1,000 or more.

    Returns:
        Links of complete pairs, each on its own. Of fewer than three pairs, and where a figure
        does not vary, a link is undefined, and the effect with it; of three it has no interval.
        Of fewer than twenty a note warns.

    Raises:
        InvalidValueError: Fewer than two figures, one that is not there, NaN, columns of unequal
            length, a lag without units and periods, two rows of one unit and period, a least
            below 5.

    Source:
        Heskett et al. (1994); MacKinnon and White (1985); MacKinnon, Lockwood and Williams
        (2004).

    >>> found = service_profit_chain({
    ...     "employee_satisfaction": [60, 65, 70, 72, 75, 80, 82, 88],
    ...     "customer_satisfaction": [70, 71, 74, 73, 78, 79, 83, 84],
    ... })
    >>> round(found.links[0].pearson.value, 4), round(found.effect.value, 4)
    (0.9652, 0.5572)
    """
    rows = chain_rows(
        figures,
        order,
        people=people,
        least=checked_least(least),
        lag=lag,
        units=units,
        periods=periods,
    )
    links = tuple(_link(rows, *names) for names in pairwise(rows.table.names))
    return ServiceProfitChain(
        links=links,
        serial=_serial(links, seed, draws),
        n=len(rows.table),
        withheld=rows.withheld,
        lag=rows.lag,
        notes=(_CAUTION, *rows.notes),
    )


def _link(rows: ChainRows, earlier: str, later: str) -> ChainLink:
    x, y, left_out = rows.pairs(earlier, later)
    slope, error = _slope(x, y)
    n = len(x)
    few = (f"only {n:,} pairs: fewer than {_FEW} make a rough picture",) if n < _FEW else ()
    return ChainLink(
        earlier=earlier,
        later=later,
        pearson=pearson(x, y),
        spearman=spearman(x, y),
        slope=slope,
        slope_error=error,
        n=n,
        notes=(*left_out, *few),
    )


def _slope(x: Sequence[float], y: Sequence[float]) -> tuple[Estimate, float | None]:
    """The slope and its error."""
    n = len(x)
    if n < _LEAST_FOR_SLOPE or not (varies(x) and varies(y)):
        few = n < _LEAST_FOR_SLOPE
        note = f"needs {_LEAST_FOR_SLOPE} pairs or more" if few else "one side does not vary"
        return undefined(unit=PER_UNIT, method=_SLOPE, note=note, n=n), None
    fit = least_squares([x], y, errors="hc3")
    bare = Estimate(value=fit.coefficients[1], n=n, unit=PER_UNIT, method=_SLOPE)
    if n < _LEAST_FOR_INTERVAL:
        return bare.noting(f"no interval: needs {_LEAST_FOR_INTERVAL} pairs or more"), None
    low, high = fit.interval(1)
    return evolve(bare, low=low, high=high), fit.standard_errors[1]


def _serial(links: Sequence[ChainLink], seed: int, draws: int) -> SerialEffect:
    n = min(link.n for link in links)
    slopes = {link.name: link.slope.value for link in links}
    known = [value for value in slopes.values() if value is not None]
    if len(known) < len(links):
        open_ones = ", ".join(name for name, value in slopes.items() if value is None)
        return unknown_effect(f"a link is undefined: {open_ones}", n)
    errors = [link.slope_error for link in links if link.slope_error is not None]
    if len(errors) < len(links):
        return serial_effect(known, n=n)
    degrees = [link.n - 2 for link in links]
    return serial_effect(known, errors, degrees=degrees, n=n, seed=seed, draws=draws)
