"""A customer's card: who they are and all that is judged of them, at a glance."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from attrs import field, frozen

from crmkit.domain.customer import Customer
from crmkit.domain.explanation import Explanation
from crmkit.domain.interactions import Interaction
from crmkit.domain.labels import label
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.relationship import Relationship
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.tally import Offering
from crmkit.domain.times import Period
from crmkit.dossier import Dossier
from crmkit.metrics.catalogue import explained
from crmkit.metrics.loyalty.observed import CustomerLoyalty
from crmkit.metrics.satisfaction.customer import CustomerSatisfaction
from crmkit.metrics.value.base.customer_value import CustomerValue
from crmkit.metrics.value.relationship.relationship_value import RelationshipValue

__all__ = ["LAST", "Card", "card_of"]

#: How many of the latest facts a card holds.
LAST = 10


@frozen(kw_only=True, repr=False)
class Card(Shown):
    """All that is known and judged of one customer as of a moment.

    Attributes:
        customer_id: Whose.
        as_of: The last moment that counts, in UTC.
        record: Who it is, where a record is kept; personal fields stay out of what is shown.
        relationship: State and history, level, open cases and promises, consents.
        satisfaction: What they say, and what behaviour shows.
        loyalty: The four dimensions, and the judgement over them.
        value: What they have brought so far and may still bring.
        relationship_value: The five indicators over a period.
        offers: What was offered to them, by offer.
        facts: How many facts there are, by source.
        last: The latest facts, newest first.
        judged_by: The standards they were judged against: of which day, of how many customers.
        zone: The shop's, in whose days the latest facts are shown.
    """

    customer_id: str
    as_of: datetime
    record: Customer | None
    relationship: Relationship
    satisfaction: CustomerSatisfaction
    loyalty: CustomerLoyalty
    value: CustomerValue
    relationship_value: RelationshipValue
    offers: Mapping[str, Offering] = field(converter=FrozenMapping, hash=False)
    facts: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    last: tuple[Interaction, ...]
    judged_by: str
    zone: tzinfo = UTC

    def __repr__(self) -> str:
        return f"<Card of {self.customer_id} as of {self.as_of:%Y-%m-%d %H:%M} UTC>"

    def sheet(self) -> Sheet:
        """Return the card as it is shown: a summary, then each judgement."""
        return Sheet(
            title=f"{self.customer_id} as of {self.as_of:%Y-%m-%d %H:%M} UTC",
            rows=tuple(self._rows()),
            parts=(
                self.relationship.sheet(),
                self.satisfaction.sheet(),
                self.loyalty.sheet(),
                self.value.sheet(),
                self.relationship_value.sheet(),
            ),
        )

    def _rows(self) -> Iterator[tuple[str, object]]:
        if self.record is not None:
            yield "customer", f"{self.record.kind}, version {self.record.version}"
        yield "facts", ", ".join(f"{count:,} from {source}" for source, count in self.facts.items())
        yield (
            "latest",
            "\n".join(
                f"{one.at.astimezone(self.zone):%Y-%m-%d} {label(f'kind.{one.kind}')}"
                for one in self.last[:3]
            ),
        )
        if self.offers:
            yield "offers", "\n".join(_together(self.offers))
        yield "judged by", self.judged_by

    def explain(self) -> Explanation:
        """Return how every judgement on the card came about."""
        judged = (
            self.relationship,
            self.satisfaction,
            self.loyalty,
            self.value,
            self.relationship_value,
        )
        facts = {f"facts from {source}": count for source, count in self.facts.items()}
        return explained(
            "card",
            self.customer_id,
            inputs={"as of": f"{self.as_of:%Y-%m-%d %H:%M} UTC", **facts},
            model=self.judged_by,
            parts=(one.explain() for one in judged),
        )


def _together(offers: Mapping[str, Offering]) -> Iterator[str]:
    """A line for all the offers of which the same is to be told."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for offer, one in offers.items():
        alike[_told(one)].append(offer)
    yield from (f"{', '.join(names)}: {told}" for told, names in alike.items())


def _told(one: Offering) -> str:
    times = "shown once" if one.shown == 1 else f"shown {one.shown} times"
    if one.accepted_at is not None or one.order_keys:
        return f"{times}, accepted"
    return f"{times}, declined" if one.declined else times


def card_of(dossier: Dossier, period: Period) -> Card:
    """Return a customer's card.

    Args:
        dossier: What is known of the customer.
        period: The days that the relationship value is of.
    """
    sources = sorted({one.source for one in dossier.history})
    standards = dossier.standards
    return Card(
        customer_id=dossier.customer_id,
        as_of=dossier.until,
        record=dossier.record,
        relationship=dossier.relationship,
        satisfaction=dossier.satisfaction,
        loyalty=dossier.loyalty,
        value=dossier.value,
        relationship_value=dossier.relationship_value(period),
        offers={key: dossier.summary.offers[key] for key in sorted(dossier.summary.offers)},
        facts={source: sum(one.source == source for one in dossier.history) for source in sources},
        last=tuple(reversed(dossier.history[-LAST:])),
        judged_by=standards.told(),
        zone=dossier.to.zone,
    )
