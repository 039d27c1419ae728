"""The options that several commands share, and how their texts are read."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from crmkit.domain.errors import InvalidValueError

__all__ = [
    "Answers",
    "AsOf",
    "Columns",
    "Currency",
    "DayFirst",
    "Decimal",
    "Delimiter",
    "Encoding",
    "Files",
    "GrossMargin",
    "Language",
    "Preset",
    "Problems",
    "Questionnaires",
    "Rebuild",
    "Resume",
    "ShopId",
    "Store",
    "Surveys",
    "Timezone",
    "answers_of",
    "columns_of",
    "day_of",
]

_COLUMNS = (
    "A column of the log: ROLE=NAME, where ROLE is customer, order, time, product, quantity, "
    "price or amount. Repeat it for each."
)
_ANSWERS = (
    "Answers with a row per respondent and a column per question: QUESTIONNAIRE=FILE, where the "
    "questionnaire is a usual one or told by --questionnaire. Repeatable."
)

Files = Annotated[list[Path] | None, Argument(help="Order logs: CSV, CSV.gz, JSON lines.")]
Preset = Annotated[str | None, Option(help="A known layout: cdnow, online-retail.")]
Columns = Annotated[list[str] | None, Option("--column", help=_COLUMNS)]
Surveys = Annotated[list[Path] | None, Option(help="Survey answers. Repeatable.")]
Questionnaires = Annotated[
    list[Path] | None,
    Option("--questionnaire", help="A questionnaire of the shop's own, as JSON. Repeatable."),
]
Answers = Annotated[list[str] | None, Option("--answers", help=_ANSWERS)]
AsOf = Annotated[str | None, Option(help="The last day that counts; else that of the log.")]
GrossMargin = Annotated[
    str | None, Option(help="Share of revenue left after cost of goods, 0 to 1.")
]
Currency = Annotated[
    str | None, Option(help="Reporting currency (ISO 4217), unless the preset says.")
]
Timezone = Annotated[str | None, Option(help="The shop's zone, such as Europe/Madrid; else UTC.")]
Encoding = Annotated[str | None, Option(help="Of the files; else UTF-8.")]
Delimiter = Annotated[str | None, Option(help="Of CSV files; else it is found.")]
Decimal = Annotated[str, Option(help="The decimal mark of numbers: . or ,")]
DayFirst = Annotated[
    bool | None,
    Option("--day-first/--month-first", help="How to read 3/4/2026; else it is found."),
]
ShopId = Annotated[str, Option("--shop", help="The shop's id.")]
Store = Annotated[str, Option(help="Where to keep it: sqlite:///crm.db; else in memory.")]
Rebuild = Annotated[
    bool, Option("--rebuild", help="Derive the store anew in another zone or currency.")
]
Problems = Annotated[
    Path | None,
    Option(help="Write what cannot be used to this CSV; of several logs, to one beside it each."),
]
Resume = Annotated[
    bool, Option("--resume", help="Go on where a load of the same file was cut off.")
]
Language = Annotated[str, Option(help="Of labels: en or zh. Notes and reasons stay English.")]


def day_of(value: str | None) -> date | None:
    """Return the day that an option names.

    Raises:
        InvalidValueError: It is no day.
    """
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidValueError("--as-of", value, "must be a day such as 2026-01-31") from error


def columns_of(given: Sequence[str] | None) -> dict[str, str]:
    """Return the columns that options name, by role.

    Raises:
        InvalidValueError: One of them is not ROLE=NAME.
    """
    found = (_pair(each, "--column", "ROLE=NAME", "customer=CustomerID") for each in given or ())
    return dict(found)


def answers_of(given: Sequence[str] | None) -> tuple[tuple[str, Path], ...]:
    """Return the questionnaires that options name, each with a file of answers to it.

    Raises:
        InvalidValueError: One of them is not QUESTIONNAIRE=FILE.
    """
    pairs = (
        _pair(each, "--answers", "QUESTIONNAIRE=FILE", "visit=answers.csv") for each in given or ()
    )
    return tuple((name, Path(file)) for name, file in pairs)


def _pair(given: str, option: str, shape: str, example: str) -> tuple[str, str]:
    left, equals, right = given.partition("=")
    if not equals or not left or not right:
        raise InvalidValueError(option, given, f"must be {shape}", f"say {example}")
    return left.strip(), right.strip()
