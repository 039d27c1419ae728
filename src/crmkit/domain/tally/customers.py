"""Everything counted about a customer: orders by key, dealings, and voice by question."""

from collections.abc import Mapping
from typing import TypeVar

from attrs import frozen

from crmkit.domain.tally.declare import Tally
from crmkit.domain.tally.expression import row
from crmkit.domain.tally.matters import Matter, Offering, Referred
from crmkit.domain.tally.orders import Buying, NetOrder
from crmkit.domain.tally.rules import (
    At,
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

__all__ = ["CustomerTally", "Dealings", "Ratings"]

_FIRST_ROW = row.part == 0
_ANSWERED = row.rating.known()

B = TypeVar("B", bound=Buying)
T = TypeVar("T", bound=Tally)


@frozen(kw_only=True)
class Dealings(Tally):
    """How often, since when and in which ways a customer dealt with the shop.

    Attributes:
        facts: Interactions of every kind.
        guest: 1 for a guest, else 0.
        first_at, last_at: Microseconds since 1970-01-01 UTC of the first and last of them.
        first_seen_day, last_seen_day: Their days.
        purchases, returns, deliveries, surveys, visits: Interactions of these kinds.
        intent_day: The first day on which a visit showed that they mean to buy.
        viewed_days: The days on which they looked at products.
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
    visits: int = count(where=_FIRST_ROW & (row.kind == "visit"))
    intent_day: int | None = lowest(row.day, where=row.intent > 0)
    viewed_days: frozenset[int] = distinct(row.day, where=row.matter == "visit/viewed")


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
        cases, promises: Each by its key.
        dealings: Counts and moments over all facts.
        voice: Ratings by question ("instrument/item@touchpoint#low..high").
        matters: What is counted by a word of its own.
        offers: Each offer by its id.
        referrals: Each person brought by their id.
    """

    orders: Mapping[str, NetOrder] = per(row.order_key, NetOrder)
    cases: Mapping[str, Case] = per(row.case_key, Case)
    promises: Mapping[str, Promise] = per(row.promise_key, Promise)
    dealings: Dealings = whole(Dealings)
    voice: Mapping[str, Ratings] = per(row.question, Ratings)
    matters: Mapping[str, Matter] = per(row.matter, Matter)
    offers: Mapping[str, Offering] = per(row.offer_id, Offering)
    referrals: Mapping[str, Referred] = per(row.referred_id, Referred)

    @property
    def buying(self) -> Buying:
        """What the orders amount to."""
        return self.bought(Buying)

    def bought(self, buying: type[B]) -> B:
        """What the orders amount to, read by a shop's own ``Buying``."""
        return self.rolled("orders", buying)

    @property
    def service(self) -> Service:
        """What the cases amount to."""
        return self.rolled("cases", Service)

    @property
    def keeping(self) -> Keeping:
        """What the promises amount to."""
        return self.rolled("promises", Keeping)

    def rolled(self, part: str, into: type[T]) -> T:
        """What the values of a keyed part amount to, read by another tally."""
        return into.collect(getattr(self, part).values(), over=rules(type(self))[part].part)
