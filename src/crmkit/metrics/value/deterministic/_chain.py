"""What the rewards of a Markov chain are worth, discounted: within a horizon, and for ever.

    V = Σ_t (e^(−δ) P)^t R = (I − e^(−δ) P)⁻¹ R

For ever, the states are taken out one after another, the last first, as in Grassmann,
Taksar & Heyman (1985). What a state loses per period, 1 − e^(−δ), is carried along beside the
moves in place of the diagonal, so that nothing is ever subtracted: the answer keeps its
digits however small the discount.

Source: Grassmann, W. K., Taksar, M. I., Heyman, D. P. (1985). Regenerative analysis and
steady state distributions for Markov chains. Operations Research 33(5), 1107-1116.
"""

from collections.abc import Sequence
from math import exp, expm1, fsum

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number

__all__ = ["Chain", "chances", "checked_chain", "names_of", "worth"]

Chain = list[list[float]]

_OFF = 1e-9
_LEAST_FORCE = 1e-9
_LONGEST = 100_000


def chances(row: Sequence[float], name: str, size: int) -> list[float]:
    """Return chances that sum to 1, made to do so to the last digit.

    Raises:
        InvalidValueError: Not ``size`` of them, one outside 0 to 1, or another sum.
    """
    if len(row) != size:
        raise InvalidValueError(name, len(row), f"must hold {size} chances, one per state")
    checked = [checked_number(p, f"{name}[{at}]", low=0, high=1) for at, p in enumerate(row)]
    total = fsum(checked)
    if abs(total - 1) > _OFF:
        raise InvalidValueError(name, total, "must sum to 1")
    return [p / total for p in checked]


def checked_chain(rows: Sequence[Sequence[float]], name: str) -> Chain:
    """Return a square matrix of chances whose rows sum to 1.

    Raises:
        InvalidValueError: It is empty or not square, or a row is no chances.
    """
    if not rows:
        raise InvalidValueError(name, rows, "must hold a row per state")
    return [chances(row, f"{name}[{at}]", len(rows)) for at, row in enumerate(rows)]


def names_of(given: Sequence[str] | None, size: int, name: str) -> tuple[str, ...]:
    """Return a name per state, all different; those that are not given count from 1.

    Raises:
        InvalidValueError: Too few or too many, or one name twice.
    """
    names = tuple(str(one) for one in range(1, size + 1)) if given is None else tuple(given)
    if len(set(names)) == len(names) == size:
        return names
    raise InvalidValueError(name, names, f"must be {size} different names")


def worth(chain: Chain, rewards: Sequence[float], force: float, periods: int | None) -> list[float]:
    """Return what starting in each state is worth.

    Args:
        chain: Chances of moving from each state (row) to each state.
        rewards: What each state gives at the start of a period there.
        force: Continuous discount rate δ per period.
        periods: Periods after the present one that count; None for all.

    Raises:
        InvalidValueError: A horizon that cannot be, or none without a discount.
    """
    if periods is None:
        if force < _LEAST_FORCE:
            rule = f"must come to {_LEAST_FORCE:g} a period or more where it goes on for ever"
            raise InvalidValueError("discount", expm1(force), rule)
        return _for_ever(chain, list(rewards), force)
    ahead = int(checked_number(periods, "periods", low=0, high=_LONGEST, whole=True))
    return _within(chain, rewards, force, ahead)


def _within(chain: Chain, rewards: Sequence[float], force: float, periods: int) -> list[float]:
    factor = exp(-force)
    values = list(rewards)
    for _ in range(periods):
        later = [factor * _dot(row, values) for row in chain]
        values = [now + then for now, then in zip(rewards, later, strict=True)]
    return values


def _for_ever(chain: Chain, rewards: list[float], force: float) -> list[float]:
    moves = [[exp(-force) * p for p in row] for row in chain]
    lost = [-expm1(-force)] * len(chain)
    leaving = [_take_out(at, moves, rewards, lost) for at in reversed(range(len(chain)))]
    values: list[float] = []
    for at, leaves in enumerate(reversed(leaving)):
        values.append((rewards[at] + _dot(moves[at][:at], values)) / leaves)
    return values


def _take_out(at: int, moves: Chain, rewards: list[float], lost: list[float]) -> float:
    """Lead the moves into the last state ``at`` past it; return the chance of leaving it."""
    leaves = lost[at] + sum(moves[at][:at])
    for row in range(at):
        share = moves[row][at] / leaves
        rewards[row] += share * rewards[at]
        lost[row] += share * lost[at]
        for to in range(at):
            moves[row][to] += share * moves[at][to]
    return leaves


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
