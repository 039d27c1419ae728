"""How far what is known of a customer agrees with the state they are in.

The state follows from occasions and quiet days alone, so that it is the same wherever it is
asked and its history can be told. What models and the four dimensions of loyalty say is held
against it:

    state                     agrees with it
    loyal                     enough occasions; not overdue; likely still there; loyal in deed
    purchasing, reactivated   not overdue; likely still there
    dormant, lost             overdue; unlikely to be still there
    potential, intent         nothing bought

Source: the states are those of the textbooks; that the loyal should be likely to be there and
loyal in deed, and the thresholds, are crmkit's own.
"""

from collections.abc import Iterator

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.states import State

__all__ = ["ALIVE_NEEDED", "DEEDS_NEEDED", "StateEvidence", "StateSign", "evidence_of"]

#: Chance of being there from which a customer is likely to be.
ALIVE_NEEDED = 0.5
#: Behavioural loyalty from which it counts as high.
DEEDS_NEEDED = 0.6

FORMULA = "share of the known signs that agree with the state"
SOURCE = "crmkit"

_HERE = frozenset({State.PURCHASING, State.REACTIVATED, State.LOYAL})
_AWAY = frozenset({State.DORMANT, State.LOST})


@frozen(kw_only=True)
class StateSign:
    """One sign, and whether it agrees with the state.

    Attributes:
        what: What was looked at.
        had: What there was, as text; "unknown" where it is.
        needed: What the state asks for, as text.
        met: Whether it agrees; None where it is unknown.
    """

    what: str
    had: str
    needed: str
    met: bool | None

    def __str__(self) -> str:
        return f"{self.had}, needs {self.needed}: {_said(self.met)}"


@frozen(kw_only=True)
class StateEvidence:
    """The signs for and against a customer's state.

    Attributes:
        state: Where they stand.
        signs: What was looked at.
    """

    state: State
    signs: tuple[StateSign, ...]

    @property
    def confidence(self) -> float | None:
        """Share, 0 to 1, of the known signs that agree; None where none is known."""
        known = [one.met for one in self.signs if one.met is not None]
        return sum(known) / len(known) if known else None

    def __str__(self) -> str:
        against = [one.what for one in self.signs if one.met is False]
        return f"against it: {', '.join(against)}" if against else "all known signs agree"

    def explain(self) -> Explanation:
        """Return the signs."""
        confidence = self.confidence
        return Explanation(
            figure="state_confidence",
            answer="unknown" if confidence is None else f"{confidence:.0%}",
            formula=FORMULA,
            source=SOURCE,
            inputs={one.what: str(one) for one in self.signs},
        )


def _said(met: bool | None) -> str:  # noqa: FBT001  # a value to be told, not a switch
    return "unknown" if met is None else "agrees" if met else "disagrees"


def evidence_of(
    state: State,
    *,
    occasions: int,
    loyal_occasions: int,
    quiet: int | None,
    dormant_after: float | None,
    alive: float | None,
    deeds: float | None,
) -> StateEvidence:
    """Return the signs for and against a customer's state.

    Args:
        state: Where they stand.
        occasions: Net purchase occasions.
        loyal_occasions: From how many on a buyer counts as loyal.
        quiet: Days since the latest occasion; None without one.
        dormant_after: Quiet days beyond which they are overdue; None without an occasion.
        alive: Chance that they are still a customer, 0 to 1, as a model says; None if unknown.
        deeds: Behavioural loyalty, 0 to 1; None if unknown.
    """
    signs: list[StateSign] = []
    if state not in _HERE | _AWAY:
        signs.append(_sign("occasions", str(occasions), "0", met=occasions == 0))
    else:
        signs += _seen(state, quiet, dormant_after, alive)
    if state is State.LOYAL:
        enough = occasions >= loyal_occasions
        signs.append(_sign("occasions", str(occasions), str(loyal_occasions), met=enough))
        done = None if deeds is None else deeds >= DEEDS_NEEDED - 1e-12
        signs.append(
            _sign("loyalty in deed", _told(deeds), f"{DEEDS_NEEDED:.2f} or more", met=done)
        )
    return StateEvidence(state=state, signs=tuple(signs))


def _seen(
    state: State, quiet: int | None, dormant_after: float | None, alive: float | None
) -> Iterator[StateSign]:
    away = state in _AWAY
    overdue = None if quiet is None or dormant_after is None else quiet > dormant_after
    limit = "unknown" if dormant_after is None else f"{dormant_after:.0f}"
    yield _sign(
        "quiet days",
        "unknown" if quiet is None else str(quiet),
        f"{'more than' if away else 'at most'} {limit}",
        met=None if overdue is None else overdue is away,
    )
    there = None if alive is None else alive >= ALIVE_NEEDED
    yield _sign(
        "chance of being there",
        _told(alive),
        f"{'less than' if away else 'at least'} {ALIVE_NEEDED:.2f}",
        met=None if there is None else there is not away,
    )


def _sign(what: str, had: str, needed: str, *, met: bool | None) -> StateSign:
    return StateSign(what=what, had=had, needed=needed, met=met)


def _told(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.2f}"
