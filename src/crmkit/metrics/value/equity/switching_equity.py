"""Switching equity: what the customers of a market are worth to each of its brands.

At each purchase a customer chooses among all brands of the market, with chances that depend
on the brand bought last, so that who leaves may come back.

    CLV_j = Σ_t (1 + d)^(−t/f) v_j π_j B_jt,   B_t = B_0 M^t

    paper   here                 unit
    M       switching            chance of the next brand (column) by the last one (row)
    B_0     start                chance that the purchase of today is of each brand
    v       spend                money per purchase
    π       margins              share of the spend
    f       purchases_per_year   purchases per year, of all brands together
    d       annual_discount      per year

Source: Rust, R. T., Lemon, K. N., Zeithaml, V. A. (2004). Return on marketing: using customer
equity to focus marketing strategy. Journal of Marketing 68(1), 109-127.
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
from crmkit.metrics.value.deterministic._chain import Chain, chances, checked_chain, names_of, worth
from crmkit.metrics.value.deterministic._closed_form import finite, in_money, read_out
from crmkit.metrics.value.yearly_rates import yearly

__all__ = ["SwitchingEquity", "switching_equity"]


@frozen(kw_only=True)
class SwitchingEquity(Shown):
    """What the customers of a market are worth to each brand.

    Attributes:
        by_brand: Equity by the name of the brand, in units of ``currency``.
        currency: ISO 4217 code of the money.
        customers: How many customers it is for.
        annual_discount: Discount rate per year.
        purchases_per_year: How often a customer buys in the market.
        purchases: How many purchases count; None for ever.
    """

    by_brand: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    currency: str = field(converter=currency_code)
    customers: float
    annual_discount: float
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
            ("discount", f"{self.annual_discount:.4g} a year"),
            ("purchases", f"{self.purchases_per_year:.4g} a year"),
            ("horizon", horizon),
        )


def switching_equity(
    switching: Sequence[Sequence[float]],
    start: Sequence[float],
    *,
    spend: Sequence[float],
    margins: Sequence[float],
    annual_discount: float,
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
        annual_discount: Discount rate per year, 0 to 1; above 0 for an endless horizon.
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
    >>> terms = {"spend": [50, 40], "margins": [0.2, 0.2], "annual_discount": 0.1, "purchases": 2}
    >>> brands = ["ours", "theirs"]
    >>> two = switching_equity(moves, [1, 0], **terms, brands=brands, currency="EUR")
    >>> round(two.by_brand["ours"], 2)  # 10 + 0.9 × 10 ÷ 1.1
    18.18
    """
    chain = checked_chain(switching, "switching")
    size = len(chain)
    first = chances(start, "start", size)
    kept = _per_brand(spend, margins, size)
    frequency = _frequency(purchases_per_year)
    rate = float(yearly(annual_discount, "annual_discount"))
    if purchases is None and not rate:
        raise InvalidValueError("annual_discount", rate, "must be above 0 for purchases for ever")
    force = log1p(rate) / frequency
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
        annual_discount=rate,
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
