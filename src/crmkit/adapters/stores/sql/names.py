"""What the tables are called in a shop's database."""

import re

from attrs import field, frozen

from crmkit.adapters.stores.kit.schema import META
from crmkit.domain.errors import InvalidValueError

__all__ = ["PREFIX", "Names"]

#: What the names of the declared tables begin with.
PREFIX = "crmkit_"

_ALLOWED = re.compile(r"[a-z_][a-z0-9_]{0,29}")


def _allowed(_owner: object, _attribute: object, value: str) -> None:
    if not _ALLOWED.fullmatch(value):
        raise InvalidValueError(
            "prefix", value, "must be 1 to 30 small letters, digits and underscores"
        )


@frozen
class Names:
    """Prefix and schema of the tables.

    Attributes:
        prefix: What the names of tables and indexes begin with.
        schema: The schema (MySQL: the database) they are in; None: where the connection is.
    """

    prefix: str = field(default=PREFIX, validator=_allowed)
    schema: str | None = None

    def of(self, name: str) -> str:
        """Return what a declared table or index is called here."""
        return self.prefix + name.removeprefix(PREFIX)

    @property
    def meta(self) -> str:
        """The name of the table that says the version, with the schema where there is one."""
        name = self.of(META.name)
        return name if self.schema is None else f"{self.schema}.{name}"
