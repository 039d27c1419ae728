"""Equal rows counted once, so that a fit costs by distinct histories rather than customers."""

from collections.abc import Sequence
from typing import Any, Self

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models._arithmetic import Numbers, coded, row_key
from crmkit.metrics.value.models.history import read_columns, refuse

# Rows taken together: what is computed of them stays in a processor's cache.
BLOCK = 8192
# About how many rows lead to the optimum of many, and from how many times that on.
_FEW_ROWS, _WORTH_A_SAMPLE = 10_000, 4


def sample_stride(rows: int) -> int:
    """Return every how-manieth row makes a sample that a search may begin with; 1 for all."""
    stride = rows // _FEW_ROWS
    return stride if stride >= _WORTH_A_SAMPLE else 1


def read_weights(weights: Any, like: Numbers) -> Numbers:
    """Return how many customers each row stands for, 1 where nothing is said.

    Raises:
        InvalidValueError: A weight below 0 or no finite number, or another number of them.
    """
    np = require("numpy", extra="models")
    if weights is None:
        return np.ones(like.shape)
    m, (read, _) = read_columns(weights=weights, rows=like)
    if read.shape != like.shape:
        lengths = [read.size, like.size]
        raise InvalidValueError("weights", lengths, "must be as long as the other columns")
    refuse(m, "weights", read, read < 0, "must be 0 or more")
    return read


def tally(columns: Sequence[Numbers], weights: Numbers) -> tuple[list[Numbers], Numbers]:
    """Return the distinct rows of these columns, and the sum of the weights of each.

    They come sorted by the first column, then by the second, and so on.
    """
    np = require("numpy", extra="models")
    kept = weights > 0
    if not kept.all():
        columns, weights = [column[kept] for column in columns], weights[kept]
    if not weights.size:
        return list(columns), weights
    key, _ = row_key(np, [coded(np, column) for column in columns])
    order = np.argsort(key)
    key = key[order]
    is_first = np.concatenate(([True], key[1:] != key[:-1]))
    first = np.flatnonzero(is_first)
    return [column[order[first]] for column in columns], np.add.reduceat(weights[order], first)


@frozen(kw_only=True, eq=False)
class Levels:
    """A column as the distinct values in it, so that a function is computed once for each.

    Attributes:
        values: The distinct values, rising.
        of_row: Which of them each row has.
    """

    values: Numbers
    of_row: Any

    @classmethod
    def of(cls, column: Numbers) -> Self:
        """Find the levels of a column."""
        np = require("numpy", extra="models")
        codes, values = coded(np, column)
        is_there = np.bincount(codes, minlength=len(values)) > 0
        place = np.cumsum(is_there) - 1
        return cls(values=values[is_there], of_row=place[codes])

    def sums(self, of_rows: Numbers) -> Numbers:
        """Add up what the rows of each level have."""
        np = require("numpy", extra="models")
        return np.bincount(self.of_row, of_rows, minlength=len(self.values))
