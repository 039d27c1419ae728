"""A base's satisfaction: what customers say and what behaviour shows, side by side."""

from collections.abc import Mapping

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.satisfaction.asked import Satisfaction
from crmkit.metrics.satisfaction.trend import Trend

__all__ = ["BaseSatisfaction"]


@frozen(kw_only=True)
class BaseSatisfaction(Shown):
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
        trends = ((f"trend of {name}", one.direction) for name, one in self.trends.items())
        return Sheet(
            title="Satisfaction",
            rows=(*asked.rows, *trends, ("shown (proxy)", self.shown)),
            notes=asked.notes,
        )

    def explain(self) -> Explanation:
        """Return how both came about."""
        return Explanation(
            figure="satisfaction",
            answer="asked and shown, never mixed",
            formula="answers as given; behaviour as a proxy beside them",
            source="crmkit",
            left_out=self.asked.notes,
            parts=(
                self.asked.explain(),
                *(one.explain() for one in self.trends.values()),
                self.shown.explain("satisfaction (shown; a proxy)", source="crmkit"),
            ),
        )
