"""``crmkit load``: a shop's log into a store that keeps it."""

from typing import Annotated

from typer import Option

from crmkit.cli import _options as given
from crmkit.cli._sources import Sources, opened
from crmkit.cli._state import last_day
from crmkit.cli._terminal import one_line_errors
from crmkit.domain.errors import UnreadableLogError

__all__ = ["load"]


def load(
    files: given.Files = None,
    *,
    store: Annotated[str, Option(help="Where to keep it, such as sqlite:///crm.db.")],
    preset: given.Preset = None,
    column: given.Columns = None,
    surveys: given.Surveys = None,
    questionnaire: given.Questionnaires = None,
    answers: given.Answers = None,
    gross_margin: given.GrossMargin = None,
    currency: given.Currency = None,
    timezone: given.Timezone = None,
    encoding: given.Encoding = None,
    delimiter: given.Delimiter = None,
    decimal: given.Decimal = ".",
    day_first: given.DayFirst = None,
    shop: given.ShopId = "shop",
    rebuild: given.Rebuild = False,
    problems: given.Problems = None,
    resume: given.Resume = False,
) -> None:
    """Read a shop's log into a store, and say what became of each row.

    Loading a file again changes nothing. What cannot be used can be written to a file, mended
    there, and loaded as the log was:

    crmkit load orders.csv --currency EUR --store sqlite:///crm.db --problems problems.csv
    """
    with one_line_errors():
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
        if not sources.any:
            raise UnreadableLogError("no log", "there is nothing to load", "name a file")
        with opened(
            sources,
            shop_id=shop,
            store=store,
            rebuild=rebuild,
            currency=currency,
            timezone=timezone,
            gross_margin=gross_margin,
        ) as base:
            sources.load(base, problems=problems, resume=resume)
            last_day(base)
