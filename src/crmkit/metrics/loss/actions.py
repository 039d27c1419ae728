"""What to do first about what dissatisfies customers.

A failed basic need always comes before everything else, whatever the size of its effect: what
is taken for granted dissatisfies when it is missing, and no delight makes up for it (Kano).
Then performance, then excitement, and last what leaves customers indifferent; within each the
greater effect first. A driver whose need is not known stands with performance: nothing says that
it is basic, or that it can wait.

Effects are compared as they are: give all of them in one unit (leavings in excess, weights of
drivers, hazard ratios), the greater the worse. Who gives none leaves the order of the drivers.

Source:
    Kano, N., Seraku, N., Takahashi, F., Tsuji, S. (1984). Attractive quality and must-be
    quality. Journal of the Japanese Society for Quality Control 14(2), 39-48.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.loss.levers import Lever, LeverChoice, lever_for

__all__ = ["Action", "Actions", "Need", "actions"]

#: Kano's classes as the textbooks name them.
Need = Literal["basic", "performance", "excitement", "indifferent"]

_ORDER: Mapping[str | None, int] = {
    "basic": 0,
    "performance": 1,
    None: 1,
    "excitement": 2,
    "indifferent": 3,
}

#: How much a driver does: a figure with its interval, a bare number, or unknown.
Effect = Estimate | float | None


@frozen(kw_only=True)
class Action(Shown):
    """One thing to do.

    Attributes:
        rank: Its place, from 1.
        choice: The driver, the lever and the reason.
        need: What kind of need the driver fails; None where that is not known.
        effect: The evidence: how much the driver does; None where it is not known.
    """

    rank: int
    choice: LeverChoice
    need: Need | None
    effect: Effect

    @property
    def driver(self) -> str:
        """What customers are dissatisfied with."""
        return self.choice.driver

    @property
    def lever(self) -> Lever | None:
        """What to do about it; None where no table says so."""
        return self.choice.lever

    def brief(self) -> str:
        """Return the action in a line."""
        kind = f"{self.need} need" if self.need else "need not known"
        return f"{self.choice.called()}: {self.choice.why} ({kind}, {self._evidence()})"

    def sheet(self) -> Sheet:
        """Return the action as it is shown."""
        rows = (
            ("lever", self.choice.called()),
            ("why", self.choice.why),
            ("need", self.need or "not known"),
            ("evidence", self._evidence()),
        )
        return Sheet(title=f"{self.rank}. {self.driver}", rows=rows)

    def _evidence(self) -> str:
        if isinstance(self.effect, Estimate):
            return str(self.effect)
        return "no size given" if self.effect is None else f"{self.effect:.3g}"


@frozen(kw_only=True)
class Actions(Shown):
    """What to do, first things first.

    Attributes:
        actions: In the order of urgency.
        notes: What the reader must know.
    """

    actions: tuple[Action, ...]
    notes: tuple[str, ...] = ()

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The drivers without a lever."""
        return tuple(one.driver for one in self.actions if one.lever is None)

    def sheet(self) -> Sheet:
        """Return the actions as they are shown."""
        rows = tuple((f"{one.rank}. {one.driver}", one.brief()) for one in self.actions)
        return Sheet(title="What to do first", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the order came about."""
        first = f"first {self.actions[0].driver}" if self.actions else "nothing to do"
        told = {one.driver: one.brief() for one in self.actions}
        return explained("actions", first, inputs=told, left_out=self.notes)


def actions(
    drivers: Mapping[str, Effect] | Iterable[str],
    *,
    needs: Mapping[str, Need] | None = None,
    mapping: Mapping[str, Lever | str] | None = None,
) -> Actions:
    """Order what to do about drivers of dissatisfaction.

    Args:
        drivers: What customers are dissatisfied with, with the size of its effect, the
            greater the worse, all in one unit; or the names alone. None is unknown.
        needs: Which of them are "basic", "performance" or "excitement" needs, or leave customers
            "indifferent"; the words of ``KanoCategory`` will do.
        mapping: The shop's own table from drivers to levers.

    Returns:
        An action for every driver, basic needs first, then by the size of the effect; those
        whose effect is unknown stand last among their like, in the order given.

    Raises:
        InvalidValueError: An effect that is no number, effects in several units, a word that
            is no kind of need, a need of a driver that is not given, no lever.

    Source:
        Kano et al. (1984) for the order of needs; crmkit for the levers.

    >>> first = actions({"gift": 9.0, "defect": 1.0}, needs={"gift": "excitement"}).actions[0]
    >>> first.driver
    'defect'
    """
    sized = dict(drivers) if isinstance(drivers, Mapping) else dict.fromkeys(drivers)
    kinds = _needs(needs or {}, sized)
    _check_unit(sized)
    sizes = {name: _size(name, effect) for name, effect in sized.items()}
    ranked = sorted(sized, key=lambda name: _urgency(kinds.get(name), sizes[name]))
    found = tuple(
        Action(
            rank=rank,
            choice=lever_for(name, mapping=mapping),
            need=kinds.get(name),
            effect=sized[name],
        )
        for rank, name in enumerate(ranked, start=1)
    )
    return Actions(actions=found, notes=_notes(found))


def _needs(needs: Mapping[str, Need], sized: Mapping[str, Effect]) -> Mapping[str, Need]:
    for name, need in needs.items():
        if need not in get_args(Need):
            rule = f"must be one of {', '.join(get_args(Need))}"
            raise InvalidValueError(f"needs[{name!r}]", need, rule)
        if name not in sized:
            raise InvalidValueError("needs", name, "is not among the drivers")
    return needs


def _check_unit(sized: Mapping[str, Effect]) -> None:
    units = {one.unit for one in sized.values() if isinstance(one, Estimate)}
    if len(units) > 1:
        told = ", ".join(sorted(units))
        way_out = "give effects in one unit: others cannot be compared"
        raise InvalidValueError("drivers", told, "must be in one unit", way_out)


def _size(name: str, effect: Effect) -> float | None:
    value = effect.value if isinstance(effect, Estimate) else effect
    return None if value is None else checked_number(value, f"drivers[{name!r}]")


def _urgency(need: Need | None, size: float | None) -> tuple[int, bool, float]:
    return _ORDER[need], size is None, -(size or 0.0)


def _notes(found: Sequence[Action]) -> tuple[str, ...]:
    unmapped = [one.driver for one in found if one.lever is None]
    unknown = sum(one.need is None for one in found)
    told = list[str]()
    if unmapped:
        told.append(f"without a lever: {', '.join(unmapped)}; give mapping={{driver: Lever…}}")
    if unknown:
        told.append(f"{unknown} of unknown need stand with performance needs; give needs=")
    return tuple(told)
