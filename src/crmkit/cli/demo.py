"""``crmkit demo``: the report and a card of an invented shop."""

from typing import Annotated

from typer import Option

from crmkit.cli import _options as given
from crmkit.cli._sources import progress
from crmkit.cli._state import print_state
from crmkit.cli._terminal import one_line_errors, show
from crmkit.customer_base import CustomerBase
from crmkit.domain.labels import language_of
from crmkit.report.terminal import loaded
from crmkit.synthetic import SyntheticShop

__all__ = ["demo"]


def demo(
    *,
    customers: Annotated[int, Option(help="How many customers the shop has.")] = 300,
    seed: Annotated[int, Option(help="The same seed gives the same shop.")] = 1,
    language: given.Language = "en",
) -> None:
    """Invent a shop, and print the state of its base and the card of its best customer.

    crmkit demo --customers 500 --seed 7
    """
    with one_line_errors():
        words = language_of(language)
        invented = SyntheticShop(seed=seed, customers=customers)
        with CustomerBase.open("memory:", shop=invented.shop) as base:
            with progress("inventing a shop") as tick:
                outcome = base.load(invented.interactions(), progress=tick)
            show(loaded(outcome, what="an invented shop", language=words))
            state = print_state(base, None, language=words)
            for best in state.most_valuable[:1]:
                show(["", str(base.card(best.customer_id, as_of=state.as_of))])
