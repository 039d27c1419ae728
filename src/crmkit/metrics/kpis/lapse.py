"""How long this customer must be quiet before it means something: personal lapse thresholds.

Two ways, by how much is known of the customer's rhythm (``gamma_lapse`` is a third, for
regular buyers):

    own gaps    five gaps or more: quiet longer than 90 % of the customer's own gaps
    shrunk      any: purchases as a Poisson process whose rate comes from the base's
                Gamma(r, α), updated by what this customer did

    paper   here        unit
    r, α    r, alpha    -, a unit of time    how often customers of this base buy
    x       repeats     purchases after the first
    T       age         time in which they fell (to the last purchase)
    t       quiet       time since, in the unit of α

    P(no purchase for t | still a customer) = ((α + T) / (α + T + t))^(r + x)

Do not use them for what is bought once or under contract. With one gap or none only the base
speaks: without its r and α there is no threshold.

Source: Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987). Counting your customers.
Management Science 33(1), 1-24: the Poisson process with gamma rates.
"""

from collections.abc import Iterable
from math import exp, expm1, log, log1p

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.lifecycle import OVERDUE_QUANTILE, quantile
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import Known, checked_number, known
from crmkit.metrics.order_statistics import quantile_interval

__all__ = [
    "GAPS_NEEDED",
    "OVERDUE_CHANCE",
    "gaps_known",
    "lapse_threshold",
    "own_lapse_threshold",
    "shrunk_lapse_threshold",
    "silence_chance",
]

GAPS_NEEDED = 5
OVERDUE_CHANCE = 0.10

_OWN = "quantile of the customer's own gaps"
_SHRUNK = "Poisson-gamma, shrunk to the base"
# The longest time times e^600 is still a finite number.
_LONGEST = 1e12
_MOST_EXPONENT = 600


def gaps_known(gaps: Iterable[float | None]) -> Known:
    """Return the gaps there are, and how many are missing.

    Raises:
        InvalidValueError: A gap that is no number or not above 0.
    """
    given = list(gaps)
    found = known(given, field="gaps", low=0, high=_LONGEST)
    if 0 in found.values:
        name = f"gaps[{given.index(0)}]"
        raise InvalidValueError(name, 0, "must be above 0", "give days between occasion days")
    return found


def _between(value: float, name: str) -> float:
    if not 0 < value < 1:
        raise InvalidValueError(name, value, "must lie between 0 and 1")
    return value


def own_lapse_threshold(gaps: Iterable[float | None], *, q: float = OVERDUE_QUANTILE) -> Estimate:
    """Quiet days beyond which a customer is overdue by their own gaps alone.

    Args:
        gaps: Days between consecutive purchase occasions, above 0; None is left out.
        q: Share of the gaps that are no longer, above 0 and below 1.

    Returns:
        Days, linear between order statistics, with the interval of the quantile (open ends
        in small samples); undefined with fewer than five gaps.

    Raises:
        InvalidValueError: A gap that is not above 0, or no quantile.

    Source:
        crmkit; interval by order statistics, Conover (1999).

    >>> own_lapse_threshold([20, 25, 30, 22, 28]).value
    29.2
    """
    found, share = gaps_known(gaps), _between(q, "q")
    ranked = sorted(found.values)
    if (n := len(ranked)) < GAPS_NEEDED:
        note = f"a threshold from own gaps needs at least {GAPS_NEEDED} gaps, got {n}"
        few = undefined(unit="days", method=_OWN, note=note, low=0.0, n=n)
        return few.noting(*found.notes)
    low, high = quantile_interval(ranked, share)
    return Estimate(
        value=quantile(ranked, share),
        low=low,
        high=high,
        n=n,
        unit="days",
        method=_OWN,
        notes=found.notes,
    )


