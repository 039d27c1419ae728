"""Customer equity: what a shop's customers are worth, those it has and those it may yet win.

    CE = Σ CLV of the customers  +  Σ prospects × equity per prospect  (+ saved by referrals)

A part that is not known is not 0: then there is no total, but what is known is added up. The
interval of a sum of unrelated parts is put together from theirs (Zou & Donner):

    low = Σ θ_i − √Σ (θ_i − l_i)²,   high = Σ θ_i + √Σ (u_i − θ_i)²

A part given without an interval is taken as it is, except the customers, without whose
interval the total has none. All rates are of a year, and all amounts at today's worth.

Sources: Blattberg, R. C., Deighton, J. (1996). Manage marketing by the customer equity test.
Harvard Business Review 74(4), 136-144. Zou, G. Y., Donner, A. (2008). Construction of
confidence limits about effect measures: a general approach. Statistics in Medicine 27(10),
1693-1702.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, hypot

from attrs import evolve, field, frozen

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money, currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.value.deterministic._closed_form import finite, in_money
from crmkit.metrics.value.equity.prospects import Prospects

__all__ = ["CustomerEquity", "customer_equity"]

_METHOD = "sum of the parts; the interval puts those of unrelated parts together"
_NOT_ASKED = "what prospects are worth is not known: say prospects=() if there are none"
_NO_REFERRALS = "acquisition cost saved by referrals is not counted: it was not given"
_NO_SHARES = "no shares: a part is below 0, or all are 0"
CURRENT, PROSPECTS, REFERRALS = "current customers", "prospects", "saved by referrals"


@frozen(kw_only=True)
class CustomerEquity(Shown):
    """What the customers of a shop are worth, those of today and those to come.

    Attributes:
        parts: Worth of each part by name, in the order of reading; a value is None where it
            is not known.
        total: Their sum; its value is None where a part is not known.
        known: The sum of those that are known.
        segments: What went into each segment of prospects, by its name.
    """

    parts: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    total: Estimate
    known: Estimate
    segments: Mapping[str, Prospects] = field(converter=FrozenMapping, hash=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not counted, and what does not pay."""
        return tuple(_notes(self))

    @property
    def current(self) -> Estimate:
        """Lifetime value of the customers there are."""
        found: Estimate = self.parts[CURRENT]
        return found

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of the parts that are not known."""
        return tuple(name for name, one in self.parts.items() if one.value is None)

    @property
    def coverage(self) -> float:
        """Share of the parts, 0 to 1, that are known."""
        return 1 - len(self.lacking) / len(self.parts)

    @property
    def shares(self) -> Mapping[str, float] | None:
        """Share of each part in the total; None without one, or with a part below 0."""
        known = {name: one.value for name, one in self.parts.items() if one.value is not None}
        if not self.total.value or any(one < 0 for one in known.values()):
            return None
        return {name: one / self.total.value for name, one in known.items()}

    def sheet(self) -> Sheet:
        """Return the total and its parts as they are shown."""
        return Sheet(
            title=f"Customer equity: {self._answer()}", rows=self._rows(), notes=self.notes
        )

    def explain(self) -> Explanation:
        """Return how the total came about."""
        segments = (
            worth.explain()
            for one in self.segments.values()
            if (worth := one.equity(self.total.unit)) is not None
        )
        return explained(
            "customer_equity",
            self.total,
            inputs=self._rows(),
            coverage=f"{len(self.parts) - len(self.lacking)} of {len(self.parts)} parts",
            left_out=(*(f"{name}: {self.parts[name]}" for name in self.lacking), *self.notes),
            parts=(self.current.explain("base_clv"), *segments),
        )

    def _answer(self) -> str:
        return self.total.told if self.total.value is None else str(self.total)

    def _rows(self) -> tuple[tuple[str, str], ...]:
        shares = self.shares or {}
        rows = tuple(
            (name, f"{one}; {shares[name]:.0%}" if name in shares else str(one))
            for name, one in self.parts.items()
        )
        return rows if not self.lacking else (*rows, ("known", str(self.known)))


def customer_equity(
    current: Estimate,
    *,
    prospects: Prospects | Iterable[Prospects] | None = None,
    referrals: Money | Estimate | None = None,
    currency: str,
) -> CustomerEquity:
    """Add up what the customers of a shop are worth, those of today and those to come.

    Args:
        current: Lifetime value of the customers there are, such as ``total_clv(…).total``.
        prospects: Those who may become customers, by segment; an empty sequence for none,
            None where that is not known.
        referrals: Acquisition cost that customers save by bringing others, where it is to be
            counted. What those bring is in ``current`` or ``prospects`` already.
        currency: ISO 4217 code of all money.

    Raises:
        CurrencyMismatchError: Money in another currency.
        InvalidValueError: Two segments of one name, or intervals of different coverage.

    Source:
        Blattberg & Deighton (1996).

    >>> base = Estimate(value=5000, low=4000, high=6200, n=80, unit="EUR", method="CLV")
    >>> found = customer_equity(base, prospects=(), currency="EUR")
    >>> print(found.total)
    EUR 5,000 (4,000 to 6,200, n 80)
    """
    code = currency_code(currency)
    segments = _segments(prospects)
    parts = {CURRENT: _in(code, current, "current")}
    if segments is None:
        parts[PROSPECTS] = undefined(unit=code, method="prospects", note=_NOT_ASKED)
    for name, one in (segments or {}).items():
        parts[name] = one.worth(code)
    if referrals is not None:
        parts[REFERRALS] = _in(code, referrals, "referrals")
    return CustomerEquity(
        parts=parts,
        total=_total(parts, code),
        known=_sum({name: one for name, one in parts.items() if one.value is not None}, code),
        segments=segments or {},
    )


def _segments(given: Prospects | Iterable[Prospects] | None) -> dict[str, Prospects] | None:
    if given is None:
        return None
    listed = [given] if isinstance(given, Prospects) else list(given)
    taken = {CURRENT, REFERRALS}
    for at, one in enumerate(listed):
        if one.name in taken:
            raise InvalidValueError(f"prospects[{at}].name", one.name, "must be of one part alone")
        taken.add(one.name)
    return {one.name: one for one in listed}


def _in(currency: str, part: Estimate | Money, name: str) -> Estimate:
    if isinstance(part, Money):
        amount = Estimate(value=float(part.amount), n=1, unit=part.currency, method="as given")
        return _in(currency, amount, name)
    if not part.is_money:
        raise InvalidValueError(f"{name}.unit", part.unit, "must be a currency")
    if part.unit != currency:
        raise CurrencyMismatchError(currency, part.unit)
    return part


def _total(parts: Mapping[str, Estimate], currency: str) -> Estimate:
    unknown = [name for name, one in parts.items() if one.value is None]
    if unknown:
        note = f"not known: {', '.join(unknown)}"
        return undefined(unit=currency, method=_METHOD, note=note, n=parts[CURRENT].n)
    return _sum(parts, currency)


def _sum(parts: Mapping[str, Estimate], currency: str) -> Estimate:
    """The sum of known parts, with an interval unless the customers have none."""
    if not parts:
        return undefined(unit=currency, method=_METHOD, note="no part is known")
    values = [one.value for one in parts.values() if one.value is not None]
    middle = finite(fsum(values), "current", values)
    n = sum(one.n for name, one in parts.items() if name == CURRENT)
    total = Estimate(value=middle, n=n, unit=currency, method=_METHOD)
    ends = [one for one in parts.values() if one.span]
    if not ends or (CURRENT in parts and not parts[CURRENT].span):
        return total
    _one_level(ends)
    low, high = _reach([one.low for one in ends], ends), _reach([one.high for one in ends], ends)
    return evolve(
        total,
        low=None if low is None else middle - low,
        high=None if high is None else middle + high,
        level=ends[0].level,
    )


def _one_level(parts: Sequence[Estimate]) -> None:
    for one in parts:
        if one.level != parts[0].level:
            rule = f"must be {parts[0].level:g}, as that of the other parts"
            raise InvalidValueError("level", one.level, rule)


def _reach(ends: Sequence[float | None], parts: Sequence[Estimate]) -> float | None:
    """How far the interval of the sum reaches to one side; None where a part's is open."""
    if None in ends:
        return None
    pairs = zip(ends, parts, strict=True)
    return hypot(*(end - (one.value or 0.0) for end, one in pairs if end is not None))


def _notes(equity: CustomerEquity) -> Iterator[str]:
    for name, one in equity.parts.items():
        if name in equity.segments and one.value is not None and one.value < 0:
            lost = in_money(-one.value, one.unit)
            yield f"{name}: approaching them costs {lost} more than they bring"
    if REFERRALS not in equity.parts:
        yield _NO_REFERRALS
    if equity.total.value is not None and equity.shares is None:
        yield _NO_SHARES
