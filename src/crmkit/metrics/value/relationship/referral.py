"""Referral value: what the customers whom a customer brought are worth to the shop.

    paper        here                   unit
    A            margin                 contribution margin of the referred in the window, money
    a            reward                 cost of the referral, money
    M            marketing              cost of marketing to the referred, money
    ACQ1, ACQ2   saved, saved_anyway    acquisition cost saved on a type-one, type-two referral
    r            discount               per period, 0 or more
    t            period                 the period in which they joined, from 1
    γ            margin_share           part of their margin that is credited, 0 to 1
    -            decay                  credit of each further hop, 0 to 1

    CRV = Σ type one  (γ (A − a − M) + ACQ1) / (1 + r)^t  +  Σ type two  ACQ2 / (1 + r)^t

Type one would not have come without the referral, type two would have come anyway. The view
of one customer takes γ = 1: what would the shop lack without them? In totals over customers
that would count a margin twice, since the person referred is a customer too: ``base_value``
takes γ = 0 and direct referrals only. Further hops are reached through type-one referrals
alone: whom a type two brought would have come with them. Give a reward or marketing cost only
where it is not among the recorded costs of a customer already.

Per person and hop the credited margin and the saving are each rounded half-even to the minor
unit; totals are sums of the rounded parts.

Sources:
    Kumar, V., Petersen, J. A., Leone, R. P. (2007). How valuable is word of mouth? Harvard
    Business Review 85(10), 139-146: the two types, the four classes.
    Kumar, V., Petersen, J. A., Leone, R. P. (2010). Driving profitability by encouraging
    customer referrals. Journal of Marketing 74(5), 1-17: the formula.
"""

from collections.abc import Mapping
from fractions import Fraction

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money, added
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.validators import whole
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.relationship._exact import Number, exact, known_sum, not_negative, times
from crmkit.metrics.value.relationship.referral_tree import ReferralEdge, ReferralTree

__all__ = ["ReferralPart", "ReferralValue", "ReferredWorth", "referral_value"]


@frozen(kw_only=True)
class ReferredWorth:
    """What one referred customer brought and cost within the attribution window.

    Attributes:
        margin: Contribution margin; None where it is not known.
        reward: What the shop gave for the referral; None for nothing.
        marketing: What was spent on keeping them; None for nothing.
        period: The period in which they joined, from 1.
        joined: Whether they joined within the periods valued: what winning them would have
            cost is saved once, when they join.
    """

    margin: Money | None
    reward: Money | None = None
    marketing: Money | None = None
    period: int = field(default=1, validator=whole(1))
    joined: bool = True

    @property
    def net(self) -> Money | None:
        """Margin less reward and marketing; None without a margin."""
        if self.margin is None:
            return None
        costs = [cost for cost in (self.reward, self.marketing) if cost is not None]
        return self.margin - added(costs, self.margin.currency)


_NOTHING_KNOWN = ReferredWorth(margin=None)


@frozen(kw_only=True)
class ReferralPart:
    """What is credited for one referred customer.

    Attributes:
        customer_id: The customer who was brought.
        hop: 1 if brought directly, 2 if by somebody brought directly, and so on.
        joined_anyway: Whether they would have come without the referral.
        margin: Credited margin; 0 for type two, None where it is not known.
        saved: Saved acquisition cost; None where it is not known.
    """

    customer_id: str
    hop: int
    joined_anyway: bool
    margin: Money | None
    saved: Money | None

    def __str__(self) -> str:
        kind = "two" if self.joined_anyway else "one"
        margin, saved = ("unknown" if one is None else one for one in (self.margin, self.saved))
        return f"type {kind}, hop {self.hop}: margin {margin}, saved {saved}"


@frozen(kw_only=True)
class ReferralValue(Shown):
    """What a customer's referrals are worth.

    Attributes:
        referrer_id: Whose.
        value: Margin and saved cost together; None where nothing of it is known. 0 for a
            customer who brought nobody.
        base_value: What of it may be added to other customers' values without counting
            anything twice: the saved cost of those brought directly.
        parts: One per credited customer, nearer ones first.
        margin_share: Part of their margin that is credited, 0 to 1.
        discount: Rate per period.
        decay: Credit of each further hop, 0 to 1.
        coverage: Share, 0 to 1, of the amounts asked for that are known; 1 without any.
        notes: What is not known.
    """

    referrer_id: str
    value: Money | None
    base_value: Money | None
    parts: tuple[ReferralPart, ...]
    margin_share: Number = 1
    discount: Number = 0
    decay: Number = 0
    coverage: float = 1.0
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return value and parts as they are shown."""
        value = "unknown" if self.value is None else self.value
        return Sheet(title=f"Referral value: {value}", rows=self._rows(), notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the value came about."""
        return explained(
            "referral_value",
            self.value,
            inputs=(
                *self._rows(),
                ("margin share γ", self.margin_share),
                ("discount r per period", self.discount),
                ("decay per hop", self.decay),
            ),
            coverage=f"{self.coverage:.0%} of the amounts it needs",
            left_out=self.notes,
        )

    def _rows(self) -> tuple[tuple[str, str], ...]:
        return tuple((part.customer_id, str(part)) for part in self.parts)


