"""What every interaction has: whose it is, when, from where; and how it becomes a row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from attrs import field, frozen

from crmkit.domain.customer import is_guest
from crmkit.domain.facts import Fact
from crmkit.domain.mapping import EMPTY, FrozenMapping, frozen_mapping
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import microseconds, utc
from crmkit.domain.validators import named, source_word, whole, word_if_given

_PLACE = {name: place for place, name in enumerate(Fact._fields)}

# The columns that every row has lead; those behind them belong to some kinds each.
_OF_KINDS = (None,) * (len(_PLACE) - _PLACE["channel"] - 1)
_OFFER, _CAMPAIGN = _PLACE["offer_id"], _PLACE["campaign_id"]
_SUMS = slice(_PLACE["goods"], _PLACE["donations"] + 1)


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
        return self.filled(to, columns, part)

    def filled(
        self,
        to: Reporting,
        columns: Mapping[str, Any],
        part: int = 0,
        *,
        sums: Mapping[str, int] = EMPTY,
    ) -> Fact:
        """Return what ``row`` does, in half the time, of columns that are a table already.

        Args:
            to: The shop.
            columns: The columns of its own, by name.
            part: Which row of the interaction it is.
            sums: All of the columns from "goods" to "donations", in the order of rows.
        """
        at, customer_id = self.at, self.customer_id
        row = [
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
            *_OF_KINDS,
        ]
        row[_OFFER], row[_CAMPAIGN] = self.offer_id, self.campaign_id
        for name, value in columns.items():
            row[_PLACE[name]] = value
        if sums is not EMPTY:
            row[_SUMS] = sums.values()
        return tuple.__new__(Fact, row)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the flat rows of this interaction.

        Raises:
            NoRateError: An amount cannot be brought into the shop's currency.
        """
        return [self.row(to)]
