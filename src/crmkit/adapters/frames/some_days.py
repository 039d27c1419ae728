"""Some days of a frame of facts."""

from typing import Any

from crmkit.adapters.frames.engine import narwhals, opened
from crmkit.domain.facts import Fact

__all__ = ["some_days"]


def some_days(native: Any, days: range) -> Any:
    """Return the rows of a frame that fall on some days, in the same engine.

    Args:
        native: A frame as ``summarise`` takes it.
        days: Day numbers, without gaps.

    Raises:
        InvalidValueError: It is no frame, or its day column is missing.
        MissingExtraError: narwhals is not installed.
    """
    nw = narwhals()
    opened(native, frozenset({"day"}))
    frame = nw.from_native(native)
    day = nw.col("day")
    known = [name for name in frame.collect_schema().names() if name in Fact._fields]
    rows = frame.select(*known).filter((day >= days.start) & (day < days.stop))
    return rows.to_native()
