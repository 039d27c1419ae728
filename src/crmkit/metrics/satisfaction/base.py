"""A base's satisfaction: what customers say and what behaviour shows, side by side."""

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from crmkit.domain.errors import CrmkitError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.satisfaction.asked import HasAsked, Satisfaction
from crmkit.metrics.satisfaction.calibrated import ShownCalibration
from crmkit.metrics.satisfaction.question_trend import Trend
from crmkit.metrics.satisfaction.trend import explained_trends, told_in_short

__all__ = ["BaseSatisfaction"]


def _made(calibration: ShownCalibration | CrmkitError | None) -> ShownCalibration | None:
    return calibration if isinstance(calibration, ShownCalibration) else None


@frozen(kw_only=True)
class BaseSatisfaction(HasAsked, Shown):
    """How satisfied the customers of a base are: asked and shown, apart.

    Attributes:
        asked: What they say, each customer counted once per question.
        shown: Mean of the proxies from behaviour, 0 to 100.
        expected: Mean answer to expect by them, of all, asked or not, as a share of the scale;
            undefined where too few answered to tell.
        calibration: How answers follow from proxies, with its errors out of sample; None where
            too few answered.
        trends: How the answers moved from month to month, by question.
    """

    asked: Satisfaction
    shown: Estimate
    expected: Estimate | None = None
    calibration: ShownCalibration | None = field(default=None, converter=_made)
    trends: Mapping[str, Trend] = field(default=EMPTY, converter=FrozenMapping, hash=False)

    def sheet(self) -> Sheet:
        """Return both as they are shown."""
        asked = self.asked.sheet()
        trends = (("trends", told_in_short(self.trends)),) if self.trends else ()
        return Sheet(
            title="Satisfaction",
            rows=(*asked.rows, *trends, ("shown (proxy)", self.shown), *self._foretold()),
            notes=(*asked.notes, *(() if self.calibration is None else self.calibration.notes)),
        )

    def _foretold(self) -> Iterator[tuple[str, object]]:
        if self.expected is not None:
            yield "expected answer (by the proxy)", self.expected
        if self.calibration is not None:
            yield "how far off", self.calibration.told

    def explain(self) -> Explanation:
        """Return how both came about."""
        return explained(
            "satisfaction",
            "asked and shown",
            parts=(
                self.asked.explain(),
                explained_trends(self.trends),
                self.shown.explain("behavioural_satisfaction"),
                *(
                    ()
                    if self.expected is None
                    else (self.expected.explain("satisfaction_expected"),)
                ),
                *(() if self.calibration is None else (self.calibration.explain(),)),
            ),
        )