@frozen(kw_only=True)
class _Terms:
    """What holds for every referral of a call."""

    zero: Money
    saved: Money | None
    saved_anyway: Money | None
    growth: Fraction
    decay: Fraction
    share: Fraction

    def part(self, hop: int, edge: ReferralEdge, worth: ReferredWorth) -> ReferralPart:
        weight = self.decay ** (hop - 1) / self.growth**worth.period
        saved = self.saved_anyway if edge.joined_anyway else self.saved
        saved = saved if worth.joined else self.zero
        return ReferralPart(
            customer_id=edge.referred_id,
            hop=hop,
            joined_anyway=edge.joined_anyway,
            margin=self._margin(edge, worth, weight),
            saved=None if saved is None else times(saved, weight),
        )

    def _margin(self, edge: ReferralEdge, worth: ReferredWorth, weight: Fraction) -> Money | None:
        if edge.joined_anyway or not self.share:
            return self.zero
        return None if worth.net is None else self.zero + times(worth.net, weight, self.share)


def referral_value(
    tree: ReferralTree,
    referrer_id: str,
    worths: Mapping[str, ReferredWorth],
    *,
    currency: str,
    saved: Money | None,
    saved_anyway: Money | None = None,
    discount: Number = 0,
    decay: Number = 0,
    margin_share: Number = 1,
) -> ReferralValue:
    """Value the customers whom a customer brought.

    Args:
        tree: The referrals that count.
        referrer_id: Whose referrals.
        worths: What each referred customer brought within the attribution window; one who is
            not named has an unknown margin.
        currency: ISO 4217 code of the money.
        saved: Acquisition cost saved on somebody who would not have come (ACQ1), 0 or more;
            None where it is not known.
        saved_anyway: The same for somebody who would have come anyway (ACQ2); ``saved`` where
            None.
        discount: Rate per period, 0 or more.
        decay: Credit of each further hop, 0 to 1; 0 credits direct referrals only.
        margin_share: Part of the margin that is credited (γ), 0 to 1.

    Returns:
        The value, of what is known; None where there is something to credit and none of it is
        known.

    Raises:
        InvalidValueError: A rate, share or cost out of its range.
        CurrencyMismatchError: Money in another currency.

    Source:
        Kumar, Petersen & Leone (2007, 2010).
    """
    further = exact(decay, "decay", low=0, high=1)
    terms = _Terms(
        zero=Money.zero(currency),
        saved=_cost(saved, "saved", currency),
        saved_anyway=_cost(
            saved if saved_anyway is None else saved_anyway, "saved_anyway", currency
        ),
        growth=1 + exact(discount, "discount", low=0),
        decay=further,
        share=exact(margin_share, "margin_share", low=0, high=1),
    )
    parts = tuple(
        terms.part(hop, edge, worths.get(edge.referred_id, _NOTHING_KNOWN))
        for hop, edge in tree.below(referrer_id, hops=None if further else 1, caused_only=True)
    )
    amounts = [amount for part in parts for amount in _asked(part)]
    return ReferralValue(
        referrer_id=referrer_id,
        value=known_sum(amounts, currency),
        base_value=known_sum([part.saved for part in parts if part.hop == 1], currency),
        parts=parts,
        margin_share=margin_share,
        discount=discount,
        decay=decay,
        coverage=sum(one is not None for one in amounts) / len(amounts) if amounts else 1.0,
        notes=_notes(parts),
    )


def _cost(amount: Money | None, name: str, currency: str) -> Money | None:
    return None if amount is None else not_negative(amount, name, currency)


def _asked(part: ReferralPart) -> list[Money | None]:
    """The amounts that a part needs; a type-two referral has no margin to know."""
    return [part.saved] if part.joined_anyway else [part.margin, part.saved]


def _notes(parts: tuple[ReferralPart, ...]) -> tuple[str, ...]:
    margins = sum(part.margin is None for part in parts)
    savings = sum(part.saved is None for part in parts)
    told = (("the margin", margins), ("the saved acquisition cost", savings))
    return tuple(f"{what} of {n} referred is not known: not in" for what, n in told if n)
