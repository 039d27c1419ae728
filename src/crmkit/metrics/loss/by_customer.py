"""The variance of hazard ratios where one customer leaves several times.

Who was lost and came back may be lost again, and some are lost again and again: their leavings
are not so many independent ones. What each customer adds to the score, episode after episode,
is summed up first and squared then: the variance stays right whatever goes on within a
customer, as long as customers are independent of each other. It wants many customers; with a
few exposed ones it is rather too small.

    paper   here       meaning
    W_i     residuals  what an episode adds to the score, times running over all leavings
    D       U          the sum of a customer's
    B       returned   Σ U Uᵀ over customers

    W = left (x - mean) - Σ over the moments at risk of exp(β x) d / S0 (x - mean)

At a moment at which several leave, Efron's factors are averaged for those who leave, each
counting with the part of them that is still at risk.

Source:
    Lin, D. Y., Wei, L. J. (1989). The robust inference for the Cox proportional hazards model.
    JASA 84, 1074-1078. Therneau, T. M., Grambsch, P. M. (2000). Modeling Survival Data,
    chapters 3 (Efron's residuals) and 8 (several events of a subject).
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from functools import cache
from itertools import product
from math import exp

from attrs import frozen

from crmkit.metrics.loss.episodes import Episode
from crmkit.metrics.loss.risk_sets import Moment, Ties, factors, kinds_of, moments

__all__ = ["leave_again", "scores_by_customer"]

_Vector = tuple[float, ...]


def leave_again(episodes: Sequence[Episode]) -> bool:
    """Tell whether any customer left more than once."""
    left = Counter(one.who for one in episodes if one.left and one.who is not None)
    return any(times > 1 for times in left.values())


@frozen
class _Pull:
    """The hazard that a moment, or all up to it, laid on who was there: Σ d / S0.

    ``along`` is the same times the means of the exposures.
    """

    hazard: float
    along: _Vector

    def __add__(self, more: "_Pull") -> "_Pull":
        return self.plus(more, 1.0)

    def __sub__(self, less: "_Pull") -> "_Pull":
        return self.plus(less, -1.0)

    def plus(self, more: "_Pull", times: float) -> "_Pull":
        along = (a + times * b for a, b in zip(self.along, more.along, strict=True))
        return _Pull(self.hazard + times * more.hazard, tuple(along))


@frozen
class _Step:
    """A moment: what it laid on who stayed, on who left, and the mean of who might leave."""

    stayed: _Pull
    left: _Pull
    mean: _Vector


def scores_by_customer(
    episodes: Sequence[Episode], names: Sequence[str], ties: Ties, effects: Sequence[float]
) -> list[list[float]]:
    """Return the squares and products of what each customer adds to the score.

    Args:
        episodes: In any order; those without a customer are each of one of their own.
        names: The exposures that count, in order.
        ties: As in the fit.
        effects: Logarithms of the hazard ratios.
    """
    kinds, kind_of = kinds_of(episodes, names)
    weights = [exp(sum(effects[i] for i in kind)) for kind in kinds]
    happened = list(moments(episodes, kind_of, len(kinds)))
    steps = [_step(one, ties, kinds, weights, len(names)) for one in happened]
    times, so_far = [one.time for one in happened], [_Pull(0.0, (0.0,) * len(names))]
    for step in steps:
        so_far.append(so_far[-1] + step.stayed)

    @cache
    def residual(kind: int, since: int, until: int, left: bool) -> _Vector:  # noqa: FBT001  # a key
        pulled, gained = so_far[until] - so_far[since], (0.0,) * len(names)
        if left:
            own = steps[until - 1]
            pulled = pulled - own.stayed + own.left
            gained = tuple((i in kinds[kind]) - mean for i, mean in enumerate(own.mean))
        return tuple(
            more - weights[kind] * ((i in kinds[kind]) * pulled.hazard - along)
            for i, (more, along) in enumerate(zip(gained, pulled.along, strict=True))
        )

    added = defaultdict[Hashable, list[_Vector]](list)
    for place, (one, kind) in enumerate(zip(episodes, kind_of, strict=True)):
        who = ("of its own", place) if one.who is None else ("of", one.who)
        since, until = bisect_right(times, one.start), bisect_right(times, one.stop)
        added[who].append(residual(kind, since, until, one.left))
    return _squares(
        [tuple(map(sum, zip(*some, strict=True))) for some in added.values()], len(names)
    )


def _squares(scores: Sequence[_Vector], size: int) -> list[list[float]]:
    matrix = [[0.0] * size for _ in range(size)]
    for score, (i, j) in product(scores, product(range(size), repeat=2)):
        matrix[i][j] += score[i] * score[j]
    return matrix


def _step(
    one: Moment,
    ties: Ties,
    kinds: Sequence[tuple[int, ...]],
    weights: Sequence[float],
    size: int,
) -> _Step:
    nothing = _Pull(0.0, (0.0,) * size)
    stayed, left, means = nothing, nothing, nothing
    for factor in factors(one.gone, one.here, ties):
        shares = [n * weight for n, weight in zip(factor.here, weights, strict=True)]
        total = sum(shares)
        mean = tuple(
            sum(share for share, kind in zip(shares, kinds, strict=True) if i in kind) / total
            for i in range(size)
        )
        pull = _Pull(1 / total, tuple(each / total for each in mean))
        stayed = stayed.plus(pull, factor.gone)
        left = left.plus(pull, factor.gone * (1 - factor.left))
        means = means.plus(_Pull(1.0, mean), factor.gone)
    return _Step(stayed, left, tuple(each / means.hazard for each in means.along))
