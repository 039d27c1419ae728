"""What crmkit needs of the outside, as promises.

A port is a small Protocol whose docstring lists what it promises; ``crmkit.testing`` checks
each promise. Optional powers are Protocols of their own, asked for with ``isinstance``,
always with a fallback that must give the same answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, IdentifierKind
from crmkit.domain.events import Event
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Added, Erased, Extent, Mark, Refusal
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop

__all__ = ["Added", "Erased", "Extent", "Mark", "Refusal", "Store", "SupportsFacts"]


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
    * ``extent`` grows with every interaction accepted, and its ``changes`` with every merge,
      unmerge and erasure; up to a moment it stays where nothing recorded since can change an
      answer as of that moment;
    * a customer record put with an old version raises ``StaleRecordError``;
    * saved models replace those of the same day, and the latest up to a day are read;
    * what is recorded earlier than what is kept already, because a clock jumped back, counts
      as recorded at the same moment as the latest;
    * an id that stands for another is read as its survivor wherever it is met, and what is
      kept stays as it came (see ``Alias``);
    * of a person who was erased nothing personal is left, the books stay as they were, and
      what comes again from before the erasure raises ``ErasedError`` (see ``erase``);
    * where the shop publishes, every change leaves an event in its own transaction.
    """

    def attach(self, to: Reporting, /) -> None:
        """Prepare for a shop, keeping its policy.

        Raises:
            ShopMismatchError: It is kept with another zone or currency.
            ErasureKeyError: People were erased with a key that is not the one given.
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
        mark: Mark | None = None,
    ) -> Added:
        """Keep interactions, all or nothing.

        Args:
            shop_id: An attached shop.
            interactions: In any order, any number of customers.
            recorded_at: When the shop learnt of them.
            refuse: Give back what cannot be kept as refusals instead of raising.
            mark: How far the load has come with them; kept in place of the one of its name.
        """
        ...

    def mark(self, shop_id: str, name: str, /) -> Mark | None:
        """Return how far a load had come, or None where none goes by that name."""
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
        """Return all that happened with a customer and all who stand for it.

        Args:
            shop_id: Any shop.
            customer_id: A customer; an id that stands for another gives the survivor's.
            known_at: Limits facts, revisions and aliases to those recorded by then.

        Returns:
            By (at, source, id), as ``crmkit.domain.joining.joined`` gives it: under the
            survivor's id, with the consents that a merge leaves.
        """
        ...

    def histories(
        self, shop_id: str, /, *, known_at: datetime | None = None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every survivor's id and history, by customer id; guests are among them."""
        ...

    def links(self, shop_id: str, customer_id: str, /) -> list[ReturnLink]:
        """Return the current links of a customer's returns, in the order of the history."""
        ...

    def put_customer(
        self, shop_id: str, customer: Customer, /, *, recorded_at: datetime | None = None
    ) -> Customer:
        """Keep a customer record under its own id and return it with its new version.

        Copies of it that alias lines hold lose what has expired by ``recorded_at``.

        Args:
            shop_id: An attached shop.
            customer: The record.
            recorded_at: When the shop learnt of it, for the event.

        Raises:
            StaleRecordError: The record kept now has another version than the one given.
            ErasedError: The person was erased, and nothing has happened with them since.
        """
        ...

    def customer(self, shop_id: str, customer_id: str, /) -> Customer | None:
        """Return the record kept under an id itself, whatever it stands for; None without."""
        ...

    def customers(self, shop_id: str, /) -> Iterator[Customer]:
        """Yield every record as it is kept, by customer id."""
        ...

    def find(self, shop_id: str, kind: IdentifierKind, value: str, /) -> list[str]:
        """Return the ids under which records with an identifier are kept, in their order.

        Args:
            shop_id: Any shop.
            kind: What kind of identifier.
            value: As ``normalised`` gives it.
        """
        ...

    def put_alias(self, shop_id: str, alias: Alias, /) -> None:
        """Keep a line of the alias table; from now on it is read so.

        Its ``recorded_at`` counts as the latest recorded where it is earlier. Where it parts
        an id, copies of records that lines hold lose what came from it
        (``Persons.parted_lines``).

        Raises:
            StoreError: The shop was never attached.
            InvalidValueError: It would close a circle, the id stands for another already,
                or, with ``stands_for`` None, it stands for itself.
        """
        ...

    def aliases(self, shop_id: str, /, *, of: Sequence[str] | None = None) -> list[Alias]:
        """Return lines of the alias table, in the order they were recorded.

        Args:
            shop_id: Any shop.
            of: Only the lines of everybody who is now one person with any of these ids; all
                by default.
        """
        ...

    def erase(self, shop_id: str, customer_id: str, /, *, erased_at: datetime) -> Erased:
        """Forget a person: the survivor and every id that stands for it now.

        Every interaction of theirs, in every revision, is kept as
        ``crmkit.domain.forgetting.Forgetting`` strips it: under a pseudonym, with other ids
        for itself, its order, case and promise, in their old order, and without texts and
        extras. Where an id has revisions about somebody else, too, it stays as it is. Records,
        identifiers and notes go. Alias lines and events that tell of them name the pseudonym.
        Keyed hashes of the ids stay, so that what comes again from before is refused.

        Raises:
            ErasureKeyError: The shop was attached without the key that erasing needs.
            InvalidValueError: Nothing is kept of them.
        """
        ...

    def events(self, shop_id: str, /, *, after: int = 0, limit: int = 1000) -> list[Event]:
        """Return the events behind a position, in their order, ``limit`` at most."""
        ...

    def position(self, shop_id: str, subscriber: str, /) -> int:
        """Return up to where a subscriber has taken events; 0 where it never did."""
        ...

    def put_position(self, shop_id: str, subscriber: str, position: int, /) -> None:
        """Keep up to where a subscriber has taken events.

        Raises:
            StoreError: The shop was never attached.
        """
        ...

    def drop_events(self, shop_id: str, until: int, /) -> int:
        """Drop events up to a position and return how many; later positions go on from there."""
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
