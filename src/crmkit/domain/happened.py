"""What every interaction has: whose it is, when, from where; and how it becomes a row."""

from datetime import datetime
from typing import Any, ClassVar

from attrs import field, frozen

from crmkit.domain.customer import is_guest
from crmkit.domain.facts import Fact, filled, unfilled
from crmkit.domain.mapping import EMPTY, FrozenMapping, frozen_mapping
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import microseconds, utc
from crmkit.domain.validators import named, source_word, whole, word_if_given

_PLACE = {name: place for place, name in enumerate(Fact._fields)}

#: The columns behind those that lead every row.
_OF_KINDS = unfilled(after="channel")
_OFFER, _CAMPAIGN = _PLACE["offer_id"], _PLACE["campaign_id"]


def key_of(source: str, id_: str) -> str:
    """Return the key under which all facts about one order, case or promise meet."""
    return f"{source}/{id_}"


@frozen(kw_only=True, field_transformer=by_field)
class Happened:
    """What every kind of interaction has.

    Attributes:
        id: Unique within (shop, source).
        customer_id: Whose fact it is; ``guest_id`` makes one for orders without an account.
        at: When it happened; aware, kept in UTC.
        channel: Where it happened ("web", "store", "phone").
        source: The word for the system it comes from.
        revision: Supersedes lower revisions of the same id.
        staff_id, offer_id, campaign_id: What it belongs to, if anything.
        extra: The source's other fields, JSON-ready.
    """

    kind: ClassVar[str]

    id: str = field(validator=named)
    customer_id: str = field(validator=named)
    at: datetime = field(converter=utc)
    channel: str | None = field(default=None, validator=word_if_given)
    source: str = field(default="shop", validator=source_word)
    revision: int = field(default=0, validator=whole(0))
    staff_id: str | None = field(default=None, validator=word_if_given)
    offer_id: str | None = field(default=None, validator=word_if_given)
    campaign_id: str | None = field(default=None, validator=word_if_given)
    extra: FrozenMapping = field(default=EMPTY, converter=frozen_mapping, repr=False, hash=False)

    def row(self, to: Reporting, part: int = 0, **columns: Any) -> Fact:
        """Return a flat row with what every kind has, and the columns of its own."""
        row = [*self.leading(to, part), *_OF_KINDS]
        row[_OFFER], row[_CAMPAIGN] = self.offer_id, self.campaign_id
        for name, value in columns.items():
            row[_PLACE[name]] = value
        return filled(row)

    def leading(self, to: Reporting, part: int = 0) -> tuple[Any, ...]:
        """Return the columns that lead the rows of every kind, up to its channel."""
        at, customer_id = self.at, self.customer_id
        return (
            to.shop.id,
            self.source,
            self.id,
            part,
            self.revision,
            customer_id,
            int(is_guest(customer_id)),
            self.kind,
            microseconds(at),
            to.day(at),
            self.channel,
        )

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the flat rows of this interaction.

        Raises:
            NoRateError: An amount cannot be brought into the shop's currency.
        """
        return [self.row(to)]
