"""Who was at risk whenever somebody left, counted by what they were exposed to.

All that a Cox model reads of a base are, for every moment at which somebody left, how many of
each combination of exposures were watched just then, and how many of those left. Few
combinations occur, and moments that look alike are counted together: a base of a hundred
thousand episodes becomes some hundred or thousand rows.

    paper   here         meaning
    d       left, leavings  who left at a moment
    R       here         who was at risk just before
    l / d   part         how far the ties are taken out of the risk set (Efron)

Source:
    Efron, B. (1977). The efficiency of Cox's likelihood function for censored data. JASA 72,
    557-565. Breslow, N. (1974). Covariance analysis of censored survival data. Biometrics 30,
    89-99.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from attrs import frozen

from crmkit.metrics.loss.episodes import Episode

__all__ = ["Factor", "Moment", "RiskSets", "Ties", "factors", "kinds_of", "moments", "risk_sets"]

#: How several leaving at one moment are understood.
Ties = Literal["efron", "discrete"]

#: How many of each combination.
_Counts = tuple[int, ...]


class Moment(NamedTuple):
    """A moment at which somebody left: who left and who was there, by combination."""

    time: float
    gone: _Counts
    here: _Counts


class Factor(NamedTuple):
    """A factor of the likelihood: how many leave at it, who is at risk, by combination.

    ``left`` is the part of the leavers that is not at risk any more.
    """

    gone: int
    here: tuple[float, ...]
    left: float


@frozen(kw_only=True)
class RiskSets:
    """All that the likelihood reads: its factors, in columns.

    Attributes:
        combinations: The exposures of each combination, by their places among the names.
        left: Who left, by combination.
        counts: How often each factor occurs.
        leavings: How many left at each, as the factor counts them.
        here: For each combination, who was at risk at each factor; parts of customers where
            ties are spread.
    """

    combinations: tuple[tuple[int, ...], ...]
    left: _Counts
    counts: _Counts
    leavings: _Counts
    here: tuple[tuple[float, ...], ...]

    @property
    def times(self) -> list[int]:
        """How many left at all moments that look like each factor."""
        return [count * gone for count, gone in zip(self.counts, self.leavings, strict=True)]


def risk_sets(episodes: Sequence[Episode], names: Sequence[str], ties: Ties) -> RiskSets:
    """Return who was at risk whenever somebody left.

    Args:
        episodes: In any order.
        names: The exposures that count, in order; others are ignored.
        ties: "efron" where times were rounded; "discrete" where leaving at a time is a chance.
    """
    kinds, kind_of = kinds_of(episodes, names)
    alike = Counter((one.gone, one.here) for one in moments(episodes, kind_of, len(kinds)))
    left = [0] * len(kinds)
    for (gone, _), count in alike.items():
        left = [total + count * one for total, one in zip(left, gone, strict=True)]
    found = [
        (count, row) for (gone, here), count in alike.items() for row in factors(gone, here, ties)
    ]
    return RiskSets(
        combinations=kinds,
        left=tuple(left),
        counts=tuple(count for count, _ in found),
        leavings=tuple(row.gone for _, row in found),
        here=tuple(zip(*(row.here for _, row in found), strict=True)) or ((),) * len(kinds),
    )


def kinds_of(
    episodes: Sequence[Episode], names: Sequence[str]
) -> tuple[tuple[tuple[int, ...], ...], list[int]]:
    """Return the combinations of exposures that occur, and the place of each episode's.

    Args:
        episodes: In any order.
        names: The exposures that count, in order; others are ignored.
    """
    place = {name: index for index, name in enumerate(names)}
    combinations = [_combination(episode, place) for episode in episodes]
    kinds = {kind: index for index, kind in enumerate(sorted(set(combinations)))}
    return tuple(kinds), [kinds[kind] for kind in combinations]


def _combination(episode: Episode, place: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted(place[name] for name in episode.exposures if name in place))


def moments(episodes: Sequence[Episode], kind_of: Sequence[int], size: int) -> Iterator[Moment]:
    """Yield every moment at which somebody left, in order of time.

    Args:
        episodes: In any order.
        kind_of: The place of the combination of each (``kinds_of``).
        size: How many combinations there are.
    """
    gone = defaultdict[float, Counter[int]](Counter)
    for episode, kind in zip(episodes, kind_of, strict=True):
        if episode.left:
            gone[episode.stop][kind] += 1
    starts = sorted((one.start, kind) for one, kind in zip(episodes, kind_of, strict=True))
    stops = sorted((one.stop, kind) for one, kind in zip(episodes, kind_of, strict=True))
    here, came, went = [0] * size, 0, 0
    for time in sorted(gone):
        while came < len(starts) and starts[came][0] < time:
            here[starts[came][1]] += 1
            came += 1
        while went < len(stops) and stops[went][0] < time:
            here[stops[went][1]] -= 1
            went += 1
        yield Moment(time, tuple(gone[time][kind] for kind in range(size)), tuple(here))


def factors(gone: _Counts, here: _Counts, ties: Ties) -> Iterator[Factor]:
    """Yield the factors of the likelihood at a moment.

    Discrete leavings share one. By Efron they come one after the other: of those who leave,
    the part that has not left yet is at risk.
    """
    together = sum(gone)
    if ties == "discrete":
        yield Factor(together, tuple(map(float, here)), 0.0)
        return
    for number in range(together):
        part = number / together
        yield Factor(1, tuple(n - part * d for n, d in zip(here, gone, strict=True)), part)
