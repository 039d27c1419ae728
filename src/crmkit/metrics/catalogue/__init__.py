"""The catalogue: every figure with its unit, range, direction, needs, formula and source.

It is the one place where these are said; explanations, the reference page and the command
line are made from it. What a figure is called stands in ``crmkit.domain.labels``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crmkit.domain.explanation import Explanation
from crmkit.metrics.catalogue.customers import CUSTOMERS
from crmkit.metrics.catalogue.loyalty import LOYALTY
from crmkit.metrics.catalogue.metric import Better, Metric, by_name, found
from crmkit.metrics.catalogue.relationship import RELATIONSHIP
from crmkit.metrics.catalogue.satisfaction import SATISFACTION
from crmkit.metrics.catalogue.shop import SHOP
from crmkit.metrics.catalogue.value import VALUE

__all__ = ["CATALOGUE", "ROOMS", "Better", "Metric", "explained", "metric"]

#: The entries by what they are about, in the order to read them.
ROOMS: Mapping[str, tuple[Metric, ...]] = {
    "The customer": CUSTOMERS,
    "Satisfaction": SATISFACTION,
    "Loyalty": LOYALTY,
    "Value so far and to come": VALUE,
    "Relationship value": RELATIONSHIP,
    "The shop": SHOP,
}

#: Every figure by its name.
CATALOGUE: Mapping[str, Metric] = by_name(*ROOMS.values())


def metric(name: str) -> Metric:
    """Return the entry of a figure.

    Args:
        name: Its name in the catalogue.

    Raises:
        InvalidValueError: There is none; the error names those that are spelled alike.

    >>> metric("nps").span
    '-100 to 100'
    """
    return found(name, CATALOGUE)


def explained(
    name: str,
    answer: object,
    *,
    inputs: Mapping[str, Any] | Iterable[tuple[str, Any]],
    coverage: str = "",
    left_out: Iterable[str] = (),
    model: str = "",
    parts: Iterable[Explanation] = (),
) -> Explanation:
    """Return how a figure came about, with the formula and the source of the catalogue.

    Args:
        name: Its name in the catalogue.
        answer: The answer; None is shown as unknown.
        inputs: What went in, by name; None is shown as missing.
        coverage: How much of what it needs was there.
        left_out: What was not counted, and why.
        model: Which model and which fit stand behind it.
        parts: The explanations of the figures it is made of.

    Raises:
        InvalidValueError: There is no such figure.

    >>> explained("nps", "25 points", inputs={"answers": 4}).source
    'Reichheld (2003); interval: Rocks (2016)'
    """
    entry = metric(name)
    return Explanation(
        figure=name,
        answer="unknown" if answer is None else answer,
        formula=entry.formula,
        source=entry.source,
        inputs=inputs,
        coverage=coverage,
        left_out=tuple(left_out),
        model=model,
        parts=tuple(parts),
    )
