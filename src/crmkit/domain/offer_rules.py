"""The rules of an offer, each on its own: whether it is met, and what was found.

A rule that the offer does not set is not asked. One that needs what is not known is not met.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from crmkit.domain.consent import Permission
from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.level import RelationshipLevel
from crmkit.domain.money import Money
from crmkit.domain.offer import Offer, in_control
from crmkit.domain.shop import Shop
from crmkit.domain.states import State
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import day_of, utc
from crmkit.domain.validators import whole
from crmkit.domain.words import Word

__all__ = ["RULES", "Asked", "Finding", "OfferRule"]


class OfferRule(Word):
    """The rules of an offer, in the order in which they decide."""

    CONSENT = "consent"
    CONTROL = "control"
    VALIDITY = "validity"
    STATE = "state"
    LEVEL = "level"
    OCCASIONS = "occasions"
    QUIET = "quiet"
    REVENUE = "revenue"
    TAGS = "tags"
    CUSTOMER_LIMIT = "customer_limit"
    GLOBAL_LIMIT = "global_limit"
    COMPLAINT = "complaint"


@frozen(kw_only=True)
class Asked:
    """All that the rules look at; see ``may_offer``."""

    offer: Offer
    shop: Shop
    summary: CustomerSummary
    state: State = field(converter=State)
    level: RelationshipLevel | None
    tags: frozenset[str]
    at: datetime = field(converter=utc)
    permission: Permission
    taken_by_customer: int = field(validator=whole(0))
    taken_globally: int = field(validator=whole(0))

    def __attrs_post_init__(self) -> None:
        asked, given = self.offer, self.permission
        if (given.medium, given.purpose) != (asked.medium, asked.purpose):
            raise InvalidValueError(
                "permission",
                f"{given.medium}/{given.purpose}",
                f"must be for {asked.medium}/{asked.purpose}, as the offer is",
            )
        if day_of(self.at, self.shop.zone) != self.summary.as_of_day:
            raise InvalidValueError(
                "at", self.at.isoformat(), "must be on the day of the summary", "read it anew"
            )


#: Whether a rule is met and what was found; None where the offer does not ask for it.
Finding = tuple[bool, str] | None


def _consent(asked: Asked) -> Finding:
    return asked.permission.allowed, asked.permission.reason


def _control(asked: Asked) -> Finding:
    within = in_control(asked.offer, asked.summary.customer_id, shop=asked.shop)
    share = f"{asked.offer.control_share:.1%} of customers are"
    return not within, f"{'in' if within else 'not in'} the control group ({share})"


def _validity(asked: Asked) -> Finding:
    offer = asked.offer
    begins = "the beginning" if offer.valid_from is None else offer.valid_from.isoformat()
    ends = "further notice" if offer.valid_until is None else offer.valid_until.isoformat()
    return offer.valid_at(asked.at), f"valid from {begins} until {ends}"


def _state(asked: Asked) -> Finding:
    return _one_of(asked.state, asked.offer.eligible.states)


def _level(asked: Asked) -> Finding:
    return _one_of(asked.level, asked.offer.eligible.levels)


def _one_of(had: Word | None, wanted: frozenset[Any]) -> Finding:
    if not wanted:
        return None
    return had in wanted, f"{had or 'not known'}, needs {' or '.join(sorted(wanted))}"


def _occasions(asked: Asked) -> Finding:
    had, least = len(asked.summary.buying.occasions), asked.offer.eligible.minimum_occasions
    return (had >= least, f"{had}, needs at least {least}") if least else None


def _quiet(asked: Asked) -> Finding:
    quiet, most = asked.summary.quiet, asked.offer.eligible.maximum_quiet_days
    if most is None:
        return None
    if quiet is None:
        return False, f"never bought, needs at most {most} quiet days"
    return quiet <= most, f"{quiet} days, needs at most {most}"


def _revenue(asked: Asked) -> Finding:
    least = asked.offer.eligible.minimum_revenue
    if least is None:
        return None
    if least.currency != asked.shop.currency:
        raise CurrencyMismatchError(asked.shop.currency, least.currency)
    had = Money(asked.summary.buying.revenue, asked.shop.currency)
    return had >= least, f"{had}, needs at least {least}"


def _tags(asked: Asked) -> Finding:
    wanted = asked.offer.eligible.tags
    if not wanted:
        return None
    missing = sorted(wanted - asked.tags)
    return not missing, f"lacks {', '.join(missing)}" if missing else ", ".join(sorted(wanted))


def _customer_limit(asked: Asked) -> Finding:
    return _places(asked.taken_by_customer, asked.offer.per_customer_limit)


def _global_limit(asked: Asked) -> Finding:
    return _places(asked.taken_globally, asked.offer.global_limit)


def _places(taken: int, limit: int | None) -> Finding:
    return None if limit is None else (taken < limit, f"{taken} of {limit} taken")


def _complaint(asked: Asked) -> Finding:
    if asked.offer.eligible.despite_complaint:
        return None
    unsettled = asked.summary.service.open_complaints
    return not unsettled, "a complaint is open" if unsettled else "no complaint is open"


#: What each rule asks, in the order in which they decide.
RULES: Mapping[OfferRule, Callable[[Asked], Finding]] = {
    OfferRule.CONSENT: _consent,
    OfferRule.CONTROL: _control,
    OfferRule.VALIDITY: _validity,
    OfferRule.STATE: _state,
    OfferRule.LEVEL: _level,
    OfferRule.OCCASIONS: _occasions,
    OfferRule.QUIET: _quiet,
    OfferRule.REVENUE: _revenue,
    OfferRule.TAGS: _tags,
    OfferRule.CUSTOMER_LIMIT: _customer_limit,
    OfferRule.GLOBAL_LIMIT: _global_limit,
    OfferRule.COMPLAINT: _complaint,
}
