"""A customer's loyalty from what the shop has seen and asked, in all four dimensions.

What the customer thinks, feels and means to do is read from answers; what they do, from their
orders. Rates are per year since the first purchase, a customer of less than a year being
judged as if of one, so that two orders in a first week do not look like a hundred a year. What
nobody asked or recorded stays missing; it is never read as 0, and the notes say so.

Source: indicators as in Oliver (1999); see the four dimensions.
"""

from collections.abc import Iterable, Iterator

from attrs import evolve, field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money
from crmkit.domain.scales import ReadAs
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Indicator
from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.loyalty.affective import affective
from crmkit.metrics.loyalty.base import BaseLoyalty, loyalty_of_base
from crmkit.metrics.loyalty.behavioural import behavioural
from crmkit.metrics.loyalty.cognitive import cognitive
from crmkit.metrics.loyalty.dimension import Dimension
from crmkit.metrics.loyalty.intentional import intentional
from crmkit.metrics.loyalty.loyalty import Loyalty, loyalty
from crmkit.metrics.loyalty.noise import LoyaltyNoise
from crmkit.metrics.loyalty.stated import Stated, stated
from crmkit.metrics.satisfaction.answers import Asked, explained_together
from crmkit.metrics.satisfaction.stated_share import ABOUT_SATISFACTION
from crmkit.metrics.wallet.share_of_mind import top_of_mind_share

__all__ = ["BaseLoyalty", "CustomerLoyalty", "base_loyalty", "observed_loyalty"]

_TAKEN = "price tolerance: from the rises of prices that were taken, for nobody asked"


