"""The truth about the customers of an invented shop: what a method should find again.

Buying, leaving and spending are drawn independently, exactly as MBG/NBD and Gamma-Gamma take
them to be; satisfaction follows from the segment and goes against leaving; the attitudes follow
satisfaction, each with a part of its own, so that all four classes of loyalty exist.

    symbol  here            drawn from                    unit
    λ       weekly_rate     Gamma(r = 1.2, alpha = 8)     occasions a week
    p       leaving_chance  Beta(a = 0.8, b = 3.2)        after each occasion, the first too
    ν       5 / mean_spend  Gamma(q = 4, gamma = 48)      spend of an occasion ~ Gamma(p = 5, ν)
"""

from collections.abc import Mapping
from math import exp, log, log1p
from random import Random
from types import MappingProxyType
from typing import Any, TypeVar

from attrs import frozen

from crmkit.domain.level import RelationshipLevel
from crmkit.domain.words import Word
from crmkit.synthetic.behaviour import expected_behaviour, yearly_occasions
from crmkit.synthetic.setting import Setting

__all__ = ["BUYING", "LEAVING", "SPENDING", "Course", "LoyaltyKind", "Planted", "truth_of"]

BUYING = (1.2, 8.0)
"""Shape r and rate alpha, in weeks, of the buying rates."""

LEAVING = (0.8, 3.2)
"""a and b of the chances to leave."""

SPENDING = (5.0, 4.0, 48.0)
"""p, q and gamma of the spend per occasion, in major units."""

YEARLY_WALLET = 300
"""Yearly spend at which the share of wallet reaches 1 - 1/e, in major units."""

_LEAST, _MOST = 1e-9, 1 - 1e-9
_USUAL_LOGIT, _USUAL_LOG_RATE = -1.9, -2.3


class Course(Word):
    """How far a customer goes."""

    BUYS = "buys"
    INTENDS = "intends"
    LOOKS = "looks"


class LoyaltyKind(Word):
    """The class of loyalty, by attitude and behaviour (Dick and Basu, 1994)."""

    TRUE = "true"
    LATENT = "latent"
    SPURIOUS = "spurious"
    NONE = "none"


#: Share of customers, shift of satisfaction, chance to answer a survey.
SEGMENTS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"club": (0.3, 1.0, 0.55), "regular": (0.45, 0.0, 0.3), "bargain": (0.25, -1.4, 0.12)}
)

_COURSES = {Course.BUYS: 0.88, Course.INTENDS: 0.06, Course.LOOKS: 0.06}
_STYLES = {
    RelationshipLevel.BASIC: 0.3,
    RelationshipLevel.REACTIVE: 0.2,
    RelationshipLevel.ACCOUNTABLE: 0.2,
    RelationshipLevel.PROACTIVE: 0.2,
    RelationshipLevel.PARTNERSHIP: 0.1,
}


@frozen(kw_only=True)
class Planted:
    """The truth about one invented customer. Shares and chances are 0 to 1.

    Attributes:
        customer_id: Who it is.
        course: Whether they buy, only show intent, or only look.
        segment: "club", "regular" or "bargain"; a tag of their record. Satisfaction and the
            readiness to answer differ between segments.
        first_day: When they first buy (or look), in days from the shop's start. They have not
            come yet if the log is shorter.
        weekly_rate: Occasions a week while they stay.
        leaving_chance: Chance to leave for good after an occasion.
        mean_spend: Mean spend per occasion on goods, in major units.
        satisfaction: How satisfied they are.
        cognitive, affective, intentional: Loyalty in thought, feeling and intention.
        arousal: How much they feel at all: added to both affects.
        style: How the shop deals with them.
        answer_chance: Chance to answer a survey after an order or a case.
        late_chance: Chance that an order arrives after the promised day.
        fault_chance: Chance that a part of an order comes back for the shop's fault.
        resolve_chance: Chance that a complaint is resolved.
        keep_chance: Chance that a promise to them is kept.
        consents: Whether they allow e-mails with their first order.
        withdraws_day: When they forbid them again; None for never.
        yearly_contributions: Ideas, tests and the like a year.
        referred_by: Who brought them; None for nobody.
        referred_day: When, in days from the shop's start; None for never.
        joined_anyway: Whether they would have come without the referral.
    """

    customer_id: str
    course: Course
    segment: str
    first_day: int
    weekly_rate: float
    leaving_chance: float
    mean_spend: float
    satisfaction: float
    cognitive: float
    affective: float
    intentional: float
    arousal: float
    style: RelationshipLevel
    answer_chance: float
    late_chance: float
    fault_chance: float
    resolve_chance: float
    keep_chance: float
    consents: bool
    withdraws_day: int | None
    yearly_contributions: float
    referred_by: str | None = None
    referred_day: int | None = None
    joined_anyway: bool = False

    @property
    def positive(self) -> float:
        """Positive affect, 0 to 1."""
        return self.affective + self.arousal

    @property
    def negative(self) -> float:
        """Negative affect, 0 to 1; (1 + positive - negative) / 2 is ``affective``."""
        return 1 - self.affective + self.arousal

    @property
    def yearly_spend(self) -> float:
        """Expected spend on goods in the year after the first order, in major units."""
        return self.mean_spend * yearly_occasions(self.weekly_rate, self.leaving_chance)

    @property
    def share_of_wallet(self) -> float:
        """Share of what they spend on such goods that this shop gets, 0 to 1."""
        return 1 - exp(-self.yearly_spend / YEARLY_WALLET)

    @property
    def behavioural(self) -> float:
        """Loyalty in deed: what buying, leaving and spend give in the first year, 0 to 1."""
        return expected_behaviour(self.weekly_rate, self.leaving_chance, self.share_of_wallet)

    @property
    def loyalty(self) -> LoyaltyKind:
        """The class: attitude over the first three dimensions, and behaviour, both cut at 0.5."""
        attitude = (self.cognitive + self.affective + self.intentional) / 3
        if attitude >= 0.5:
            return LoyaltyKind.TRUE if self.behavioural >= 0.5 else LoyaltyKind.LATENT
        return LoyaltyKind.SPURIOUS if self.behavioural >= 0.5 else LoyaltyKind.NONE


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


