"""Needs after Kano: basic, performance and excitement.

Kano classifies features; it does not measure satisfaction, and nothing here sums to a score.
"""

from crmkit.metrics.kano.categories import KanoCategory
from crmkit.metrics.kano.continuous import KanoPoint, kano_continuous
from crmkit.metrics.kano.homogeneity import Homogeneity
from crmkit.metrics.kano.kano import Kano, kano, kano_of_counts
from crmkit.metrics.kano.pairs import EVALUATION_TABLES, KanoAnswer, KanoPair, inverted_pairs
from crmkit.metrics.kano.priorities import (
    KanoPriorities,
    KanoPriority,
    NeedStanding,
    kano_priorities,
)
from crmkit.metrics.kano.segments import KanoSegments, kano_by_segment
from crmkit.metrics.kano.table import KanoTable, kano_table
from crmkit.metrics.kano.wording import answers_by_wording, pairs_by_feature

__all__ = [
    "EVALUATION_TABLES",
    "Homogeneity",
    "Kano",
    "KanoAnswer",
    "KanoCategory",
    "KanoPair",
    "KanoPoint",
    "KanoPriorities",
    "KanoPriority",
    "KanoSegments",
    "KanoTable",
    "NeedStanding",
    "answers_by_wording",
    "inverted_pairs",
    "kano",
    "kano_by_segment",
    "kano_continuous",
    "kano_of_counts",
    "kano_priorities",
    "kano_table",
    "pairs_by_feature",
]
