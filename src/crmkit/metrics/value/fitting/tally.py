"""Equal rows counted once, so that a fit costs by distinct histories rather than customers."""

from collections.abc import Sequence
from typing import Any

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models.history import read_columns, refuse


def read_weights(weights: Any, like: Numbers) -> Numbers:
    """Return how many customers each row stands for, 1 where nothing is said.

    Raises:
        InvalidValueError: A weight below 0 or no finite number, or another number of them.
    """
    np = require("numpy", extra="models")
    if weights is None:
        return np.ones(like.shape)
    m, (read, _) = read_columns(weights=weights, rows=like)
    refuse(m, "weights", read, read < 0, "must be 0 or more")
    return read


def tally(columns: Sequence[Numbers], weights: Numbers) -> tuple[list[Numbers], Numbers]:
    """Return the distinct rows of these columns, and the sum of the weights of each."""
    np = require("numpy", extra="models")
    kept = weights > 0
    key = np.zeros(int(kept.sum()), dtype=np.int64)
    for column in columns:
        values, codes = np.unique(column[kept], return_inverse=True)
        key = np.unique(key * len(values) + codes, return_inverse=True)[1]
    if not key.size:
        return [column[kept] for column in columns], weights[kept]
    _, first = np.unique(key, return_index=True)
    return [column[kept][first] for column in columns], np.bincount(key, weights[kept])
