"""What a customer's answers tell about each indicator of loyalty.

Several items of one instrument for one indicator are one scale of several items: their mean
counts. Two instruments are never mixed: the one answered last counts, and it is said that the
other does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean

from attrs import field, frozen

from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.surveys import Indicator
from crmkit.metrics.satisfaction.answers import Asked

__all__ = ["Stated", "stated"]


@frozen(kw_only=True)
class Stated:
    """The readings of a customer's answers.

    Attributes:
        readings: Reading, 0 to 1, by indicator; one that nobody asked is not there.
        notes: What was left out, and why.
    """

    readings: Mapping[Indicator, float] = field(converter=FrozenMapping, hash=False)
    notes: tuple[str, ...] = ()

    def get(self, indicator: Indicator) -> float | None:
        """Return the reading of an indicator, 0 to 1; None where it was not asked."""
        return self.readings.get(indicator)


def stated(answers: Iterable[Asked]) -> Stated:
    """Return what standing answers tell, by indicator.

    Args:
        answers: Standing answers (``asked``), in any order.
    """
    by_indicator: defaultdict[Indicator, defaultdict[str, list[Asked]]] = defaultdict(
        lambda: defaultdict(list)
    )
    left_out = []
    for one in answers:
        if one.left_out:
            left_out.append(f"left out: {one.left_out}")
        elif one.indicator is not None:
            by_indicator[one.indicator][one.instrument].append(one)
    chosen = {indicator: _latest(asked) for indicator, asked in by_indicator.items()}
    return Stated(
        readings={
            indicator: fmean(one.share for one in by_indicator[indicator][name])
            for indicator, name in chosen.items()
        },
        notes=(*sorted(left_out), *_passed_over(by_indicator, chosen)),
    )


def _latest(asked: Mapping[str, list[Asked]]) -> str:
    """The instrument answered last; at the same moment, the first by its name."""
    return min(asked, key=lambda name: (-max(one.at for one in asked[name]), name))


def _passed_over(
    by_indicator: Mapping[Indicator, Mapping[str, list[Asked]]], chosen: Mapping[Indicator, str]
) -> list[str]:
    return [
        f"{indicator}: the answers to {name} count, given last; not those to {', '.join(others)}"
        for indicator, name in sorted(chosen.items())
        if (others := sorted(set(by_indicator[indicator]) - {name}))
    ]
