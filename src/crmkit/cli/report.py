"""``crmkit report``: a shop's log read, and the state of its customer base."""

from pathlib import Path
from typing import Annotated

from typer import Option

from crmkit.cli import _options as given
from crmkit.cli._sources import Sources, opened
from crmkit.cli._state import print_state
from crmkit.cli._terminal import one_line_errors
from crmkit.domain.labels import language_of

__all__ = ["report"]


def report(
    files: given.Files = None,
    *,
    preset: given.Preset = None,
    column: given.Columns = None,
    surveys: given.Surveys = None,
    questionnaire: given.Questionnaires = None,
    answers: given.Answers = None,
    as_of: given.AsOf = None,
    gross_margin: given.GrossMargin = None,
    currency: given.Currency = None,
    timezone: given.Timezone = None,
    encoding: given.Encoding = None,
    delimiter: given.Delimiter = None,
    decimal: given.Decimal = ".",
    day_first: given.DayFirst = None,
    shop: given.ShopId = "shop",
    store: given.Store = "memory:",
    rebuild: given.Rebuild = False,
    language: given.Language = "en",
    json_file: Annotated[Path | None, Option("--json", help="Write the report as JSON.")] = None,
    csv_file: Annotated[
        Path | None, Option("--csv", help="Write one row per customer as CSV.")
    ] = None,
) -> None:
    """Read a shop's log and print the state of its customer base.

    Give at least one file, or a --store that was filled before:

    crmkit report orders.csv --currency EUR --surveys surveys.csv --gross-margin 0.4
    """
    with one_line_errors():
        day, words = given.day_of(as_of), language_of(language)
        sources = Sources(
            files=files,
            surveys=surveys,
            questionnaires=questionnaire,
            answers=given.answers_of(answers),
            preset=preset,
            columns=given.columns_of(column),
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            day_first=day_first,
        )
        with opened(
            sources,
            shop_id=shop,
            store=store,
            rebuild=rebuild,
            currency=currency,
            timezone=timezone,
            gross_margin=gross_margin,
        ) as base:
            sources.load(base, words)
            print_state(base, day, language=words, json_file=json_file, csv_file=csv_file)
