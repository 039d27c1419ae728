"""The embedded default: a store in an SQLite database, the shop's own or one of its own.

A connection that is handed in stays the shop's: it is never closed here, and inside the
shop's transaction everything happens under a savepoint and is committed, or rolled back, by
the shop, the tables themselves included. The store opens files for many readers beside one
writer (write-ahead log, BEGIN IMMEDIATE, a busy timeout of 30 s) and overwrites what is
deleted. All its tables begin with ``crmkit_``.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

from attrs import evolve

from crmkit.adapters.stores import _schema, _upgrade
from crmkit.adapters.stores._adding import Adding
from crmkit.adapters.stores._connections import (
    IN_MEMORY,
    Connections,
    Single,
    cursor_of,
    opened_at,
    transaction,
)
from crmkit.adapters.stores._derived import EVER, OF_ALL, OF_ONE, by_customer, derive_all
from crmkit.adapters.stores._driver_errors import translated
from crmkit.adapters.stores._policy import never_attached, same_books
from crmkit.adapters.stores._rows import keep_shop, kept_customer, kept_shop, link
from crmkit.adapters.wire import (
    customer_to_json,
    from_json,
)
from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError, StaleRecordError, StoreError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added, Extent
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.times import microseconds, moment, utc

_FACTS = f"SELECT {', '.join(Fact._fields)} FROM crmkit_facts WHERE shop_id = :shop"  # noqa: S608
_LINKS = """
    SELECT source, id, line, rule, order_key, units, amount, cost, costed
    FROM crmkit_return_links WHERE shop_id = ? AND customer_id = ?
    ORDER BY at, source, id, line, part"""

_MODELS = """
    SELECT as_of_day, models FROM crmkit_models
    WHERE shop_id = ? AND as_of_day <= ? ORDER BY as_of_day DESC LIMIT 1"""

#: What happened later is counted along an index of its own: as long as few did, it is quick.
EXTENT = """
    SELECT kept - (
        SELECT COUNT(*) FROM crmkit_interactions
        WHERE shop_id = :shop AND revision = 0 AND at > :until), last_at
    FROM crmkit_shops WHERE shop_id = :shop"""


def _micros(known_at: datetime | None) -> int:
    return EVER if known_at is None else microseconds(utc(known_at))


class SQLiteStore:
    """Keeps every promise of a store in an SQLite database."""

    def __init__(self, connection: sqlite3.Connection | Connections, /) -> None:
        """Work on a connection that stays the caller's.

        Args:
            connection: Gives texts as ``str``. To be used from several threads, it must
                have been made with ``check_same_thread=False``.

        Raises:
            SchemaVersionError: The tables there were made by a newer crmkit.
            StoreError: The connection cannot be used.
        """
        if isinstance(connection, sqlite3.Connection):
            if connection.text_factory is not str:
                raise StoreError("the connection must give texts as str; set its text_factory")
            connection = Single(connection)
        self._connections = connection
        self._attached: dict[str, Reporting] = {}
        with self._reading():
            pass

    @classmethod
    def open(cls, path: str | os.PathLike[str], /) -> Self:
        """Open, or make, a database file; ``":memory:"`` is one that ends with the store.

        Raises:
            SchemaVersionError: The tables there were made by a newer crmkit.
            StoreError: The file cannot be opened or is no database.
        """
        with translated():
            connections = opened_at(os.fspath(path))
        try:
            return cls(connections)
        except BaseException:
            connections.close()
            raise

    @classmethod
    def from_url(cls, url: str, /) -> Self:
        """Open ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``sqlite://``.

        Raises:
            InvalidValueError: The URL has another form.
            StoreError: As ``open`` does.
        """
        prefix, _, path = url.partition("sqlite://")
        if prefix or not (path.startswith("/") or not path) or "sqlite://" not in url:
            raise InvalidValueError(
                "store", url, "must be sqlite:// and a path", "write sqlite:///shop.db"
            )
        return cls.open(path.removeprefix("/") or IN_MEMORY)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        with translated(), self._connections.lent() as connection:
            cursor = cursor_of(connection)
            if _schema.version(cursor) != _schema.VERSION:
                with transaction(connection) as making:
                    _upgrade.make_ready(making)
            yield cursor

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with (
            translated(),
            self._connections.lent() as connection,
            transaction(connection) as cursor,
        ):
            # A rollback by the shop may have taken the tables away again.
            _upgrade.make_ready(cursor)
            yield cursor

    def _stream(self, query: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        with self._reading():
            pass
        with translated():
            yield from self._connections.stream(query, values)

    def attach(self, to: Reporting, /) -> None:
        """Prepare for a shop, keeping its policy; see ``Store.attach``."""
        with self._writing() as cursor:
            kept = kept_shop(cursor, to.shop.id)
            if kept is not None:
                same_books(kept, to.shop)
            if kept != to.shop:
                keep_shop(cursor, to.shop)
        self._attached[to.shop.id] = to

    def rebuild(self, to: Reporting, /) -> None:
        """Derive everything anew; see ``Store.rebuild``."""
        with self._writing() as cursor:
            keep_shop(cursor, to.shop)
            derive_all(cursor, cursor_of(cursor.connection), to)
        self._attached[to.shop.id] = to

    def shop(self, shop_id: str, /) -> Shop | None:
        """Return the policy kept for a shop, or None where it was never attached."""
        with self._reading() as cursor:
            return kept_shop(cursor, shop_id)

    def add(
        self,
        shop_id: str,
        interactions: Iterable[Interaction],
        /,
        *,
        recorded_at: datetime,
        refuse: bool = False,
    ) -> Added:
        """Keep interactions, all or nothing; see ``Store.add``.

        They are read a few hundred at a time, so a generator of any length will do.
        """
        with self._writing() as cursor:
            to = self._to(cursor, shop_id)
            adding = Adding(cursor, to, microseconds(utc(recorded_at)), refuse)
            return adding.all(interactions)

    def extent(self, shop_id: str, /, *, until: datetime | None = None) -> Extent:
        """Return how much is kept of a shop, as counted while adding; see ``Store.extent``."""
        values = {"shop": shop_id, "until": _micros(until)}
        with self._reading() as cursor:
            kept, last_at = cursor.execute(EXTENT, values).fetchone() or (0, None)
        return Extent(kept=kept, last_at=None if last_at is None else moment(last_at))

    def history(
        self, shop_id: str, customer_id: str, /, *, known_at: datetime | None = None
    ) -> list[Interaction]:
        """Return all that happened with a customer, by (at, source, id)."""
        values = {"shop": shop_id, "customer": customer_id, "known": _micros(known_at)}
        with self._reading() as cursor:
            rows = cursor.execute(OF_ONE, values).fetchall()
        return [from_json(payload) for _, payload in rows]

    def histories(
        self, shop_id: str, /, *, known_at: datetime | None = None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every customer's id and history, by customer id, one at a time in memory."""
        return by_customer(self._stream(OF_ALL, shop=shop_id, known=_micros(known_at)))

    def facts(self, shop_id: str, /) -> Iterator[Fact]:
        """Yield the flat rows of every customer, returns linked."""
        return map(Fact._make, self._stream(_FACTS, shop=shop_id))

    def links(self, shop_id: str, customer_id: str, /) -> list[ReturnLink]:
        """Return the current links of a customer's returns, in the order of the history."""
        with self._reading() as cursor:
            rows = cursor.execute(_LINKS, (shop_id, customer_id)).fetchall()
        return [link(*row) for row in rows]

    def put_customer(self, shop_id: str, customer: Customer, /) -> Customer:
        """Keep a customer record; see ``Store.put_customer``."""
        new = evolve(customer, version=customer.version + 1)
        payload = customer_to_json(new)
        with self._writing() as cursor:
            self._to(cursor, shop_id)
            have = kept_customer(cursor, shop_id, customer.id)
            if customer.version != (0 if have is None else have.version):
                raise StaleRecordError(customer.id, customer.version)
            cursor.execute(
                "INSERT OR REPLACE INTO crmkit_customers VALUES (?, ?, ?, ?)",
                (shop_id, new.id, new.version, payload),
            )
        return new

    def customer(self, shop_id: str, customer_id: str, /) -> Customer | None:
        """Return the record of a customer, or None where there is none."""
        with self._reading() as cursor:
            return kept_customer(cursor, shop_id, customer_id)

    def put_models(self, shop_id: str, saved: SavedModels, /) -> None:
        """Keep models; see ``Store.put_models``."""
        with self._writing() as cursor:
            self._to(cursor, shop_id)
            cursor.execute(
                "INSERT OR REPLACE INTO crmkit_models VALUES (?, ?, ?)",
                (shop_id, saved.as_of_day, saved.text),
            )

    def models(self, shop_id: str, /, *, until_day: int) -> SavedModels | None:
        """Return the models kept of the latest day up to one; None where there are none."""
        with self._reading() as cursor:
            found = cursor.execute(_MODELS, (shop_id, until_day)).fetchone()
        return None if found is None else SavedModels(as_of_day=found[0], text=found[1])

    def close(self) -> None:
        """Close what the store opened; a connection that was handed in stays open."""
        with translated():
            self._connections.close()

    def _to(self, cursor: sqlite3.Cursor, shop_id: str) -> Reporting:
        """The shop as attached, or as kept; kept again where a rollback took it away."""
        kept, to = kept_shop(cursor, shop_id), self._attached.get(shop_id)
        if to is None:
            if kept is None:
                raise never_attached(shop_id)
            return Reporting(kept)
        if kept is None:
            keep_shop(cursor, to.shop)
        else:
            same_books(kept, to.shop)
        return to
