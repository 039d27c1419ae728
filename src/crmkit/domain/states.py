"""Where customers stand, and the moves from one state to another: a table of data.

A shop that sees its customers' path otherwise hands its own table to ``Shop.lifecycle``; the
functions of ``crmkit.domain.lifecycle`` only read it.

    stage     states
    attract   potential
    acquire   intent, lost
    manage    purchasing, reactivated
    retain    loyal, dormant
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from attrs import field, frozen

from crmkit.domain.errors import IllegalTransitionError, InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.words import Word

__all__ = ["DEFAULT_LIFECYCLE", "Lifecycle", "Stage", "State"]


class State(Word):
    """Where a customer stands."""

    POTENTIAL = "potential"
    INTENT = "intent"
    PURCHASING = "purchasing"
    LOYAL = "loyal"
    DORMANT = "dormant"
    LOST = "lost"
    REACTIVATED = "reactivated"


class Stage(Word):
    """What the shop does with a customer in that state."""

    ATTRACT = "attract"
    ACQUIRE = "acquire"
    MANAGE = "manage"
    RETAIN = "retain"


def _pairs(value: Iterable[Iterable[str]]) -> frozenset[tuple[State, State]]:
    return frozenset((State(origin), State(to)) for origin, to in value)


def _stages(value: Mapping[str, str]) -> Mapping[State, Stage]:
    stages: Any = FrozenMapping({State(state): Stage(one) for state, one in value.items()})
    return cast("Mapping[State, Stage]", stages)


@frozen(kw_only=True)
class Lifecycle:
    """The moves that there are, and what the shop does with a customer in each state.

    Attributes:
        moves: Pairs of a state and one that can follow it.
        stages: The stage of each state, all of them.
    """

    moves: frozenset[tuple[State, State]] = field(converter=_pairs)
    stages: Mapping[State, Stage] = field(converter=_stages, hash=False)

    @stages.validator
    def _every_state(self, _attribute: object, value: Mapping[State, Stage]) -> None:
        if missing := [state for state in State if state not in value]:
            raise InvalidValueError("stages", ", ".join(missing), "must have a stage each")

    def reachable(self, current: State) -> tuple[State, ...]:
        """Return the states that can follow ``current``, in the order of the lifecycle."""
        return tuple(state for state in State if (current, state) in self.moves)

    def advance(self, current: State, to: State) -> State:
        """Return ``to`` if the table allows it from ``current``.

        Raises:
            IllegalTransitionError: It does not; the error lists what is reachable.
        """
        if (current, to) not in self.moves:
            raise IllegalTransitionError(current, to, self.reachable(current))
        return to

    def first_of(self, current: State, *wanted: State) -> State | None:
        """Return the first of some states that can follow ``current``, or is it; else None."""
        fits = (to for to in wanted if to is current or (current, to) in self.moves)
        return next(fits, None)


_P, _I, _B, _L, _D, _X, _R = State

DEFAULT_LIFECYCLE = Lifecycle(
    moves=[
        (_P, _I),
        (_P, _B),
        (_P, _L),
        (_I, _B),
        (_I, _L),
        (_B, _L),
        (_B, _D),
        (_L, _D),
        (_D, _B),
        (_D, _L),
        (_D, _X),
        (_X, _R),
        (_R, _B),
        (_R, _L),
        (_R, _D),
    ],
    stages={
        State.POTENTIAL: Stage.ATTRACT,
        State.INTENT: Stage.ACQUIRE,
        State.PURCHASING: Stage.MANAGE,
        State.LOYAL: Stage.RETAIN,
        State.DORMANT: Stage.RETAIN,
        State.LOST: Stage.ACQUIRE,
        State.REACTIVATED: Stage.MANAGE,
    },
)
