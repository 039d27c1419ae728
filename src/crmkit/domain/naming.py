"""Errors that name the field: what a converter refuses is refused by the name of its field."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crmkit.domain.errors import InvalidValueError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["by_field"]

#: Fields whose converters name them themselves, or name what lies inside them.
_NAMED = frozenset({"at", "extra", "attributes"})


def by_field(_cls: type, fields: "list[Attribute[Any]]") -> "list[Attribute[Any]]":
    """Return the fields of a class, each converter's errors under the name of its field.

    Use it as ``field_transformer`` of an attrs class.
    """
    return [
        one
        if one.converter is None or one.name in _NAMED
        else one.evolve(converter=_naming(one.name, one.converter))
        for one in fields
    ]


def _naming(name: str, convert: Any) -> Callable[[Any], Any]:
    def naming(value: Any) -> Any:
        try:
            return convert(value)
        except InvalidValueError as error:
            raise InvalidValueError(name, error.value, error.rule, error.way_out) from error

    return naming
