"""Kano by segment: what excites the one is taken for granted by the other.

Each feature is judged in each segment, and a test says whether the segments answer alike: where
they do not, the category of all respondents together may be that of none of them. One test is
made per feature; of several features some would differ by chance, so the p values are judged
together (Holm).

Assumption: each respondent is in one segment. Segments of fewer than 30 leave a category
unclear, however large the whole is.

Source: Berger et al. (1993) for the classes; Pearson's chi-square for the test; Holm, S. (1979).
A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6(2),
65-70.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import mapped
from crmkit.metrics.kano.homogeneity import Homogeneity, homogeneity
from crmkit.metrics.kano.kano import Kano
from crmkit.metrics.kano.pairs import KanoPair, KanoPairs, KanoVariant, checked_pairs
from crmkit.metrics.kano.rules import KanoRule
from crmkit.metrics.kano.table import KanoTable, kano_table
from crmkit.metrics.several_tests import holm

__all__ = ["KanoSegments", "kano_by_segment"]

_LEVEL = 0.05


@frozen(kw_only=True)
class KanoSegments(Shown):
    """Features judged in each segment.

    Attributes:
        together: All respondents, those without a segment too.
        segments: The respondents of each segment.
        tests: Whether the segments answer alike, by feature.
        differing: The features on which the segments differ, at 5 % over all features (Holm).
        unplaced: Respondents without a segment.
    """

    together: KanoTable
    segments: Mapping[str, KanoTable] = field(converter=FrozenMapping, hash=False)
    tests: Mapping[str, Homogeneity] = field(converter=FrozenMapping, hash=False)
    differing: tuple[str, ...]
    unplaced: int = 0

    def of(self, feature: str) -> Mapping[str, Kano]:
        """Return what was found of a feature, by segment.

        Raises:
            InvalidValueError: There is no such feature.
        """
        if feature not in self.together.features:
            there = ", ".join(self.together.features)
            raise InvalidValueError("feature", feature, f"must be one of {there}")
        return {name: table.features[feature] for name, table in self.segments.items()}

    def sheet(self) -> Sheet:
        """Return a line per feature: its category in each segment, and whether they differ."""
        rows = tuple((feature, self._line(feature)) for feature in self.together.features)
        return Sheet(
            title=f"Kano by segment: {', '.join(self.segments) or 'no segments'}",
            rows=rows,
            notes=self._notes(),
        )

    def explain(self) -> Explanation:
        """Return how the categories of each segment came about."""
        tables = {"all": self.together, **self.segments}
        tests = (self._test(feature) for feature in self.tests)
        return explained(
            "kano_by_segment",
            f"{len(self.together.features)} features in {len(self.segments)} segments",
            inputs={name: _listed(table) for name, table in tables.items()},
            left_out=self._notes()[:-1],
            parts=(*tests, *(table.explain() for table in self.segments.values())),
        )

    def _test(self, feature: str) -> Explanation:
        test = self.tests[feature]
        inputs = {"feature": feature, "chi-square": test.statistic, "degrees": test.degrees}
        pooled = (f"pooled as too rare: {', '.join(test.pooled)}",) * bool(test.pooled)
        return explained("kano_segments_differ", test.p_value, inputs=inputs, left_out=pooled)

    def _line(self, feature: str) -> str:
        told = "; ".join(f"{name}: {one.told}" for name, one in self.of(feature).items())
        p = self.tests[feature].p_value
        if p is None:
            return f"{told} (too few answers to compare)"
        verdict = "they differ" if feature in self.differing else "no difference shown"
        return f"{told} ({verdict}, p {p:.3g})"

    def _notes(self) -> tuple[str, ...]:
        unplaced = (f"respondents without a segment: {self.unplaced:,}",) * bool(self.unplaced)
        return (*unplaced, "differences are judged at 5% over all features together")


def _listed(table: KanoTable) -> str:
    return ", ".join(f"{name} {one.told}" for name, one in table.features.items())


def kano_by_segment(
    answers: Mapping[str, KanoPairs],
    segments: Iterable[str | None],
    *,
    tie_points: float = 0,
    rule: KanoRule = "mode",
    variant: KanoVariant = "berger",
) -> KanoSegments:
    """Categories of several features in each segment.

    Args:
        answers: Pairs by feature, as of ``kano``; one per respondent, None for a missing one.
        segments: The segment of each respondent, in the same order; None where it is unknown.
        tie_points: As of ``kano``.
        rule: As of ``kano``.
        variant: As of ``kano``.

    Returns:
        The features of all respondents and of each segment, in order of first appearance, with
        a test per feature of whether the segments answer alike.

    Raises:
        InvalidValueError: Not as many pairs as segments, a segment that is no text, no features,
            or as of ``kano``.

    Source:
        Berger et al. (1993); Pearson (1900); Holm (1979).

    >>> by_age = kano_by_segment({"wrap": [(1, 3), (2, 5)]}, ["young", "old"])
    >>> [str(one.category) for one in by_age.of("wrap").values()]
    ['excitement', 'basic']
    """
    placed = tuple(_segment(one, at) for at, one in enumerate(cells(segments, "segments")))
    by_feature = mapped(answers, "answers")
    rows = {name: _aligned(name, pairs, len(placed)) for name, pairs in by_feature.items()}
    names = tuple(dict.fromkeys(name for name in placed if name is not None))

    def table(chosen: Sequence[bool]) -> KanoTable:
        own = {
            feature: [pair for pair, wanted in zip(pairs, chosen, strict=True) if wanted]
            for feature, pairs in rows.items()
        }
        return kano_table(own, tie_points=tie_points, rule=rule, variant=variant)

    found = {name: table([one == name for one in placed]) for name in names}
    tests = {
        feature: homogeneity({name: one.features[feature].counts for name, one in found.items()})
        for feature in rows
    }
    return KanoSegments(
        together=table([True] * len(placed)),
        segments=found,
        tests=tests,
        differing=_rejected(tests),
        unplaced=placed.count(None),
    )


def _segment(name: str | None, at: int) -> str | None:
    if not (name is None or isinstance(name, str)):
        rule = "must be the name of a segment"
        raise InvalidValueError(f"segments[{at}]", name, rule, "give None where it is unknown")
    return name


def _aligned(feature: str, pairs: KanoPairs, respondents: int) -> tuple[KanoPair | None, ...]:
    rows = checked_pairs(pairs, field=f"answers[{feature!r}]").rows
    if len(rows) != respondents:
        rule = f"must have a pair for each of the {respondents} segments given"
        raise InvalidValueError(f"answers[{feature!r}]", len(rows), rule)
    return rows


def _rejected(tests: Mapping[str, Homogeneity]) -> tuple[str, ...]:
    """The features that differ, all tests judged together."""
    known = {name: one.p_value for name, one in tests.items() if one.p_value is not None}
    adjusted = zip(known, holm(known.values()), strict=True)
    return tuple(name for name, p_value in adjusted if p_value <= _LEVEL)
