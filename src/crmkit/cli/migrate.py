"""``crmkit migrate``: the tables of a store in an SQL database, made or brought up."""

from typing import Annotated

from typer import Argument, Option

from crmkit._require import require
from crmkit.cli._terminal import one_line_errors, show

__all__ = ["migrate"]


def migrate(
    url: Annotated[str, Argument(help="The database, such as postgresql://user@host/shop.")],
    *,
    prefix: Annotated[str, Option(help="What the names of the tables begin with.")] = "crmkit_",
    schema: Annotated[str | None, Option(help="The schema they are in.")] = None,
) -> None:
    """Make crmkit's tables in an SQL database, or bring those of an older version up.

    Doing it again changes nothing:

    crmkit migrate postgresql://shop@localhost/shop
    """
    with one_line_errors():
        sql = require("crmkit.adapters.stores.sql", extra="sql")
        before = sql.migrate(url, prefix=prefix, schema=schema)
        now = sql.VERSION
        if before == now:
            show([f"nothing to do: the tables are there, in version {now}"])
        elif before:
            show([f"brought the tables from version {before} up to {now}"])
        else:
            show([f"made the tables, in version {now}"])
