"""Everything counted about a customer: orders by key, dealings, and voice by question."""

from collections.abc import Mapping
from typing import TypeVar

from attrs import frozen

from crmkit.domain.tally.declare import Tally
from crmkit.domain.tally.expression import row
from crmkit.domain.tally.orders import Buying, NetOrder
from crmkit.domain.tally.rules import (
    At,
    count,
    highest,
    lowest,
    per,
    rules,
    total,
    total_at,
    whole,
)

__all__ = ["CustomerTally", "Dealings", "Ratings"]

_FIRST_ROW = row.part == 0
_ANSWERED = row.rating.known()

B = TypeVar("B", bound=Buying)


@frozen(kw_only=True)
class Dealings(Tally):
    """How often, since when and in which ways a customer dealt with the shop.

    Attributes:
        facts: Interactions of every kind.
        guest: 1 for a guest, else 0.
        first_at, last_at: Microseconds since 1970-01-01 UTC of the first and last of them.
        first_seen_day, last_seen_day: Their days.
        purchases, returns, deliveries, surveys: Interactions of these kinds.
    """

    facts: int = count(where=_FIRST_ROW)
    guest: int | None = highest(row.guest)
    first_at: int | None = lowest(row.at)
    last_at: int | None = highest(row.at)
    first_seen_day: int | None = lowest(row.day)
    last_seen_day: int | None = highest(row.day)
    purchases: int = count(where=_FIRST_ROW & (row.kind == "purchase"))
    returns: int = count(where=_FIRST_ROW & (row.kind == "return"))
    deliveries: int = count(where=_FIRST_ROW & (row.kind == "delivered"))
    surveys: int = count(where=_FIRST_ROW & (row.kind == "survey_response"))


@frozen(kw_only=True)
class Ratings(Tally):
    """A customer's answers to one question of a survey.

    Attributes:
        answers: Answers given; a question left open is none.
        points: The sum of the ratings, in steps of the scale.
        lowest_rating, highest_rating: The extremes of the ratings.
        scale_low, scale_high: The ends of the scale.
        latest_points: The sum of the ratings of the latest moment with an answer.
        latest_answers: How many ratings that is.
        last_at: That moment, in microseconds since 1970-01-01 UTC.
    """

    answers: int = count(where=_ANSWERED)
    points: int = total(row.rating)
    lowest_rating: int | None = lowest(row.rating)
    highest_rating: int | None = highest(row.rating)
    scale_low: int | None = lowest(row.scale_low)
    scale_high: int | None = highest(row.scale_high)
    latest_points: At = total_at(row.rating, highest=row.at)
    latest_answers: At = total_at(1, highest=row.at, where=_ANSWERED)
    last_at: int | None = highest(row.at, where=_ANSWERED)


@frozen(kw_only=True)
class CustomerTally(Tally):
    """All facts of one customer. Adds up over any split, since orders are held by key.

    Attributes:
        orders: Each order by its key.
        dealings: Counts and moments over all facts.
        voice: Ratings by question ("instrument/item").
    """

    orders: Mapping[str, NetOrder] = per(row.order_key, NetOrder)
    dealings: Dealings = whole(Dealings)
    voice: Mapping[str, Ratings] = per(row.question, Ratings)

    @property
    def buying(self) -> Buying:
        """What the orders amount to."""
        return self.bought(Buying)

    def bought(self, buying: type[B]) -> B:
        """What the orders amount to, read by a shop's own ``Buying``."""
        return buying.collect(self.orders.values(), over=rules(type(self))["orders"].part)
