"""The invented shop: its policy, the truth about its customers, its log."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from attrs import field, frozen

from crmkit.domain.customer import Customer, guest_id
from crmkit.domain.interactions import Interaction, Purchase
from crmkit.domain.money import currency_code
from crmkit.domain.shop import Shop
from crmkit.domain.validators import whole
from crmkit.synthetic.campaigns import Campaign, campaign, eligible
from crmkit.synthetic.goods import basket, lines_of
from crmkit.synthetic.judging import is_judgeable
from crmkit.synthetic.lives import life_of
from crmkit.synthetic.marketing import campaigns_met, consents, referrals, visits, winning
from crmkit.synthetic.orders import happenings, order_of
from crmkit.synthetic.people import record_of
from crmkit.synthetic.referred import brought
from crmkit.synthetic.service import case_of, dealings
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import YEARLY_WALLET, Planted, truth_of
from crmkit.synthetic.voices import contributions, order_voices, questionnaires

__all__ = ["SyntheticShop"]

_GUEST_SPEND = 45.0


@frozen(kw_only=True)
class SyntheticShop:
    """An invented shop. The same seed gives the same shop, on every Python.

    A longer log only adds to a shorter one, and more customers only add customers and whom
    the others refer.

    Attributes:
        seed: Decides everything that is left to chance.
        customers: How many customers it has; about 12 % of them never buy.
        guests: How many orders are placed without an account, in as many days as customers
            join.
        start: Its first day.
        days: How long its log is.
        joining_days: Over how many days, from the first, its customers join. Who joins after
            the end of the log does not occur in it.
        currency: ISO 4217 code.
    """

    seed: int = 1
    customers: int = field(default=300, validator=whole(0))
    guests: int = field(default=20, validator=whole(0))
    start: date = date(2025, 1, 1)
    days: int = field(default=480, validator=whole(1))
    joining_days: int = field(default=360, validator=whole(1))
    currency: str = field(default="EUR", converter=currency_code)

    @property
    def shop(self) -> Shop:
        """The policy that fits it."""
        money = self._setting.money
        return Shop(
            id="synthetic",
            currency=self.currency,
            timezone="Europe/Madrid",
            yearly_volume=money(str(YEARLY_WALLET)),
            yearly_wallet=money(str(YEARLY_WALLET)),
            capture_chance=Decimal("0.3"),
            offers_contact=False,
            answer_hours=24,
            serving_rates={
                "order": money("0.90"),
                "delivery": money("3.80"),
                "contact": money("1.20"),
                "contact_minute": money("0.40"),
                "case": money("4.00"),
            },
            contribution_values={
                "idea": money("40.00"),
                "answer": money("2.00"),
                "test": money("15.00"),
                "defect_report": money("25.00"),
                "reference": money("30.00"),
                "review": money("3.00"),
            },
            acquisition_cost=money("9.00"),
            payment_days=7,
        )

    def planted(self) -> tuple[Planted, ...]:
        """Return the truth about every customer, those who have not come yet included."""
        everyone: list[Planted] = []
        for number in range(self.customers):
            one = truth_of(number, self.joining_days, self._setting)
            everyone.append(brought(one, everyone, self._setting))
        return tuple(everyone)

    def people(self) -> Iterator[Customer]:
        """Yield the record of every customer whose ``first_day`` lies within the log."""
        return (
            record_of(one, self._setting) for one in self.planted() if one.first_day < self.days
        )

    def interactions(self) -> Iterator[Interaction]:
        """Yield everything that happens, customer by customer, guests last.

        One customer's facts come in order of time.
        """
        everyone = self.planted()
        heirs = _heirs(everyone)
        for truth in everyone:
            if truth.first_day < self._setting.horizon:
                yield from self.happened_to(truth, heirs.get(truth.customer_id, ()))
        yield from self._guest_orders()

    def happened_to(self, truth: Planted, brought: Sequence[Planted] = ()) -> list[Interaction]:
        """Return everything that happens with one customer, in order of time.

        Args:
            truth: Who it is.
            brought: Whom they referred.
        """
        everything = _everything(truth, brought, self._setting)
        within = (one for one in everything if self._setting.holds(one))
        return sorted(within, key=lambda one: (one.at, one.id))

    def campaigns(self) -> tuple[Campaign, ...]:
        """Return the campaigns that begin within the log, with their planted lifts."""
        found: list[Campaign] = []
        while (one := campaign(len(found))).day < self.days:
            found.append(one)
        return tuple(found)

    def arms(self, one: Campaign) -> dict[str, bool]:
        """Return for whom a campaign is, and whether each is shown it or held back.

        The control group is the shop's own knowledge: it leaves no trace in the log.
        """
        return {
            truth.customer_id: not one.holds_back(truth.customer_id, self._setting)
            for truth in self.planted()
            if eligible(truth, one)
        }

    def judgeable(self) -> frozenset[str]:
        """Return whose planted style can be told from the log, at its end."""
        return frozenset(
            truth.customer_id
            for truth in self.planted()
            if is_judgeable(self.happened_to(truth), self._setting)
        )

    @property
    def _setting(self) -> Setting:
        return Setting(seed=self.seed, start=self.start, days=self.days, currency=self.currency)

    def _guest_orders(self) -> Iterator[Interaction]:
        setting = self._setting
        for number in range(self.guests):
            order_id = f"g{number:05d}"
            draw = setting.draw(order_id)
            chosen = basket(draw.gammavariate(3, _GUEST_SPEND / 3), draw)
            bought = Purchase(
                id=order_id,
                customer_id=guest_id("shop", order_id),
                at=setting.at(draw.random() * self.joining_days),
                order_id=order_id,
                channel="web",
                lines=lines_of(chosen.items(), self.currency),
                shipping=setting.money("4.90"),
            )
            if setting.holds(bought):
                yield bought


def _heirs(everyone: Sequence[Planted]) -> dict[str, list[Planted]]:
    """Whom each referrer brought."""
    heirs: dict[str, list[Planted]] = {}
    for one in everyone:
        if one.referred_by is not None:
            heirs.setdefault(one.referred_by, []).append(one)
    return heirs


def _everything(
    truth: Planted, brought: Sequence[Planted], setting: Setting
) -> Iterator[Interaction]:
    """All that happens with one customer, beyond the end of the log too."""
    life = life_of(truth, setting)
    orders = [order_of(truth, occasion, setting) for occasion in life.occasions]
    yield from visits(truth, life, setting)
    yield from winning(truth, setting)
    yield from consents(truth, setting)
    for order in orders:
        yield from happenings(truth, order, setting)
        yield from case_of(truth, order, setting)
        yield from order_voices(truth, order, setting)
    yield from dealings(truth, life, orders, setting)
    yield from questionnaires(truth, life, setting)
    yield from contributions(truth, life, setting)
    yield from campaigns_met(truth, life, setting)
    yield from referrals(truth, brought, setting)
