"""Which SQL a database speaks, and which style of parameters its driver takes.

Statements are compiled once per flavour, into plain text with positions for values. So they
run through any DB-API cursor, whether SQLAlchemy lends it or somebody else does.
"""

from attrs import frozen
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect

from crmkit.domain.errors import InvalidValueError

__all__ = ["Flavour", "flavour_of"]

_DIALECTS: dict[str, type[Dialect]] = {
    "postgresql": PGDialect,
    "mysql": MySQLDialect,
    "sqlite": SQLiteDialect,
}
_STYLES = {"format": "format", "pyformat": "format", "qmark": "qmark"}


@frozen
class Flavour:
    """A kind of database behind a kind of driver.

    Attributes:
        name: "postgresql", "mysql" or "sqlite".
        style: How places for values are written: "format" (``%s``) or "qmark" (``?``).
        mariadb: Whether MySQL's SQL is spoken by MariaDB.
        copies: Whether the driver's cursors have psycopg's ``copy``.
    """

    name: str
    style: str
    mariadb: bool = False
    copies: bool = False

    @property
    def dialect(self) -> Dialect:
        """What compiles statements."""
        dialect = _DIALECTS[self.name](paramstyle=self.style)  # type: ignore[call-arg]
        if self.mariadb:
            dialect.is_mariadb = True  # type: ignore[attr-defined]
        return dialect

    @property
    def mark(self) -> str:
        """The place for one value."""
        return "%s" if self.style == "format" else "?"


def flavour_of(dialect: Dialect) -> Flavour:
    """Return the flavour of a connected engine's dialect.

    Raises:
        InvalidValueError: The store does not speak it, or not through this driver.
    """
    mariadb = dialect.name == "mariadb" or bool(getattr(dialect, "is_mariadb", False))
    name = "mysql" if mariadb else dialect.name
    if name not in _DIALECTS:
        raise InvalidValueError(
            "store", dialect.name, "must be PostgreSQL, MySQL, MariaDB or SQLite"
        )
    style = _STYLES.get(dialect.paramstyle)
    if style is None:
        raise InvalidValueError(
            "store",
            f"{dialect.name}+{dialect.driver}",
            "must go through a driver that waits for answers",
            "take postgresql+psycopg or mysql+pymysql, inside asyncio too (session.run_sync)",
        )
    # Behind asyncio the same driver lends cursors without ``copy``.
    copies = dialect.driver == "psycopg" and not dialect.is_async
    return Flavour(name, style, mariadb, copies)
