"""What behaviour can show of a customer's satisfaction: signals, the shop's rates, anchors.

Only returns for a fault of the shop's (defective, not as described, late) are signals; what
did not fit or please is not. The anchors are crmkit's own.
"""

from collections.abc import Iterable, Mapping
from math import fsum, isfinite

from attrs import evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.metrics.intervals import checked_number

__all__ = ["DEFAULT_SHOWN_ANCHORS", "BaseRates", "ShownAnchors", "Signals", "base_rates"]

_STARS = (1.0, 5.0)


def _from_zero(_instance: object, attribute: object, value: float | None) -> None:
    if value is not None:
        checked_number(value, getattr(attribute, "name", "value"), low=0)


def _above_zero(_instance: object, attribute: object, value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise InvalidValueError(getattr(attribute, "name", "value"), value, "must be above 0")


def _share(_instance: object, attribute: object, value: float | None) -> None:
    if value is not None:
        checked_number(value, getattr(attribute, "name", "value"), low=0, high=1)


def _stars(_instance: object, attribute: object, value: float | None) -> None:
    if value is not None:
        checked_number(value, getattr(attribute, "name", "value"), low=_STARS[0], high=_STARS[1])


@frozen(kw_only=True)
class Signals:
    """What a customer went through; None is what could not be observed, and 0 is none.

    Attributes:
        orders: Orders placed.
        faulty_returns: Of them, those with goods sent back for a fault of the shop's.
        complaints: Complaints, settled ones included.
        resolved_complaints: Those settled to the customer's satisfaction.
        delivered: Orders delivered against a promised day.
        late: Of them, those delivered after it.
        overdue: Deliveries that did not arrive though the promised day has passed; late too,
            where the shop records what arrives (``BaseRates.records_arrivals``).
        reviews: Reviews with stars.
        stars: The sum of their stars, each 1 to 5.
        hours_over_sla: Mean hours by which answers came later than was agreed.
    """

    orders: float | None = field(default=None, validator=_from_zero)
    faulty_returns: float | None = field(default=None, validator=_from_zero)
    complaints: float | None = field(default=None, validator=_from_zero)
    resolved_complaints: float = field(default=0, validator=_from_zero)
    delivered: float | None = field(default=None, validator=_from_zero)
    late: float | None = field(default=None, validator=_from_zero)
    overdue: float | None = field(default=None, validator=_from_zero)
    reviews: float | None = field(default=None, validator=_from_zero)
    stars: float | None = field(default=None, validator=_from_zero)
    hours_over_sla: float | None = field(default=None, validator=_from_zero)

    def __attrs_post_init__(self) -> None:
        for part, whole in (("late", "delivered"), ("resolved_complaints", "complaints")):
            some, most = getattr(self, part), getattr(self, whole)
            if some is not None and most is not None and some > most:
                raise InvalidValueError(part, some, f"must not exceed {whole}, which is {most}")
        low, high = (end * (self.reviews or 0) for end in _STARS)
        if self.stars is not None and not low <= self.stars <= high:
            raise InvalidValueError("stars", self.stars, "must be the sum of stars from 1 to 5")

    def lateness(self, *, records_arrivals: bool) -> tuple[float | None, float | None]:
        """Late deliveries, and those that were due; None where neither can be told.

        Args:
            records_arrivals: Whether what is overdue counts: as due, and as late.
        """
        overdue = (self.overdue or 0) if records_arrivals else 0
        if self.delivered and self.late is None:
            return None, None
        due = (self.delivered or 0) + overdue
        return ((self.late or 0) + overdue, due) if due else (self.late, self.delivered)

    def unsettled(self, resolved: float) -> float | None:
        """Complaints, each settled one counting ``resolved``; None where not observed."""
        if self.complaints is None:
            return None
        return self.complaints - (1 - resolved) * self.resolved_complaints


@frozen(kw_only=True)
class BaseRates:
    """The shop's own rates, towards which a customer's are drawn; None where unknown.

    Attributes:
        returns: Faulty returns per order.
        complaints: Complaints per order; a settled one counts a half.
        late: Late and overdue deliveries, as a share of those due by a promised day.
        records_arrivals: Whether the shop records what arrives, so that what did not is overdue.
        stars: Mean stars of all reviews, 1 to 5.
        stars_weight: How many reviews that mean is worth against a customer's own.
    """

    returns: float | None = field(default=None, validator=_from_zero)
    complaints: float | None = field(default=None, validator=_from_zero)
    late: float | None = field(default=None, validator=_share)
    records_arrivals: bool = True
    stars: float | None = field(default=None, validator=_stars)
    stars_weight: float = field(default=5.0, validator=_above_zero)


def _weights(value: Mapping[str, float]) -> FrozenMapping:
    names = ("returns", "complaints", "late", "stars", "response")
    if set(value) != set(names):
        raise InvalidValueError("weights", dict(value), f"must name {', '.join(names)}")
    given = {name: checked_number(value[name], f"weights[{name}]", low=0) for name in names}
    if not any(given.values()):
        raise InvalidValueError("weights", given, "must not be all 0")
    return FrozenMapping(given)


@frozen(kw_only=True)
class ShownAnchors:
    """The fixed points against which behaviour is read; kept with every score.

    Attributes:
        half_returns, half_complaints, half_late: The rate at which a component is worth 0.5.
        half_hours: The hours over what was agreed at which the response is worth 0.5.
        kappa: Occasions that the shop's rate is worth against a customer's own.
        resolved: What a settled complaint counts, 0 to 1.
        weights: Weight of each component: returns, complaints, late, stars, response.
    """

    half_returns: float = field(default=0.30, validator=_above_zero)
    half_complaints: float = field(default=0.10, validator=_above_zero)
    half_late: float = field(default=0.25, validator=_above_zero)
    half_hours: float = field(default=24.0, validator=_above_zero)
    kappa: float = field(default=5.0, validator=_above_zero)
    resolved: float = field(default=0.5, validator=_share)
    weights: Mapping[str, float] = field(
        default=FrozenMapping(
            {"returns": 0.25, "complaints": 0.25, "late": 0.20, "stars": 0.20, "response": 0.10}
        ),
        converter=_weights,
        hash=False,
    )

    def without(self, *components: str) -> "ShownAnchors":
        """Return the same anchors with the weight of some components set to 0.

        Raises:
            InvalidValueError: A name that is no component, or nothing is left.
        """
        for name in components:
            if name not in self.weights:
                raise InvalidValueError("without", name, f"must be of {', '.join(self.weights)}")
        return evolve(self, weights={**self.weights, **dict.fromkeys(components, 0.0)})


DEFAULT_SHOWN_ANCHORS = ShownAnchors()
"""The anchors used where none are given."""


def _ratio(pairs: Iterable[tuple[float | None, float | None]]) -> float | None:
    """The sum of the first over the sum of the second, where both are known."""
    known = [(some, of) for some, of in pairs if some is not None and of]
    whole = fsum(of for _, of in known)
    return fsum(some for some, _ in known) / whole if whole else None


def base_rates(
    everyone: Iterable[Signals], *, anchors: ShownAnchors = DEFAULT_SHOWN_ANCHORS
) -> BaseRates:
    """Return the shop's own rates, from the signals of all its customers.

    Args:
        everyone: The signals of each customer.
        anchors: What a settled complaint counts.

    Returns:
        Sums over sums; a rate that nobody's signals tell is None.
    """
    people = list(everyone)
    arrivals = _records_arrivals(people)
    return BaseRates(
        returns=_ratio((one.faulty_returns, one.orders) for one in people),
        complaints=_ratio((one.unsettled(anchors.resolved), one.orders) for one in people),
        late=_ratio(one.lateness(records_arrivals=arrivals) for one in people),
        records_arrivals=arrivals,
        stars=_ratio((one.stars, one.reviews) for one in people),
    )


def _records_arrivals(people: Iterable[Signals]) -> bool:
    """Whether half of what was due is known to have arrived: else it is not recorded."""
    due = [(one.delivered or 0, one.overdue or 0) for one in people]
    return fsum(arrived for arrived, _ in due) >= fsum(overdue for _, overdue in due)
