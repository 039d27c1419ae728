"""Every occasion as a chance to leave: did the customer come back after it, or not?

A customer is lost when quiet for longer than twice what is usual for them (see
``crmkit.domain.lifecycle``), which is known only weeks after the last occasion. That day is no
good as the moment of leaving: until then a silent customer has had no order to complain of,
while those who stay have, and complaints would look as if they kept customers. Nor is the last
occasion itself: what is complained of afterwards would come too late to count. So leaving is
counted in occasions, not in days: after each one, a customer comes back in time or leaves.

    number     the how many-th occasion, from 0; the customer's own clock
    outcome    left: no other occasion within the days after which they are lost
               stayed: another within them
               unknown yet: those days are not over; censored, whether they came back or not,
               for who has come back already would otherwise be counted alone

A complaint belongs to the occasion of the order that it is about, whenever it was made; else
to the last occasion by the day it was opened. The first is fair to both outcomes. The second
has a slight bias upwards where customers often buy again before they complain: what they
complain of then counts for the occasion after. Who was lost and comes back is at risk again.
Where the log is cut off on the left, occasions are numbered from the first one seen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import floor

from attrs import frozen

from crmkit.domain.lifecycle import LOST_FACTOR, patience
from crmkit.domain.shop import Shop
from crmkit.metrics.loss.complaint_history import Complaint

__all__ = ["Occasion", "occasion_of", "occasions_at_risk"]


@frozen(kw_only=True)
class Occasion:
    """One occasion, and what came after it.

    Attributes:
        number: The how many-th of the customer, from 0.
        day: When, in days since 1970-01-01.
        left: Whether the customer was lost after it; None where that is not known yet.
        is_last: Whether there is none after it up to now.
    """

    number: int
    day: int
    left: bool | None
    is_last: bool


def occasions_at_risk(
    days: Sequence[int], *, as_of_day: int, base_gap: float | None, shop: Shop
) -> Iterator[Occasion]:
    """Yield every occasion of a customer with its outcome.

    Args:
        days: Their occasion days, ascending, up to ``as_of_day``.
        as_of_day: The last day that counts.
        base_gap: ``usual_gap`` of the base.
        shop: Whose policy rules.
    """
    for number, day in enumerate(days):
        following = days[number + 1] if number + 1 < len(days) else None
        quiet = (as_of_day if following is None else following) - day
        yield Occasion(
            number=number,
            day=day,
            left=_left(days[: number + 1], quiet, as_of_day, base_gap, shop),
            is_last=following is None,
        )


def _left(
    so_far: Sequence[int], quiet: int, as_of_day: int, base_gap: float | None, shop: Shop
) -> bool | None:
    """Whether a customer was lost who was quiet for so many days after the last of these."""
    watched = as_of_day - so_far[-1]
    if watched <= LOST_FACTOR * shop.lapse_days:  # before that nobody is lost, whatever is usual
        return None
    within = floor(patience(so_far, base_gap, shop).lost_after)
    return quiet > within if watched > within else None


def occasion_of(complaint: Complaint, days: Sequence[int]) -> int | None:
    """Return the number of the occasion that a complaint belongs to; None where there is none.

    Args:
        complaint: Of this customer.
        days: Their occasion days, ascending.
    """
    if complaint.order_day is not None:
        place = bisect_left(days, complaint.order_day)
        if place < len(days) and days[place] == complaint.order_day:
            return place
    before = bisect_right(days, complaint.opened_day)
    return before - 1 if before else None
