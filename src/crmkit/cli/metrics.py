"""``crmkit metrics``: the catalogue of figures."""

import json
from typing import Annotated, Any

from typer import Argument, Option

from crmkit.cli import _options as given
from crmkit.cli._terminal import one_line_errors, show
from crmkit.domain.labels import LANGUAGES, language_of
from crmkit.metrics.catalogue import CATALOGUE, Entry, entry
from crmkit.report.plain import plain
from crmkit.report.terminal import catalogue

__all__ = ["metrics"]


def metrics(
    name: Annotated[str | None, Argument(help="One figure; all of them by default.")] = None,
    *,
    language: given.Language = "en",
    as_json: Annotated[bool, Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Print the catalogue of figures, or all that is to be known of one.

    crmkit metrics nps
    """
    with one_line_errors():
        words = language_of(language)
        one = None if name is None else entry(name)
        if as_json:
            found = _plain(one) if one else [_plain(each) for each in CATALOGUE.values()]
            show([json.dumps(found, indent=2, ensure_ascii=False)])
        elif one is None:
            show(catalogue(words))
        else:
            show([f"{one.label(words)}: {one}"])


def _plain(one: Entry) -> dict[str, Any]:
    labels = {language: one.label(language) for language in LANGUAGES}
    return {**plain(one), "labels": labels}
