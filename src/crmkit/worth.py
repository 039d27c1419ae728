"""Every customer's relationship value over a period, the guests', and the shop's total.

The rows equal the answers for one customer: both are made by the same functions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.facts import Fact
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.tally import BaseSummary
from crmkit.domain.times import Period
from crmkit.dossier import accounts_of, brought
from crmkit.metrics.value.accounting import relationship_value_of
from crmkit.metrics.value.base_relationship_value import BaseRelationshipValue, total_of
from crmkit.metrics.value.relationship_value import RelationshipValue
from crmkit.profiles import Profiles

__all__ = ["RelationshipValues", "relationship_values"]


@frozen(kw_only=True, repr=False)
class RelationshipValues(Sequence[RelationshipValue], Shown):
    """What every relationship was worth over a period.

    Attributes:
        rows: One per customer, by customer id.
        guests: The guests taken together.
        together: The shop's total; customers and guests add up to it.
    """

    rows: tuple[RelationshipValue, ...]
    guests: RelationshipValue
    together: BaseRelationshipValue

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RelationshipValue]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"<RelationshipValues of {len(self):,} customers, {self.together.period}>"

    def sheet(self) -> Sheet:
        """Return the total as it is shown."""
        return self.together.sheet()

    def explain(self) -> Explanation:
        """Return how the total came about."""
        return self.together.explain()


def relationship_values(
    facts: Iterable[Fact], *, profiles: Profiles, base: BaseSummary, period: Period
) -> RelationshipValues:
    """Return what every relationship was worth over a period.

    Args:
        facts: Everybody's flat rows, up to the moment judged at.
        profiles: Everyone as judged then.
        base: Everyone's summary as of then.
        period: The days.
    """
    shop, standards, day = profiles.shop, profiles.standards, base.as_of_day
    days = period.days()
    since = days.start - shop.payment_days
    rows_of = _rows_of(fact for fact in facts if since <= fact.day < days.stop)
    guests = [fact for rows in rows_of.values() for fact in rows if fact.guest]
    rows = tuple(
        relationship_value_of(
            accounts_of(rows_of.get(value.customer_id, []), value.customer_id, period, day, shop),
            shop=shop,
            summary=base.customers[value.customer_id],
            value=value,
            referral=brought(
                value.customer_id, period, standards, lambda other: rows_of.get(other, [])
            ),
            wallet=standards.wallet,
            margin=standards.models.margin,
        )
        for value in profiles.worth.rows
    )
    of_guests = relationship_value_of(accounts_of(guests, "", period, day, shop), shop=shop)
    return RelationshipValues(
        rows=rows,
        guests=of_guests,
        together=total_of(rows, period=period, currency=shop.currency, guests=of_guests),
    )


def _rows_of(facts: Iterable[Fact]) -> Mapping[str, list[Fact]]:
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.customer_id].append(fact)
    return found
