"""The problems that a load finds: all of them in memory, or in a file with a few to show."""

from collections import Counter

from attrs import define, evolve, field

from crmkit.adapters.importers.problems_file import ProblemsFile
from crmkit.domain.errors import ErasedError, InvalidValueError, StoreConflictError
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.ports import Refusal
from crmkit.domain.problems import RowProblem

#: Problems kept in memory where a file holds them all, beside one for each reason.
_FIRST = 20
#: Reasons told apart where a file holds the problems; the others are counted together.
_REASONS = 1000
_OTHER = "is wrong for another reason; the file says it"


@define
class Found:
    """Problems, as they come.

    Attributes:
        file: Takes all of them; without one they stay in memory.
        kept: Those in memory.
        counts: How many there are by field and reason.
        held: Whether interactions were refused that nothing but memory holds.
    """

    file: ProblemsFile | None = None
    kept: list[RowProblem] = field(factory=list)
    counts: Counter[tuple[str, str]] = field(factory=Counter)
    held: bool = False

    def add(self, problem: RowProblem) -> None:
        """Take a row of the source that could not be used."""
        if self.file is not None:
            self.file.write(problem)
        self.count(problem)

    def refuse(self, refusal: Refusal) -> None:
        """Take an interaction that the store refused.

        Of a person who was erased nothing is written down, and nothing is to be mended.
        """
        problem = _problem(refusal)
        if self.file is None:
            self.held = True
        elif not isinstance(refusal.error, ErasedError):
            self.file.write(evolve(problem, content=_written(refusal)))
        self.count(problem)

    def count(self, problem: RowProblem) -> None:
        """Count a problem that is in the file already, or is kept in memory."""
        if self.file is not None and len(self.counts) >= _REASONS:
            known = (problem.field, problem.reason) in self.counts
            problem = problem if known else evolve(problem, field="", reason=_OTHER)
        reason = problem.field, problem.reason
        if self.file is None or len(self.kept) < _FIRST or reason not in self.counts:
            self.kept.append(evolve(problem, kept=None) if self.file else problem)
        self.counts[reason] += 1

    def clear(self) -> None:
        """Forget everything, to begin anew."""
        self.kept.clear()
        self.counts.clear()
        self.held = False

    def counted(self) -> tuple[tuple[str, str, int], ...] | None:
        """Return field, reason and number of problems, where not all are in memory."""
        if self.file is None:
            return None
        return tuple((*reason, count) for reason, count in self.counts.most_common())


def _problem(refusal: Refusal) -> RowProblem:
    error, refused = refusal.error, refusal.interaction
    value = f"{refused.source}/{refused.id}"
    if isinstance(error, ErasedError):
        return RowProblem(None, "erased", "…", str(error))
    if isinstance(error, StoreConflictError):
        reason = f"revision {error.revision} is kept with other content"
        return RowProblem(None, "id", value, f"{reason}; send the change with a higher revision")
    name = error.field if isinstance(error, InvalidValueError) else "id"
    return RowProblem(None, name, value, str(error))


def _written(refusal: Refusal) -> FrozenMapping:
    """A refused interaction as the content of a row of its own."""
    from crmkit.adapters.importers.mended import INTERACTION
    from crmkit.adapters.wire import to_json

    try:
        return FrozenMapping({INTERACTION: to_json(refusal.interaction)})
    except InvalidValueError:
        return EMPTY
