"""Closed sets of words: what is not one of them is refused with the words there are."""

import re
from enum import StrEnum
from typing import Any, NoReturn

from crmkit.domain.errors import InvalidValueError

__all__ = ["Word"]


class Word(StrEnum):
    """A word out of a closed set, stable on the wire."""

    @classmethod
    def _missing_(cls, value: Any) -> NoReturn:
        called = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        raise InvalidValueError(called, value, f"must be one of {', '.join(cls)}")
