"""What one attribute does to the whole: its penalty, its reward, and how uneven they are.

    symbol   here        unit
    p        penalty     what the whole loses where the attribute is done badly
    r        reward      what the whole gains where it is done well
    RI       range       p + r
    SGP      -           r / RI, satisfaction-generating potential, 0 to 1
    DGP      -           p / RI, dissatisfaction-generating potential, 0 to 1
    IA       asymmetry   SGP − DGP = (r − p) / RI, -1 (only punishes) to 1 (only rewards)

A penalty or reward below 0 counts as 0 in these. The interval of IA is Fieller's: all values a
for which r (1 − a) − p (1 + a) may be 0. It is the whole range where RI itself may be 0.

    class         penalty   reward    and
    indifferent   within    within    the least effect that matters, both intervals; else
    basic         above 0   unclear   p above r, clearly; or both above 0 and p above 2 r
    excitement    unclear   above 0   r above p, clearly; or both above 0 and r above 2 p
    performance   above 0   above 0   neither clearly more than twice the other
    reverse       one of them clearly below 0, the other not clearly above it
    unclear       all else: more answers are needed

"Above" and "clearly" are said of 95 % intervals.

Sources: Mikulić, J., Prebežac, D. (2008). Prioritizing improvement of service attributes using
impact range-performance analysis and impact-asymmetry analysis. Managing Service Quality 18(6),
559-576; Fieller, E. C. (1954). JRSS B 16, 175-185. The rules for the classes are crmkit's own.
"""

from math import sqrt

from attrs import evolve, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.words import Word
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined

__all__ = ["Effects", "Impact", "ImpactClass", "impact_of"]

#: How many times the other an effect must be to drown it.
_DROWNS = 2
_UNIT = "steps of the whole"
_OF = "least squares on low and high ratings, HC3 t interval"
_RATIO = "(reward − penalty) ÷ (reward + penalty), Fieller interval"


class ImpactClass(Word):
    """What an attribute does to satisfaction, in the order in which to see to them.

    ``BASIC`` (must-be) only punishes, ``PERFORMANCE`` (one-dimensional) does both,
    ``EXCITEMENT`` (attractive) only rewards, ``REVERSE`` works the wrong way, ``INDIFFERENT``
    does nothing that matters, ``UNCLEAR`` cannot be told from so few answers.
    """

    BASIC = "basic"
    PERFORMANCE = "performance"
    EXCITEMENT = "excitement"
    REVERSE = "reverse"
    UNCLEAR = "unclear"
    INDIFFERENT = "indifferent"


@frozen(kw_only=True)
class Effects:
    """Penalty and reward with their errors.

    Attributes:
        penalty: What the whole loses, in its steps.
        reward: What the whole gains, in its steps.
        penalty_variance: Squared error of the penalty.
        reward_variance: Squared error of the reward.
        covariance: Of the two.
        t: Half width of an interval in errors.
        n: Respondents.
        nothing: What is 0 but for rounding, in steps of the whole.
    """

    penalty: float
    reward: float
    penalty_variance: float
    reward_variance: float
    covariance: float
    t: float
    n: int
    nothing: float = 0.0

    def ends(self, of_penalty: float, of_reward: float) -> tuple[float, float]:
        """Return the interval of so much of the penalty plus so much of the reward."""
        middle = of_penalty * self.penalty + of_reward * self.reward
        variance = (
            of_penalty**2 * self.penalty_variance
            + of_reward**2 * self.reward_variance
            + 2 * of_penalty * of_reward * self.covariance
        )
        half = self.t * sqrt(max(0.0, variance))
        return middle - half, middle + half

    def clearly(self, of_penalty: float, of_reward: float) -> bool:
        """Tell whether so much of the penalty plus so much of the reward is clearly above 0."""
        return self.ends(of_penalty, of_reward)[0] > self.nothing

    def within(self, margin: float) -> bool:
        """Tell whether neither can be more than a margin, either way."""
        ends = (*self.ends(1, 0), *self.ends(0, 1))
        return max(map(abs, ends)) < margin


def class_of(effects: Effects, margin: float) -> ImpactClass:
    """Return the class of an attribute.

    Args:
        effects: Its penalty and reward.
        margin: The least effect that matters, in steps of the whole.
    """
    if effects.within(margin):
        return ImpactClass.INDIFFERENT
    punishes, rewards = effects.clearly(1, 0), effects.clearly(0, 1)
    if punishes and rewards:
        return _of_both(effects)
    if effects.clearly(-1, 0) or effects.clearly(0, -1):
        return ImpactClass.UNCLEAR if punishes or rewards else ImpactClass.REVERSE
    if punishes and effects.clearly(1, -1):
        return ImpactClass.BASIC
    if rewards and effects.clearly(-1, 1):
        return ImpactClass.EXCITEMENT
    return ImpactClass.UNCLEAR


def _of_both(effects: Effects) -> ImpactClass:
    if effects.clearly(1, -_DROWNS):
        return ImpactClass.BASIC
    if effects.clearly(-_DROWNS, 1):
        return ImpactClass.EXCITEMENT
    return ImpactClass.PERFORMANCE


