"""Everything crmkit raises on purpose.

    CrmkitError
    ├── InvalidValueError        a value that cannot exist                 (a ValueError)
    │   ├── CurrencyMismatchError  two currencies in one sum
    │   └── NoRateError            no exchange rate for a day
    ├── UnreadableLogError       a file of which nothing can be read       (a ValueError)
    ├── IllegalTransitionError   a state that cannot be reached from here
    ├── InsufficientDataError    a figure asked of too few observations
    ├── StoreError               a store could not keep a promise
    │   ├── StoreConflictError     one id and revision, two different contents
    │   │   └── StaleRecordError     a customer record changed since it was read
    │   ├── ErasedError            a fact about a person who was erased comes again
    │   ├── ErasureKeyError        erased people cannot be told without the shop's key
    │   ├── SchemaVersionError     a database written by another version
    │   └── ShopMismatchError      a store kept for a shop with another zone or currency
    ├── WebhookError             an event was not taken by the address it was sent to
    ├── SignatureError           a message that was not signed with the secret
    └── MissingExtraError        an optional package is not installed      (an ImportError)

Catch ``CrmkitError`` to catch them all. Driver errors never leave an adapter: each adapter
turns them into this tree, with the original as ``__cause__``. Errors keep their fields and
cross process borders unchanged.
"""

from decimal import Decimal
from typing import Any

from crmkit._require import CrmkitError, MissingExtraError

__all__ = [
    "CrmkitError",
    "CurrencyMismatchError",
    "ErasedError",
    "ErasureKeyError",
    "IllegalTransitionError",
    "InsufficientDataError",
    "InvalidValueError",
    "MissingExtraError",
    "NoRateError",
    "SchemaVersionError",
    "ShopMismatchError",
    "SignatureError",
    "StaleRecordError",
    "StoreConflictError",
    "StoreError",
    "UnreadableLogError",
    "WebhookError",
]

_SHOWN = 60


def _shown(value: Any) -> str:
    """``value`` as an error shows it: a number as such, else its repr, cut where it is long."""
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class InvalidValueError(CrmkitError, ValueError):
    """A value that cannot exist.

    Attributes:
        field: What was to be set.
        value: What was given.
        rule: What must hold, as a clause ("must be 0 or more").
        way_out: What to do instead; empty where the rule says it all.
    """

    def __init__(self, field: str, value: Any, rule: str, way_out: str = "") -> None:
        super().__init__(field, value, rule, way_out)
        self.field, self.value, self.rule, self.way_out = field, value, rule, way_out

    def __str__(self) -> str:
        tail = f"; {self.way_out}" if self.way_out else ""
        return f"{self.field} is {_shown(self.value)}, but {self.rule}{tail}"


