"""What crmkit needs of the outside, as promises.

A port is a small Protocol whose docstring lists what it promises; ``crmkit.testing`` checks
each promise. Optional powers are Protocols of their own, asked for with ``isinstance``,
always with a fallback that must give the same answer.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol, runtime_checkable

from attrs import frozen

from crmkit.domain.customer import Customer
from crmkit.domain.errors import CrmkitError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop


@frozen
class Refusal:
    """An interaction that was not kept, and why."""

    interaction: Interaction
    error: CrmkitError


@frozen
class Added:
    """What became of the interactions of one call.

    Attributes:
        accepted: Kept now.
        known: Kept before, with the same content.
        refused: Not kept; empty unless refusals were asked for as values.
    """

    accepted: int = 0
    known: int = 0
    refused: tuple[Refusal, ...] = ()


@frozen(kw_only=True)
class Extent:
    """How much a store keeps of a shop.

    Attributes:
        kept: Interactions kept, every revision counted; grows with each one accepted. Asked
            up to a moment, first revisions (0) of what happened later are left out.
        last_at: When the latest of them happened; None without any.
    """

    kept: int
    last_at: datetime | None


class Store(Protocol):
    """Keeps a shop's interactions and gives them back in order.

    Every store promises, and ``crmkit.testing.StoreSuite`` checks:

    * adding the same interaction twice changes nothing, also within one call;
    * an id and revision already kept with other content raise ``StoreConflictError``;
    * an amount without an exchange rate raises ``NoRateError``;
    * a call that raises keeps nothing of what it was given;
    * with ``refuse=True`` such interactions come back as refusals and the rest is kept;
    * of several revisions of an id the highest is read, wherever it arrived;
    * histories are ordered by ``(at, source, id)``;
    * ``known_at`` gives the history as it had been recorded by then;
    * a customer never heard of has an empty history;
    * what comes back equals what went in, to the microsecond and the minor unit;
    * return links are current after every call, also for late facts and revisions;
    * a shop never sees another's rows;
    * a shop kept with another zone or currency raises ``ShopMismatchError`` until rebuilt;
    * adding to a shop that was never attached raises ``StoreError``;
    * ``extent`` grows with every interaction accepted, and with nothing else; up to a
      moment it stays where nothing recorded since can change an answer as of that moment;
    * a customer record put with an old version raises ``StaleRecordError``;
    * saved models replace those of the same day, and the latest up to a day are read.

    Times given as ``recorded_at`` never decrease from call to call.
    """

    def attach(self, to: Reporting, /) -> None:
        """Prepare for a shop, keeping its policy.

        Raises:
            ShopMismatchError: It is kept with another zone or currency.
        """
        ...

    def rebuild(self, to: Reporting, /) -> None:
        """Keep the shop's policy as given now and derive everything anew."""
        ...

    def shop(self, shop_id: str, /) -> Shop | None:
        """Return the policy kept for a shop, or None where it was never attached."""
        ...

    def add(
        self,
        shop_id: str,
        interactions: Iterable[Interaction],
        /,
        *,
        recorded_at: datetime,
        refuse: bool = False,
    ) -> Added:
        """Keep interactions, all or nothing.

        Args:
            shop_id: An attached shop.
            interactions: In any order, any number of customers.
            recorded_at: When the shop learnt of them.
            refuse: Give back what cannot be kept as refusals instead of raising.
        """
        ...

    def extent(self, shop_id: str, /, *, until: datetime | None = None) -> Extent:
        """Return how much is kept of a shop, without reading it all.

        Args:
            shop_id: Any shop; one never heard of has nothing.
            until: Leave out of ``kept`` the first revisions of what happened after this
                moment. Later revisions count whenever they say it happened: they may take
                away what counted before. So two answers with the same ``kept`` mean that
                nothing recorded in between can change an answer as of ``until``.
        """
        ...

    def history(
        self, shop_id: str, customer_id: str, /, *, known_at: datetime | None = None
    ) -> list[Interaction]:
        """Return all that happened with a customer, by (at, source, id)."""
        ...

    def histories(
        self, shop_id: str, /, *, known_at: datetime | None = None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every customer's id and history, by customer id; guests are among them."""
        ...

    def links(self, shop_id: str, customer_id: str, /) -> list[ReturnLink]:
        """Return the current links of a customer's returns, in the order of the history."""
        ...

    def put_customer(self, shop_id: str, customer: Customer, /) -> Customer:
        """Keep a customer record and return it with its new version.

        Raises:
            StaleRecordError: The record kept now has another version than the one given.
        """
        ...

    def customer(self, shop_id: str, customer_id: str, /) -> Customer | None:
        """Return the record of a customer, or None where there is none."""
        ...

    def put_models(self, shop_id: str, saved: SavedModels, /) -> None:
        """Keep models that were fitted to a shop's base, in place of others of the same day.

        Raises:
            StoreError: The shop was never attached.
        """
        ...

    def models(self, shop_id: str, /, *, until_day: int) -> SavedModels | None:
        """Return the models kept of the latest day up to one; None where there are none."""
        ...

    def close(self) -> None:
        """Let go of what the store opened itself; what it was handed stays open."""
        ...


@runtime_checkable
class SupportsFacts(Protocol):
    """A store that keeps the flat rows, so that a whole base is read without its histories.

    It promises that the rows equal ``facts_of`` over every history, in any order.
    """

    def facts(self, shop_id: str, /) -> Iterator[Fact]:
        """Yield the flat rows of every customer, returns linked."""
        ...
