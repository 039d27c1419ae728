"""What could not be loaded, as a file that can be mended in a spreadsheet and loaded again.

The file is a CSV (see ``mended`` for its columns): each row as it was read, what is wrong with
it, and the rows of the same order that were kept without it, since an order comes again as a
whole. It is written at the end of a load, in one step, and takes the place of an earlier one;
where there is no problem, the earlier one goes. Until then problems are in a journal beside
it (``problems.csv.part``), with which a load that was cut off goes on.

The file holds what the source held, names and addresses among it: keep it as you keep that.
"""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from os import PathLike
from pathlib import Path
from typing import Any, Self

from crmkit.adapters.importers import mended
from crmkit.adapters.importers.journal import Journal, writing
from crmkit.adapters.importers.mended import guarded, is_problems_file
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping, thawed
from crmkit.domain.problems import KeptBeside, RowProblem

__all__ = ["ProblemsFile"]

_COMPANION = "is kept already; it comes again with the rows of its order, leave it as it is"
_LEADING = (mended.ROW, mended.FIELD, mended.VALUE, mended.REASON)
_TRAILING = (mended.MORE, mended.ID, mended.REVISION, mended.INTERACTION)


class ProblemsFile:
    """A file of problems while a load fills it; a context manager.

    Args:
        path: The file, as it will be called.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._journal = Journal(self.path.with_name(f"{self.path.name}.part"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()

    def start(self, names: Iterable[str] = ()) -> None:
        """Begin with nothing.

        Args:
            names: The columns of the source, where it has any.

        Raises:
            InvalidValueError: There is a file of that name which is not one of problems.
            StoreError: It cannot be written.
        """
        if self.path.exists() and not is_problems_file(self.path):
            raise InvalidValueError(
                "problems", str(self.path), "is there, and is no file of problems", "name another"
            )
        self._journal.start()
        self._journal.put({"columns": list(names)})

    def resume(self, state: str) -> bool:
        """Go on from where ``keep`` gave back ``state``; return whether that is still there."""
        return self._journal.resume(state)

    def write(self, problem: RowProblem) -> None:
        """Add a problem."""
        self._journal.put(_recorded(problem))

    def keep(self) -> str:
        """See that everything is on the disk, and return what ``resume`` goes on from."""
        return self._journal.keep()

    def problems(self) -> Iterator[RowProblem]:
        """Yield the problems there are."""
        records = self._journal.records()
        next(records)
        return map(_problem, records)

    def finish(self) -> bool:
        """Put the file in its place; return whether there is one, that is, any problem."""
        some = next(self.problems(), None) is not None
        if some:
            self._write_whole()
        elif self.path.exists():
            with writing(self.path):
                self.path.unlink()
        self._journal.remove()
        return some

    def _write_whole(self) -> None:
        columns = _columns(next(self._journal.records())["columns"], self.problems())
        made = self.path.with_name(f"{self.path.name}.tmp")
        with (
            writing(made),
            made.open("w", encoding="utf-8-sig", errors="replace", newline="") as to,
        ):
            write = csv.writer(to).writerow
            write(map(guarded, columns))
            for line in _lines(self.problems()):
                write([guarded(line.get(name, "")) for name in columns])
            to.flush()
            os.fsync(to.fileno())
        with writing(self.path):
            made.replace(self.path)
            _keep_name(self.path.parent)


def _keep_name(folder: Path) -> None:
    """See that a file's new name is on the disk, where the system can be asked to."""
    with suppress(PermissionError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _recorded(problem: RowProblem) -> dict[str, Any]:
    """A problem as a record of the journal."""
    told: dict[str, Any] = {
        "problem": [problem.row, problem.field, problem.value, problem.reason],
        "content": thawed(problem.content),
    }
    if (kept := problem.kept) is not None:
        told["kept"] = [kept.id, kept.revision]
        told["rows"] = [[row, thawed(content)] for row, content in kept.rows]
    return told


def _problem(told: Mapping[str, Any]) -> RowProblem:
    """The problem that a record holds."""
    kept = None
    if "kept" in told:
        rows = tuple((row, FrozenMapping(content)) for row, content in told["rows"])
        kept = KeptBeside(id=told["kept"][0], revision=told["kept"][1], rows=rows)
    return RowProblem(*told["problem"], content=FrozenMapping(told["content"]), kept=kept)


def _columns(own: Sequence[str], problems: Iterable[RowProblem]) -> list[str]:
    """The columns of the file: what is wrong, the sources' own, and what of ours is needed."""
    names, ours = dict.fromkeys(own), set[str]()
    for line in _lines(problems):
        names.update(dict.fromkeys(line))
        ours.update(name for name in _TRAILING if name in line)
    if mended.INTERACTION in ours:
        ours.add(mended.REVISION)
    between = [name for name in names if not name.startswith(mended.PREFIX)]
    return [*_LEADING, *between, *(name for name in _TRAILING if name in ours)]


def _lines(problems: Iterable[RowProblem]) -> Iterator[dict[str, str]]:
    """The lines of the file, as cells by column; a row with several problems is one."""
    for (row, content), same in groupby(problems, key=lambda one: (one.row, one.content)):
        if row is None:
            yield from (_line([one], content) for one in same)
        else:
            told = list(same)
            yield _line(told, content)
            yield from _companions(told)


def _line(told: Sequence[RowProblem], content: FrozenMapping) -> dict[str, str]:
    columns = {
        mended.ROW: _number(told[0].row, content),
        mended.FIELD: "; ".join(one.field for one in told),
        mended.VALUE: "; ".join(one.value for one in told),
        mended.REASON: "; ".join(one.reason for one in told),
    }
    return columns | _cells(content) | _again(told[0].kept, content)


def _companions(told: Sequence[RowProblem]) -> Iterator[dict[str, str]]:
    """The rows that were kept without the first problem's, which come again with it."""
    kept = told[0].kept
    for row, content in () if kept is None else kept.rows:
        columns = {mended.ROW: _number(row, content), mended.REASON: _COMPANION}
        yield columns | _cells(content) | _again(kept, content)


def _number(row: int | None, content: Mapping[str, Any]) -> str:
    """The number of a row in the source that it came from first."""
    return content.get(mended.ROW) or ("" if row is None else str(row))


def _again(kept: KeptBeside | None, content: Mapping[str, Any]) -> dict[str, str]:
    """Under which revision a row comes again: one more than is kept, or the one it had."""
    if kept is not None:
        return {mended.ID: kept.id, mended.REVISION: str(kept.revision + 1)}
    before = {name: content.get(name) for name in (mended.ID, mended.REVISION)}
    return {name: cell for name, cell in before.items() if cell}


def _cells(content: Mapping[str, Any]) -> dict[str, str]:
    """A row as texts; of ours only an interaction, which is as it was read."""
    cells = {}
    for name, value in content.items():
        if isinstance(value, list | tuple):
            cells[mended.MORE] = " | ".join(map(str, value))
        elif name == mended.INTERACTION or not name.startswith(mended.PREFIX):
            cells[name] = "" if value is None else str(value)
    return {name: cell for name, cell in cells.items() if cell or name != mended.INTERACTION}
