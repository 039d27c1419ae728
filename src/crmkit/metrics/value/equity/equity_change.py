"""Change of equity: from one date to another, by customers and by drivers, to the last unit.

    after − before = new − lost + change of those who stayed
    change of those who stayed = Σ over the drivers + the rest

What a driver did to a customer's value, a product of factors x_i, is its Shapley value: what
it adds on average over all orders in which the factors can change from a to b one by one. For
a product that is an integral along the straight way from a to b (Owen 1972),

    φ_i = (b_i − a_i) ∫₀¹ Π_{j≠i} (a_j + t (b_j − a_j)) dt,   Σ φ_i = Π b − Π a

which three Gauss-Legendre points give exactly for five factors. No driver is favoured by
coming first. The cost of the relationship is subtracted, so its part is its own change.

Sums are correctly rounded, so the order of the customers means nothing, and are turned into
minor units once. The change of those who stayed is what new and lost customers leave of the
whole, and ``rest`` what the drivers leave of that: the change of customers given without
factors, and at most five minor units of rounding. So the parts add up by whole numbers.

A customer whose value is unknown at either date is left out of both, and named.

Sources: Shapley, L. S. (1953). A value for n-person games. Owen, G. (1972). Multilinear
extensions of games. Management Science 18(5), 64-79.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from math import fsum

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import MOST, Money, added, currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.equity.clv_factors import DRIVERS, FACTORS, ClvFactors

__all__ = ["EquityChange", "equity_change"]

Worth = float | ClvFactors
#: Nodes and weights of Gauss-Legendre on 0 to 1: exact up to the fifth power.
_OFF_CENTRE = 0.6**0.5 / 2
_NODES = ((0.5 - _OFF_CENTRE, 5 / 18), (0.5, 8 / 18), (0.5 + _OFF_CENTRE, 5 / 18))
_SHOWN = 5
_UNDIVIDED = "{:,} of those who stayed came without factors: their change is in the rest"


@frozen(kw_only=True)
class EquityChange(Shown):
    """How customer equity moved from one date to another.

    Attributes:
        before: Equity at the first date, of the customers known at both.
        after: Equity at the second date, of the same and the new ones.
        new: What those are worth who were no customers at the first date.
        lost: What the worth of those fell by who were lost in between.
        factors: What each factor changed in the worth of those who stayed, by its name.
        rest: What the factors leave of that change.
        counts: How many customers are new, lost, stayed, unknown.
        unknown: Those left out, since their worth is unknown at either date.
        undivided: How many stayed whose worth was given without factors at either date.
    """

    before: Money
    after: Money
    new: Money
    lost: Money
    factors: Mapping[str, Money] = field(converter=FrozenMapping, hash=False)
    rest: Money
    counts: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    unknown: tuple[str, ...]
    undivided: int

    @property
    def total(self) -> Money:
        """The whole change."""
        return self.after - self.before

    @property
    def stayed(self) -> Money:
        """The change in the worth of those who stayed."""
        return self.total - self.new + self.lost

    @property
    def drivers(self) -> Mapping[str, Money]:
        """The change of those who stayed by driver of lifetime value, and the rest."""
        grouped = {
            name: added((self.factors[each] for each in held), self.before.currency)
            for name, held in DRIVERS.items()
        }
        return {**grouped, "rest": self.rest}

    @property
    def notes(self) -> tuple[str, ...]:
        """Who was left out, and whose change could not be taken apart."""
        told = []
        if self.unknown:
            names = ", ".join(self.unknown[:_SHOWN])
            more = ", …" if len(self.unknown) > _SHOWN else ""
            told.append(f"{len(self.unknown):,} unknown at either date: {names}{more}")
        if self.undivided:
            told.append(_UNDIVIDED.format(self.undivided))
        return tuple(told)

    def sheet(self) -> Sheet:
        """Return the way from the first equity to the second as it is shown."""
        return Sheet(
            title=f"Customer equity {self.before} → {self.after}: {_signed(self.total)}",
            rows=self._rows(),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the change came about."""
        compared = sum(self.counts.values()) - len(self.unknown)
        return explained(
            "equity_change",
            _signed(self.total),
            inputs=self._rows(),
            coverage=f"{compared:,} of {compared + len(self.unknown):,} customers",
            left_out=self.notes,
        )

    def _rows(self) -> tuple[tuple[str, str], ...]:
        return (
            ("before", str(self.before)),
            (f"{self.counts['new']:,} new", _signed(self.new)),
            (f"{self.counts['lost']:,} lost", _signed(-self.lost)),
            (f"{self.counts['stayed']:,} stayed", _signed(self.stayed)),
            *((f"of that, {name}", _signed(one)) for name, one in self.drivers.items()),
            ("after", str(self.after)),
        )


