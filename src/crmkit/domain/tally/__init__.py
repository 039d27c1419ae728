"""The narrow waist: each figure declared once, added up exactly, read off at the end.

``CustomerTally`` collects all facts of a customer and adds up over any split;
``CustomerSummary`` is read off it as of a day. The same declarations are read over data
frames by ``crmkit.adapters.frames``.
"""

from crmkit.domain.tally.bulk import added_up, collect_customers, summaries
from crmkit.domain.tally.customers import CustomerTally, Dealings, Ratings
from crmkit.domain.tally.declare import Tally, figures
from crmkit.domain.tally.expression import Expr, row
from crmkit.domain.tally.matters import Matter, Offering, Referred
from crmkit.domain.tally.orders import Buying, NetOrder
from crmkit.domain.tally.readings import reading, readings
from crmkit.domain.tally.rules import (
    At,
    Rule,
    count,
    distinct,
    highest,
    lowest,
    per,
    rules,
    total,
    total_at,
    whole,
)
from crmkit.domain.tally.service import Case, Keeping, Promise, Service
from crmkit.domain.tally.summary import KEYED, ROLLED, BaseSummary, CustomerSummary, GuestTotals

__all__ = [
    "KEYED",
    "ROLLED",
    "At",
    "BaseSummary",
    "Buying",
    "Case",
    "CustomerSummary",
    "CustomerTally",
    "Dealings",
    "Expr",
    "GuestTotals",
    "Keeping",
    "Matter",
    "NetOrder",
    "Offering",
    "Promise",
    "Ratings",
    "Referred",
    "Rule",
    "Service",
    "Tally",
    "added_up",
    "collect_customers",
    "count",
    "distinct",
    "figures",
    "highest",
    "lowest",
    "per",
    "reading",
    "readings",
    "row",
    "rules",
    "summaries",
    "total",
    "total_at",
    "whole",
]
