"""Capability value: what the shop learns from a customer, and what that is worth.

    paper   here            unit
    n_k     n               contributions of kind k (ideas, answers, tests, defect reports)
    v_k     values[k]       worth of a full one, money; set by the shop
    q_k     quality         0 to 1
    -       credit          the part of its use that is owed to this customer, 0 to 1
    -       points          Σ n_k · q_k · credit_k, contributions

    money = Σ_k n_k · v_k · q_k · credit_k          score = 100 (1 − e^(−points / reference))

A kind without a price is not worth nothing: it is *not monetised*, and said. Where only such
kinds were contributed the money is unknown (None); where nothing was contributed it is 0. The
score needs no price. Each kind's money is rounded half-even to the minor unit and the money
is the sum of the rounded parts.

Source: the knowledge value of Kumar, V., Aksoy, L., Donkers, B., Venkatesan, R., Wiesel, T.,
Tillmanns, S. (2010). Undervalued or overvalued customers: capturing total customer engagement
value. Journal of Service Research 13(3), 297-310. Formula, credit and score are crmkit's own.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import expm1
from typing import Any

from attrs import Attribute, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.validators import named, whole
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.relationship._exact import Number, exact, known_sum, not_negative, times

__all__ = ["CapabilityValue", "ContributionTally", "capability_value"]


def _share(_instance: object, attribute: "Attribute[Any]", value: Number) -> None:
    exact(value, attribute.name, low=0, high=1)


@frozen(kw_only=True)
class ContributionTally:
    """The contributions of one kind that a customer made.

    Attributes:
        kind: Which ("idea", "answer", "test", "defect_report", …).
        n: How many.
        quality: How good they were, 0 to 1.
        credit: The part of their use that is owed to this customer, 0 to 1.
        thousandths: Instead of both: the sum of quality × credit over them, in whole
            thousandths, 0 to 1000 × n.
        worth: What they were worth together where that was stated; it replaces the price.
    """

    kind: str = field(validator=named)
    n: int = field(validator=whole(0))
    quality: Number = field(default=1, validator=_share)
    credit: Number = field(default=1, validator=_share)
    thousandths: int | None = field(default=None)
    worth: Money | None = None

    @thousandths.validator
    def _within_n(self, attribute: "Attribute[Any]", value: int | None) -> None:
        if value is None:
            return
        whole(0, 1000 * self.n)(self, attribute, value)
        if (self.quality, self.credit) != (1, 1):
            rule = "must not be given beside quality or credit"
            raise InvalidValueError("thousandths", value, rule)

    @property
    def points(self) -> Fraction:
        """How many full contributions they amount to, exactly."""
        if self.thousandths is not None:
            return Fraction(self.thousandths, 1000)
        return self.n * exact(self.quality, "quality") * exact(self.credit, "credit")


@frozen(kw_only=True)
class CapabilityValue(Shown):
    """What the shop learnt from a customer.

    Attributes:
        value: Worth of what was contributed; None where something was and nothing is priced.
        score: 0 to 100, from the points alone.
        points: Full contributions it amounts to.
        reference: Points at which the score reaches 100 (1 − 1/e), 63.2.
        counts: Contributions by kind.
        parts: Worth by kind, for the kinds that have one.
        unpriced: Kinds that were contributed and have no price.
        coverage: Share, 0 to 1, of the points that are priced; 1 without any.
        notes: What is not monetised.
    """

    value: Money | None
    score: float
    points: float
    reference: float
    counts: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    parts: Mapping[str, Money] = field(converter=FrozenMapping, hash=False)
    unpriced: tuple[str, ...] = ()
    coverage: float = 1.0
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return worth, score and parts as they are shown."""
        value = "not monetised" if self.value is None else self.value
        return Sheet(
            title=f"Capability value: {value}, score {self.score:.0f} of 100",
            rows=tuple(
                (kind, f"{count} worth {self._worth(kind)}") for kind, count in self.counts.items()
            ),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the worth came about."""
        score = explained(
            "capability_score",
            f"{self.score:.1f}",
            inputs={"points": f"{self.points:g}", "reference": f"{self.reference:g}"},
        )
        return explained(
            "capability_value",
            self.value,
            inputs={kind: f"{n} worth {self._worth(kind)}" for kind, n in self.counts.items()},
            coverage=f"{self.coverage:.0%} of the points have a price",
            left_out=self.notes,
            parts=(score,),
        )

    def _worth(self, kind: str) -> str:
        return str(self.parts.get(kind, "unknown"))


def capability_value(
    contributions: Iterable[ContributionTally],
    values: Mapping[str, Money],
    *,
    currency: str,
    reference: float = 10.0,
) -> CapabilityValue:
    """Value what a customer contributed besides money.

    Args:
        contributions: One or more tallies per kind, in any order.
        values: Worth of one full contribution of a kind, 0 or more.
        currency: ISO 4217 code of the money.
        reference: Points at which the score reaches 63.2, above 0.

    Raises:
        InvalidValueError: A negative price, or a reference that is not above 0.
        CurrencyMismatchError: Money in another currency.

    Source:
        After Kumar et al. (2010).

    >>> ideas = ContributionTally(kind="idea", n=2, quality=0.5)
    >>> str(capability_value([ideas], {"idea": Money.of(1500, "EUR")}, currency="EUR").value)
    'EUR 1,500.00'
    """
    if checked_number(reference, "reference", low=0) == 0:
        raise InvalidValueError("reference", reference, "must be above 0")
    prices = {
        kind: not_negative(price, f"values[{kind!r}]", currency) for kind, price in values.items()
    }
    tallies = sorted(contributions, key=lambda one: one.kind)
    amounts = {kind: _amounts(kind, tallies, prices, currency) for kind in _kinds(tallies)}
    parts = {kind: part for kind, found in amounts.items() if (part := found.worth) is not None}
    points = sum((found.points for found in amounts.values()), Fraction())
    unpriced = tuple(kind for kind, found in amounts.items() if found.open)
    given = [found.worth for found in amounts.values() if found.points or found.worth]
    return CapabilityValue(
        value=known_sum(given, currency),
        score=-100 * expm1(-float(points) / reference),
        points=float(points),
        reference=reference,
        counts={kind: found.n for kind, found in amounts.items()},
        parts=parts,
        unpriced=unpriced,
        coverage=_priced(points, sum(found.open for found in amounts.values())),
        notes=tuple(f"not monetised: {amounts[kind].n} × {kind}" for kind in unpriced),
    )


@frozen(kw_only=True)
class _Amounts:
    """One kind: how many, their points, those of them without a price, and their worth."""

    n: int
    points: Fraction
    open: Fraction
    worth: Money | None


def _priced(points: Fraction, unpriced: Fraction | int) -> float:
    return float(1 - unpriced / points) if points else 1.0


def _kinds(tallies: list[ContributionTally]) -> list[str]:
    return list(dict.fromkeys(one.kind for one in tallies))


def _amounts(
    kind: str, tallies: list[ContributionTally], prices: Mapping[str, Money], currency: str
) -> _Amounts:
    own = [one for one in tallies if one.kind == kind]
    stated = [one.worth for one in own if one.worth is not None]
    rest = sum((one.points for one in own if one.worth is None), Fraction())
    price = prices.get(kind)
    by_price = [] if price is None else [times(price, rest)]
    return _Amounts(
        n=sum(one.n for one in own),
        points=sum((one.points for one in own), Fraction()),
        open=rest if price is None else Fraction(),
        worth=known_sum([*stated, *by_price], currency) if stated or by_price else None,
    )
