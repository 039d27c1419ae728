"""One customer's satisfaction: what was said and what behaviour shows, side by side.

The two are never mixed into one figure: an answer is the customer's own, the proxy is ours.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument
from crmkit.domain.times import date_of, day_micros
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.satisfaction.answers import Asked, explained_together
from crmkit.metrics.satisfaction.asked import HasAsked, Satisfaction, stated_satisfaction
from crmkit.metrics.satisfaction.question_trend import Trend, TrendDirection
from crmkit.metrics.satisfaction.shown import ShownSatisfaction
from crmkit.metrics.satisfaction.stated_share import ABOUT_SATISFACTION, stated_share
from crmkit.metrics.satisfaction.trend import explained_trends

__all__ = ["CustomerSatisfaction", "customer_satisfaction"]

#: The answers that are shown one by one.
_SHOWN = ABOUT_SATISFACTION | {Indicator.RECOMMEND}


@frozen(kw_only=True)
class CustomerSatisfaction(HasAsked, Shown):
    """How satisfied a customer is: asked and shown, apart.

    Attributes:
        answers: The customer's standing answers.
        asked: What they amount to, as a base of one.
        shown: The proxy from behaviour; None where it was not judged.
        expected: What they would answer by it, as a share of the scale; None where that was
            not judged either, undefined where too few customers answered to tell.
        trends: How the answers moved, by question.
    """

    answers: tuple[Asked, ...]
    asked: Satisfaction
    shown: ShownSatisfaction | None = None
    expected: Estimate | None = None
    trends: Mapping[str, Trend] = field(default=EMPTY, converter=FrozenMapping, hash=False)

    @property
    def stated(self) -> float | None:
        """Mean reading, 0 to 1, of the standing answers about satisfaction and ease."""
        return stated_share(self.answers)

    def sheet(self) -> Sheet:
        """Return both as they are shown."""
        said = tuple(self._said()) or (("asked", "no answer that counts"),)
        shown = "not judged" if self.shown is None else self.shown
        return Sheet(
            title="Satisfaction",
            rows=(*said, ("shown (proxy)", shown), *self._foretold()),
            notes=(
                *(f"left out: {one.left_out}" for one in self.answers if one.left_out),
                *(() if self.shown is None else self.shown.notes),
            ),
        )

    def _foretold(self) -> Iterator[tuple[str, Estimate]]:
        if self.expected is not None and self.expected.value is not None:
            yield "expected answer (by the proxy)", self.expected

    def _said(self) -> Iterator[tuple[str, str]]:
        """The answers about satisfaction one by one, the others by questionnaire."""
        others: defaultdict[str, list[Asked]] = defaultdict(list)
        for one in self.answers:
            if one.indicator in _SHOWN:
                yield f"asked: {one.question}", self._with_trend(one)
            elif not one.left_out:
                others[one.instrument].append(one)
        for instrument, answers in others.items():
            last = date_of(max(one.at for one in answers) // day_micros(1))
            many = f"{len(answers):,} more answer{'s' if len(answers) > 1 else ''}"
            yield f"asked: {instrument}", f"{many}, the latest on {last}"

    def _with_trend(self, one: Asked) -> str:
        trend = self.trends.get(one.question)
        if trend is None or trend.direction is TrendDirection.UNKNOWN:
            return str(one)
        return f"{one}, {trend.direction}"

    def explain(self) -> Explanation:
        """Return how both came about."""
        known = {
            name: one
            for name, one in self.trends.items()
            if one.direction is not TrendDirection.UNKNOWN
        }
        return explained(
            "satisfaction",
            "asked and shown",
            left_out=() if self.shown is not None else ("shown: not judged",),
            parts=(
                explained_together(self.answers),
                *((explained_trends(known),) if known else ()),
                *(() if self.shown is None else (self.shown.explain(),)),
                *(
                    ()
                    if self.expected is None
                    else (self.expected.explain("satisfaction_expected"),)
                ),
            ),
        )


def customer_satisfaction(
    answers: Sequence[Asked],
    *,
    shown: ShownSatisfaction | None = None,
    expected: Estimate | None = None,
    trends: Mapping[str, Trend] = EMPTY,
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> CustomerSatisfaction:
    """Return one customer's satisfaction, asked and shown side by side.

    Args:
        answers: The customer's standing answers (``asked``).
        shown: The proxy (``behavioural_satisfaction``), if it was judged.
        expected: The answer to expect by it (``ShownCalibration.of``), if it was judged.
        trends: The trends of the customer's answers (``satisfaction_trend``).
        instruments: The declared questionnaires.
    """
    return CustomerSatisfaction(
        answers=tuple(answers),
        asked=stated_satisfaction([answers], instruments=instruments),
        shown=shown,
        expected=expected,
        trends=trends,
    )