def silence_chance(*, repeats: float, age: float, quiet: float, r: float, alpha: float) -> float:
    """Chance that somebody who is still a customer buys nothing for a while.

    Args:
        repeats: Purchases after the first, 0 or more (x).
        age: Time in which they fell, 0 or more (T), in the unit of ``alpha``.
        quiet: Time without a purchase after it, 0 or more (t).
        r: Shape of the Gamma over purchase rates in the base, above 0.
        alpha: Its rate, a time above 0.

    Returns:
        0 to 1; below ``OVERDUE_CHANCE`` the customer is overdue.

    Raises:
        InvalidValueError: A value out of its range.

    Source:
        Schmittlein, Morrison & Colombo (1987).

    >>> round(silence_chance(repeats=5, age=20, quiet=10, r=0.243, alpha=4.414), 4)
    0.1653
    """
    shape, known_time = _posterior(repeats, age, r, alpha)
    return exp(-shape * log1p(checked_number(quiet, "quiet", low=0) / known_time))


def shrunk_lapse_threshold(
    *,
    repeats: float,
    age: float,
    r: float,
    alpha: float,
    chance: float = OVERDUE_CHANCE,
    unit: str = "weeks",
) -> Estimate:
    """Quiet time at which ``silence_chance`` falls to ``chance``.

    Args:
        repeats: Purchases after the first, 0 or more.
        age: Time in which they fell, 0 or more, in the unit of ``alpha``.
        r: Shape of the Gamma over purchase rates in the base, above 0.
        alpha: Its rate, a time above 0.
        chance: Above 0 and below 1.
        unit: The unit of time, for people.

    Returns:
        The time, without an interval: r and α are taken as they are. Undefined where it is
        beyond all numbers (hardly anybody in the base buys twice).

    Raises:
        InvalidValueError: A value out of its range.

    Source:
        Schmittlein, Morrison & Colombo (1987), solved for t.
    """
    shape, known_time = _posterior(repeats, age, r, alpha)
    exponent = -log(_between(chance, "chance")) / shape
    if exponent > _MOST_EXPONENT:
        note = "so few in the base buy again that no silence is long enough to mean anything"
        return undefined(unit=unit, method=_SHRUNK, note=note, low=0.0, n=repeats)
    value = known_time * expm1(exponent)
    note = "no interval: r and alpha are taken as they are"
    return Estimate(value=value, n=repeats, unit=unit, method=_SHRUNK, notes=(note,))


def _posterior(repeats: float, age: float, r: float, alpha: float) -> tuple[float, float]:
    """Shape r + x and rate α + T of what is now known of the customer's purchase rate."""
    for name, value in (("r", r), ("alpha", alpha)):
        if checked_number(value, name, low=0, high=_LONGEST) == 0:
            raise InvalidValueError(name, value, "must be above 0")
    x = checked_number(repeats, "repeats", low=0)
    return r + x, alpha + checked_number(age, "age", low=0, high=_LONGEST)


def lapse_threshold(
    gaps: Iterable[float | None], *, r: float | None = None, alpha: float | None = None
) -> Estimate:
    """Quiet days beyond which a customer is overdue, by the best rule that the gaps allow.

    Args:
        gaps: Days between consecutive purchase occasions, above 0; None is left out.
        r: Shape of the Gamma over purchase rates in the base.
        alpha: Its rate, in days.

    Returns:
        From five gaps on the 90 % quantile of the own gaps, else the shrunk threshold at a
        chance of ``OVERDUE_CHANCE``; the method says which.

    Raises:
        InsufficientDataError: Fewer than five gaps and no r and alpha.
        InvalidValueError: A value out of its range.

    Source:
        crmkit; Schmittlein, Morrison & Colombo (1987) for the shrunk rule.
    """
    found = gaps_known(gaps)
    own = found.values
    if len(own) >= GAPS_NEEDED:
        return own_lapse_threshold(own).noting(*found.notes)
    if r is None or alpha is None:
        raise InsufficientDataError("a personal lapse threshold", GAPS_NEEDED, len(own), "gaps")
    shrunk = shrunk_lapse_threshold(repeats=len(own), age=sum(own), r=r, alpha=alpha, unit="days")
    return shrunk.noting(*found.notes)