_Word = TypeVar("_Word", bound=str)


def _one_of(shares: Mapping[_Word, float], draw: Random) -> _Word:
    return draw.choices(list(shares), list(shares.values()))[0]


def truth_of(number: int, joining_days: int, setting: Setting) -> Planted:
    """Return the truth about the customer of that number, referrals aside.

    Args:
        number: From 0.
        joining_days: Over how many days customers join.
        setting: Whose seed decides.
    """
    customer_id = f"c{number + 1:04d}"
    draw = setting.draw(customer_id, "truth")
    rate = draw.gammavariate(BUYING[0], 1 / BUYING[1])
    leaving = min(_MOST, max(_LEAST, draw.betavariate(*LEAVING)))
    p, q, gamma = SPENDING
    spend = p / draw.gammavariate(q, 1 / gamma)
    segment = _one_of({name: share for name, (share, _, _) in SEGMENTS.items()}, draw)
    content = _contentment(leaving, segment, draw)
    return Planted(
        customer_id=customer_id,
        course=_one_of(_COURSES, draw),
        segment=segment,
        first_day=int(draw.random() * joining_days),
        weekly_rate=rate,
        leaving_chance=leaving,
        mean_spend=spend,
        **_attitudes(content, rate, draw),
        **_treatment(_logistic(content + 0.9), segment, draw),
    )


def _contentment(leaving: float, segment: str, draw: Random) -> float:
    """How content somebody is, around 0: the less, the likelier they leave."""
    against = log(leaving) - log1p(-leaving) - _USUAL_LOGIT
    return SEGMENTS[segment][1] - 0.25 * max(-6.0, against) + 0.5 * draw.gauss(0, 1)


def _attitudes(content: float, rate: float, draw: Random) -> dict[str, Any]:
    """Satisfaction and the attitudes: a part in common, a part of each dimension's own."""
    often = max(-3.0, log(max(rate, _LEAST)) - _USUAL_LOG_RATE)
    common = 0.6 * content + 0.15 * often + 0.7 * draw.gauss(0, 1)
    cognitive, affective, intentional = (
        _logistic(0.3 + common + 0.6 * draw.gauss(0, 1)) for _ in range(3)
    )
    room = min(affective, 1 - affective)
    return {
        "satisfaction": _logistic(content + 0.9),
        "cognitive": cognitive,
        "affective": affective,
        "intentional": intentional,
        "arousal": room * (2 * draw.random() - 1),
    }


def _treatment(satisfaction: float, segment: str, draw: Random) -> dict[str, Any]:
    """What the shop does to somebody, and what they give and allow."""
    consents = draw.random() < 0.7
    withdraws = 120 + int(draw.random() * 400)
    return {
        "style": _one_of(_STYLES, draw),
        "answer_chance": SEGMENTS[segment][2] * (0.9 + 0.15 * satisfaction),
        "late_chance": 0.03 + 0.3 * (1 - satisfaction),
        "fault_chance": 0.01 + 0.15 * (1 - satisfaction),
        "resolve_chance": 0.3 + 0.6 * satisfaction,
        "keep_chance": 0.5 + 0.45 * satisfaction,
        "consents": consents,
        "withdraws_day": withdraws if consents and draw.random() < 0.15 else None,
        "yearly_contributions": 2.5 * draw.random() * satisfaction,
    }
