"""Records that may be one person's: scored pairs with reasons, streamed.

``find_duplicates`` reads any number of records, also after a bulk import, compares those that
share a key (``blocks``), weighs how they agree (``weights``) and yields pairs. It decides
nothing: whether two are one is for a person to say, or for evidence such as a confirmed mail.
"""

from crmkit.domain.duplicates.blocks import MOST, LeftOut
from crmkit.domain.duplicates.finding import (
    LEAST,
    Duplicate,
    DuplicateSearch,
    Reason,
    find_duplicates,
)
from crmkit.domain.duplicates.names import jaro_winkler

__all__ = [
    "LEAST",
    "MOST",
    "Duplicate",
    "DuplicateSearch",
    "LeftOut",
    "Reason",
    "find_duplicates",
    "jaro_winkler",
]