@frozen(kw_only=True)
class CustomerLoyalty(Shown):
    """A customer's loyalty with the dimensions it was judged from.

    Attributes:
        cognitive: What the customer thinks.
        affective: What the customer feels.
        intentional: What the customer says they mean to do.
        behavioural: What the customer does.
        loyalty: The judgement over all four.
        answers: The customer's standing answers; those about satisfaction are no part of it.
        notes: Which answers were left out, and why.
        noise: The errors of measurement of the base; None where none were given.
    """

    cognitive: Dimension
    affective: Dimension
    intentional: Dimension
    behavioural: Dimension
    loyalty: Loyalty
    answers: tuple[Asked, ...] = ()
    notes: tuple[str, ...] = ()
    noise: LoyaltyNoise | None = field(default=None, repr=False, eq=False)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The four, in the order in which loyalty grows."""
        return self.cognitive, self.affective, self.intentional, self.behavioural

    def bands(self) -> dict[str, Estimate]:
        """Return the scores of what was asked, each with its band of measurement error.

        Empty where no errors of measurement were given.
        """
        if self.noise is None:
            return {}
        asked = (one for one in self.dimensions[:3] if one.score is not None)
        return {one.name: self.noise.band(one) for one in asked}

    def sheet(self) -> Sheet:
        """Return the judgement and its dimensions as they are shown."""
        bands = {name: one for name, one in self.bands().items() if one.low is not None}
        again = tuple((f"{name}, asked again", one.span) for name, one in bands.items())
        flags = (
            (("gap in the phases", ", ".join(self.loyalty.flags)),) if self.loyalty.flags else ()
        )
        return Sheet(
            title=f"Loyalty: {self.loyalty}",
            rows=(*((one.name, one) for one in self.dimensions), *again, *flags),
            notes=(*self._unsaid(), *self.notes),
        )

    def _unsaid(self) -> Iterator[str]:
        """What the rows do not say already."""
        for one in self.dimensions:
            yield from (f"{one.name}: {note}" for note in one.remarks)

    def explain(self) -> Explanation:
        """Return how the judgement came about, down to the answers."""
        whole = self.loyalty.explain()
        about = [one for one in _about_loyalty(self.answers) if one.indicator or one.left_out]
        answers = (explained_together(about),) if about else ()
        noise = () if self.noise is None else (self.noise.explain(),)
        return evolve(
            whole, left_out=(*whole.left_out, *self.notes), parts=(*whole.parts, *answers, *noise)
        )


def observed_behaviour(
    summary: CustomerSummary, shop: Shop, *, share_of_wallet: float | None = None
) -> Dimension:
    """Return the behavioural dimension of a customer.

    Args:
        summary: The customer, as of a day.
        shop: Whose ``yearly_volume`` anchors the volume; None leaves it missing.
        share_of_wallet: Share, 0 to 1, of the customer's spend on such goods that the shop
            gets, as stated; where known it is the volume indicator.
    """
    years = summary.years
    if summary.age is None or years is None or summary.recency is None:
        return behavioural(share_of_wallet=share_of_wallet)
    reference = shop.yearly_volume
    spent = Money(summary.buying.revenue, shop.currency).amount
    return behavioural(
        volume=float(spent) / years,
        volume_reference=None if reference is None else float(reference.amount),
        share_of_wallet=share_of_wallet,
        purchases_per_year=len(summary.buying.occasions) / years,
        continuity=summary.recency / summary.age if summary.age else None,
    )


def _about_loyalty(answers: Iterable[Asked]) -> tuple[Asked, ...]:
    return tuple(one for one in answers if one.indicator not in ABOUT_SATISFACTION)


#: What is judged of a customer whom nobody asked; the same for all of them.
_UNASKED = cognitive(), affective(), intentional()


def _attitudes(said: Stated, taken: float | None = None) -> tuple[Dimension, Dimension, Dimension]:
    """The three dimensions that only answers can tell, but for the premiums that were taken."""
    if not said.readings and taken is None:
        return _UNASKED
    return (
        cognitive(
            top_of_mind=said.get(Indicator.TOP_OF_MIND),
            first_choice=said.get(Indicator.FIRST_CHOICE),
            price_tolerance=said.get(Indicator.PRICE_TOLERANCE) if taken is None else taken,
            preference=said.get(Indicator.PREFERENCE),
        ),
        affective(
            positive=said.get(Indicator.POSITIVE_AFFECT),
            negative=said.get(Indicator.NEGATIVE_AFFECT),
        ),
        intentional(
            repurchase=said.get(Indicator.REPURCHASE),
            expand=said.get(Indicator.EXPAND),
            recommend=said.get(Indicator.RECOMMEND),
            switch=said.get(Indicator.SWITCH),
        ),
    )


def observed_loyalty(
    summary: CustomerSummary,
    answers: Iterable[Asked],
    shop: Shop,
    *,
    previous: Loyalty | None = None,
    noise: LoyaltyNoise | None = None,
    price_tolerance: float | None = None,
) -> CustomerLoyalty:
    """Return a customer's loyalty as far as it was observed.

    Args:
        summary: The customer, as of a day.
        answers: The standing answers (``asked``).
        shop: Whose anchors rule.
        previous: The judgement at an earlier date; the phase that stood then is kept until it
            is clearly lost.
        noise: The errors of measurement of the base (``loyalty_noise``), to be shown with the
            scores.
        price_tolerance: The premium the customer accepted in deed, as a share of the price; it
            stands in where nobody asked.
    """
    given = tuple(answers)
    said = stated(_about_loyalty(given))
    wallet = said.get(Indicator.SHARE_OF_WALLET)
    taken = None if Indicator.PRICE_TOLERANCE in said.readings else price_tolerance
    thinks, feels, means = _attitudes(said, taken)
    does = observed_behaviour(summary, shop, share_of_wallet=wallet)
    return CustomerLoyalty(
        cognitive=thinks,
        affective=feels,
        intentional=means,
        behavioural=does,
        loyalty=loyalty(
            cognitive=thinks,
            affective=feels,
            intentional=means,
            behavioural=does,
            share_of_wallet=wallet,
            previous_phase=None if previous is None else previous.standing_phase,
        ),
        answers=given,
        notes=said.notes if taken is None else (*said.notes, _TAKEN),
        noise=noise,
    )


def base_loyalty(everyone: Iterable[CustomerLoyalty]) -> BaseLoyalty:
    """Return the loyalty of a base: means by dimension, phases and types.

    Args:
        everyone: The loyalty of each customer. Where they were asked at which place the shop
            comes to their minds, the share that names it first is told too.
    """
    people = list(everyone)
    named = top_of_mind_share(
        round(answer.latest)
        for one in people
        for answer in one.answers
        if answer.indicator is Indicator.TOP_OF_MIND and answer.reads is ReadAs.RANK
    )
    found = loyalty_of_base(one.loyalty for one in people)
    return evolve(found, top_of_mind=named if named.n else None)
