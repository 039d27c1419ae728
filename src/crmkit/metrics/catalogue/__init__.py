"""The catalogue: every figure with its unit, range, direction, needs, formula and source.

It is the one place where these are said; explanations, the reference page and the command
line are made from it. (What the domain judges itself, it says itself, once: the catalogue
takes formula and source from there.) What a figure is called stands in
``crmkit.domain.labels``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.metrics.catalogue.customers import CUSTOMERS
from crmkit.metrics.catalogue.drivers import DRIVERS
from crmkit.metrics.catalogue.equity import EQUITY
from crmkit.metrics.catalogue.holdout import HOLDOUT
from crmkit.metrics.catalogue.kano import KANO
from crmkit.metrics.catalogue.loss import LOSS
from crmkit.metrics.catalogue.loyalty import LOYALTY
from crmkit.metrics.catalogue.metric import Better, Composite, Entry, Metric, by_name, found
from crmkit.metrics.catalogue.perceived_value import PERCEIVED_VALUE
from crmkit.metrics.catalogue.price import PRICE
from crmkit.metrics.catalogue.relationship import RELATIONSHIP
from crmkit.metrics.catalogue.reliability import RELIABILITY
from crmkit.metrics.catalogue.retention import RETENTION
from crmkit.metrics.catalogue.satisfaction import SATISFACTION
from crmkit.metrics.catalogue.service import SERVICE
from crmkit.metrics.catalogue.shop import SHOP
from crmkit.metrics.catalogue.spread import SPREAD
from crmkit.metrics.catalogue.staff import STAFF
from crmkit.metrics.catalogue.surveys import SURVEYS
from crmkit.metrics.catalogue.uncertainty import UNCERTAINTY
from crmkit.metrics.catalogue.value import VALUE
from crmkit.metrics.catalogue.wallet import WALLET

__all__ = [
    "CATALOGUE",
    "ROOMS",
    "Better",
    "Composite",
    "Entry",
    "Metric",
    "entry",
    "explained",
    "metric",
]

#: The entries by what they are about, in the order to read them.
ROOMS: Mapping[str, tuple[Entry, ...]] = {
    "The customer": CUSTOMERS,
    "Satisfaction": (*SATISFACTION, *SERVICE, *DRIVERS),
    "Needs": KANO,
    "Perceived value": PERCEIVED_VALUE,
    "Loyalty": (*LOYALTY, *WALLET, *PRICE),
    "Trust in answers": (*SURVEYS, *RELIABILITY),
    "From complaint to loss": LOSS,
    "Value so far and to come": (*VALUE, *UNCERTAINTY, *HOLDOUT),
    "Customer equity": EQUITY,
    "Relationship value": RELATIONSHIP,
    "The shop": (*SHOP, *RETENTION, *SPREAD),
    "Internal customers": STAFF,
}

#: Every figure, and every answer that holds several, by its name.
CATALOGUE: Mapping[str, Entry] = by_name(*ROOMS.values())


def entry(name: str) -> Entry:
    """Return the entry of a figure, or of an answer that holds several.

    Args:
        name: Its name in the catalogue.

    Raises:
        InvalidValueError: There is none; the error names those that are spelled alike.
    """
    return found(name, CATALOGUE)


def metric(name: str) -> Metric:
    """Return the entry of a figure.

    Args:
        name: Its name in the catalogue.

    Raises:
        InvalidValueError: There is none, or the answer of that name holds several; the error
            names those that are meant or spelled alike.

    >>> metric("nps").span
    '-100 to 100'
    """
    one = entry(name)
    if isinstance(one, Metric):
        return one
    rule = "is an answer that holds several figures"
    raise InvalidValueError("metric", name, rule, f"entry({name!r}) names them")


def explained(
    name: str,
    answer: object,
    *,
    inputs: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
    coverage: str = "",
    left_out: Iterable[str] = (),
    model: str = "",
    parts: Iterable[Explanation] = (),
    called: str = "",
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
        called: What it is called where it has a name of its own, as a question of a survey.

    Raises:
        InvalidValueError: There is no such figure.

    >>> explained("nps", "25 points", inputs={"answers": 4}).source
    'Reichheld (2003); interval: Rocks (2016)'
    """
    one = entry(name)
    return Explanation(
        figure=called or name,
        answer="unknown" if answer is None else answer,
        formula=one.formula,
        source=one.source,
        inputs=inputs,
        coverage=coverage,
        left_out=tuple(left_out),
        model=model,
        parts=tuple(parts),
    )
