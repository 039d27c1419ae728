"""The cells of a column, whatever holds them.

None is a missing answer everywhere, and NaN is refused: it tells of a reckoning that went
wrong. Only in pandas NaN, NaT and NA stand for what is missing; in its columns they are read so.
"""

from collections.abc import Iterable
from typing import Any

from crmkit.domain.errors import InvalidValueError

__all__ = ["cells"]


def cells(column: Iterable[Any], field: str = "column") -> Iterable[Any]:
    """Return the values of a column; what a pandas column calls missing is None.

    Args:
        column: Any iterable.
        field: Name for the error.

    Raises:
        InvalidValueError: It is a text, or holds no values one after the other.
    """
    try:
        values = iter(() if isinstance(column, str | bytes) else column)
    except TypeError:
        values = None
    if values is None or isinstance(column, str | bytes):
        raise InvalidValueError(field, column, "must be a list, or another column of values")
    if not hasattr(column, "isna"):
        return values
    missing = column.isna()
    return (None if gone else one for one, gone in zip(column, missing, strict=True))
