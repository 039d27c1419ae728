"""What is counted by a word of its own: matters, offers, referrals."""

from attrs import frozen

from crmkit.domain.tally.declare import Tally
from crmkit.domain.tally.expression import row
from crmkit.domain.tally.rules import At, count, distinct, highest, lowest, total, total_at

__all__ = ["Matter", "Offering", "Referred"]

_SHOWN = row.kind == "offer_shown"
_ANSWERED = row.kind == "offer_answered"
_BOUGHT = (row.kind == "purchase") & (row.goods > 0)


@frozen(kw_only=True)
class Matter(Tally):
    """All facts that go by one word, such as "contact/inbound/complaint" or "cost/service".

    Attributes:
        times: How many there are.
        yes: How many say yes: answered, granted, kept.
        asked: How many say yes or no.
        unprompted: How many belong to no case and no campaign.
        points: Quality times credit, in thousandths, in all.
        unpriced: How many have no stated worth.
        unpriced_points: The points of those.
        worth: What they were worth to the shop, as far as stated, in minor units.
        spent: What they cost the shop, in minor units.
        waited, lasted: Seconds in all.
        waits: How many of them tell how long the customer waited.
        first_at, last_at: Microseconds since 1970-01-01 UTC.
        latest_yes: How many say yes at the latest moment at which any says yes or no.
        latest_asked: How many say yes or no at that moment.
    """

    times: int = count()
    yes: int = count(where=row.state > 0)
    asked: int = count(where=row.state.known())
    unprompted: int = count(where=~row.case_key.known() & ~row.campaign_id.known())
    points: int = total(row.points)
    unpriced: int = count(where=~row.worth.known())
    unpriced_points: int = total(row.points, where=~row.worth.known())
    worth: int = total(row.worth)
    spent: int = total(row.spent)
    waited: int = total(row.waited)
    lasted: int = total(row.lasted)
    waits: int = count(where=row.waited.known())
    first_at: int | None = lowest(row.at)
    last_at: int | None = highest(row.at)
    latest_yes: At = total_at(row.state, highest=row.at)
    latest_asked: At = total_at(1, highest=row.at, where=row.state.known())


@frozen(kw_only=True)
class Offering(Tally):
    """One offer to one customer.

    Attributes:
        shown: How often it was shown.
        answered, declined: How often it was answered, and declined.
        first_shown_at, last_shown_at: When it was shown.
        accepted_at: When it was first accepted by an answer.
        bought_at: When a purchase first named it.
        order_keys: The orders that name it, void ones among them.
    """

    shown: int = count(where=_SHOWN)
    answered: int = count(where=_ANSWERED)
    declined: int = count(where=_ANSWERED & (row.state == 0))
    first_shown_at: int | None = lowest(row.at, where=_SHOWN)
    last_shown_at: int | None = highest(row.at, where=_SHOWN)
    accepted_at: int | None = lowest(row.at, where=_ANSWERED & (row.state > 0))
    bought_at: int | None = lowest(row.at, where=_BOUGHT)
    order_keys: frozenset[str] = distinct(row.order_key, where=_BOUGHT)


@frozen(kw_only=True)
class Referred(Tally):
    """One person whom a customer brought.

    Attributes:
        referrals: How often.
        first_day: Since when, days since 1970-01-01.
        joined_anyway: 1 if any of the referrals says they would have come without it.
        reward: What the shop gave for it, in minor units.
    """

    referrals: int = count()
    first_day: int | None = lowest(row.day)
    joined_anyway: int | None = highest(row.state)
    reward: int = total(row.spent)