@frozen(kw_only=True)
class Impact(Shown):
    """What one attribute does to the whole.

    Attributes:
        name: The attribute.
        penalty: What the whole loses where it is done badly, against the middle ratings; above 0
            where that hurts.
        reward: What the whole gains where it is done well, against the middle ratings.
        range: From done badly to done well.
        asymmetry: -1 (only punishes) to 1 (only rewards).
        kind: Its class.
        rated_low: Respondents who rated it low.
        rated_high: Respondents who rated it high.
        notes: What is missing.
    """

    name: str
    penalty: Estimate
    reward: Estimate
    range: Estimate
    asymmetry: Estimate
    kind: ImpactClass
    rated_low: int
    rated_high: int
    notes: tuple[str, ...] = ()

    @property
    def satisfaction_potential(self) -> Estimate:
        """SGP: the part of the range that is reward, 0 to 1."""
        return self._potential(1)

    @property
    def dissatisfaction_potential(self) -> Estimate:
        """DGP: the part of the range that is penalty, 0 to 1."""
        return self._potential(-1)

    def _potential(self, sign: int) -> Estimate:
        def carried(one: float | None) -> float | None:
            return None if one is None else (1 + sign * one) / 2

        told = self.asymmetry
        low, high = (told.low, told.high)[::sign]
        return evolve(
            told, value=carried(told.value), low=carried(low), high=carried(high), unit="share"
        )

    def brief(self) -> str:
        """Return class, penalty and reward in a line."""
        return f"{self.kind}: penalty {self.penalty.bare}, reward {self.reward.bare}"

    def sheet(self) -> Sheet:
        """Return the attribute as it is shown."""
        rows = (
            ("class", self.kind),
            ("penalty", self.penalty),
            ("reward", self.reward),
            ("range", self.range),
            ("asymmetry", self.asymmetry),
            ("rated low", f"{self.rated_low:,}"),
            ("rated high", f"{self.rated_high:,}"),
        )
        return Sheet(title=self.name, rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the class came about."""
        figures = {
            "penalty": self.penalty,
            "reward": self.reward,
            "impact_range": self.range,
            "impact_asymmetry": self.asymmetry,
        }
        return explained(
            "impact_class",
            self.kind,
            inputs={"rated low": self.rated_low, "rated high": self.rated_high},
            left_out=self.notes,
            parts=(one.explain(name) for name, one in figures.items()),
            called=self.name,
        )


def impact_of(name: str, effects: Effects, rated: tuple[int, int], margin: float) -> Impact:
    """Return what an attribute does, from both its effects.

    Args:
        name: The attribute.
        effects: Its penalty and reward.
        rated: How many rated it low, and high.
        margin: The least effect that matters, in steps of the whole.
    """
    return Impact(
        name=name,
        penalty=steps(effects.penalty, effects.ends(1, 0), effects.n),
        reward=steps(effects.reward, effects.ends(0, 1), effects.n),
        range=steps(effects.penalty + effects.reward, effects.ends(1, 1), effects.n),
        asymmetry=_asymmetry(effects),
        kind=class_of(effects, margin),
        rated_low=rated[0],
        rated_high=rated[1],
    )


def steps(value: float, ends: tuple[float, float], n: int) -> Estimate:
    """Return an effect in steps of the whole."""
    return Estimate(value=value, low=ends[0], high=ends[1], n=n, unit=_UNIT, method=_OF)


def no_steps(note: str, n: int) -> Estimate:
    """Return an effect that cannot be told, and why."""
    return undefined(unit=_UNIT, method=_OF, note=note, n=n)


def no_asymmetry(note: str, n: int) -> Estimate:
    """Return an asymmetry that cannot be told, and why."""
    return undefined(unit="score", method=_RATIO, note=note, low=-1, high=1, n=n)


def _asymmetry(effects: Effects) -> Estimate:
    punished, rewarded = max(0.0, effects.penalty), max(0.0, effects.reward)
    if effects.clearly(-1, 0) or effects.clearly(0, -1):
        return no_asymmetry("an effect of it works the wrong way", effects.n)
    if punished + rewarded <= effects.nothing:
        return no_asymmetry("it neither punishes nor rewards", effects.n)
    value = (rewarded - punished) / (rewarded + punished)
    low, high = _fieller(effects)
    return Estimate(
        value=value,
        low=min(value, low),
        high=max(value, high),
        n=effects.n,
        unit="score",
        method=_RATIO,
        notes=("an effect below 0 counts as 0",) * (min(effects.penalty, effects.reward) < 0),
    )


def _fieller(effects: Effects) -> tuple[float, float]:
    """All asymmetries that the effects bear: a quadratic inequality, cut at -1 and 1."""
    p, r, t2 = effects.penalty, effects.reward, effects.t**2
    vp, vr, c = effects.penalty_variance, effects.reward_variance, effects.covariance
    square = (r + p) ** 2 - t2 * (vr + vp + 2 * c)
    if square <= 0:
        return -1.0, 1.0
    linear = -2 * (r - p) * (r + p) - 2 * t2 * (vp - vr)
    constant = (r - p) ** 2 - t2 * (vr + vp - 2 * c)
    half = sqrt(max(0.0, linear**2 - 4 * square * constant))
    ends = ((-linear - half) / (2 * square), (-linear + half) / (2 * square))
    return max(-1.0, min(1.0, ends[0])), min(1.0, max(-1.0, ends[1]))
