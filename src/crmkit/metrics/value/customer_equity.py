"""Customer equity: what those are worth who may become customers, or may change the brand.

``prospect_equity`` follows Blattberg & Deighton: of the prospects approached at cost A a share
a is won and brings m a year; from the first year on R is spent on each to keep them, and a
share r stays.

    CE = a m − A + a (m − R/r) r′/(1 − r′),   r′ = r/(1 + d)

``switching_equity`` follows Rust, Lemon & Zeithaml: at each purchase a customer chooses among
all brands of the market, with chances that depend on the brand bought last, so that who
leaves may come back.

    CLV_j = Σ_t (1 + d)^(−t/f) v_j π_j B_jt,   B_t = B_0 M^t

Sources: Blattberg, R. C., Deighton, J. (1996). Manage marketing by the customer equity test.
Harvard Business Review 74(4), 136-144. Rust, R. T., Lemon, K. N., Zeithaml, V. A. (2004).
Return on marketing: using customer equity to focus marketing strategy. Journal of Marketing
68(1), 109-127.
"""

from collections.abc import Mapping, Sequence
from math import log1p

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value._chain import Chain, chances, checked_chain, names_of, worth
from crmkit.metrics.value._closed_form import as_float, finite, in_money, read_out
from crmkit.metrics.value._exact import Number, exact

__all__ = ["ProspectEquity", "SwitchingEquity", "prospect_equity", "switching_equity"]


@frozen(kw_only=True)
class ProspectEquity(Shown):
    """What one prospect is worth before they are approached.

    Attributes:
        acquisition: Of the first year, less the cost of the approach, in units of
            ``currency``.
        retention: Of the years after, less the cost of keeping, in units of ``currency``.
        currency: ISO 4217 code of the money.
        terms: What went in, by name, as it is shown.
    """

    acquisition: float
    retention: float
    currency: str = field(converter=currency_code)
    terms: Mapping[str, str] = field(converter=FrozenMapping, hash=False)

    @property
    def value(self) -> float:
        """Acquisition and retention equity together, in units of ``currency``."""
        return self.acquisition + self.retention

    def sheet(self) -> Sheet:
        """Return the equity and its two parts as they are shown."""
        rows = (
            ("acquisition", in_money(self.acquisition, self.currency)),
            ("retention", in_money(self.retention, self.currency)),
            *self.terms.items(),
        )
        return Sheet(title=f"Equity per prospect: {self._answer()}", rows=rows)

    def explain(self) -> Explanation:
        """Return how the equity came about."""
        return explained("prospect_equity", self._answer(), inputs=self.terms)

    def _answer(self) -> str:
        return in_money(self.value, self.currency)


def prospect_equity(
    acquisition_rate: Number,
    margin: Number,
    retention: Number,
    discount: Number,
    *,
    currency: str,
    acquisition_cost: Number = 0,
    retention_cost: Number = 0,
) -> ProspectEquity:
    """Value a prospect: the chance to win them, and what they bring from then on.

    Args:
        acquisition_rate: Share of the prospects approached who become customers, 0 to 1.
        margin: Money a customer brings per year before the cost of keeping them.
        retention: Share of customers who stay from one year to the next, 0 to 1.
        discount: Discount rate per year, 0 or more.
        currency: ISO 4217 code of the money.
        acquisition_cost: Cost of approaching one prospect, 0 or more.
        retention_cost: Cost of keeping one customer for a year, 0 or more.

    Raises:
        InvalidValueError: A term that cannot be, or a value without end (retention 1 at
            discount 0).

    Source:
        Blattberg & Deighton (1996).

    >>> costs = {"acquisition_cost": 5, "retention_cost": 10}
    >>> round(prospect_equity(0.1, 100, 0.8, 0.1, **costs, currency="EUR").value, 2)
    28.33
    """
    won = exact(acquisition_rate, "acquisition_rate", low=0, high=1)
    yearly, spent = exact(margin, "margin"), exact(acquisition_cost, "acquisition_cost", low=0)
    kept, rate = exact(retention, "retention", low=0, high=1), exact(discount, "discount", low=0)
    keeping = exact(retention_cost, "retention_cost", low=0)
    if kept == 1 + rate:
        rule = "must be less than 1 where nothing is discounted"
        raise InvalidValueError("retention", retention, rule, "the value would have no end")
    # The formula above with r taken out of its denominators, so that retention may be 0.
    first = won * yearly - spent
    later = won * (yearly * kept - keeping) / (1 + rate - kept)
    as_float(abs(first) + abs(later), "margin", margin)
    return ProspectEquity(
        acquisition=float(first),
        retention=float(later),
        currency=currency,
        terms={
            "won": f"{float(won):.4g}",
            "margin": f"{in_money(float(yearly), currency)} a year",
            "approach": f"{in_money(float(spent), currency)} a prospect",
            "keeping": f"{in_money(float(keeping), currency)} a year",
            "retention": f"{float(kept):.4g} a year",
            "discount": f"{float(rate):.4g} a year",
        },
    )


