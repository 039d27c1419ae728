"""Many values fast: drawn from the types of their fields, the same ones for the same seed.

Hypothesis looks for the smallest value that breaks something and takes its time; this draws
tens of thousands to show that none does. A kind added to the union of interactions is drawn
without an edit here. What a class refuses is drawn again, so rules across fields need not
be known; fields whose values could hardly be met by chance have a pool of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.shop import SERVING_DRIVERS
from crmkit.domain.states import Stage, State

__all__ = ["draws"]

_T = TypeVar("_T")

#: Tries after which a class is thought to refuse everything.
_TRIES = 10_000

_WORDS = (
    *("a", "b2", "é", "größer 🛋", "x y", "~/\\@", '"', "A-1", "line\nbreak", "0"),
    *("guest:a/1", "ann@example.org", "+49301234", "any", "advice"),
)
_SLUGS = ("email", "any", "service", "advice", "a_1")
_WHOLE = (0, 0, 1, 1, 2, 3, 4, 5, 6, 10, 60, 86_400, -2)

_POOLS: dict[str, tuple[Any, ...]] = {
    "activity": _SLUGS,
    "medium": _SLUGS,
    "source": ("shop", "till-2", "a.b_c"),
    "timezone": ("UTC", "Europe/Madrid", "Pacific/Apia"),
}


def draws(cls: type[_T], count: int, *, seed: int = 1) -> Iterator[_T]:
    """Yield ``count`` values of a class: a kind of interaction, ``Customer``, ``Shop``, ``Offer``.

    Args:
        cls: An attrs class of the domain.
        count: How many.
        seed: The same seed gives the same values.
    """
    drawing = _Drawing(Random(seed))  # noqa: S311 -- to repeat itself is the point
    for _ in range(count):
        drawing.currency = drawing.one_of(("EUR", "JPY", "KWD"))
        yield drawing.record(cls)


@attrs.define
class _Drawing:
    """One series of values; all money of one value is in one currency."""

    chance: Random
    currency: str = "EUR"

    def one_of(self, pool: Any) -> Any:
        return self.chance.choice(pool)

    def some(self, draw: Callable[[], Any], most: int = 3) -> list[Any]:
        return [draw() for _ in range(self.chance.randint(0, most))]

    def record(self, cls: Any) -> Any:
        for _ in range(_TRIES):
            given = {
                field.name: self._field(field)
                for field in attrs.fields(cls)
                if field.default is attrs.NOTHING or self.chance.random() < 0.6
            }
            try:
                return cls(**given)
            except InvalidValueError:
                continue
        raise InvalidValueError("cls", cls.__name__, f"refused {_TRIES:,} drawn values")

    def _field(self, field: "attrs.Attribute[Any]") -> Any:
        if field.name in _POOLS:
            return self.one_of(_POOLS[field.name])
        if field.name in _MADE:
            return _MADE[field.name](self)
        return self.value(field.type)

    def value(self, hint: Any) -> Any:
        """Draw a value of a type."""
        if hint in _SIMPLE:
            return _SIMPLE[hint](self)
        if get_args(hint):
            return self._composed(get_origin(hint), get_args(hint))
        if hint is FrozenMapping:
            return self._table(Any)
        return self.one_of(tuple(hint)) if issubclass(hint, StrEnum) else self.record(hint)

    def _composed(self, origin: Any, args: tuple[Any, ...]) -> Any:
        if origin in (Union, UnionType):
            return self.value(self.one_of(args))
        if origin is Mapping:
            return self._table(args[1])
        if origin is frozenset or args[-1] is Ellipsis:
            return self.some(lambda: self.value(args[0]))
        return tuple(map(self.value, args))

    def _table(self, hint: Any) -> dict[str, Any]:
        return dict(self.some(lambda: (self.one_of(_WORDS), self.value(hint))))

    def json(self) -> Any:
        """Draw what JSON can hold; at times within lists and objects."""
        within = self.chance.randrange(8)
        if within == 0:
            return self.some(self.json, 2)
        if within == 1:
            return self._table(Any)
        return self.one_of((None, True, 2**60, -1, 0.1, 1e300, "", *_WORDS))

    def moment(self) -> datetime:
        return datetime(1971, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=self.chance.randrange(4 * 10**15)
        )

    def decimal(self) -> Decimal:
        most = self.one_of((10, 1000, 1000, 10**9))
        return Decimal(self.chance.randint(0, most)).scaleb(-3)

    def rates(self) -> dict[str, Money]:
        return dict(self.some(lambda: (self.one_of(SERVING_DRIVERS), self.money())))

    def money(self) -> Money:
        return Money(self.chance.randint(-(10**3), 10**6), self.currency)


_SIMPLE: dict[Any, Callable[[_Drawing], Any]] = {
    Any: _Drawing.json,
    NoneType: lambda _: None,
    bool: lambda drawing: drawing.one_of((True, False)),
    date: lambda drawing: drawing.moment().date(),
    datetime: _Drawing.moment,
    Decimal: _Drawing.decimal,
    int: lambda drawing: drawing.one_of(_WHOLE),
    Money: _Drawing.money,
    str: lambda drawing: drawing.one_of(_WORDS),
}

_MADE: dict[str, Callable[[_Drawing], Any]] = {
    "currency": lambda drawing: drawing.currency,
    "serving_rates": _Drawing.rates,
    "stages": lambda drawing: {state: drawing.one_of(tuple(Stage)) for state in State},
}