def _signed(amount: Money) -> str:
    return f"{amount.currency} {amount.amount:+,}" if amount else str(amount)


def equity_change(
    before: Mapping[str, Worth | None],
    after: Mapping[str, Worth | None],
    *,
    currency: str,
    lost: Collection[str] = (),
) -> EquityChange:
    """Take the change of equity between two dates apart, so that it adds up exactly.

    Args:
        before: Lifetime value of each customer at the first date, in units of ``currency``,
            or its factors; None where it is unknown. Who is not in it was no customer.
        after: The same at the second date. Who is not in it is lost, and so is worth 0.
        currency: ISO 4217 code of the money.
        lost: Others who were lost in between, though something may still be expected of them:
            what their worth fell by counts as lost.

    Raises:
        InvalidValueError: A value that is no finite number, or sums beyond what Money holds.

    Source:
        Shapley (1953); Owen (1972).

    >>> first = {"ann": 100.0, "bob": 50.0}
    >>> found = equity_change(first, {"ann": 130.0, "cid": 40.0}, currency="EUR")
    >>> print(found.new, found.lost, found.stayed, found.total, sep="; ")
    EUR 40.00; EUR 50.00; EUR 30.00; EUR 20.00
    """
    code = currency_code(currency)
    unknown = {name for side in (before, after) for name, one in side.items() if one is None}
    first, second = _values(before, unknown, "before"), _values(after, unknown, "after")
    gone = set(lost)
    stayed = [name for name in first if name in second and name not in gone]
    pairs = [(before[name], after[name]) for name in stayed]
    whole = [(a, b) for a, b in pairs if isinstance(a, ClvFactors) and isinstance(b, ClvFactors)]
    sums = {"before": fsum(first.values()), "after": fsum(second.values())}
    sums["new"] = fsum(one for name, one in second.items() if name not in first)
    left = [name for name in first if name not in second or name in gone]
    sums["lost"] = fsum(first[name] - second.get(name, 0.0) for name in left)
    told = {name: _money(one, code) for name, one in sums.items()}
    factors = {name: _money(one, code) for name, one in _by_factor(whole).items()}
    change = told["after"] - told["before"] - told["new"] + told["lost"]
    return EquityChange(
        **told,
        factors=factors,
        rest=change - added(factors.values(), code),
        counts={
            "new": len(second.keys() - first.keys()),
            "lost": len(left),
            "stayed": len(stayed),
            "unknown": len(unknown),
        },
        unknown=tuple(sorted(unknown)),
        undivided=len(pairs) - len(whole),
    )


def _values(side: Mapping[str, Worth | None], unknown: set[str], name: str) -> dict[str, float]:
    return {
        who: _value(one, f"{name}[{who!r}]")
        for who, one in side.items()
        if one is not None and who not in unknown
    }


def _value(one: Worth, name: str) -> float:
    return checked_number(
        one.value if isinstance(one, ClvFactors) else one, name, low=-MOST, high=MOST
    )


def _money(amount: float, currency: str) -> Money:
    return Money.rounded(Decimal(amount), currency)


def _by_factor(pairs: Iterable[tuple[ClvFactors, ClvFactors]]) -> dict[str, float]:
    """What each factor changed, over all customers."""
    listed = [(*_shapley(a.factors(), b.factors()), a.cost - b.cost) for a, b in pairs]
    names = (*FACTORS, "cost")
    columns = zip(*listed, strict=True) if listed else ((0.0,) for _ in names)
    return {name: fsum(column) for name, column in zip(names, columns, strict=True)}


def _shapley(a: tuple[float, ...], b: tuple[float, ...]) -> list[float]:
    """The Shapley values of the factors in the change of their product from a to b."""
    steps = [end - start for start, end in zip(a, b, strict=True)]
    found = [0.0] * len(steps)
    for t, weight in _NODES:
        here = [start + t * step for start, step in zip(a, steps, strict=True)]
        for i, others in enumerate(_products_without_each(here)):
            found[i] += weight * steps[i] * others
    return found


def _products_without_each(values: list[float]) -> list[float]:
    """The product of all others, for each value, without a division."""
    found, before, behind = [1.0] * len(values), 1.0, 1.0
    for i, value in enumerate(values):
        found[i] *= before
        before *= value
    for i in reversed(range(len(values))):
        found[i] *= behind
        behind *= values[i]
    return found
