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
from typing import Literal

from attrs import frozen

from crmkit.metrics.loss.episodes import Episode

__all__ = ["RiskSets", "Ties", "risk_sets"]

#: How several leaving at one moment are understood.
Ties = Literal["efron", "discrete"]

#: How many of each combination.
_Counts = tuple[int, ...]
#: How often a factor occurs, how many leave at it, who is at risk.
_Factor = tuple[int, int, tuple[float, ...]]


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
    place = {name: index for index, name in enumerate(names)}
    combinations = [_combination(episode, place) for episode in episodes]
    kinds = {kind: index for index, kind in enumerate(sorted(set(combinations)))}
    kind_of = [kinds[kind] for kind in combinations]
    moments = _moments(episodes, kind_of, len(kinds))
    left = [0] * len(kinds)
    for (gone, _), count in moments.items():
        left = [total + count * one for total, one in zip(left, gone, strict=True)]
    spread = _spread if ties == "efron" else _together
    found = [row for (gone, here), count in moments.items() for row in spread(gone, here, count)]
    return RiskSets(
        combinations=tuple(kinds),
        left=tuple(left),
        counts=tuple(count for count, _, _ in found),
        leavings=tuple(gone for _, gone, _ in found),
        here=tuple(zip(*(here for _, _, here in found), strict=True)) or ((),) * len(kinds),
    )


def _combination(episode: Episode, place: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sorted(place[name] for name in episode.exposures if name in place))


def _moments(
    episodes: Sequence[Episode], kind_of: Sequence[int], size: int
) -> Counter[tuple[_Counts, _Counts]]:
    """Who left and who was there, by combination, at every moment at which somebody left."""
    gone = defaultdict[float, Counter[int]](Counter)
    for episode, kind in zip(episodes, kind_of, strict=True):
        if episode.left:
            gone[episode.stop][kind] += 1
    starts = sorted((one.start, kind) for one, kind in zip(episodes, kind_of, strict=True))
    stops = sorted((one.stop, kind) for one, kind in zip(episodes, kind_of, strict=True))
    here, found, came, went = [0] * size, Counter[tuple[_Counts, _Counts]](), 0, 0
    for time in sorted(gone):
        while came < len(starts) and starts[came][0] < time:
            here[starts[came][1]] += 1
            came += 1
        while went < len(stops) and stops[went][0] < time:
            here[stops[went][1]] -= 1
            went += 1
        found[tuple(gone[time][kind] for kind in range(size)), tuple(here)] += 1
    return found


def _together(gone: _Counts, here: _Counts, count: int) -> Iterator[_Factor]:
    yield count, sum(gone), here


def _spread(gone: _Counts, here: _Counts, count: int) -> Iterator[_Factor]:
    """One after the other: of those who leave, the part that has not left yet is at risk."""
    together = sum(gone)
    for number in range(together):
        part = number / together
        yield count, 1, tuple(n - part * d for n, d in zip(here, gone, strict=True))
