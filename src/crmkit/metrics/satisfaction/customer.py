"""One customer's satisfaction: what was said and what behaviour shows, side by side.

The two are never mixed into one figure: an answer is the customer's own, the proxy is ours.
"""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument
from crmkit.metrics.satisfaction.answers import Asked
from crmkit.metrics.satisfaction.asked import Satisfaction, stated_satisfaction
from crmkit.metrics.satisfaction.shown import ShownSatisfaction
from crmkit.metrics.satisfaction.trend import Trend

__all__ = ["CustomerSatisfaction", "customer_satisfaction"]

_SATISFACTION = frozenset({Indicator.SATISFACTION, Indicator.EASE})


@frozen(kw_only=True)
class CustomerSatisfaction(Shown):
    """How satisfied a customer is: asked and shown, apart.

    Attributes:
        answers: The customer's standing answers.
        asked: What they amount to, as a base of one.
        shown: The proxy from behaviour; None where it was not judged.
        trends: How the answers moved, by question.
    """

    answers: tuple[Asked, ...]
    asked: Satisfaction
    shown: ShownSatisfaction | None = None
    trends: Mapping[str, Trend] = field(default=EMPTY, converter=FrozenMapping, hash=False)

    @property
    def stated(self) -> float | None:
        """Mean reading, 0 to 1, of the standing answers about satisfaction and ease."""
        told = [one.share for one in self.answers if one.indicator in _SATISFACTION]
        return sum(told) / len(told) if told else None

    def sheet(self) -> Sheet:
        """Return both as they are shown."""
        said = tuple(
            (f"asked: {one.question}", self._with_trend(one))
            for one in self.answers
            if not one.left_out
        )
        shown = "not judged" if self.shown is None else self.shown
        return Sheet(
            title="Satisfaction",
            rows=(*(said or (("asked", "no answer that counts"),)), ("shown (proxy)", shown)),
            notes=(
                *(f"left out: {one.left_out}" for one in self.answers if one.left_out),
                *(() if self.shown is None else self.shown.notes),
            ),
        )

    def _with_trend(self, one: Asked) -> str:
        trend = self.trends.get(one.question)
        return str(one) if trend is None else f"{one}, {trend.direction}"

    def explain(self) -> Explanation:
        """Return how both came about."""
        return Explanation(
            figure="satisfaction",
            answer="asked and shown, never mixed",
            formula="answers as given; behaviour as a proxy beside them",
            source="crmkit",
            left_out=() if self.shown is not None else ("shown: not judged",),
            parts=(
                *(one.explain() for one in self.answers),
                *(one.explain() for one in self.trends.values()),
                *(() if self.shown is None else (self.shown.explain(),)),
            ),
        )


def customer_satisfaction(
    answers: Sequence[Asked],
    *,
    shown: ShownSatisfaction | None = None,
    trends: Mapping[str, Trend] = EMPTY,
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> CustomerSatisfaction:
    """Return one customer's satisfaction, asked and shown side by side.

    Args:
        answers: The customer's standing answers (``asked``).
        shown: The proxy (``behavioural_satisfaction``), if it was judged.
        trends: The trends of the customer's answers (``satisfaction_trend``).
        instruments: The declared questionnaires.
    """
    return CustomerSatisfaction(
        answers=tuple(answers),
        asked=stated_satisfaction([answers], instruments=instruments),
        shown=shown,
        trends=trends,
    )
