"""Validators of fields, in the words of ``InvalidValueError``."""

import re
from collections.abc import Callable, Iterable, Sized
from typing import Any

from crmkit.domain.errors import InvalidValueError

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]*")


def named(_instance: object, attribute: Any, value: Any) -> None:
    """Refuse an id that is no text, or empty."""
    if not isinstance(value, str) or not value:
        raise InvalidValueError(attribute.name, value, "must be a text of at least one character")
    if "\0" in value:
        raise InvalidValueError(attribute.name, value, "must be text without NUL characters")
    if not value.isascii() and _LONE_SURROGATE.search(value):
        raise InvalidValueError(attribute.name, value, "must be text that UTF-8 can hold")


def named_if_given(instance: object, attribute: Any, value: str | None) -> None:
    """Refuse an optional id that is empty; None is fine."""
    if value is not None:
        named(instance, attribute, value)


def word_if_given(instance: object, attribute: Any, value: Any) -> None:
    """Refuse what no database can hold in a column; None and an empty text are fine."""
    if value:
        named(instance, attribute, value)
    elif value is not None and not isinstance(value, str):
        raise InvalidValueError(attribute.name, value, "must be a text")


def text_if_given(_instance: object, attribute: Any, value: Any) -> None:
    """Refuse what is no text that UTF-8 can hold; None and an empty text are fine."""
    if value is None:
        return
    if not isinstance(value, str):
        raise InvalidValueError(attribute.name, value, "must be a text")
    if not value.isascii() and _LONE_SURROGATE.search(value):
        raise InvalidValueError(attribute.name, value, "must be text that UTF-8 can hold")


def texts(instance: object, attribute: Any, value: Iterable[Any]) -> None:
    """Refuse texts of which one is none."""
    for one in value:
        if one is None:
            raise InvalidValueError(attribute.name, one, "must be a text")
        text_if_given(instance, attribute, one)


def unsaid(check: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
    """Return a validator whose errors do not say what was given: for personal fields."""

    def check_quietly(instance: object, attribute: Any, value: Any) -> None:
        try:
            check(instance, attribute, value)
        except InvalidValueError as error:
            quiet = InvalidValueError(error.field, "…", error.rule, error.way_out)
        else:
            return
        raise quiet  # out here, so that it does not carry the one that says it

    return check_quietly


def source_word(_instance: object, attribute: Any, value: Any) -> None:
    """Refuse a source that could not stand before the slash of a key."""
    if not isinstance(value, str) or not _SOURCE.fullmatch(value):
        raise InvalidValueError(
            attribute.name, value, "must be lower-case letters, digits, dots, dashes"
        )


def slug(_instance: object, attribute: Any, value: Any) -> None:
    """Refuse a word that could not stand between the slashes of a matter."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise InvalidValueError(
            attribute.name, value, "must be lower-case letters, digits, underscores"
        )


def whole(least: int, most: int | None = None) -> Callable[[Any, Any, Any], None]:
    """Return a validator that refuses all but whole numbers from ``least`` (to ``most``)."""
    rule = f"must be a whole number from {least}" + ("" if most is None else f" to {most}")

    def check(_instance: object, attribute: Any, value: Any) -> None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or value < least or (most is not None and value > most):
            raise InvalidValueError(attribute.name, value, rule)

    return check


def whole_if_given(least: int, most: int | None = None) -> Callable[[Any, Any, Any], None]:
    """Return a validator of an optional whole number; None is fine."""
    check = whole(least, most)

    def check_given(instance: object, attribute: Any, value: Any) -> None:
        if value is not None:
            check(instance, attribute, value)

    return check_given


def yes_or_no(_instance: object, attribute: Any, value: Any) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise InvalidValueError(attribute.name, value, "must be true or false")


def not_below_zero(_instance: object, attribute: Any, value: Any) -> None:
    """Refuse an amount of money below 0; None is fine."""
    if value is not None and value.minor < 0:
        raise InvalidValueError(attribute.name, str(value), "must be 0 or more")


def not_empty(_instance: object, attribute: Any, value: Sized) -> None:
    """Refuse a field that holds nothing."""
    if not len(value):
        raise InvalidValueError(attribute.name, value, "must hold at least one")


#: Refuses what is no text, without saying what was given; None and an empty text are fine.
private_text = unsaid(text_if_given)
