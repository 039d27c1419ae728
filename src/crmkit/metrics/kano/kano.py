"""Kano: is a feature a basic need, one of performance, or one that excites?

Kano classifies features, it does not measure satisfaction: nothing here is summed into a
score, and a feature's category says what to do about it, not how satisfied anybody is.

Assumptions: respondents are independent and alike; where segments differ, the category of all
of them together may be that of none (``kano_by_segment``). A category counts as settled where
30 respondents or more answered and it leads the second by Fong's test; else it is marked
unclear, for with a handful of answers the test passes by chance.

Sources: Berger et al. (1993); Fong (1996) for the test; Lee and Newcomb (1997) for the
strengths, and the 6 % under which a category is mixed. The 30 respondents are crmkit's own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import checked_word
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.kano.categories import KanoCategory
from crmkit.metrics.kano.coefficients import (
    Counts,
    better,
    category_strength,
    lead_needed,
    total_strength,
    two_largest,
    worse,
)
from crmkit.metrics.kano.pairs import EVALUATION_TABLES, KanoPairs, KanoVariant, checked_pairs
from crmkit.metrics.kano.rules import KanoRule, checked_counts, tied_first

__all__ = ["ENOUGH", "Kano", "kano", "kano_of_counts"]

#: Respondents from which a category can be settled.
ENOUGH = 30
_MIXED_BELOW = 0.06
_SUSPECT = (KanoCategory.REVERSE, KanoCategory.QUESTIONABLE)


@frozen(kw_only=True)
class Kano(Shown):
    """What respondents' answers make of one feature.

    Attributes:
        category: Its category by the rule; None without answers.
        tied: The categories the rule could not tell apart, the chosen one first.
        counts: Respondents by the category of their own pair, all six categories.
        better: How much satisfaction rises where the feature is there, 0 to 1.
        worse: How much satisfaction falls where it is lacking, -1 to 0.
        total_strength: Share of the answers that make it a need, of whatever kind.
        category_strength: By how much the largest category leads the second, as a share.
        lead_needed: Answers by which it must lead for Fong's test; None without answers.
        rule: How the category follows from the counts.
        notes: What was left out.
    """

    category: KanoCategory | None
    tied: tuple[KanoCategory, ...]
    counts: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    better: Estimate
    worse: Estimate
    total_strength: Estimate
    category_strength: Estimate
    lead_needed: float | None
    rule: KanoRule
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Respondents, those with reverse and questionable answers among them."""
        return sum(self.counts.values())

    @property
    def lead(self) -> int:
        """Answers by which the largest category leads the second."""
        first, second = two_largest(self.counts)
        return first - second

    @property
    def significant(self) -> bool | None:
        """Whether the lead is more than chance, at 90 % (Fong); None without answers."""
        return None if self.lead_needed is None else self.lead >= self.lead_needed

    @property
    def mixed(self) -> bool | None:
        """Whether the largest category leads by less than 6 % of the answers."""
        strength = self.category_strength.value
        return None if strength is None else strength < _MIXED_BELOW

    @property
    def unclear(self) -> bool:
        """Whether more answers are wanted: fewer than 30, or no significant lead."""
        return self.n < ENOUGH or not self.significant

    @property
    def suspect(self) -> bool:
        """Whether most answers contradict each other, or want the opposite of the feature."""
        most = max(self.counts.values())
        return bool(most) and any(self.counts[one] == most for one in _SUSPECT)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against relying on the category, and what to do about it."""
        return tuple(self._doubts())

    @property
    def told(self) -> str:
        """The category as a person reads it: "basic", "performance (unclear, mixed)"."""
        if self.category is None:
            return "unknown"
        doubts = {"unclear": self.unclear, "mixed": self.mixed, "suspect": self.suspect}
        told = ", ".join(name for name, there in doubts.items() if there)
        return f"{self.category} ({told})" if told else str(self.category)

    def brief(self) -> str:
        """Return the category and the figures that matter, in a line."""
        return f"{self.told}; better {self.better.told}, worse {self.worse.told}, n {self.n:,}"

    def sheet(self) -> Sheet:
        """Return category, counts and figures as they are shown."""
        rows = (
            ("answers", _counted(self.counts)),
            ("better", self.better),
            ("worse", self.worse),
            ("total strength", self.total_strength),
            ("category strength", self.category_strength),
            ("significant", self._test()),
        )
        return Sheet(title=f"Kano: {self.told}", rows=rows, notes=(*self.notes, *self.doubts))

    def explain(self) -> Explanation:
        """Return how category and figures came about."""
        figures = {
            "kano_better": self.better,
            "kano_worse": self.worse,
            "kano_total_strength": self.total_strength,
            "kano_category_strength": self.category_strength,
        }
        told = explained(
            "kano_category",
            self.category,
            inputs={
                "rule": self.rule,
                "answers": _counted(self.counts),
                **({"doubts": "; ".join(self.doubts)} if self.doubts else {}),
            },
            left_out=self.notes,
        )
        test = explained("kano_significant", self._test(), inputs={"answers": self.n})
        parts = (told, *(one.explain(name) for name, one in figures.items()), test)
        return explained("kano", self.told, inputs={"answers": self.n}, parts=parts)

    def _doubts(self) -> Iterator[str]:
        if self.n < ENOUGH:
            yield f"{ENOUGH} answers or more are wanted to settle a category"
        elif not self.significant:
            yield "the largest category does not lead significantly: ask more, look at segments"
        if len(self.tied) > 1:
            yield f"tied: {', '.join(self.tied)}"
        if self.mixed:
            yield "mixed: the two largest categories are less than 6% of the answers apart"
        if self.suspect and self.counts[KanoCategory.QUESTIONABLE] == max(self.counts.values()):
            yield "most answers contradict each other: the wording is suspect"
        elif self.suspect:
            yield "most want the opposite: invert the feature (inverted_pairs) and judge again"

    def _test(self) -> str:
        if self.lead_needed is None:
            return "unknown"
        yes = "yes" if self.significant else "no"
        return f"{yes}: leads by {self.lead:,} answers, {self.lead_needed:.2f} needed"


def _counted(counts: Counts) -> str:
    return ", ".join(f"{category} {count:,}" for category, count in counts.items())


def kano(
    answers: KanoPairs,
    *,
    tie_points: float = 0,
    rule: KanoRule = "mode",
    variant: KanoVariant = "berger",
) -> Kano:
    """Category of one feature from pairs of answers.

    Args:
        answers: Pairs (functional, dysfunctional) of "like", "must-be", "neutral", "live-with",
            "dislike", or steps 1 to 5 in that order; one per respondent. None is missing.
        tie_points: Categories within so many percentage points of the largest are tied.
        rule: "mode" for the largest category, "blauth" for needs against the others first.
        variant: "pouliot" counts (must-be, must-be) and (live-with, live-with) as questionable.

    Returns:
        Category, counts, coefficients with intervals, and whether the category is settled.

    Raises:
        InvalidValueError: An answer that is none of the five, an unknown rule or variant, or
            ``tie_points`` outside 0 to 100.

    Source:
        Berger et al. (1993); Fong (1996).

    >>> kano([("like", "dislike")] * 40 + [("neutral", "dislike")] * 20).told
    'performance'
    """
    checked_word(variant, "variant", EVALUATION_TABLES)
    checked, cells = checked_pairs(answers), EVALUATION_TABLES[variant]
    found: Counts = Counter(cells[pair] for pair in checked.pairs)
    return kano_of_counts(found, tie_points=tie_points, rule=rule, notes=checked.notes)


def kano_of_counts(
    counts: Mapping[str, int],
    *,
    tie_points: float = 0,
    rule: KanoRule = "mode",
    notes: Sequence[str] = (),
) -> Kano:
    """Category of one feature from how many respondents have which category.

    Args:
        counts: Respondents by letter (A, O, M, I, R, Q) or by word; what is left out is 0.
        tie_points: As of ``kano``.
        rule: As of ``kano``.
        notes: Notes to carry.

    Raises:
        InvalidValueError: An unknown category or one given twice, a count that is not whole or
            below 0, an unknown rule, or ``tie_points`` outside 0 to 100.

    Source:
        Berger et al. (1993); Fong (1996).

    >>> kano_of_counts({"A": 45, "O": 123, "M": 95, "I": 33}).category.letter
    'O'
    """
    found = checked_counts(counts)
    tied = tied_first(found, tie_points=tie_points, rule=rule)
    return Kano(
        category=tied[0] if tied else None,
        tied=tied,
        counts=found,
        better=better(found),
        worse=worse(found),
        total_strength=total_strength(found),
        category_strength=category_strength(found),
        lead_needed=lead_needed(found),
        rule=rule,
        notes=tuple(notes),
    )
