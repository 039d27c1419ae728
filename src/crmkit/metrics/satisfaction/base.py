"""A base's satisfaction: what customers say and what behaviour shows, side by side."""

from collections.abc import Mapping

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.satisfaction.asked import HasAsked, Satisfaction
from crmkit.metrics.satisfaction.trend import Trend, explained_trends, told_in_short

__all__ = ["BaseSatisfaction"]


@frozen(kw_only=True)
class BaseSatisfaction(HasAsked, Shown):
    """How satisfied the customers of a base are: asked and shown, apart.

    Attributes:
        asked: What they say, each customer counted once per question.
        shown: Mean of the proxies from behaviour, 0 to 100.
        trends: How the answers moved from month to month, by question.
    """

    asked: Satisfaction
    shown: Estimate
    trends: Mapping[str, Trend] = field(default=EMPTY, converter=FrozenMapping, hash=False)

    def sheet(self) -> Sheet:
        """Return both as they are shown."""
        asked = self.asked.sheet()
        trends = (("trends", told_in_short(self.trends)),) if self.trends else ()
        return Sheet(
            title="Satisfaction",
            rows=(*asked.rows, *trends, ("shown (proxy)", self.shown)),
            notes=asked.notes,
        )

    def explain(self) -> Explanation:
        """Return how both came about."""
        return explained(
            "satisfaction",
            "asked and shown",
            parts=(
                self.asked.explain(),
                explained_trends(self.trends),
                self.shown.explain("behavioural_satisfaction"),
            ),
        )