@frozen(kw_only=True)
class SwitchingEquity(Shown):
    """What the customers of a market are worth to each brand.

    Attributes:
        by_brand: Equity by the name of the brand, in units of ``currency``.
        currency: ISO 4217 code of the money.
        customers: How many customers it is for.
        discount: Discount rate per year.
        purchases_per_year: How often a customer buys in the market.
        purchases: How many purchases count; None for ever.
    """

    by_brand: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    currency: str = field(converter=currency_code)
    customers: float
    discount: float
    purchases_per_year: float
    purchases: int | None

    def sheet(self) -> Sheet:
        """Return the equities and their terms as they are shown."""
        rows = (
            *((name, in_money(one, self.currency)) for name, one in self.by_brand.items()),
            *self._inputs(),
        )
        return Sheet(title="Customer equity by brand", rows=rows)

    def explain(self) -> Explanation:
        """Return how the equities came about."""
        told = read_out(self.by_brand, self.currency)
        return explained("switching_equity", told, inputs=self._inputs())

    def _inputs(self) -> tuple[tuple[str, str], ...]:
        many = "purchase" if self.purchases == 1 else "purchases"
        horizon = "for ever" if self.purchases is None else f"{self.purchases:,} {many}"
        return (
            ("customers", f"{self.customers:,g}"),
            ("discount", f"{self.discount:.4g} a year"),
            ("purchases", f"{self.purchases_per_year:.4g} a year"),
            ("horizon", horizon),
        )


def switching_equity(
    switching: Sequence[Sequence[float]],
    start: Sequence[float],
    *,
    spend: Sequence[float],
    margins: Sequence[float],
    discount: float,
    currency: str,
    purchases_per_year: float = 1,
    purchases: int | None = None,
    customers: float = 1,
    brands: Sequence[str] | None = None,
) -> SwitchingEquity:
    """Value the customers of a market to each of its brands.

    Args:
        switching: Chance of buying each brand next, by the brand bought last (row); each row
            sums to 1.
        start: Chance that the purchase of today is of each brand; sums to 1.
        spend: Money per purchase of each brand, 0 or more, in units of ``currency``.
        margins: Share of the spend that each brand keeps, at most 1.
        discount: Discount rate per year, 0 or more; above 0 for an endless horizon.
        currency: ISO 4217 code of the money.
        purchases_per_year: How often a customer buys in the market, above 0.
        purchases: How many purchases count, that of today included; None for ever.
        customers: How many customers there are that the terms are the mean of.
        brands: Names of the brands; "1", "2", … where they are not given.

    Raises:
        InvalidValueError: A term that cannot be, chances that do not sum to 1, or a value
            without end.

    Source:
        Rust, Lemon & Zeithaml (2004).

    >>> moves = [[0.9, 0.1], [0.2, 0.8]]
    >>> terms = {"spend": [50, 40], "margins": [0.2, 0.2], "discount": 0.1, "currency": "EUR"}
    >>> two = switching_equity(moves, [1, 0], **terms, purchases=2, brands=["ours", "theirs"])
    >>> round(two.by_brand["ours"], 2)  # 10 + 0.9 × 10 ÷ 1.1
    18.18
    """
    chain = checked_chain(switching, "switching")
    size = len(chain)
    first = chances(start, "start", size)
    kept = _per_brand(spend, margins, size)
    frequency = _frequency(purchases_per_year)
    force = log1p(checked_number(discount, "discount", low=0)) / frequency
    people = checked_number(customers, "customers", low=0)
    bought = _bought(chain, first, force, _further(purchases))
    names = names_of(brands, size, "brands")
    return SwitchingEquity(
        by_brand={
            name: finite(people * each * times, "spend", tuple(spend))
            for name, each, times in zip(names, kept, bought, strict=True)
        },
        currency=currency,
        customers=people,
        discount=float(discount),
        purchases_per_year=frequency,
        purchases=None if purchases is None else int(purchases),
    )


def _per_brand(spend: Sequence[float], margins: Sequence[float], size: int) -> list[float]:
    """What each brand keeps of a purchase."""
    for name, given in (("spend", spend), ("margins", margins)):
        if len(given) != size:
            raise InvalidValueError(name, len(given), f"must be {size}, one per brand")
    paid = [checked_number(one, f"spend[{at}]", low=0) for at, one in enumerate(spend)]
    shares = [_share(one, f"margins[{at}]") for at, one in enumerate(margins)]
    return [one * share for one, share in zip(paid, shares, strict=True)]


def _share(given: float, name: str) -> float:
    share = checked_number(given, name)
    if share > 1:
        raise InvalidValueError(name, given, "must be 1 or less", "write 40 % as 0.4")
    return share


def _frequency(given: float) -> float:
    frequency = checked_number(given, "purchases_per_year", low=0)
    if not frequency:
        raise InvalidValueError("purchases_per_year", given, "must be above 0")
    return frequency


def _further(purchases: int | None) -> int | None:
    if purchases is None:
        return None
    return int(checked_number(purchases, "purchases", low=1, high=100_000, whole=True)) - 1


def _bought(chain: Chain, first: list[float], force: float, further: int | None) -> list[float]:
    """How many purchases each brand is to expect, discounted to now."""
    found = []
    for brand in range(len(chain)):
        hits = [float(one == brand) for one in range(len(chain))]
        values = worth(chain, hits, force, further)
        found.append(sum(a * b for a, b in zip(first, values, strict=True)))
    return found
