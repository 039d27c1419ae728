"""Strata of a population: their shares, their answers, and small ones joined to others."""

from collections import defaultdict
from collections.abc import Mapping
from math import fsum
from typing import Any, NamedTuple

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number

__all__ = ["Answered", "Strata", "joined"]


class Answered(NamedTuple):
    """A stratum's share of the population, 0 to 1, and its answers."""

    share: float
    values: tuple[float, ...]


Strata = Mapping[str, Answered]


def joined(
    answers: Mapping[str, tuple[float, ...]],
    population: Mapping[str, float],
    collapse: Mapping[str, str],
) -> Strata:
    """Return share and answers of each stratum, after some were joined to others.

    Args:
        answers: By stratum.
        population: Sizes, or shares that sum to 1, by stratum.
        collapse: Strata that are to be joined, each to the one it joins.

    Raises:
        InvalidValueError: Answers of no stratum, shares that do not sum to 1, strata that
            cannot be joined, or a stratum that nobody answered for while others did.
    """
    shares = _shares(population)
    for name in answers:
        _check_known(f"answers[{name!r}]", name, shares)
    _check_collapse(collapse, shares)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name in shares:
        members[collapse.get(name, name)].append(name)
    found = {
        _together(target, names): Answered(
            fsum(shares[name] for name in names),
            tuple(one for name in names for one in answers.get(name, ())),
        )
        for target, names in members.items()
    }
    if any(one.values for one in found.values()):
        _check_answered(found)
    return found


def _shares(population: Mapping[str, float]) -> dict[str, float]:
    sizes = {
        name: checked_number(size, f"population[{name!r}]", low=0)
        for name, size in population.items()
    }
    whole = fsum(sizes.values())
    counted = all(size.is_integer() for size in sizes.values())
    if whole <= 0 or (not counted and abs(whole - 1) > 1e-6):
        rule = "must be sizes with somebody in them, or shares that sum to 1"
        raise InvalidValueError("population", sizes, rule)
    return {name: size / whole for name, size in sizes.items()}


def _check_known(field: str, name: Any, shares: Mapping[str, float]) -> None:
    if not isinstance(name, str) or name not in shares:
        there = ", ".join(shares)
        raise InvalidValueError(field, name, f"must be a stratum of the population ({there})")


def _check_collapse(collapse: Mapping[str, str], shares: Mapping[str, float]) -> None:
    for name, target in collapse.items():
        _check_known("collapse", name, shares)
        _check_known(f"collapse[{name!r}]", target, shares)
        if target in collapse:
            rule = "must not be joined to another itself"
            raise InvalidValueError(f"collapse[{name!r}]", target, rule, "name the last one")


def _together(target: str, names: list[str]) -> str:
    others = [name for name in names if name != target]
    return f"{target} with {', '.join(others)}" if others else target


def _check_answered(strata: Strata) -> None:
    for name, one in strata.items():
        if one.share > 0 and not one.values:
            raise InvalidValueError(
                f"answers[{name!r}]",
                "no answer",
                f"stands for {one.share:.1%} of the population",
                f"join it to a stratum that is like it: collapse={{{name!r}: ...}}",
            )
