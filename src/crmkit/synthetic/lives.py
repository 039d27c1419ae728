"""When a customer buys, what they complain of, and when they leave: MBG/NBD with a cause.

Gaps between occasions are exponential at the personal rate; after each occasion, the first
too, the customer leaves for good with the personal chance. Complaints befall orders alike,
whoever bought; after a complaint of a category with hazard ratio h the chance to leave is h
times what it is otherwise. Both chances are set so that their mean is the personal chance p:

    p0 = p / (1 - c + c h)        otherwise; c is the chance of such a complaint
    p1 = h p0                     after one

and where h p0 would exceed 1, p1 = 1 and p0 = (p - c) / (1 - c). So leaving is MBG/NBD's to
the letter as long as nobody looks at the complaints.
"""

from collections.abc import Mapping
from math import inf
from random import Random
from types import MappingProxyType

from attrs import frozen

from crmkit.synthetic.campaigns import later
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Course, Planted

__all__ = ["CAUSES", "COMPLAINT_CHANCE", "Life", "Occasion", "life_of"]

COMPLAINT_CHANCE = 0.16
"""Chance that an order is complained of."""

CAUSES: Mapping[str, float] = MappingProxyType(
    {"late delivery": 1.0, "damaged goods": 1.0, "unfriendly service": 3.0, "wrong bill": 1.0}
)
"""The categories of complaints, equally frequent, with the planted hazard ratio of leaving."""

#: How long somebody who has left is still in touch, in days after the last occasion.
_LINGERS = 200


@frozen(kw_only=True)
class Occasion:
    """One purchase occasion.

    Attributes:
        number: The how many-th of the customer, from 0.
        day: When, in days from the shop's start.
        complaint: The category of what will be complained of; None for nothing.
    """

    number: int
    day: float
    complaint: str | None


@frozen(kw_only=True)
class Life:
    """What a customer did up to the horizon.

    Attributes:
        occasions: Their purchase occasions, in order of time.
        left: Whether they left for good after the last of them.
    """

    occasions: tuple[Occasion, ...]
    left: bool

    @property
    def ends(self) -> float:
        """The day after which nothing more happens; infinite for who has not left."""
        return self.occasions[-1].day + _LINGERS if self.left else inf


def leaving_chances(p: float, ratio: float, share: float) -> tuple[float, float]:
    """Return the chance to leave otherwise, and after a complaint of the given hazard ratio.

    Args:
        p: Their mean.
        ratio: The hazard ratio, 1 or more.
        share: How often there is such a complaint, 0 to 1.
    """
    usual = p / (1 - share + share * ratio)
    if ratio * usual <= 1:
        return usual, ratio * usual
    return (p - share) / (1 - share), 1.0


_WORST = max(CAUSES, key=lambda name: CAUSES[name])


def _leaves(p: float, complaint: str | None, draw: Random) -> bool:
    share = COMPLAINT_CHANCE / len(CAUSES)
    usual, raised = leaving_chances(p, CAUSES[_WORST], share)
    return draw.random() < (raised if complaint == _WORST else usual)


def _complaint(draw: Random) -> str | None:
    chance, which = draw.random(), draw.random()
    return list(CAUSES)[int(which * len(CAUSES))] if chance < COMPLAINT_CHANCE else None


def life_of(truth: Planted, setting: Setting) -> Life:
    """Return when a customer buys up to the horizon, and whether they leave by then."""
    if truth.course is not Course.BUYS:
        return Life(occasions=(), left=False)
    draw = setting.draw(truth.customer_id, "life")
    occasions: list[Occasion] = []
    day = truth.first_day + draw.random()
    while day < setting.horizon:
        complaint = _complaint(draw)
        occasions.append(Occasion(number=len(occasions), day=day, complaint=complaint))
        if _leaves(truth.leaving_chance, complaint, draw):
            return Life(occasions=tuple(occasions), left=True)
        day = later(truth, day, draw.expovariate(truth.weekly_rate / 7), setting)
    return Life(occasions=tuple(occasions), left=False)
