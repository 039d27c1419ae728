"""Answers of staff by group, so that nobody can be found out: no result of fewer than five.

Who is asked by the employer answers openly only where the answer cannot be laid at their door. A
figure of a group in which fewer than five answered is therefore withheld. That is not enough where
the figure of all is told: what is withheld follows by taking the groups shown from the total. So
more groups are withheld, the smallest first, until those withheld are two or more in which
somebody answered, and five people or more together; what follows by subtraction is then a figure
of five or more.

Assumptions: an answer each, so that the answers given are people. What is not seen from here is
not guarded: the same people under other groupings, or the same groups a month later with one
person more, can be subtracted too. Publish one grouping, and do not follow single leavers.

Source: Hundepool, A. et al. (2012). Statistical disclosure control. Wiley, chapter 4 (primary and
secondary suppression). The five: practice of staff surveys; crmkit takes no fewer.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar

from attrs import evolve, field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number

__all__ = ["LEAST", "ByGroup", "Withheld", "by_group", "checked_least", "guarded"]

#: The fewest people of whom a figure is shown.
LEAST = 5

_K = TypeVar("_K", bound=Hashable)
_R = TypeVar("_R")


@frozen(kw_only=True)
class Withheld(Shown):
    """In the place of a figure that is not shown. It holds nothing of the group.

    Attributes:
        why: The reason, in words.
    """

    why: str

    def __str__(self) -> str:
        return self.why

    def sheet(self) -> Sheet:
        """Return the reason as it is shown."""
        return Sheet(title=self.why)


def _too_few(least: int) -> Withheld:
    return Withheld(why=f"withheld: fewer than {least} people")


def _would_tell(least: int) -> Withheld:
    return Withheld(
        why=f"withheld: with the total it would tell of a group of fewer than {least} people"
    )


@frozen(kw_only=True)
class ByGroup(Shown, Generic[_K, _R]):
    """A figure of each group that is large enough.

    Attributes:
        groups: The figure of each group, or ``Withheld``, in the order given.
        total: The figure of all together, ``Withheld`` where they are too few; None where it
            was not asked for.
        least: The fewest people of whom a figure is shown.
    """

    groups: Mapping[_K, _R | Withheld] = field(hash=False)
    total: _R | Withheld | None
    least: int

    @property
    def shown(self) -> dict[_K, _R]:
        """The figures that are shown, by group."""
        return {name: one for name, one in self.groups.items() if not isinstance(one, Withheld)}

    @property
    def withheld(self) -> tuple[_K, ...]:
        """The groups whose figure is not shown."""
        return tuple(name for name, one in self.groups.items() if isinstance(one, Withheld))

    def sheet(self) -> Sheet:
        """Return groups and total as they are shown."""
        total = () if self.total is None else (("all together", self.total),)
        rows = (*((str(name), one) for name, one in self.groups.items()), *total)
        return Sheet(title=f"{len(self.groups):,} groups", rows=rows, notes=self._notes())

    def explain(self) -> Explanation:
        """Return how the figures came about, group by group."""
        return explained(
            "by_group",
            f"{len(self.shown):,} of {len(self.groups):,} groups shown",
            inputs={"groups": len(self.groups), "least people": self.least},
            left_out=self._notes(),
            parts=tuple(
                evolve(one.explain(), figure=str(name))
                for name, one in self.shown.items()
                if isinstance(one, Shown) and hasattr(one, "explain")
            ),
        )

    def _notes(self) -> tuple[str, ...]:
        told = f"{len(self.withheld):,} of {len(self.groups):,} groups withheld"
        return (told,) if self.withheld else ()


def by_group(
    answers: Mapping[_K, Iterable[Any]],
    measure: Callable[[Sequence[Any]], _R],
    *,
    least: int = LEAST,
    with_total: bool = True,
) -> ByGroup[_K, _R]:
    """Give a figure of every group in which enough people answered.

    Args:
        answers: The answers by group, one per person; None is a missing one, and no person.
        measure: What makes a figure of the answers of a group: ``nps``, ``csat``, or any other;
            it gets the missing ones too.
        least: The fewest people of whom a figure is shown, 5 or more.
        with_total: Whether the figure of all together is told, here or elsewhere. False shows
            more groups: only where nobody will learn the total.

    Returns:
        The figure of each group, or ``Withheld``. With the total, more groups are withheld than
        are small where the small ones would follow from it.

    Raises:
        InvalidValueError: A least below 5; whatever ``measure`` refuses.

    Source:
        Hundepool et al. (2012), chapter 4.

    >>> from crmkit.metrics import nps
    >>> ratings = {"store": [9, 10, 7, 3, 9], "office": [9, 8], "depot": [6, 7, 9, 10, 8, 9]}
    >>> found = by_group(ratings, nps)
    >>> found.withheld, round(found.shown["depot"].value, 1), found.total.n
    (('store', 'office'), 33.3, 13)
    """
    fewest = checked_least(least)
    given = {name: list(each) for name, each in answers.items()}
    sizes = {name: sum(one is not None for one in each) for name, each in given.items()}
    small = {name for name, size in sizes.items() if size < fewest}
    hidden = _hidden(sizes, small, fewest) if with_total else small
    reasons = {name: _too_few(fewest) for name in small}
    everybody = list(chain.from_iterable(given.values()))
    return ByGroup(
        groups={
            name: reasons.get(name, _would_tell(fewest)) if name in hidden else measure(each)
            for name, each in given.items()
        },
        total=_total(everybody, sum(sizes.values()), measure, fewest) if with_total else None,
        least=fewest,
    )


def _hidden(sizes: Mapping[_K, int], small: set[_K], least: int) -> set[_K]:
    """The groups withheld so that those in which somebody answered are two, and ``least``."""
    hidden = set(small)
    others = sorted(sizes.keys() - small, key=lambda name: (sizes[name], str(name)))
    for name in others:
        filled = [sizes[one] for one in hidden if sizes[one]]
        if not filled or (len(filled) > 1 and sum(filled) >= least):
            break
        hidden.add(name)
    return hidden


def _total(
    everybody: Sequence[Any], people: int, measure: Callable[[Sequence[Any]], _R], least: int
) -> _R | Withheld:
    return measure(everybody) if people >= least else _too_few(least)


def checked_least(least: int) -> int:
    """Return the fewest people of whom a figure is shown.

    Raises:
        InvalidValueError: Fewer than five, or no whole number.
    """
    return int(checked_number(least, "least", low=LEAST, whole=True))


def guarded(
    figure: Estimate, *, people: float, least: int = LEAST, low: float, high: float | None
) -> Estimate:
    """Return a figure, or without its value where too few people stand behind it.

    Args:
        figure: The figure.
        people: How many stand behind it.
        least: The fewest people of whom a figure is shown, 5 or more.
        low: The least the measure can be.
        high: The most the measure can be, or None where it is open.

    Returns:
        The figure itself, or an undefined one that tells neither value nor n.

    Raises:
        InvalidValueError: A least below 5.
    """
    fewest = checked_least(least)
    if people >= fewest:
        return figure
    return evolve(figure, value=None, low=low, high=high, n=0, notes=(_too_few(fewest).why,))
