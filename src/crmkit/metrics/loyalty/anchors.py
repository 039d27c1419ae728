"""The fixed points against which loyalty is measured, declared once.

Scores are absolute: they hang on these anchors and not on the other customers, so that they
can be compared over time and between shops. The defaults are crmkit's own choice, not the
literature's; a shop that changes them should keep them, and every score returns the anchors
it was made with.
"""

from math import isfinite
from typing import Any

from attrs import Attribute, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.state_evidence import DEEDS_NEEDED

__all__ = ["DEFAULT_ANCHORS", "Anchors"]


def _positive(instance: object, attribute: "Attribute[Any]", value: float | None) -> None:
    del instance
    if value is not None and not (isfinite(value) and value > 0):
        raise InvalidValueError(attribute.name, value, "must be above 0 and finite")


def _share(instance: object, attribute: "Attribute[Any]", value: float) -> None:
    del instance
    if not 0 <= value <= 1:
        raise InvalidValueError(attribute.name, value, "must be from 0 to 1")


@frozen(kw_only=True)
class Anchors:
    """What counts as much, and where the cuts lie.

    Attributes:
        purchases_per_year: Purchases a year that score 1 - 1/e (0.63).
        price_cap: Price premium (0.25 is 25 %) whose acceptance scores the full 1.
        threshold: Dimension score, 0 to 1, from which a phase of loyalty is reached.
        hysteresis: How far below the threshold a phase already reached is kept.
        patronage_cut: Patronage, 0 to 1, that counts as high in the typology.
        volume_reference: Spend in a year that scores 1 - 1/e, in the caller's money unit;
            None where the caller gave none.
    """

    purchases_per_year: float = field(default=4.0, validator=_positive)
    price_cap: float = field(default=0.25, validator=_positive)
    threshold: float = field(default=DEEDS_NEEDED, validator=_share)
    hysteresis: float = field(default=0.05, validator=_share)
    patronage_cut: float = field(default=0.5, validator=_share)
    volume_reference: float | None = field(default=None, validator=_positive)


DEFAULT_ANCHORS = Anchors()
"""The anchors used where none are given."""
