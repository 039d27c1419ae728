"""What a load says of itself: how far it has come, and in the end what became of everything."""

from collections import Counter
from pathlib import Path

from attrs import field, frozen

from crmkit.domain.problems import RowProblem


@frozen
class Progress:
    """How far a load has come.

    Attributes:
        rows: Rows of the source read so far; where it has none, items.
        total: Rows there are, if the source knows.
    """

    rows: int
    total: int | None

    def __str__(self) -> str:
        return f"{self.rows:,} rows" + (f" of {self.total:,}" if self.total else "")


@frozen(kw_only=True)
class LoadReport:
    """What became of everything that was handed in.

    Attributes:
        accepted: Interactions kept now.
        known: Interactions kept before, with the same content.
        problems: Rows and interactions that were not kept, with field, value and reason; where
            they are in a file, the first of them and one for each reason.
        rows: Rows of the source that were read, if it counts them.
        skipped: Items passed over, because an earlier load of this name was done with them.
        problems_file: The file that holds every problem; None where there is none.
        counted: (field, reason, how many problems), where ``problems`` are not all there are.
    """

    accepted: int
    known: int
    problems: tuple[RowProblem, ...] = field(repr=False)
    rows: int | None = None
    skipped: int = 0
    problems_file: Path | None = None
    counted: tuple[tuple[str, str, int], ...] | None = field(default=None, repr=False)

    @property
    def problem_count(self) -> int:
        """How many problems there are, those in the file among them."""
        if self.counted is None:
            return len(self.problems)
        return sum(count for _, _, count in self.counted)

    def reasons(self) -> list[tuple[str, str, int]]:
        """Return (field, reason, how many problems), the most frequent first."""
        if self.counted is not None:
            return list(self.counted)
        counted = Counter((problem.field, problem.reason) for problem in self.problems)
        return [(name, reason, count) for (name, reason), count in counted.most_common()]

    def __str__(self) -> str:
        rows = "" if self.rows is None else f"{self.rows:,} rows: "
        skipped = f"{self.skipped:,} items done before, " if self.skipped else ""
        where = "" if self.problems_file is None else f" (in {self.problems_file})"
        return (
            f"{rows}{skipped}{self.accepted:,} interactions accepted, {self.known:,} known "
            f"already, {self.problem_count:,} problems{where}"
        )
