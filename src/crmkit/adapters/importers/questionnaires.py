"""Questionnaires as survey tools export them: a row per respondent, a column per question.

The questionnaire is an ``Instrument``: its items name the columns (or ``items`` says which),
their scales and wordings say what an answer may be. ``customer`` is needed, and ``time`` unless
one moment is told for the whole file; ``id``, ``touchpoint``, ``order`` and ``channel`` are
optional. A blank cell or ``NA`` is a question left open.

A cell that is no answer becomes a problem with its row, column, value and rule; the other
answers of that row are kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import fields, frozen

from crmkit.adapters.importers.columns import Columns, Synonyms, find, listed, missing, plain
from crmkit.adapters.importers.content_ids import ContentIds
from crmkit.adapters.importers.customers import customer_reader
from crmkit.adapters.importers.mended import ID, REVISION, revision_of
from crmkit.adapters.importers.moments import Moments
from crmkit.adapters.importers.refusals import Refused, Row, problem
from crmkit.adapters.importers.response_builder import OPEN
from crmkit.adapters.importers.row_logs import RowLog
from crmkit.adapters.importers.surveys import SURVEY_COLUMNS
from crmkit.adapters.importers.tables import Table, open_table
from crmkit.domain.errors import InvalidValueError, UnreadableLogError
from crmkit.domain.happened import Happened
from crmkit.domain.interactions import SurveyResponse
from crmkit.domain.problems import RowProblem
from crmkit.domain.surveys import Answer, Instrument, Item
from crmkit.domain.times import utc, zone_of
from crmkit.domain.validators import source_word

_ROLES = ("customer", "time", "id", "touchpoint", "order", "channel")
#: The names by which the columns beside the questions are found.
QUESTIONNAIRE_COLUMNS: Synonyms = {
    "customer": (*SURVEY_COLUMNS["customer"], "respondent"),
    **{role: SURVEY_COLUMNS[role] for role in _ROLES[1:]},
    "revision": (REVISION,),
    "kept": (ID,),
}


@frozen(kw_only=True)
class QuestionnaireRules:
    """How the rows of a questionnaire are read.

    Attributes:
        instrument: What was asked.
        places: Each item, and the index of its column.
        source: The word for where it comes from.
        zone: Where naive times are local.
        day_first: Whether slashed dates start with the day; None to see.
        at: When everybody answered, in UTC; None where a column says.
    """

    instrument: Instrument
    places: tuple[tuple[Item, int], ...]
    source: str
    zone: ZoneInfo
    day_first: bool | None
    at: datetime | None


class QuestionnaireBuilder:
    """Makes a response of each row, in one reading of the file."""

    def __init__(self, path: Path, columns: Columns, rules: QuestionnaireRules) -> None:
        self._path = path
        self._columns = columns
        self._rules = rules
        self._moments = Moments(rules.zone, day_first=rules.day_first)
        self._customer_of = customer_reader(numbered=False)
        self._ids = ContentIds()
        self._taken: set[str] = set()

    def key(self, cells: list[str]) -> None:
        """Return None: each row is a response by itself."""
        del cells

    def look(self, cells: list[str]) -> None:
        """See the date of a row in the first pass."""
        if self._rules.at is None:
            self._moments.look(self._columns.cell("time", cells))

    def settle(self) -> None:
        """Decide how dates are read."""
        if self._rules.at is None:
            self._moments.settle(self._path)

    def build(self, rows: list[Row]) -> list[SurveyResponse | RowProblem]:
        """Return the response of a row, and the problems of its cells."""
        return [built for row in rows for built in self._row(row)]

    def _row(self, row: Row) -> Iterator[SurveyResponse | RowProblem]:
        customer, at = self._customer(row[1]), self._at(row[1])
        if isinstance(customer, Refused):
            yield self._refused(row, customer)
        elif isinstance(at, Refused):
            yield self._refused(row, at)
        else:
            read = list(self._answers(row))
            answers = [one for one in read if isinstance(one, Answer)]
            if answers:
                yield self._response(row, customer, at, answers)
            yield from (one for one in read if isinstance(one, RowProblem))

    def _customer(self, cells: list[str]) -> str | Refused:
        customer = self._customer_of(self._columns.cell("customer", cells))
        if isinstance(customer, Refused) or customer:
            return customer
        return Refused("customer", "", "an answer must belong to somebody's history")

    def _at(self, cells: list[str]) -> datetime | Refused:
        return self._rules.at or self._moments.of[self._columns.cell("time", cells)]

    def _answers(self, row: Row) -> Iterator[Answer | RowProblem]:
        for item, place in self._rules.places:
            text = row[1][place].strip()
            given = None if text.casefold() in OPEN else text.removesuffix(".0")
            try:
                yield Answer(item=item.name, value=item.step(given), scale=item.scale)
            except InvalidValueError as error:
                refused = Refused.by(error)
                yield problem(self._columns.names, row, self._columns.names[place], refused)

    def _response(
        self, row: Row, customer: str, at: datetime, answers: Sequence[Answer]
    ) -> SurveyResponse | RowProblem:
        cells = row[1]
        try:
            return SurveyResponse(
                id=self._id(cells, customer, at),
                customer_id=customer,
                at=at,
                channel=self._columns.cell("channel", cells) or None,
                source=self._rules.source,
                revision=revision_of(self._columns.cell("revision", cells)),
                instrument=self._rules.instrument.name,
                answers=tuple(answers),
                touchpoint=self._columns.cell("touchpoint", cells) or None,
                order_id=self._columns.cell("order", cells) or None,
            )
        except InvalidValueError as error:
            return self._refused(row, Refused.by(error))

    def _id(self, cells: list[str], customer: str, at: datetime) -> str:
        if kept := self._columns.cell("kept", cells):
            return kept
        if "id" not in self._columns:
            about = (self._columns.cell(role, cells) for role in ("touchpoint", "order"))
            name = self._rules.instrument.name
            return self._ids.of((customer, name, at.isoformat(), *about))
        given = self._columns.cell("id", cells)
        if not given or given in self._taken:
            rule = "must not be that of an earlier row" if given else "must not be blank"
            raise InvalidValueError("id", given, rule)
        self._taken.add(given)
        return given

    def _refused(self, row: Row, refused: Refused) -> RowProblem:
        return problem(self._columns.names, row, self._columns.name(refused.role), refused)


class QuestionnaireLog(RowLog[SurveyResponse]):
    """The responses of a file, and the rows and cells that could not be used.

    Iterating yields ``SurveyResponse`` and ``RowProblem``. It can be iterated again; each time
    the file is read twice. A row of which any answer was kept counts as used.
    """

    def __init__(self, table: Table, columns: Columns, rules: QuestionnaireRules) -> None:
        super().__init__(table)
        self.columns = columns
        self._rules = rules

    def _builder(self) -> QuestionnaireBuilder:
        return QuestionnaireBuilder(self._table.path, self.columns, self._rules)

    def _refused_rows(self, built: Iterable[SurveyResponse | RowProblem]) -> int:
        return int(all(isinstance(one, RowProblem) for one in built))

    def __repr__(self) -> str:
        return f"QuestionnaireLog({str(self._table.path)!r})"


def read_questionnaires(
    path: str | PathLike[str],
    *,
    instrument: Instrument,
    items: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    at: datetime | None = None,
    timezone: str = "UTC",
    source: str = "survey",
    encoding: str | None = None,
    delimiter: str | None = None,
    format: str | None = None,  # noqa: A002
    day_first: bool | None = None,
) -> QuestionnaireLog:
    """Open a file with a row per respondent and a column per question, plain or gzip.

    Args:
        path: The file.
        instrument: The questionnaire: its items, with scales and wordings.
        items: Column by item, where they are not of one name; an empty name leaves an item
            out.
        columns: Column by role (customer, time, id, touchpoint, order, channel), where they are
            not found by their names; an empty name leaves a role out.
        at: When everybody answered, aware, for a file that does not say.
        timezone: Where times without an offset are local.
        source: The word for the system it comes from.
        encoding: UTF-8 with or without byte order mark by default.
        delimiter: Found from the file by default.
        format: "csv", "jsonl" or "aligned"; found from the file by default.
        day_first: Whether dates such as 01/02/2010 start with the day; found from the file
            by default, and asked for where nothing in it decides.

    Returns:
        The log, to iterate over; nothing but its first lines has been read.

    Raises:
        UnreadableLogError: The file cannot be read, or has no column for a question or role.
        InvalidValueError: An argument that cannot be.
    """
    table = open_table(Path(path), encoding=encoding, format=format, delimiter=delimiter)
    places = _places(table, instrument, items or {})
    asked = {table.names[place] for _, place in places}
    free = tuple("" if name in asked else name for name in table.names)
    found = find(table.path, free, columns or {}, QUESTIONNAIRE_COLUMNS)
    found = Columns(table.names, found.places)
    needed = ["customer"] + ["time"] * (at is None)
    lacking = [role for role in needed if role not in found]
    if lacking:
        raise missing(table.path, found, lacking, "at=MOMENT" if lacking == ["time"] else "")
    source_word(None, fields(Happened).source, source)
    rules = QuestionnaireRules(
        instrument=instrument,
        places=places,
        source=source,
        zone=zone_of(timezone),
        day_first=day_first,
        at=None if at is None else utc(at),
    )
    return QuestionnaireLog(table, found, rules)


def _places(
    table: Table, instrument: Instrument, told: Mapping[str, str]
) -> tuple[tuple[Item, int], ...]:
    """The column of each item."""
    for name in told:
        if instrument.item(name) is None:
            known = ", ".join(one.name for one in instrument.items)
            raise InvalidValueError("items", name, f"must be one of {known}")
    by_name = {plain(name): place for place, name in reversed(list(enumerate(table.names)))}
    places: list[tuple[Item, int]] = []
    for item in instrument.items:
        wanted = told.get(item.name, item.name)
        if not wanted:
            continue
        if plain(wanted) not in by_name:
            raise UnreadableLogError(
                str(table.path),
                f"has no column {wanted!r} (it has: {listed(table.names)})",
                f"say which with items={{{item.name!r}: NAME}}, or '' to leave it out",
            )
        places.append((item, by_name[plain(wanted)]))
    if len({place for _, place in places}) < len(places):
        raise InvalidValueError("items", dict(told), "must name a column of its own for each item")
    return tuple(places)