class CurrencyMismatchError(InvalidValueError):
    """Two currencies met in one sum."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(
            "currency", got, f"must be {expected}", "convert first; crmkit never guesses a rate"
        )
        self.args = (expected, got)
        self.expected, self.got = expected, got


class NoRateError(InvalidValueError):
    """An amount in a foreign currency has no exchange rate for its day.

    Attributes:
        currency: The currency of the amount.
        into: The reporting currency of the shop.
        day: The local day, ISO 8601.
    """

    def __init__(self, currency: str, into: str, day: str) -> None:
        super().__init__(
            "currency",
            currency,
            f"no rate into {into} is known for {day}",
            "open the base with rates= (an object with a rate for each day)",
        )
        self.args = (currency, into, day)
        self.currency, self.into, self.day = currency, into, day


class UnreadableLogError(CrmkitError, ValueError):
    """A file of which nothing can be read: missing, empty, broken or of another shape.

    Attributes:
        path: The file.
        reason: What is wrong with it.
        way_out: What to do about it.
    """

    def __init__(self, path: str, reason: str, way_out: str) -> None:
        super().__init__(path, reason, way_out)
        self.path, self.reason, self.way_out = path, reason, way_out

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.way_out}"


class IllegalTransitionError(CrmkitError):
    """A state that cannot be reached from the current one."""

    def __init__(self, current: str, to: str, reachable: tuple[str, ...]) -> None:
        super().__init__(current, to, reachable)
        self.current, self.to, self.reachable = current, to, reachable

    def __str__(self) -> str:
        ways = ", ".join(self.reachable) or "nothing"
        return f"{self.current} cannot become {self.to}; from here one reaches {ways}"


class InsufficientDataError(CrmkitError):
    """A figure was asked of fewer observations than it needs."""

    def __init__(self, figure: str, needed: int, got: int, what: str = "observations") -> None:
        super().__init__(figure, needed, got, what)
        self.figure, self.needed, self.got, self.what = figure, needed, got, what

    def __str__(self) -> str:
        return f"{self.figure} needs at least {self.needed} {self.what}, got {self.got}"


class StoreError(CrmkitError):
    """A store could not keep a promise."""


class StoreConflictError(StoreError):
    """One id and revision, two different contents.

    Attributes:
        source: Where the interaction came from.
        id: Its id there.
        revision: The revision that both claim.
    """

    def __init__(self, source: str, id: str, revision: int) -> None:  # noqa: A002
        super().__init__(source, id, revision)
        self.source, self.id, self.revision = source, id, revision

    def __str__(self) -> str:
        return (
            f"{self.source}/{self.id} revision {self.revision} is kept with other content; "
            "send the change with a higher revision"
        )


class StaleRecordError(StoreConflictError):
    """A customer record was changed by someone else since it was read.

    Attributes:
        customer_id: Whose record it is.
        version: The version that was given.
    """

    def __init__(self, customer_id: str, version: int) -> None:
        super().__init__("customer", customer_id, version)
        self.args = (customer_id, version)
        self.customer_id, self.version = customer_id, version

    def __str__(self) -> str:
        return (
            f"the record of customer {self.customer_id!r} is kept with another version than "
            f"{self.version}; read it again and repeat the change"
        )


class ErasedError(StoreError):
    """A fact or a record is about a person who was erased. It names nobody.

    Attributes:
        what: What was to be kept ("purchase", "customer record").
        erased_at: The day of the erasure, ISO 8601.
    """

    def __init__(self, what: str, erased_at: str) -> None:
        super().__init__(what, erased_at)
        self.what, self.erased_at = what, erased_at

    def __str__(self) -> str:
        return (
            f"this {self.what} is about a person who was erased on {self.erased_at}; leave it "
            "out, its figures are in the books already"
        )


class ErasureKeyError(StoreError):
    """People were erased under a key that was not given, or another one.

    Attributes:
        shop_id: The shop.
        reason: What is wrong with the key given ("none was given").
    """

    def __init__(self, shop_id: str, reason: str) -> None:
        super().__init__(shop_id, reason)
        self.shop_id, self.reason = shop_id, reason

    def __str__(self) -> str:
        return f"the erasure key of shop {self.shop_id!r}: {self.reason}; open it with erasure_key="


class SchemaVersionError(StoreError):
    """A database was written by another version of crmkit."""

    def __init__(self, found: int, expected: int) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected

    def __str__(self) -> str:
        return (
            f"the database has schema version {self.found}, this crmkit reads {self.expected}; "
            "use the crmkit that wrote it, or a newer one"
        )


class ShopMismatchError(StoreError):
    """A store holds this shop with another zone or currency."""

    def __init__(self, shop_id: str, field: str, kept: str, given: str) -> None:
        super().__init__(shop_id, field, kept, given)
        self.shop_id, self.field, self.kept, self.given = shop_id, field, kept, given

    def __str__(self) -> str:
        return (
            f"shop {self.shop_id!r} is kept with {self.field} {self.kept}, not {self.given}; "
            f"open it with {self.kept}, or with rebuild=True (--rebuild) to derive everything anew"
        )


class WebhookError(CrmkitError):
    """An event was not taken by the address it was sent to.

    Attributes:
        place: The address, without its query.
        reason: What was answered, or what went wrong.
        retry: Whether sending it again, later, may help.
        after: Seconds to wait before, if the receiver said so.
    """

    def __init__(
        self,
        place: str,
        reason: str,
        retry: bool = True,  # noqa: FBT001, FBT002  # unpickled by position
        after: int | None = None,
    ) -> None:
        super().__init__(place, reason, retry, after)
        self.place, self.reason, self.retry, self.after = place, reason, retry, after

    def __str__(self) -> str:
        if not self.retry:
            return f"{self.place}: {self.reason}; sending it again will not help"
        when = "later" if self.after is None else f"in {self.after} seconds"
        return f"{self.place}: {self.reason}; send it again {when}"


class SignatureError(CrmkitError):
    """A message that was not signed with the secret, or not now.

    Attributes:
        reason: What is wrong with it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the message {self.reason}; do not trust it"
