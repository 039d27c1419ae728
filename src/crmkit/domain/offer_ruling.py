"""May this customer be given this offer now? Every rule is asked, and the answers are kept.

    consent         the customer allows the contact: asked first, and never overruled
    control         the customer is not in the control group
    validity        the offer holds at the moment
    state, level, occasions, quiet, revenue, tags
                    the offer's ``Eligibility``, as far as it asks for anything
    customer_limit  the customer has places left
    global_limit    the offer has places left
    complaint       no complaint of the customer is open, unless the offer is for such

A rule that needs what is not known is not met. The first rule that is not met decides; the
others are told too.
"""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from crmkit.domain.consent import Permission
from crmkit.domain.explanation import Explanation
from crmkit.domain.level import RelationshipLevel
from crmkit.domain.offer import Offer
from crmkit.domain.offer_rules import RULES, Asked, OfferRule
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.states import State
from crmkit.domain.tally import CustomerSummary

__all__ = ["OfferCheck", "OfferRule", "Ruling", "may_offer"]

FORMULA = f"every rule is met; the first that is not decides: {', '.join(OfferRule)}"
SOURCE = "crmkit"


@frozen(kw_only=True)
class OfferCheck:
    """One rule, and what was found.

    Attributes:
        rule: The rule.
        met: Whether it lets the offer pass.
        found: What was found, as text.
    """

    rule: OfferRule
    met: bool
    found: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.found}"


@frozen(kw_only=True)
class Ruling(Shown):
    """Whether a customer may be given an offer, by which rules.

    Attributes:
        offer_id: The offer.
        customer_id: The customer.
        at: The moment, in UTC.
        checks: Every rule that was asked, in the order in which they decide.
        permission: What the customer's consents say.
    """

    offer_id: str
    customer_id: str
    at: datetime
    checks: tuple[OfferCheck, ...]
    permission: Permission

    @property
    def allowed(self) -> bool:
        """Whether every rule is met."""
        return all(check.met for check in self.checks)

    @property
    def failing(self) -> tuple[OfferCheck, ...]:
        """The rules that are not met; the first decides."""
        return tuple(check for check in self.checks if not check.met)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not, each naming its rule; the first decides."""
        return tuple(str(check) for check in self.failing)

    @property
    def _answer(self) -> str:
        return "allowed" if self.allowed else f"refused by {self.failing[0].rule}"

    def sheet(self) -> Sheet:
        """Return the answer and the rules as they are shown."""
        return Sheet(
            title=f"offer {self.offer_id} to {self.customer_id}: {self._answer}",
            rows=tuple((str(check.rule), _told(check)) for check in self.checks),
        )

    def explain(self) -> Explanation:
        """Return every rule with what was found, and what the consents say."""
        met = sum(check.met for check in self.checks)
        return Explanation(
            figure="may_offer",
            answer=self._answer,
            formula=FORMULA,
            source=SOURCE,
            inputs={
                "at": f"{self.at:%Y-%m-%d %H:%M} UTC",
                **{str(check.rule): _told(check) for check in self.checks},
            },
            coverage=f"{met} of {len(self.checks)} rules met",
            parts=(self.permission.explain(),),
        )


def _told(check: OfferCheck) -> str:
    return f"{check.found} ({'met' if check.met else 'not met'})"


def may_offer(
    offer: Offer,
    *,
    shop: Shop,
    summary: CustomerSummary,
    state: State,
    at: datetime,
    permission: Permission,
    taken_by_customer: int,
    taken_globally: int,
    level: RelationshipLevel | None = None,
    tags: Iterable[str] = (),
) -> Ruling:
    """Return whether a customer may be given an offer at a moment, and why.

    Args:
        offer: The offer.
        shop: Whose customer it is.
        summary: The customer, as of the day of ``at``.
        state: Where the customer stands.
        at: When it would be shown.
        permission: What the customer's consents say about the offer's channel and purpose.
        taken_by_customer: ``accepted`` of the customer's own ``progress_of``.
        taken_globally: ``accepted`` of the offer's ``uptake``.
        level: The level of the relationship, if known.
        tags: The shop's labels of the customer.

    Raises:
        InvalidValueError: The permission is for another channel or purpose, the summary for
            another day, or a count is below 0.
        CurrencyMismatchError: ``minimum_revenue`` is not in the shop's currency.
    """
    asked = Asked(
        offer=offer,
        shop=shop,
        summary=summary,
        state=state,
        level=level,
        tags=frozenset(tags),
        at=at,
        permission=permission,
        taken_by_customer=taken_by_customer,
        taken_globally=taken_globally,
    )
    found = ((rule, ask(asked)) for rule, ask in RULES.items())
    return Ruling(
        offer_id=offer.id,
        customer_id=summary.customer_id,
        at=asked.at,
        checks=tuple(
            OfferCheck(rule=rule, met=finding[0], found=finding[1])
            for rule, finding in found
            if finding is not None
        ),
        permission=permission,
    )
