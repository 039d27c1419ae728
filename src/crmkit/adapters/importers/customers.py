"""A customer cell as an id: blank and words for nothing are nobody, mail in small letters."""

import re
from collections.abc import Callable

from crmkit.adapters.importers.refusals import Refused
from crmkit.domain.customer import is_guest

_NOBODY = frozenset({"", "0", "0.0", "nan", "na", "n/a", "null", "none"})
_FLOATED = re.compile(r"(\d+)\.0", re.ASCII)
_RESERVED = "ids that start with guest: are made by crmkit; leave it blank for a guest"


def customer_reader(*, numbered: bool) -> Callable[[str], str | Refused]:
    """Return what reads a customer cell: an id, blank for nobody, or a refusal.

    Args:
        numbered: Whether ids are numbers, so that zeros before them mean nothing.
    """

    def read(cell: str) -> str | Refused:
        text = cell.strip()
        if text.casefold() in _NOBODY:
            return ""
        if floated := _FLOATED.fullmatch(text):
            text = floated[1]
        if numbered:
            text = text.lstrip("0") or "0"
        if is_guest(text):
            return Refused("customer", text, _RESERVED)
        return text.casefold() if "@" in text else text

    return read
