"""Every customer's relationship value over a period, the guests', and the shop's total.

The rows equal the answers for one customer: both are made by the same functions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.facts import Fact
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.tally import BaseSummary, CustomerTally, added_up
from crmkit.domain.times import Period
from crmkit.dossier import accounts_of, brought, paid_on
from crmkit.metrics.value.relationship.accounting import relationship_value_of
from crmkit.metrics.value.relationship.base_relationship_value import (
    BaseRelationshipValue,
    total_of,
)
from crmkit.metrics.value.relationship.relationship_value import RelationshipValue
from crmkit.profiles import Profiles
from crmkit.standards import Standards

__all__ = ["RelationshipValues", "relationship_values"]

_NOTHING = CustomerTally()


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
    period: Period,
    *,
    profiles: Profiles,
    base: BaseSummary,
    within: Callable[[range], Mapping[str, CustomerTally]],
    facts: Callable[[range], Iterable[Fact]],
) -> RelationshipValues:
    """Return what every relationship was worth over a period.

    Args:
        period: The days.
        profiles: Everyone as judged at a moment.
        base: Everyone's summary as of then.
        within: Gives everybody's sums over some days, guests' too.
        facts: Gives everybody's flat rows of some days.
    """
    shop, standards, day = profiles.shop, profiles.standards, base.as_of_day
    days, people = period.days(), [one.customer_id for one in profiles]
    now, paid = within(days), within(paid_on(days, shop))
    of_referred = _of_referred(facts(days), standards)
    rows = tuple(
        relationship_value_of(
            accounts_of(who, period, now.get(who, _NOTHING), paid.get(who, _NOTHING), day),
            shop=shop,
            summary=base.customers[who],
            value=value,
            referral=brought(who, period, standards, lambda other: of_referred.get(other, [])),
            wallet=standards.wallet_of(base.customers[who], answers),
            margin=standards.models.margin,
        )
        for who, value, answers in zip(people, profiles.worth.rows, profiles.answers, strict=True)
    )
    of_guests = relationship_value_of(
        accounts_of("", period, _guests(now), _guests(paid), day), shop=shop
    )
    return RelationshipValues(
        rows=rows,
        guests=of_guests,
        together=total_of(rows, period=period, currency=shop.currency, guests=of_guests),
    )


def _guests(tallies: Mapping[str, CustomerTally]) -> CustomerTally:
    return added_up(one for one in tallies.values() if one.dealings.guest)


def _of_referred(facts: Iterable[Fact], standards: Standards) -> Mapping[str, list[Fact]]:
    """The facts of those who were brought, by customer id; not read where nobody was."""
    found: dict[str, list[Fact]] = {edge.referred_id: [] for edge in standards.referrals.edges}
    for fact in facts if found else ():
        if fact.customer_id in found:
            found[fact.customer_id].append(fact)
    return found
