"""The catalogue of needs: basic, performance and excitement."""

from crmkit.metrics.catalogue.metric import WORD, Composite, Entry, Metric

__all__ = ["KANO"]

_PAIRS = (
    "pairs of answers (like, must-be, neutral, live-with, dislike) to how a customer feels if a "
    "feature is there, and if it is not"
)
_BERGER = "Berger et al. (1993)"

KANO: tuple[Entry, ...] = (
    Composite(
        name="kano",
        holds=(
            "kano_category",
            "kano_better",
            "kano_worse",
            "kano_total_strength",
            "kano_category_strength",
            "kano_significant",
        ),
        needs=_PAIRS,
        formula="each pair has a category by the table of 25 cells; the figures follow from how "
        "many respondents have which; a class, never a score",
        source=f"Kano et al. (1984); {_BERGER}",
        function="crmkit.metrics.kano",
    ),
    Metric(
        name="kano_category",
        unit=WORD,
        better="neither",
        needs=_PAIRS,
        formula="the category most respondents have, ties broken M > O > A > I > R > Q; or "
        "(Blauth) the largest of M, O, A where M + O + A > I + R + Q, else of I, R, Q; unclear "
        "under 30 answers or without a significant lead",
        source=f"{_BERGER}; R and Q last, and the 30 answers: crmkit",
        function="crmkit.metrics.kano",
        attribute="category",
    ),
    Metric(
        name="kano_better",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs=_PAIRS,
        formula="(A + O) ÷ (A + O + M + I); Wilson interval",
        source=f"{_BERGER}; interval: Wilson (1927)",
        function="crmkit.metrics.kano",
        attribute="better",
    ),
    Metric(
        name="kano_worse",
        unit="share",
        low=-1,
        high=0,
        better="neither",
        needs=_PAIRS,
        formula="−(O + M) ÷ (A + O + M + I); Wilson interval",
        source=f"{_BERGER}; interval: Wilson (1927)",
        function="crmkit.metrics.kano",
        attribute="worse",
    ),
    Metric(
        name="kano_total_strength",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs=_PAIRS,
        formula="(A + O + M) ÷ all answers; Wilson interval",
        source="Lee & Newcomb (1997); interval: Wilson (1927)",
        function="crmkit.metrics.kano",
        attribute="total_strength",
    ),
    Metric(
        name="kano_category_strength",
        unit="share",
        low=0,
        high=1,
        better="neither",
        needs=_PAIRS,
        formula="(largest count − second) ÷ all answers; below 6% the category is mixed; "
        "adjusted-Wald interval",
        source="Lee & Newcomb (1997); interval: Bonett & Price (2012)",
        function="crmkit.metrics.kano",
        attribute="category_strength",
    ),
    Metric(
        name="kano_significant",
        unit=WORD,
        better="neither",
        needs=_PAIRS,
        formula="yes where f1 − f2 ≥ 1.65 √((f1 + f2)(2n − f1 − f2) ÷ 2n), of the two largest "
        "counts f1, f2 and all n answers (90%)",
        source="Fong (1996)",
        function="crmkit.metrics.kano",
        attribute="significant",
    ),
    Composite(
        name="kano_continuous",
        holds=("kano_functional", "kano_dysfunctional"),
        needs=_PAIRS,
        formula="the quadrant of both means at 2: both up performance, dysfunctional alone "
        "basic, functional alone excitement, neither indifferent; a negative mean is reverse, or "
        "questionable where the other is 2 or more",
        source="DuMouchel (1993); reverse against questionable: crmkit",
        function="crmkit.metrics.kano_continuous",
    ),
    Metric(
        name="kano_functional",
        unit="on -2 to 4",
        low=-2,
        high=4,
        better="neither",
        needs=_PAIRS,
        formula="mean of like 4, must-be 2, neutral 0, live-with −1, dislike −2; t interval",
        source="DuMouchel (1993)",
        function="crmkit.metrics.kano_continuous",
        attribute="functional",
    ),
    Metric(
        name="kano_dysfunctional",
        unit="on -2 to 4",
        low=-2,
        high=4,
        better="neither",
        needs=_PAIRS,
        formula="mean of like −2, must-be −1, neutral 0, live-with 2, dislike 4; t interval",
        source="DuMouchel (1993)",
        function="crmkit.metrics.kano_continuous",
        attribute="dysfunctional",
    ),
    Composite(
        name="kano_table",
        holds=("kano_category", "kano_better", "kano_worse"),
        needs=f"{_PAIRS}; of several features",
        formula="each feature judged for itself",
        source=_BERGER,
        function="crmkit.metrics.kano_table",
    ),
    Composite(
        name="kano_by_segment",
        holds=("kano_category", "kano_segments_differ"),
        needs=f"{_PAIRS}; the segment of each respondent",
        formula="each feature judged in each segment; a test per feature of whether they differ, "
        "judged together (Holm)",
        source=f"{_BERGER}; Holm (1979)",
        function="crmkit.metrics.kano_by_segment",
    ),
    Metric(
        name="kano_segments_differ",
        unit="chance",
        low=0,
        high=1,
        better="neither",
        needs="respondents of two segments or more, five expected per category and segment",
        formula="chance of such differences if all answer alike: Pearson's chi-square of "
        "categories by segment, rare categories pooled",
        source="Pearson (1900); Cochran (1954)",
    ),
    Metric(
        name="kano_priority",
        unit="rank",
        low=1,
        better="neither",
        needs="categories of features; how well each is done today, where known",
        formula="basic needs that fail or are not known, performance needs, excitement, basic "
        "needs that are met, indifferent, reverse, questionable; within these the worst worse "
        "(of excitement the best better) first",
        source=f"Kano et al. (1984); {_BERGER}; places by what is done today: crmkit",
        function="crmkit.metrics.kano_priorities",
    ),
)
