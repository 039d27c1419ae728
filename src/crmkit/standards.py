"""The standards of a base, against which one customer is judged.

Some of what is said of one customer hangs on all of them: how long buyers here usually stay
away, how often goods come back faulty, what models learnt, what such customers spend, who
brought whom. These standards are those of the last day that was over at the moment judged
at, so that they hold still while a day goes on: a fact of today changes the customer it is
about, at once, and the standards of tomorrow.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from attrs import define, evolve, field

from crmkit.domain.errors import InsufficientDataError
from crmkit.domain.lifecycle import usual_gap
from crmkit.domain.money import Money
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Indicator
from crmkit.domain.tally import BaseSummary, CustomerSummary
from crmkit.domain.times import date_of
from crmkit.metrics.loyalty.noise import LoyaltyNoise, loyalty_noise
from crmkit.metrics.loyalty.observed import observed_loyalty
from crmkit.metrics.loyalty.stated import stated
from crmkit.metrics.satisfaction.asked import Asked, asked
from crmkit.metrics.satisfaction.calibrated import ShownCalibration
from crmkit.metrics.satisfaction.calibrating import calibrate_shown
from crmkit.metrics.satisfaction.experience import signals_of
from crmkit.metrics.satisfaction.shown import ShownSatisfaction, behavioural_satisfaction
from crmkit.metrics.satisfaction.signals import BaseRates, base_rates
from crmkit.metrics.satisfaction.stated_share import stated_share
from crmkit.metrics.value.base.base_models import BaseModels
from crmkit.metrics.value.base.saved_base import models_of, saved
from crmkit.metrics.value.relationship.potential import PeerWallet, peer_wallet
from crmkit.metrics.value.relationship.referral_tree import (
    ReferralEdge,
    ReferralTree,
    referral_tree,
)

__all__ = ["FindModels", "Standards", "standards_of"]

FindModels = Callable[[int], SavedModels | None]
"""Gives the latest models kept up to a day, in days since 1970-01-01."""


def _none_kept(_: int) -> SavedModels | None:
    return None


@define(kw_only=True, slots=False, eq=False, repr=False)
class Standards:
    """What one customer of a base is judged against; each part is made when first asked for.

    Attributes:
        shop: Whose policy rules.
        as_of_day: The last day that counts, in days since 1970-01-01.
        people: Everyone as of that day, by customer id.
        find_models: Gives the models kept of that day, or of the latest before it.
    """

    shop: Shop
    as_of_day: int
    people: tuple[CustomerSummary, ...]
    find_models: FindModels = field(default=_none_kept)

    @property
    def customers(self) -> int:
        """How many customers they are from."""
        return len(self.people)

    @cached_property
    def buyers(self) -> int:
        """How many of them have bought."""
        return sum(bool(one.days) for one in self.people)

    @cached_property
    def base_gap(self) -> float | None:
        """The gap between occasions that 90 % of all gaps do not exceed, in days."""
        return usual_gap(one.days for one in self.people)

    @cached_property
    def rates(self) -> BaseRates:
        """How often goods come back faulty, complaints are made, deliveries are late."""
        return _recorded(base_rates(signals_of(one, self.shop) for one in self.people))

    def shown(self, summary: CustomerSummary) -> ShownSatisfaction:
        """Return one customer's satisfaction as behaviour shows it.

        Args:
            summary: The customer, as of a day.
        """
        return behavioural_satisfaction(signals_of(summary, self.shop), base_rates=self.rates)

    @cached_property
    def calibration(self) -> ShownCalibration | InsufficientDataError:
        """What customers answer by what their behaviour shows, or why that cannot be told."""
        said = ((one, stated_share(given)) for one, given in self._answers)
        known = [(one, share) for one, share in said if share is not None]
        try:
            return calibrate_shown(
                [self.shown(one) for one, _ in known], [share for _, share in known]
            )
        except InsufficientDataError as too_few:
            return too_few

    @cached_property
    def noise(self) -> LoyaltyNoise:
        """How far the attitude scores of single customers are off, from everybody's answers."""
        return loyalty_noise(
            observed_loyalty(one, given, self.shop).loyalty for one, given in self._answers
        )

    @cached_property
    def _answers(self) -> list[tuple[CustomerSummary, tuple[Asked, ...]]]:
        """Those who answered a survey, and their answers that count."""
        answered = (one for one in self.people if one.dealings.surveys)
        return [(one, asked(one, instruments=self.shop.instruments)) for one in answered]

    @cached_property
    def models(self) -> BaseModels:
        """What was fitted, and why not where it was not; kept models where they are the same."""
        kept = self.find_models(self.as_of_day)
        return models_of(self.people, self.shop, kept=kept)

    def to_save(self) -> SavedModels:
        """Return the models as a store keeps them."""
        return saved(self.models, self.people, as_of_day=self.as_of_day)

    @cached_property
    def peers(self) -> PeerWallet:
        """What the upper customers spend in a year."""
        return peer_wallet(_yearly_spend(one, self.shop) for one in self.people if one.days)

    @cached_property
    def referrals(self) -> ReferralTree:
        """Who brought whom, and which referrals do not count."""
        firsts = {one.customer_id: one.first_day for one in self.people}
        return referral_tree(_referrals(self.people), firsts)

    @property
    def wallet(self) -> Money | None:
        """What a customer spends a year with all shops: as the shop says, else as peers do."""
        return self.shop.yearly_wallet or self.peers.value

    def wallet_of(self, summary: CustomerSummary, answers: Iterable[Asked]) -> Money | None:
        """Return what one customer spends a year with all shops: as they say, else as is usual.

        Args:
            summary: The customer, as of a day.
            answers: The customer's answers that count.
        """
        share, spend = stated(answers).get(Indicator.SHARE_OF_WALLET), summary.yearly_revenue
        if not share or spend is None or spend <= 0:
            return self.wallet
        return Money(round(spend / share), self.shop.currency)

    def told(self) -> str:
        """Return in a line of whom and of when they are."""
        return f"{self.customers:,} customers as of {date_of(self.as_of_day)}"

    def __repr__(self) -> str:
        return f"<Standards of {self.told()}>"


def standards_of(base: BaseSummary, shop: Shop, find_models: FindModels = _none_kept) -> Standards:
    """Return the standards of a base.

    Args:
        base: Everyone, as of a day that is over.
        shop: Whose policy rules.
        find_models: Gives the models kept of a day, or of the latest before it.
    """
    people = tuple(base.customers[customer_id] for customer_id in sorted(base.customers))
    return Standards(shop=shop, as_of_day=base.as_of_day, people=people, find_models=find_models)


def _recorded(rates: BaseRates) -> BaseRates:
    """The rates of what the shop records: what nobody ever had may as well not be recorded."""
    return evolve(rates, returns=rates.returns or None, complaints=rates.complaints or None)


def _yearly_spend(one: CustomerSummary, shop: Shop) -> Money | None:
    spend = one.yearly_revenue
    return None if spend is None else Money(max(0, round(spend)), shop.currency)


def _referrals(people: Iterable[CustomerSummary]) -> Iterator[ReferralEdge]:
    for one in people:
        for referred_id, referred in one.referrals.items():
            if referred_id != one.customer_id and referred.first_day is not None:
                yield ReferralEdge(
                    referrer_id=one.customer_id,
                    referred_id=referred_id,
                    day=referred.first_day,
                    joined_anyway=bool(referred.joined_anyway),
                )
