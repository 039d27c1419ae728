"""Marketing: visits, referrals, offers shown and answered, consents, and what it all costs."""

from collections.abc import Iterable
from typing import ClassVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.happened import Happened
from crmkit.domain.interactions.service import Purpose
from crmkit.domain.money import Money
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.validators import (
    named,
    not_below_zero,
    private_text,
    slug,
    whole_if_given,
    yes_or_no,
)
from crmkit.domain.words import Word

__all__ = [
    "ANY",
    "ConsentChanged",
    "CostIncurred",
    "OfferAnswered",
    "OfferShown",
    "Referral",
    "Visit",
    "VisitAction",
]

#: Every channel, or every purpose, of a consent.
ANY = "any"

_PURPOSES = (ANY, *Purpose)


def _texts(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


class VisitAction(Word):
    """What a visitor did."""

    CAME = "came"
    VIEWED = "viewed"
    SEARCHED = "searched"
    WISHED = "wished"
    CARTED = "carted"
    QUOTED = "quoted"


#: What shows that somebody means to buy.
INTENT = frozenset({VisitAction.WISHED, VisitAction.CARTED, VisitAction.QUOTED})


@frozen(kw_only=True, field_transformer=by_field)
class Visit(Happened):
    """A customer visited the shop without buying by that alone.

    Attributes:
        action: The furthest they went: came, searched, viewed products, put one on a wish
            list or in a cart, asked for a quote.
        product_ids: The products they looked at.
        lasted_seconds: How long they stayed.
    """

    kind: ClassVar[str] = "visit"

    action: VisitAction = field(default=VisitAction.CAME, converter=VisitAction)
    product_ids: tuple[str, ...] = field(default=(), converter=_texts)
    lasted_seconds: int | None = field(default=None, validator=whole_if_given(0))

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this visit, a matter by its action."""
        return [
            self.row(
                to,
                matter=f"{self.kind}/{self.action}",
                intent=int(self.action in INTENT),
                lasted=self.lasted_seconds,
            )
        ]


@frozen(kw_only=True, field_transformer=by_field)
class Referral(Happened):
    """A customer brought somebody to the shop.

    Attributes:
        referred_id: Whom; the customer id under which they buy.
        joined_anyway: Whether they would have come without it (a type-two referral).
        reward: What the shop gave for it, 0 or more.
    """

    kind: ClassVar[str] = "referral"

    referred_id: str = field(validator=named)
    joined_anyway: bool = field(default=False, validator=yes_or_no)
    reward: Money | None = field(default=None, validator=not_below_zero)

    @referred_id.validator
    def _somebody_else(self, _attribute: object, value: str) -> None:
        if value == self.customer_id:
            raise InvalidValueError("referred_id", value, "must be somebody else")

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this referral; a reward is a cost."""
        spent = None if self.reward is None else to.minor(self.reward, to.day(self.at))
        return [
            self.row(
                to,
                referred_id=self.referred_id,
                matter=self.kind,
                state=int(self.joined_anyway),
                spent=spent,
            )
        ]


def _offer_is_named(value: str | None) -> None:
    if value is None:
        raise InvalidValueError("offer_id", None, "must name the offer")


@frozen(kw_only=True, field_transformer=by_field)
class OfferShown(Happened):
    """An offer was put before a customer; ``offer_id`` names it."""

    kind: ClassVar[str] = "offer_shown"

    def __attrs_post_init__(self) -> None:
        _offer_is_named(self.offer_id)


@frozen(kw_only=True, field_transformer=by_field)
class OfferAnswered(Happened):
    """A customer accepted or declined an offer; ``offer_id`` names it.

    Attributes:
        accepted: Whether they took it.
    """

    kind: ClassVar[str] = "offer_answered"

    accepted: bool = field(validator=yes_or_no)

    def __attrs_post_init__(self) -> None:
        _offer_is_named(self.offer_id)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this answer."""
        return [self.row(to, state=int(self.accepted))]


@frozen(kw_only=True, field_transformer=by_field)
class ConsentChanged(Happened):
    """A customer allowed or forbade to be contacted.

    Attributes:
        medium: By which channel ("email", "phone"); "any" for all of them.
        purpose: For what: a ``Purpose``, or "any".
        granted: Whether it is allowed from now on.
        evidence: Where it can be proved ("form 12, double opt-in").
    """

    kind: ClassVar[str] = "consent_changed"

    medium: str = field(validator=slug)
    purpose: str = field(default=ANY)
    granted: bool = field(validator=yes_or_no)
    evidence: str | None = field(default=None, validator=private_text, repr=False)

    @purpose.validator
    def _purpose_of_contacts(self, _attribute: object, value: str) -> None:
        if value not in _PURPOSES:
            raise InvalidValueError("purpose", value, f"must be one of {', '.join(_PURPOSES)}")

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this change, a matter by channel and purpose."""
        matter = f"consent/{self.medium}/{self.purpose}"
        return [self.row(to, matter=matter, state=int(self.granted))]


@frozen(kw_only=True, field_transformer=by_field)
class CostIncurred(Happened):
    """The shop spent money on one customer.

    Attributes:
        activity: On what ("service", "marketing", "payment", "handling", "acquisition").
        amount: How much, 0 or more.
    """

    kind: ClassVar[str] = "cost_incurred"

    activity: str = field(validator=slug)
    amount: Money = field(validator=not_below_zero)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this cost, a matter by its activity."""
        spent = to.minor(self.amount, to.day(self.at))
        return [self.row(to, matter=f"cost/{self.activity}", spent=spent)]
