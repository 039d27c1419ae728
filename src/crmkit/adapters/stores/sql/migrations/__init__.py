"""A module for each version of the tables: what brings those of the one before up to it."""

from collections.abc import Callable, Mapping

from crmkit.adapters.stores.sql.migrations.version_4 import upgrade as version_4
from crmkit.adapters.stores.sql.names import Names
from crmkit.adapters.stores.sql.runner import Runner

__all__ = ["VERSIONS"]

#: What makes each version, in order.
VERSIONS: Mapping[int, Callable[[Runner, Names], None]] = {4: version_4}
