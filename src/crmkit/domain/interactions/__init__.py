"""What happened between a customer and the shop: one closed union of frozen kinds.

A kind says what it is, checks itself and gives its flat rows; the wire format, the stores
and the tally read the union below, so a new kind is written in this room and nowhere else.
Facts that belong together share a key: an order, a case, a promise, an offer. What is merely
counted goes by a word of its own, its ``matter`` ("contact/outbound/advice").
"""

from collections.abc import Iterable, Mapping
from typing import get_args

from crmkit.domain.happened import Happened
from crmkit.domain.interactions.marketing import (
    ANY,
    ConsentChanged,
    CostIncurred,
    OfferAnswered,
    OfferShown,
    Referral,
    Visit,
    VisitAction,
)
from crmkit.domain.interactions.orders import Delivered, Purchase
from crmkit.domain.interactions.returned import FAULTS, Part, Return, ReturnReason
from crmkit.domain.interactions.service import (
    CaseAbout,
    CaseClosed,
    CaseOpened,
    Contact,
    Direction,
    PromiseMade,
    PromiseSettled,
    Purpose,
    Risk,
)
from crmkit.domain.interactions.voice import (
    Contribution,
    ContributionKind,
    Review,
    SurveyResponse,
)

__all__ = [
    "ANY",
    "FAULTS",
    "KINDS",
    "CaseAbout",
    "CaseClosed",
    "CaseOpened",
    "ConsentChanged",
    "Contact",
    "Contribution",
    "ContributionKind",
    "CostIncurred",
    "Delivered",
    "Direction",
    "Interaction",
    "OfferAnswered",
    "OfferShown",
    "Part",
    "PromiseMade",
    "PromiseSettled",
    "Purchase",
    "Purpose",
    "Referral",
    "Return",
    "ReturnReason",
    "Review",
    "Risk",
    "SurveyResponse",
    "Visit",
    "VisitAction",
    "in_order",
]

#: Everything that can happen, as one closed union.
Interaction = (
    Visit
    | Purchase
    | Delivered
    | Return
    | Contact
    | CaseOpened
    | CaseClosed
    | SurveyResponse
    | Review
    | Referral
    | Contribution
    | OfferShown
    | OfferAnswered
    | ConsentChanged
    | CostIncurred
    | PromiseMade
    | PromiseSettled
)

#: Every kind by its stable word.
KINDS: Mapping[str, type[Happened]] = {kind.kind: kind for kind in get_args(Interaction)}


def in_order(interactions: Iterable[Interaction]) -> list[Interaction]:
    """Return interactions by (at, source, id), the order of every history."""
    return sorted(interactions, key=lambda one: (one.at, one.source, one.id, one.revision))
