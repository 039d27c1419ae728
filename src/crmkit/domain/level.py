"""The level of a relationship: who turned to whom after the sale.

    level         the shop …                                          within the last year
    basic         sells, and no more
    reactive      can be reached: it tells buyers how, or has answered everybody who asked
    accountable   asks after the sale how it was: within 14 days, for half of the orders
    proactive     turns to the customer with advice or care, unasked, twice or more
    partnership   works with the customer on a project, and is proactive

The highest level whose thresholds are all met is the level; a level does not need those
below it. Contacts that belong to a case or to a campaign are not unasked.

Source: Kotler, P. (1991), five levels of relationship marketing; the thresholds are crmkit's.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.interactions import Contact, Direction, Purpose
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary, Matter
from crmkit.domain.words import Word

__all__ = [
    "WINDOW_DAYS",
    "Evidence",
    "Level",
    "RelationshipLevel",
    "has_contacts",
    "level_of",
]

#: What happened longer ago says nothing about the level.
WINDOW_DAYS = 365

FORMULA = f"the highest level whose thresholds are all met within the last {WINDOW_DAYS} days"
SOURCE = "Kotler (1991); thresholds: crmkit"

FOLLOW_UP_SHARE = 0.5
PROACTIVE_CONTACTS = 2
PROJECTS = 1

_CONTACT = f"{Contact.kind}/"
_INBOUND = f"{_CONTACT}{Direction.INBOUND}/"
_UNASKED = tuple(
    f"{_CONTACT}{Direction.OUTBOUND}/{purpose}" for purpose in (Purpose.ADVICE, Purpose.CARE)
)
_PROJECT = tuple(f"{_CONTACT}{direction}/{Purpose.PROJECT}" for direction in Direction)


class RelationshipLevel(Word):
    """How far a shop goes for a customer after the sale, lowest first."""

    BASIC = "basic"
    REACTIVE = "reactive"
    ACCOUNTABLE = "accountable"
    PROACTIVE = "proactive"
    PARTNERSHIP = "partnership"


@frozen(kw_only=True)
class Evidence:
    """One threshold, and what there was.

    Attributes:
        level: The level that asks for it.
        what: What was looked at.
        had: What there was, as text.
        needed: What is needed, as text.
        met: Whether it was enough.
    """

    level: RelationshipLevel
    what: str
    had: str
    needed: str
    met: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.had} (needs {self.needed})"


@frozen(kw_only=True)
class Level:
    """The level of a relationship, with its evidence.

    Attributes:
        level: The highest level whose thresholds are all met.
        evidence: Every threshold, lowest level first.
        confidence: Share, 0 to 1, of the thresholds that agree with the level: met up to it,
            not met above it.
    """

    level: RelationshipLevel
    evidence: tuple[Evidence, ...]

    @property
    def confidence(self) -> float:
        """Share of the thresholds that agree with the level."""
        rank = list(RelationshipLevel).index
        agree = [one.met == (rank(one.level) <= rank(self.level)) for one in self.evidence]
        return sum(agree) / len(agree)

    def __str__(self) -> str:
        return f"{self.level} (confidence {self.confidence:.0%})"

    def explain(self) -> Explanation:
        """Return the thresholds and what there was of each."""
        return Explanation(
            figure="relationship_level",
            answer=self,
            formula=FORMULA,
            source=SOURCE,
            inputs={f"{one.level}: {one.what}": _told(one) for one in self.evidence},
        )


def _told(one: Evidence) -> str:
    return f"{one.had}, needs {one.needed}: {'met' if one.met else 'not met'}"


def has_contacts(summary: CustomerSummary) -> bool:
    """Tell whether a customer and the shop ever spoke: else the level needs no year's facts."""
    return any(word.startswith(_CONTACT) for word in summary.matters)


def level_of(year: CustomerSummary | None, shop: Shop) -> Level:
    """Return the level of a relationship.

    Args:
        year: The customer's facts of the last ``WINDOW_DAYS`` days; None where the customer
            and the shop never spoke.
        shop: Whether it offers contact.
    """
    matters: Mapping[str, Matter] = {} if year is None else year.matters
    bought = Buying() if year is None else year.buying
    evidence = (
        _reachable(matters, shop),
        *_followed_up(bought),
        _at_least(
            RelationshipLevel.PROACTIVE, "contacts unasked", _unasked(matters), PROACTIVE_CONTACTS
        ),
        _at_least(RelationshipLevel.PARTNERSHIP, "projects", _times(matters, _PROJECT), PROJECTS),
    )
    met = {
        level: all(one.met for one in evidence if one.level is level) for level in RelationshipLevel
    }
    met[RelationshipLevel.PARTNERSHIP] &= met[RelationshipLevel.PROACTIVE]
    return Level(level=[level for level in met if met[level]][-1], evidence=evidence)


def _times(matters: Mapping[str, Matter], words: Iterable[str]) -> int:
    return sum(matters[word].times for word in words if word in matters)


def _unasked(matters: Mapping[str, Matter]) -> int:
    return sum(matters[word].unprompted for word in _UNASKED if word in matters)


def _at_least(level: RelationshipLevel, what: str, had: int, needed: int) -> Evidence:
    return Evidence(level=level, what=what, had=str(had), needed=str(needed), met=had >= needed)


def _reachable(matters: Mapping[str, Matter], shop: Shop) -> Evidence:
    inbound = [one for word, one in matters.items() if word.startswith(_INBOUND)]
    asked, answered = sum(one.asked for one in inbound), sum(one.yes for one in inbound)
    told = "contact is offered" if shop.offers_contact else f"{answered} of {asked} answered"
    return Evidence(
        level=RelationshipLevel.REACTIVE,
        what="the customer's contacts",
        had=told,
        needed="contact offered, or all answered",
        met=shop.offers_contact or (asked > 0 and answered == asked),
    )


def _followed_up(bought: Buying) -> tuple[Evidence, Evidence]:
    level, had, orders = RelationshipLevel.ACCOUNTABLE, bought.followed_up_orders, bought.orders
    return (
        _at_least(level, "orders followed up", had, 1),
        Evidence(
            level=level,
            what="share of orders followed up",
            had=f"{had} of {orders}",
            needed=f"{FOLLOW_UP_SHARE:.0%}",
            met=orders > 0 and had >= FOLLOW_UP_SHARE * orders,
        ),
    )
