"""Campaigns of the invented shop: who is shown an offer, who is held back, what it does.

Every 60 days an offer goes to the customers who have bought and allow e-mail; a random 30 % of
them are the control group and are shown nothing. For 14 days the shown ones buy ``lift`` times
as fast as the controls. The speeds are set so that their mean over both groups is 1: the
buying rates of MBG/NBD hold on average whether or not there are campaigns.

    speed of a control  u = 1 / (k + (1 - k) L)      k control share, L lift
    speed when shown    L u

Offers with lift 1 do nothing: an analysis that finds a lift there is wrong.
"""

from attrs import frozen

from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Course, Planted

__all__ = [
    "CONTROL_SHARE",
    "LIFTS",
    "WINDOW_DAYS",
    "Campaign",
    "later",
    "taken_up",
]

CONTROL_SHARE = 0.3
WINDOW_DAYS = 14
LIFTS = (2.0, 1.0)
_FIRST_DAY, _EVERY = 45, 60
_DECLINE = 0.1


@frozen(kw_only=True)
class Campaign:
    """One offer to many customers.

    Attributes:
        number: The how many-th it is, from 0.
        day: Its first day, in days from the shop's start; it works for ``WINDOW_DAYS``.
        lift: How many times as fast those who are shown it buy, against the control group.
    """

    number: int
    day: int
    lift: float

    @property
    def id(self) -> str:
        """Its campaign id."""
        return f"campaign-{self.number + 1}"

    @property
    def offer_id(self) -> str:
        """The id of its offer."""
        return f"offer-{self.number + 1}"

    def holds_back(self, customer_id: str, setting: Setting) -> bool:
        """Tell whether a customer is in the control group."""
        return setting.draw(customer_id, self.id).random() < CONTROL_SHARE

    def declined_by(self, customer_id: str, setting: Setting) -> bool:
        """Tell whether a customer who is shown its offer says no to it."""
        return setting.draw(customer_id, self.offer_id).random() < _DECLINE

    def speed(self, *, shown: bool) -> float:
        """Return how many times as fast as usual somebody buys while it works."""
        control = 1 / (CONTROL_SHARE + (1 - CONTROL_SHARE) * self.lift)
        return control * self.lift if shown else control


def campaign(number: int) -> Campaign:
    """Return the campaign of that number."""
    day = _FIRST_DAY + _EVERY * number
    return Campaign(number=number, day=day, lift=LIFTS[number % len(LIFTS)])


def latest(day: float) -> Campaign | None:
    """Return the latest campaign that began by ``day``; None before the first."""
    number = int((day - _FIRST_DAY) // _EVERY)
    return campaign(number) if number >= 0 else None


def eligible(truth: Planted, one: Campaign) -> bool:
    """Tell whether a customer is among those a campaign is for, shown or held back."""
    allowed = truth.consents and (truth.withdraws_day is None or one.day < truth.withdraws_day)
    return allowed and truth.course is Course.BUYS and truth.first_day < one.day


def taken_up(truth: Planted, day: float, setting: Setting) -> Campaign | None:
    """Return the campaign whose offer a purchase on ``day`` takes up, if it does."""
    one = latest(day)
    if one is None or day >= one.day + WINDOW_DAYS or not eligible(truth, one):
        return None
    refused = one.holds_back(truth.customer_id, setting) or one.declined_by(
        truth.customer_id, setting
    )
    return None if refused else one


def _stretch(truth: Planted, day: float, setting: Setting) -> tuple[float, float]:
    """Until which day the customer's speed stays as it is on ``day``, and that speed."""
    one = latest(day)
    if one is None:
        return _FIRST_DAY, 1.0
    if day >= one.day + WINDOW_DAYS:
        return one.day + _EVERY, 1.0
    if not eligible(truth, one):
        return one.day + WINDOW_DAYS, 1.0
    held = one.holds_back(truth.customer_id, setting)
    return one.day + WINDOW_DAYS, one.speed(shown=not held)


def later(truth: Planted, day: float, gap: float, setting: Setting) -> float:
    """Return the day that is ``gap`` days of usual speed after ``day``.

    Beyond the horizon it is only said that it is beyond.
    """
    while day < setting.horizon:
        edge, speed = _stretch(truth, day, setting)
        if gap <= (edge - day) * speed:
            return day + gap / speed
        gap -= (edge - day) * speed
        day = edge
    return day
