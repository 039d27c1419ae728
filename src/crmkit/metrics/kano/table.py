"""Several features side by side, each judged for itself.

A table of categories is no score: a shop that meets every basic need and excites nobody is not
"average". The order in which to work on the features is that of ``kano_priorities``.

Source: Berger et al. (1993).
"""

from collections.abc import Mapping

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import mapped
from crmkit.metrics.kano.categories import KanoCategory
from crmkit.metrics.kano.kano import Kano, kano
from crmkit.metrics.kano.pairs import KanoPairs, KanoVariant
from crmkit.metrics.kano.rules import KanoRule
from crmkit.metrics.named_parts import part_named

__all__ = ["KanoTable", "kano_table"]


@frozen(kw_only=True)
class KanoTable(Shown):
    """The categories of several features.

    Attributes:
        features: What was found, by feature.
    """

    features: Mapping[str, Kano] = field(converter=FrozenMapping, hash=False)

    def __getitem__(self, feature: str) -> Kano:
        """Return what was found of a feature.

        Raises:
            InvalidValueError: It was not asked about.
        """
        return part_named(self.features, feature, "feature")

    @property
    def categories(self) -> Mapping[str, KanoCategory | None]:
        """The category of each feature; None without answers."""
        return {feature: one.category for feature, one in self.features.items()}

    def of(self, category: str) -> tuple[str, ...]:
        """Return the features of a category.

        Args:
            category: Its word or its letter.

        Raises:
            InvalidValueError: There is no such category.
        """
        wanted = KanoCategory.of(category)
        return tuple(name for name, one in self.features.items() if one.category == wanted)

    def sheet(self) -> Sheet:
        """Return a line per feature, with what is to be known of it."""
        return Sheet(
            title=f"Kano: {len(self.features)} feature{'s' * (len(self.features) != 1)}",
            rows=tuple((name, one.brief()) for name, one in self.features.items()),
            notes=tuple(self._notes()),
        )

    def explain(self) -> Explanation:
        """Return how each category came about."""
        told = {name: one.told for name, one in self.features.items()}
        parts = tuple(one.explain() for one in self.features.values())
        answer = f"{len(self.features)} features"
        return explained("kano_table", answer, inputs=told, parts=parts)

    def _notes(self) -> list[str]:
        """The notes of the features; those that several share are told once."""
        whose: dict[str, list[str]] = {}
        for name, one in self.features.items():
            for note in (*one.notes, *one.doubts):
                whose.setdefault(note, []).append(name)
        return [f"{', '.join(names)}: {note}" for note, names in whose.items()]


def kano_table(
    answers: Mapping[str, KanoPairs],
    *,
    tie_points: float = 0,
    rule: KanoRule = "mode",
    variant: KanoVariant = "berger",
) -> KanoTable:
    """Categories of several features.

    Args:
        answers: Pairs (functional, dysfunctional) by feature, as of ``kano``.
        tie_points: As of ``kano``.
        rule: As of ``kano``.
        variant: As of ``kano``.

    Raises:
        InvalidValueError: No features, or as of ``kano``.

    Source:
        Berger et al. (1993).

    >>> kano_table({"wrap": [("like", "neutral")], "price": [(1, 5)]}).of("A")
    ('wrap',)
    """
    by_feature = mapped(answers, "answers")
    if not by_feature:
        raise InvalidValueError("answers", "no features", "must hold at least one")
    return KanoTable(
        features={
            feature: kano(pairs, tie_points=tie_points, rule=rule, variant=variant)
            for feature, pairs in by_feature.items()
        }
    )
