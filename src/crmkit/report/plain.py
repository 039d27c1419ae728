"""A report as plain data: what JSON can hold, with every interval and note kept."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs

from crmkit.domain.money import Money

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return ``value`` made of dicts, lists, text, numbers and None alone.

    Money becomes ``{"amount": "12.30", "currency": "EUR"}``, a day its ISO 8601 text. Keys
    keep the names of the fields. Fields that a value keeps out of its own ``repr`` (the rows of
    all customers, behind what is told of them together) are left out here too.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | Enum):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    return _plain_container(value)


def _plain_container(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if attrs.has(type(value)):
        names = [each.name for each in attrs.fields(type(value)) if each.repr]
        return {name: plain(getattr(value, name)) for name in names}
    return [plain(item) for item in value]
