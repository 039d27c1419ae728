"""Items that are meant to measure one thing: their answers, and how they vary together.

Only reflective items belong here: questions whose answers all follow from one attitude, so that
they must agree. A formative index, whose parts make it up and need not agree (the four
dimensions of loyalty), has no such reliability, and asking for it is refused.
"""

from collections.abc import Sequence
from math import fsum, sqrt
from operator import mul

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.answer_table import Table, answer_table

__all__ = ["FORMATIVE", "ItemSet", "correlations", "covariances", "item_set"]

#: The names of the dimensions of loyalty, whose index is formative.
FORMATIVE = frozenset(
    {"cognitive", "affective", "intentional", "conative", "behavioural", "action"}
)
_LEAST = 3


@frozen(kw_only=True)
class ItemSet:
    """The answers of those who answered every item.

    Attributes:
        names: The items, in their order.
        columns: Their answers, equally long.
        notes: What was left out.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[float, ...], ...]
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Respondents who answered every item."""
        return len(self.columns[0])

    @property
    def lacking(self) -> str:
        """Why no reliability can be found, or nothing."""
        if len(self.names) < 2:
            return "needs 2 items or more: a single one cannot agree with itself"
        if self.n < _LEAST:
            return f"needs {_LEAST} respondents or more who answered every item, got {self.n}"
        pairs = zip(self.names, self.columns, strict=True)
        still = [name for name, column in pairs if min(column) == max(column)]
        return f"{_listed(still)} never vary: leave them out" if still else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def item_set(items: Table) -> ItemSet:
    """Return the answers to reflective items.

    Args:
        items: The answers by item, a row per respondent; None is a missing answer.

    Raises:
        InvalidValueError: NaN, columns of unequal length, no item, items known to be answered on
            several scales, or parts of a formative index.
    """
    table = answer_table(items, field="items")
    table.on_one_scale("items")
    parts = sorted(FORMATIVE.intersection(table.names))
    if len(parts) > 1:
        raise InvalidValueError(
            "items",
            _listed(parts),
            "must all reflect one thing; the dimensions of loyalty make up an index instead",
            "ask it of the questions within a dimension",
        )
    rows = table.complete
    columns = tuple(zip(*rows, strict=True)) if rows else ((),) * len(table.names)
    return ItemSet(names=table.names, columns=columns, notes=table.left_out())


def covariances(columns: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return the covariance of every column with every other, n - 1 below.

    Args:
        columns: Equally long, 2 values or more.
    """
    n = len(columns[0])
    means = [fsum(column) / n for column in columns]
    from_mean = [
        [value - mean for value in column] for column, mean in zip(columns, means, strict=True)
    ]
    found = [[0.0] * len(columns) for _ in columns]
    for i, one in enumerate(from_mean):
        for j in range(i + 1):
            found[i][j] = found[j][i] = sum(map(mul, one, from_mean[j])) / (n - 1)
    return found


def correlations(cov: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return the correlations that belong to covariances.

    Args:
        cov: Covariances, each variance above 0.
    """
    sds = [sqrt(row[i]) for i, row in enumerate(cov)]
    return [
        [
            1.0 if i == j else max(-1.0, min(1.0, one / (sds[i] * sds[j])))
            for j, one in enumerate(row)
        ]
        for i, row in enumerate(cov)
    ]
