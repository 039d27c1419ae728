"""The rows of one survey response, put together, or the problems of its rows."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from attrs import frozen

from crmkit.adapters.importers.columns import Columns
from crmkit.adapters.importers.content_ids import ContentIds
from crmkit.adapters.importers.customers import customer_reader
from crmkit.adapters.importers.mended import revision_of
from crmkit.adapters.importers.moments import Moments
from crmkit.adapters.importers.numbers import number
from crmkit.adapters.importers.refusals import Refused, Row, problem
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import SurveyResponse
from crmkit.domain.problems import RowProblem
from crmkit.domain.surveys import Answer, Instrument, Scale, instrument

#: What stands for a question left open.
OPEN = frozenset({"", "na", "n/a", "nan", "null", "none"})


@frozen(kw_only=True)
class ResponseRules:
    """How the rows of a file of answers are read.

    Attributes:
        source: The word for where it comes from.
        zone: Where naive times are local.
        day_first: Whether slashed dates start with the day; None to see.
        instrument: What was answered in rows that do not say.
        instruments: Those whose scales and items are known.
    """

    source: str
    zone: ZoneInfo
    day_first: bool | None
    instrument: str | None
    instruments: tuple[Instrument, ...]


class _Good(NamedTuple):
    """A row whose cells can all be used."""

    row: Row
    customer: str
    instrument: str
    at: datetime
    answer: Answer


def _step(role: str, text: str) -> int:
    """A whole number; ``7.0`` is 7."""
    value = number(role, text)
    if value % 1:
        raise InvalidValueError(
            role, text, "must be a whole step", "double the scale to keep half steps"
        )
    return int(value)


class ResponseBuilder:
    """Makes responses of the rows of one file, in one reading of it."""

    def __init__(self, path: Path, columns: Columns, rules: ResponseRules) -> None:
        self._path = path
        self._columns = columns
        self._rules = rules
        self._moments = Moments(rules.zone, day_first=rules.day_first)
        self._customer_of = customer_reader(numbered=False)
        self._ids = ContentIds()

    def key(self, cells: list[str]) -> str | None:
        """Return the response's id, or what tells it from others."""
        if "id" in self._columns:
            return self._columns.cell("id", cells) or None
        roles = ("customer", "instrument", "time", "touchpoint", "order")
        return repr([self._columns.cell(role, cells) for role in roles])

    def look(self, cells: list[str]) -> None:
        """See the date of a row in the first pass."""
        self._moments.look(self._columns.cell("time", cells))

    def settle(self) -> None:
        """Decide how dates are read."""
        self._moments.settle(self._path)

    def build(self, rows: list[Row]) -> list[SurveyResponse | RowProblem]:
        """Return the response that these rows are."""
        good: list[_Good] = []
        bad: list[SurveyResponse | RowProblem] = []
        for row in rows:
            read = self._row(row)
            if isinstance(read, Refused):
                bad.append(self._refused(row, read))
            elif any(read.answer.item == one.answer.item for one in good):
                bad.append(self._refused(row, _twice(read.answer)))
            else:
                good.append(read)
        return bad + self._response(good) if good else bad

    def _refused(self, row: Row, refused: Refused) -> RowProblem:
        return problem(self._columns.names, row, self._columns.name(refused.role), refused)

    def _row(self, row: Row) -> _Good | Refused:
        cells = row[1]
        at = self._moments.of[self._columns.cell("time", cells)]
        if isinstance(at, Refused):
            return at
        customer = self._customer_of(self._columns.cell("customer", cells))
        if isinstance(customer, Refused):
            return customer
        try:
            self._stated(cells, customer)
            name = self._instrument(cells)
            return _Good(row, customer, name, at, self._answer(cells, name))
        except InvalidValueError as error:
            return Refused.by(error)

    def _stated(self, cells: list[str], customer: str) -> None:
        if not customer:
            raise InvalidValueError("customer", "", "an answer must belong to somebody's history")
        if "id" in self._columns and self.key(cells) is None:
            raise InvalidValueError("id", "", "must not be blank")

    def _instrument(self, cells: list[str]) -> str:
        """The instrument by the name that is known for it, whatever its case in the file."""
        stated = self._columns.cell("instrument", cells) or self._rules.instrument
        if not stated:
            raise InvalidValueError("instrument", "", "must be stated")
        known = (one.name for one in self._rules.instruments)
        return next((name for name in known if name.casefold() == stated.casefold()), stated)

    def _answer(self, cells: list[str], name: str) -> Answer:
        known = instrument(name, self._rules.instruments)
        text = self._columns.cell("value", cells)
        item = self._columns.cell("item", cells) or _only_item(name, known)
        return Answer(
            item=item,
            value=None if text.casefold() in OPEN else _chosen(text, known, item),
            scale=self._scale(cells, name, item, known),
        )

    def _scale(self, cells: list[str], name: str, item: str, known: Instrument | None) -> Scale:
        low, high = (self._columns.cell(role, cells) for role in ("low", "high"))
        if low and high:
            return Scale(_step("low", low), _step("high", high))
        if low or high:
            raise InvalidValueError("low" if high else "high", "", "must be stated with the other")
        if known is None:
            raise InvalidValueError("instrument", name, "its scale is not known", "state low, high")
        declared = known.item(item)
        scale = known.scale if declared is None else declared.scale
        if scale is None:
            raise InvalidValueError("item", item, "its scale is not known", "state low, high")
        return scale

    def _response(self, good: list[_Good]) -> list[SurveyResponse | RowProblem]:
        first = good[0]
        for role, values in (
            ("customer", {one.customer for one in good}),
            ("instrument", {one.instrument for one in good}),
        ):
            if len(values) > 1:
                reason = f"the rows of this response name {len(values)}"
                return self._all_refused(good, Refused(role, "", reason))
        try:
            return [
                SurveyResponse(
                    id=self._id(first),
                    customer_id=first.customer,
                    at=min(one.at for one in good),
                    channel=self._first("channel", good),
                    source=self._rules.source,
                    revision=max(
                        revision_of(self._columns.cell("revision", one.row[1])) for one in good
                    ),
                    instrument=first.instrument,
                    answers=tuple(one.answer for one in good),
                    touchpoint=self._first("touchpoint", good),
                    order_id=self._first("order", good),
                )
            ]
        except InvalidValueError as error:
            return self._all_refused(good, Refused.by(error))

    def _all_refused(
        self, good: Iterable[_Good], refused: Refused
    ) -> list[SurveyResponse | RowProblem]:
        return [self._refused(one.row, refused) for one in good]

    def _first(self, role: str, good: list[_Good]) -> str | None:
        cells = (self._columns.cell(role, one.row[1]) for one in good)
        return next(filter(None, cells), None)

    def _id(self, first: _Good) -> str:
        if "id" in self._columns:
            return self._columns.cell("id", first.row[1])
        about = (self._columns.cell(role, first.row[1]) for role in ("touchpoint", "order"))
        content = (first.customer, first.instrument, first.at.isoformat(), *about)
        return self._ids.of(content)


def _chosen(text: str, known: Instrument | None, item: str) -> int:
    """The step that a cell chooses: a number, or one of the wordings of its item."""
    declared = None if known is None else known.item(item)
    step = None
    if declared is not None and declared.words and not text[:1].isdecimal():
        step = declared.step(text)
    return _step("value", text) if step is None else step


def _twice(answer: Answer) -> Refused:
    return Refused("item", answer.item, "is answered twice in one response")


def _only_item(name: str, known: Instrument | None) -> str:
    if known is None or len(known.items) != 1:
        raise InvalidValueError("item", "", f"must be stated for {name}")
    return known.items[0].name
