"""Van Westendorp's price sensitivity meter: which prices do customers find acceptable?

Four prices are asked of each respondent: from which one the offer is too cheap to be good, cheap,
expensive, and too expensive to buy. The shares who find a price so are four curves over price,
and where they cross are four prices. Assumptions: respondents know the product and its usual
prices, and say what they think. It says which prices are acceptable, not how many would be sold;
do not use it for a product nobody has seen the like of.

Between two prices that were named the curves are straight lines. Two conventions of the
acceptable range are in use: the original reads "too cheap" against "not cheap" and "too
expensive" against "not expensive"; the narrower one reads them against "expensive" and "cheap".

    paper   here    crossing of
    PMC     pmc     too cheap × not cheap (narrower: × expensive)
    PME     pme     too expensive × not expensive (narrower: × cheap)
    IDP     idp     cheap × expensive
    OPP     opp     too cheap × too expensive

Source: Van Westendorp, P. H. (1976). NSS price sensitivity meter: a new approach to study
consumer perception of prices. Proceedings of the 29th ESOMAR Congress, 139-167.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import checked_word
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.price.curves import QUESTIONS, Crossing, Curves, crossing, curves_of
from crmkit.metrics.resampling import DRAWS, checked_draws, percentile_interval, redrawn
from crmkit.metrics.seeds import checked_seed

__all__ = ["Convention", "PriceSensitivity", "price_sensitivity"]

Convention = Literal["original", "narrower"]

_METHOD = "crossing of curves, bootstrap of respondents"
_FEW = 30
_PREMIUM = "price ÷ reference - 1"

#: Which falling curve crosses which rising one, by convention.
_CROSSINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "original": {
        "pmc": ("too_cheap", "not_cheap"),
        "pme": ("not_expensive", "too_expensive"),
        "idp": ("cheap", "expensive"),
        "opp": ("too_cheap", "too_expensive"),
    },
    "narrower": {
        "pmc": ("too_cheap", "expensive"),
        "pme": ("cheap", "too_expensive"),
        "idp": ("cheap", "expensive"),
        "opp": ("too_cheap", "too_expensive"),
    },
}

_Row = tuple[float, ...]


@frozen(kw_only=True)
class PriceSensitivity(Shown):
    """The prices at which opinions change.

    Attributes:
        pmc: Point of marginal cheapness, the lower end of the acceptable range.
        pme: Point of marginal expensiveness, its upper end.
        idp: Indifference price: as many find it cheap as expensive.
        opp: Optimal price: as many find it too cheap as too expensive.
        convention: Which curves end the acceptable range, "original" or "narrower".
        flat: By the name of a price, from where to where its curves run together, if they
            do; the price is then the middle.
        curves: By name ("too_cheap", "cheap", "not_cheap", "expensive", "not_expensive",
            "too_expensive"), the points (price, share) of each curve, for plotting.
        n: Respondents whose four prices rise.
        intransitive: Respondents left out because theirs do not.
        left_out: Who was left out.
        notes: What to beware of.
    """

    pmc: Estimate
    pme: Estimate
    idp: Estimate
    opp: Estimate
    convention: Convention
    flat: Mapping[str, tuple[float, float]] = field(converter=FrozenMapping, hash=False)
    curves: Mapping[str, tuple[tuple[float, float], ...]] = field(
        converter=FrozenMapping, hash=False, repr=False
    )
    n: int
    intransitive: int
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def acceptable_premium(self, reference: float) -> Estimate:
        """Return by how much the highest acceptable price passes a reference price.

        Args:
            reference: The usual price, above 0, in the unit of the answers.

        Returns:
            As a share of the reference (0.10 is 10 %), below 0 where the reference is already
            too expensive: the price tolerance of ``cognitive``.

        Raises:
            InvalidValueError: A reference that is not above 0.
        """
        usual = checked_number(reference, "reference")
        if not usual > 0:
            raise InvalidValueError("reference", reference, "must be above 0")

        def premium(price: float | None) -> float | None:
            return None if price is None else price / usual - 1

        return Estimate(
            value=premium(self.pme.value),
            low=premium(self.pme.low),
            high=premium(self.pme.high),
            n=self.n,
            unit="of the price",
            method=f"{_PREMIUM}; {_METHOD}",
            notes=self.pme.notes,
        )

    def sheet(self) -> Sheet:
        """Return the four prices."""
        rows = (
            ("acceptable from", self.pmc),
            ("acceptable to", self.pme),
            ("indifference price", self.idp),
            ("optimal price", self.opp),
        )
        title = f"Acceptable prices ({self.convention})"
        return Sheet(title=title, rows=rows, notes=(*self.left_out, *self.notes))

    def explain(self) -> Explanation:
        """Return how the prices came about."""
        return explained(
            "price_sensitivity",
            f"{self.pmc.told} to {self.pme.told}",
            inputs={"convention": self.convention, "respondents": self.n},
            left_out=self.left_out,
            parts=(
                self.pmc.explain("pmc"),
                self.pme.explain("pme"),
                self.idp.explain("idp"),
                self.opp.explain("opp"),
            ),
        )


def price_sensitivity(
    too_cheap: Iterable[float | None],
    cheap: Iterable[float | None],
    expensive: Iterable[float | None],
    too_expensive: Iterable[float | None],
    *,
    convention: Convention = "original",
    unit: str = "money",
    draws: int = DRAWS,
    seed: int = 0,
) -> PriceSensitivity:
    """Van Westendorp's four prices.

    Args:
        too_cheap: Per respondent, the price so low that they doubt the quality, 0 or more.
        cheap: The price they find cheap, a bargain; respondents in the same order.
        expensive: The price they find expensive but would think about.
        too_expensive: The price at which they would not buy. None anywhere is a missing
            answer, and its respondent is left out.
        convention: Which curves end the acceptable range, "original" or "narrower".
        unit: What prices are counted in, as "EUR".
        draws: Samples of respondents for the intervals, 100 or more.
        seed: From 0; the same seed gives the same intervals.

    Returns:
        The prices with bootstrap intervals. Respondents whose four prices do not rise are left
        out and counted. Undefined where nobody is left.

    Raises:
        InvalidValueError: A negative price or NaN, unequal lengths, an unknown convention, too
            few draws, or a seed that is no whole number from 0.

    Source:
        Van Westendorp (1976).
    """
    checked_word(convention, "convention", _CROSSINGS)
    checked_draws(draws)
    checked_seed(seed)
    answers = (too_cheap, cheap, expensive, too_expensive)
    asked = answer_table(dict(zip(QUESTIONS, answers, strict=True)), field="prices", low=0)
    rows = [row for row in asked.complete if all(a < b for a, b in pairwise(row))]
    intransitive = len(asked.complete) - len(rows)
    curves = curves_of(rows)
    met = _met(curves, convention)
    ends = _intervals(rows, convention, draws=draws, seed=seed)
    order = f"{intransitive:,} respondents left out: their four prices do not rise"
    left_out = (*asked.left_out(), *(order,) * (intransitive > 0))
    few = f"only {len(rows)} respondents: too few for a price to rely on"
    notes = (few,) * (0 < len(rows) < _FEW)
    return PriceSensitivity(
        **{
            name: _price(met[name], ends[name], len(rows), unit, (*left_out, *notes))
            for name in met
        },
        convention=convention,
        flat={name: (at.low, at.high) for name, at in met.items() if at and at.low < at.high},
        curves={name: curves.points(name) for name in curves.counts},
        n=len(rows),
        intransitive=intransitive,
        left_out=left_out,
        notes=notes,
    )


def _met(curves: Curves, convention: Convention) -> dict[str, Crossing | None]:
    return {
        name: crossing(curves, falling, rising)
        for name, (falling, rising) in _CROSSINGS[convention].items()
    }


def _intervals(
    rows: Sequence[_Row], convention: Convention, *, draws: int, seed: int
) -> dict[str, tuple[float | None, float | None]]:
    """The ends of all four prices, from the same samples; open for a single respondent."""
    found: dict[str, list[float]] = {name: [] for name in _CROSSINGS[convention]}

    def cross_again(places: Sequence[int]) -> None:
        for name, at in _met(curves_of([rows[place] for place in places]), convention).items():
            if at is not None:
                found[name].append(at.price)

    if len(rows) > 1:
        redrawn(cross_again, len(rows), draws=draws, seed=seed)
    return {name: percentile_interval(prices) or (None, None) for name, prices in found.items()}


def _price(
    at: Crossing | None,
    ends: tuple[float | None, float | None],
    n: int,
    unit: str,
    notes: tuple[str, ...],
) -> Estimate:
    if at is None:
        why = "the curves do not cross: nobody named four rising prices"
        return undefined(unit=unit, method=_METHOD, note=why, low=0, n=n).noting(*notes)
    flat = (f"the curves run together from {at.low:g} to {at.high:g}: their middle is given",)
    return Estimate(
        value=at.price,
        low=ends[0],
        high=ends[1],
        n=n,
        unit=unit,
        method=_METHOD,
        notes=(*notes, *flat * (at.low < at.high)),
    )
