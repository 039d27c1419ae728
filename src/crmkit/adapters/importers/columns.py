"""Which column of a log plays which role.

Roles are told (``columns={"customer": "Client"}``), given by a preset, or found by the names
that shops use for them, without regard to case, spaces and punctuation. A column plays one
role at most; an empty name takes a role out of the play.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from crmkit.domain.errors import InvalidValueError, UnreadableLogError

#: The names by which each role is found.
Synonyms = Mapping[str, tuple[str, ...]]


def plain(name: str) -> str:
    """Return a column name as names are compared: letters and digits, case folded."""
    return "".join(filter(str.isalnum, name.casefold()))


@frozen
class Columns:
    """Where each role stands in a row.

    Attributes:
        names: The columns of the table.
        places: Index of its column by role.
    """

    names: tuple[str, ...]
    places: Mapping[str, int]

    def __contains__(self, role: str) -> bool:
        return role in self.places

    def name(self, role: str) -> str:
        """Return the column that plays a role, or the role where none does."""
        return self.names[self.places[role]] if role in self.places else role

    def cell(self, role: str, cells: Sequence[str]) -> str:
        """Return what a row says for a role, blank where no column plays it."""
        return cells[self.places[role]].strip() if role in self.places else ""

    def without(self, roles: Iterable[str]) -> "Columns":
        """Return the same without some roles."""
        out = set(roles)
        return Columns(
            self.names, {role: at for role, at in self.places.items() if role not in out}
        )


def _told_place(path: Path, names: Sequence[str], role: str, name: str) -> int:
    alike = [i for i, one in enumerate(names) if plain(one) == plain(name)]
    if name in names:
        return names.index(name)
    if len(alike) == 1:
        return alike[0]
    raise UnreadableLogError(
        str(path), f"has no column {name!r} for {role}", f"name one of {listed(names)}"
    )


def find(
    path: Path, names: tuple[str, ...], told: Mapping[str, str], synonyms: Synonyms
) -> Columns:
    """Return the columns that play the roles of ``synonyms``.

    Args:
        path: The file, for errors.
        names: Its columns.
        told: Column by role, as the user told it.
        synonyms: Names by role; earlier roles and earlier names go first.

    Raises:
        InvalidValueError: A role that there is not.
        UnreadableLogError: A told column is not in the file.
    """
    for role in told:
        if role not in synonyms:
            raise InvalidValueError("column", role, f"the roles are {', '.join(synonyms)}")
    places = {
        role: _told_place(path, names, role, name) for role, name in told.items() if name.strip()
    }
    free = {plain(name): i for i, name in reversed(list(enumerate(names)))}
    free = {name: i for name, i in free.items() if i not in places.values()}
    for role, known in synonyms.items():
        if role not in told:
            name = next((one for one in map(plain, known) if one in free), None)
            if name is not None:
                places[role] = free.pop(name)
    return Columns(names, places)


def listed(names: Sequence[str]) -> str:
    """Return column names as an error shows them: the first dozen, on one line."""
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:12])
    return f"{shown}, …" if len(names) > 12 else shown or "none"


def missing(path: Path, columns: Columns, needed: Sequence[str], hint: str) -> UnreadableLogError:
    """Return the error of a file in which needed roles are not played.

    Args:
        path: The file.
        columns: What was found.
        needed: The roles that nothing plays.
        hint: Another way out, or blank.
    """
    roles = " and ".join(needed)
    option = " ".join(f"--column {role}=NAME" for role in needed)
    return UnreadableLogError(
        str(path),
        f"has no column for {roles} (it has: {listed(columns.names)})",
        f"say which with {option} (columns={{{needed[0]!r}: NAME}})" + (hint and f", or {hint}"),
    )
