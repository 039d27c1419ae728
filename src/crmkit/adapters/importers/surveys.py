"""Survey answers: rows of a table become responses.

**Roles of columns.** ``customer``, ``time`` and ``value`` are needed, and ``instrument`` unless
it is told for the whole file. ``item`` may be left out where the instrument asks one thing,
``low`` and ``high`` where the instrument is known (nps, csat, ces, repurchase, or one of the
shop's own). ``touchpoint``, ``order``, ``channel``, ``id`` and ``revision`` are optional.

Rows with the same ``id``, or without that column those of one customer, instrument, time and
touchpoint, are one response; its time is that of its earliest row. A blank value or ``NA`` is
a question left open. A value off its scale, half a step, and an item answered twice in one
response are problems. An answer without a customer is one too: it belongs to nobody's
history, and ``nps`` and its like take bare numbers.
"""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path

from attrs import fields

from crmkit.adapters.importers.columns import Columns, Synonyms, find, missing
from crmkit.adapters.importers.mended import REVISION
from crmkit.adapters.importers.response_builder import ResponseBuilder, ResponseRules
from crmkit.adapters.importers.row_logs import RowLog
from crmkit.adapters.importers.tables import Table, open_table
from crmkit.domain.happened import Happened
from crmkit.domain.interactions import SurveyResponse
from crmkit.domain.surveys import BUILT_IN, Instrument
from crmkit.domain.times import zone_of
from crmkit.domain.validators import source_word

#: The names by which each role is found where the user does not tell it.
SURVEY_COLUMNS: Synonyms = {
    "customer": (
        *("customer_id", "customer", "client_id", "user_id", "member_id", "contact_id"),
        *("respondent_id", "customer_email", "email", "email_address"),
    ),
    "instrument": ("instrument", "survey", "survey_type", "questionnaire"),
    "item": ("item", "question"),
    "value": ("value", "score", "rating", "answer"),
    "low": ("low", "scale_low", "scale_min"),
    "high": ("high", "scale_high", "scale_max"),
    "time": (
        *("answered_at", "responded_at", "submitted_at", "created_at", "timestamp", "at"),
        *("date", "time"),
    ),
    "id": ("response_id", "submission_id", "id"),
    "touchpoint": ("touchpoint",),
    "order": ("order_id", "order_number", "order"),
    "channel": ("channel",),
    "revision": (REVISION,),
}


class SurveyLog(RowLog[SurveyResponse]):
    """The survey responses of a file, and the rows that could not be used.

    Iterating yields ``SurveyResponse`` and ``RowProblem``, each response when its last row has
    passed. It can be iterated again; each time the file is read twice.
    """

    def __init__(self, table: Table, columns: Columns, rules: ResponseRules) -> None:
        super().__init__(table)
        self.columns = columns
        self._rules = rules

    def _builder(self) -> ResponseBuilder:
        return ResponseBuilder(self._table.path, self.columns, self._rules)

    def __repr__(self) -> str:
        return f"SurveyLog({str(self._table.path)!r})"


def read_surveys(
    path: str | PathLike[str],
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    source: str = "survey",
    instrument: str | None = None,
    instruments: Iterable[Instrument] = (),
    encoding: str | None = None,
    delimiter: str | None = None,
    format: str | None = None,  # noqa: A002
    day_first: bool | None = None,
) -> SurveyLog:
    """Open a file of survey answers: CSV, JSON lines or aligned columns, plain or gzip.

    Args:
        path: The file.
        columns: Column by role, where they are not found by their names; an empty name
            leaves a role out.
        timezone: Where times without an offset are local.
        source: The word for the system it comes from.
        instrument: What was answered in rows that do not say.
        instruments: The shop's own, beside nps, csat, ces and repurchase.
        encoding: UTF-8 with or without byte order mark by default.
        delimiter: Found from the file by default.
        format: "csv", "jsonl" or "aligned"; found from the file by default.
        day_first: Whether dates such as 01/02/2010 start with the day; found from the file
            by default, and asked for where nothing in it decides.

    Returns:
        The log, to iterate over; nothing but its first lines has been read.

    Raises:
        UnreadableLogError: The file cannot be read, or its columns play no roles; also while
            iterating, before anything is yielded, where a later part of it is damaged.
        InvalidValueError: An argument that cannot be.
    """
    table = open_table(Path(path), encoding=encoding, format=format, delimiter=delimiter)
    found = find(table.path, table.names, columns or {}, SURVEY_COLUMNS)
    needed = ["customer", "time", "value"] + ["instrument"] * (instrument is None)
    lacking = [role for role in needed if role not in found]
    if lacking:
        hint = "instrument='nps'" if lacking == ["instrument"] else ""
        raise missing(table.path, found, lacking, hint)
    source_word(None, fields(Happened).source, source)
    rules = ResponseRules(
        source=source,
        zone=zone_of(timezone),
        day_first=day_first,
        instrument=instrument,
        instruments=(*instruments, *BUILT_IN),
    )
    return SurveyLog(table, found, rules)
