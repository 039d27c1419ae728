"""The perceived promise gap of staff: what they were given less what they had been promised.

Pay, hours, training, a career: an employer keeps its word item by item, and staff who find it
broken do not keep the firm's word to its customers. It is ``service_gap`` asked of internal
customers, with what was promised in the place of what was expected: the same means, intervals and
rule of half. What is added is the names, and that fewer than five people give no figure.

    service_gap     here
    E expected      promised    steps of the scale
    P perceived     delivered   steps of the scale
    G = P - E       gap         below 0 where less was given than promised

Assumptions: as of ``service_gap``; both are what staff perceive, not what a contract says.

Source: Parasuraman, A., Zeithaml, V. A., Berry, L. L. (1988), Journal of Retailing 64(1), 12-40,
for the gap; Robinson, S. L., Rousseau, D. M. (1994). Violating the psychological contract.
Journal of Organizational Behavior 15(3), 245-259, for promises to staff.
"""

from collections.abc import Mapping

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.one_scale import OneScale, one_scale
from crmkit.metrics.service.gaps import Dimensions
from crmkit.metrics.service.importance import Importance
from crmkit.metrics.service.service_gap import service_gap
from crmkit.metrics.staff.protected_groups import LEAST, guarded

__all__ = ["PromiseGap", "promise_gap"]

_ALL = "promises"


@frozen(kw_only=True)
class PromiseGap(Shown):
    """How far what was given falls short of what was promised.

    Attributes:
        items: Mean of delivered less promised of each item, in steps: from minus to plus the
            range of the scale; below 0 where a promise was not kept.
        dimensions: The same of each dimension; one, "promises", where none were named.
        overall: Mean of the dimensions, of those who have all of them.
        weighted: The same by importance; None where none was given.
        scale: Lowest and highest step of the answers.
    """

    items: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    dimensions: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    overall: Estimate
    weighted: Estimate | None
    scale: tuple[float, float]

    @property
    def broken(self) -> tuple[str, ...]:
        """The items of which clearly less was given than promised, the worst first.

        Clearly: the whole interval of the gap lies below 0.
        """
        gaps = {
            name: one.value
            for name, one in self.items.items()
            if one.value is not None and one.high is not None and one.high < 0
        }
        return tuple(sorted(gaps, key=lambda name: gaps[name]))

    def _totals(self) -> tuple[tuple[str, Estimate], ...]:
        weighted = () if self.weighted is None else (("weighted", self.weighted),)
        return (("overall", self.overall), *weighted)

    def sheet(self) -> Sheet:
        """Return items and totals as they are shown."""
        low, high = self.scale
        dimensions = self.dimensions.items() if len(self.dimensions) > 1 else ()
        return Sheet(
            title=f"Promise gap (delivered less promised), scale {low:g} to {high:g}",
            rows=(
                *dimensions,
                *self._totals(),
                ("clearly broken", ", ".join(self.broken) or "none"),
            ),
            notes=self.overall.notes,
            parts=(Sheet(title="Items", rows=tuple(self.items.items())),),
        )

    def explain(self) -> Explanation:
        """Return how the gaps came about."""
        return explained(
            "promise_gap",
            self.overall.told,
            inputs={
                "scale": f"{self.scale[0]:g} to {self.scale[1]:g}",
                "items": len(self.items),
                "clearly broken": ", ".join(self.broken) or "none",
            },
            left_out=self.overall.notes,
            parts=(
                *(one.explain(f"promise_gap_{kind}") for kind, one in self._totals()),
                *(
                    one.explain("promise_gap_dimension", called=name)
                    for name, one in self.dimensions.items()
                ),
                *(one.explain("promise_gap_item", called=name) for name, one in self.items.items()),
            ),
        )


def promise_gap(
    promised: Table,
    delivered: Table,
    *,
    dimensions: Dimensions | None = None,
    importance: Importance | None = None,
    scale: OneScale = (1, 7),
    least: int = LEAST,
) -> PromiseGap:
    """Gaps between what staff were given and what they had been promised, item by item.

    Args:
        promised: Answers by item, one row per person: how much they were promised; None is a
            missing answer.
        delivered: How much they were given: the same items and people in the same order.
        dimensions: The items of each dimension; by default one of all items.
        importance: Points by dimension, as ``service_gap`` takes them.
        scale: Lowest and highest step, of all items, or by item: then all must be the same.
        least: The fewest people of whom a figure is shown, 5 or more.

    Returns:
        Means over people with t intervals. A figure of fewer than ``least`` people is undefined
        and tells no n.

    Raises:
        InvalidValueError: Other items or rows promised than delivered, an answer that is NaN or
            off the scale; what ``service_gap`` refuses; a least below 5.

    Source:
        Parasuraman, Zeithaml and Berry (1988); Robinson and Rousseau (1994).

    >>> promised = {"pay": [6, 6, 7, 5, 6], "training": [5, 4, 5, 5, 6]}
    >>> delivered = {"pay": [5, 4, 5, 5, 4], "training": [5, 5, 5, 4, 6]}
    >>> found = promise_gap(promised, delivered)
    >>> round(found.items["pay"].value, 2), found.broken
    (-1.4, ('pay',))
    """
    before, after = _checked(promised, delivered, scale)
    found = service_gap(
        before.columns,
        after.columns,
        dimensions={_ALL: after.names} if dimensions is None else dimensions,
        importance=importance,
        scale=scale,
    )
    span = found.scale[1] - found.scale[0]

    def shown(one: Estimate) -> Estimate:
        return guarded(one, people=one.n, least=least, low=-span, high=span)

    return PromiseGap(
        items={name: shown(one) for name, one in found.items.items()},
        dimensions={name: shown(one) for name, one in found.dimensions.items()},
        overall=shown(found.overall),
        weighted=None if found.weighted is None else shown(found.weighted),
        scale=found.scale,
    )


def _checked(promised: Table, delivered: Table, scale: OneScale) -> tuple[AnswerTable, AnswerTable]:
    """Both tables, with errors that call them by their names."""
    after = answer_table(delivered, field="delivered")
    low, high = one_scale(scale, after.names)
    after = answer_table(after, field="delivered", low=low, high=high)
    before = answer_table(promised, field="promised", low=low, high=high)
    if set(before.names) != set(after.names) or len(before) != len(after):
        shape = f"{len(before)} rows of {', '.join(before.names)}"
        raise InvalidValueError("promised", shape, "must have the items and rows of delivered")
    return before, after
