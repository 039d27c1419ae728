"""The responses to one questionnaire as a table: a row per response, a column per question.

It is what the functions over several questions take: key drivers, Kano, reliability, gaps.
Each customer counts once, with the latest response, unless every response is asked for; nothing
is overwritten in the store. An answer on another scale than its question's (the declared one,
else the one used most often) is left out and counted, never mixed in.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.items import Item
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.scales import ReadAs, Scale, reading_of
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.surveys import BUILT_IN, Instrument, Question
from crmkit.domain.surveys import instrument as find_instrument
from crmkit.domain.times import date_of
from crmkit.metrics.answer_table import AnswerTable

__all__ = ["ResponseTable", "response_table"]

_Key = tuple[str, str, int]


@frozen(kw_only=True)
class ResponseTable(Shown):
    """Responses to one questionnaire.

    Attributes:
        instrument: The questionnaire.
        customers: Who answered, row by row.
        days: When, in days since 1970-01-01 in the shop's zone.
        touchpoints: What it was about; None where that was not said.
        answers: The answers by question; None where one was left open, not asked or left out.
        scales: The scale of each question.
        items: What is declared of the questions, as far as it is.
        notes: What was left out.
    """

    instrument: str
    customers: tuple[str, ...]
    days: tuple[int, ...]
    touchpoints: tuple[str | None, ...]
    answers: Mapping[str, tuple[float | None, ...]] = field(converter=FrozenMapping, hash=False)
    scales: Mapping[str, Scale] = field(converter=FrozenMapping, hash=False)
    items: Mapping[str, Item] = field(default=EMPTY, converter=FrozenMapping, hash=False)
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The questions."""
        return tuple(self.answers)

    def __getitem__(self, name: str) -> tuple[float | None, ...]:
        """Return the answers to a question.

        Raises:
            InvalidValueError: It was not asked.
        """
        if name not in self.answers:
            asked = ", ".join(self.answers) or "no question"
            raise InvalidValueError("question", name, f"must be one of {asked}")
        return self.answers[name]

    def __len__(self) -> int:
        return len(self.customers)

    def only(self, questions: Iterable[str]) -> AnswerTable:
        """Return the answers to some of the questions.

        Raises:
            InvalidValueError: One that was not asked.
        """
        names = list(questions)
        return AnswerTable(
            columns={name: self[name] for name in names},
            scales={name: (self.scales[name].low, self.scales[name].high) for name in names},
        )

    def readings(self, questions: Iterable[str] | None = None) -> AnswerTable:
        """Return answers as readings from 0 to 1: reversed items turned, ranks and shares read.

        Questions of several scales can be told side by side so.

        Args:
            questions: Which; all by default.

        Raises:
            InvalidValueError: One that was not asked.
        """
        names = list(self.columns if questions is None else questions)
        columns = {name: tuple(self._read(name, one) for one in self[name]) for name in names}
        return AnswerTable(columns=columns, scales=dict.fromkeys(names, (0, 1)))

    def is_plain(self, questions: Iterable[str]) -> bool:
        """Tell whether questions share a scale whose steps mean what they say, none turned."""
        names = list(questions)
        told = [self.items[name] for name in names if name in self.items]
        turned = any(one.reverse or one.reads is not ReadAs.SCALE for one in told)
        return not turned and len({str(self.scales[name]) for name in names if self[name]}) == 1

    def _read(self, name: str, answer: float | None) -> float | None:
        if answer is None:
            return None
        item = self.items.get(name)
        return reading_of(answer, self.scales[name]) if item is None else item.reading(answer)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a flat row per response, as a data frame takes them."""
        return [
            {
                "customer_id": customer,
                "date": date_of(self.days[row]).isoformat(),
                "touchpoint": self.touchpoints[row],
                **{name: column[row] for name, column in self.answers.items()},
            }
            for row, customer in enumerate(self.customers)
        ]

    def among(self, customers: Collection[str]) -> "ResponseTable":
        """Return the responses of some customers."""
        rows = [row for row, one in enumerate(self.customers) if one in customers]
        return self._of(rows)

    def scale_of(self, questions: Iterable[str] | None = None) -> tuple[int, int]:
        """Return the scale that questions share.

        Args:
            questions: Which; all by default.

        Raises:
            InvalidValueError: They are answered on several, or were not asked.
        """
        names = list(self.columns if questions is None else questions)
        scales = {str(self.scales[name]): self.scales[name] for name in names if self[name]}
        if len(scales) != 1:
            raise InvalidValueError(
                "scale",
                " and ".join(scales) or "unknown",
                f"must be one for {', '.join(names)}",
                "ask for questions of one scale",
            )
        (one,) = scales.values()
        return one.low, one.high

    def sheet(self) -> Sheet:
        """Return how many answered what, as it is shown."""
        given = {name: sum(one is not None for one in self[name]) for name in self.columns}
        rows = [(name, f"{n:,} answers, {self.scales[name]}") for name, n in given.items()]
        whom = f"{len(self):,} responses of {len(set(self.customers)):,} customers"
        since = f", {date_of(min(self.days))} to {date_of(max(self.days))}" if self.days else ""
        return Sheet(title=f"{self.instrument}: {whom}{since}", rows=tuple(rows), notes=self.notes)

    def _of(self, rows: Sequence[int]) -> "ResponseTable":
        return evolve(
            self,
            customers=tuple(self.customers[row] for row in rows),
            days=tuple(self.days[row] for row in rows),
            touchpoints=tuple(self.touchpoints[row] for row in rows),
            answers={
                name: tuple(column[row] for row in rows) for name, column in self.answers.items()
            },
        )


def response_table(
    facts: Iterable[Fact],
    instrument: str,
    *,
    touchpoint: str | None = None,
    every: bool = False,
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> ResponseTable:
    """Return the responses to one questionnaire as a table.

    Args:
        facts: Flat rows; those that are no answers to it are passed over, guests' too.
        instrument: The questionnaire.
        touchpoint: Only responses about this.
        every: Whether all responses of a customer count, and not only the latest.
        instruments: The declared questionnaires, whose scales rule.

    Raises:
        InvalidValueError: Nobody answered it; the error names the questionnaires there are.
    """
    responses: defaultdict[_Key, list[Fact]] = defaultdict(list)
    others: set[str] = set()
    for fact in facts:
        if fact.kind != "survey_response" or fact.guest or fact.instrument is None:
            continue
        about = Question.parse(fact.question or "").touchpoint
        others.add(fact.instrument)
        if fact.instrument == instrument:
            others.add(f"{instrument}@{about}" if about else instrument)
            if touchpoint in {None, about}:
                responses[fact.source, fact.id, fact.revision].append(fact)
    if not responses:
        there = ", ".join(sorted(others)) or "no questionnaire"
        asked = instrument if touchpoint is None else f"{instrument}@{touchpoint}"
        raise InvalidValueError("instrument", asked, f"must be one that was answered: {there}")
    kept = list(responses.values()) if every else _latest(responses.values())
    return _table(instrument, sorted(kept, key=_order), instruments)


def _order(rows: Sequence[Fact]) -> tuple[str, int, str, str]:
    first = rows[0]
    return first.customer_id, first.at, first.source, first.id


def _latest(responses: Iterable[list[Fact]]) -> list[list[Fact]]:
    latest: dict[str, list[Fact]] = {}
    for rows in sorted(responses, key=_order):
        latest[rows[0].customer_id] = rows
    return list(latest.values())


def _scales(responses: Iterable[list[Fact]], items: Mapping[str, Item]) -> dict[str, Scale]:
    """The scale of each question, in the order asked: the declared one, else the usual one."""
    used: defaultdict[str, Counter[Scale]] = defaultdict(Counter)
    places: dict[str, int] = {}
    for row in (row for rows in responses for row in rows):
        if (scale := _scale(row)) is not None and row.item is not None:
            used[row.item][scale] += 1
            places[row.item] = min(row.part, places.get(row.item, row.part))
    declared = list(items)

    def order(name: str) -> tuple[int, int, str]:
        at = declared.index(name) if name in items else len(declared)
        return at, places[name], name

    return {
        name: items[name].scale if name in items else _usual(used[name])
        for name in sorted(used, key=order)
    }


def _usual(used: Counter[Scale]) -> Scale:
    return max(used, key=lambda one: (used[one], one.low, one.high))


def _scale(row: Fact) -> Scale | None:
    if row.scale_low is None or row.scale_high is None:
        return None
    return Scale(row.scale_low, row.scale_high)


def _table(
    instrument: str, responses: Sequence[list[Fact]], instruments: tuple[Instrument, ...]
) -> ResponseTable:
    known = find_instrument(instrument, instruments)
    items = {} if known is None else {one.name: one for one in known.items}
    scales = _scales(responses, items)
    off: Counter[str] = Counter()
    columns: dict[str, list[float | None]] = {name: [] for name in scales}
    for rows in responses:
        given = {row.item: row for row in rows}
        for name, column in columns.items():
            row = given.get(name)
            counts = row is not None and _scale(row) == scales[name]
            off[name] += row is not None and not counts
            column.append(row.rating if row is not None and counts else None)
    return ResponseTable(
        instrument=instrument,
        customers=tuple(rows[0].customer_id for rows in responses),
        days=tuple(rows[0].day for rows in responses),
        touchpoints=tuple(Question.parse(rows[0].question or "").touchpoint for rows in responses),
        answers={name: tuple(column) for name, column in columns.items()},
        scales=scales,
        items={name: item for name, item in items.items() if name in scales},
        notes=tuple(
            f"{name}: {count:,} on another scale than {scales[name]} left out"
            for name, count in sorted(off.items())
            if count
        ),
    )
