"""``crmkit card``: all that is known and judged of one customer."""

from typing import Annotated

from typer import Argument, Option

from crmkit.cli import _options as given
from crmkit.cli._sources import kept_base
from crmkit.cli._state import last_day
from crmkit.cli._terminal import one_line_errors, show

__all__ = ["card"]


def card(
    customer: Annotated[str, Argument(help="The customer's id.")],
    *,
    store: Annotated[str, Option(help="Where the log is kept, such as sqlite:///crm.db.")],
    shop: given.ShopId = "shop",
    as_of: given.AsOf = None,
    explain: Annotated[
        bool, Option("--explain", help="Say of each judgement how it came about.")
    ] = False,
) -> None:
    """Print all that is known and judged of one customer.

    The store is one that was filled before:

    crmkit card c0001 --store sqlite:///crm.db --explain
    """
    with one_line_errors():
        day = given.day_of(as_of)
        with kept_base(shop, store) as base:
            found = base.card(customer, as_of=day or last_day(base))
        show([str(found.explain() if explain else found)])
