"""What was complained of, how gravely, and how it ended: complaints read off what happened.

A complaint is a case that was opened as one. It is open from its opening until a closing that
no other opening follows, as everywhere in crmkit; its category is the first that was named,
its severity the highest given, its due day the latest. Of several closings at one moment any that
settled the matter did. *Recovered* is what service recovery
means: the matter was settled, by the day it was due, without being opened again. (That a
complaint well dealt with makes customers more loyal than none, the "recovery paradox", does
not hold up: recovery undoes harm here and is never a bonus.)

The category is the shop's own word, which the flat rows do not hold: complaints are read off
the interactions.

Source:
    Tax, S. S., Brown, S. W., Chandrashekaran, M. (1998). Customer evaluations of service
    complaint experiences. Journal of Marketing 62(2), 60-76. de Matos, C. A., Henrique, J. L.,
    Rossi, C. A. V. (2007). Service recovery paradox: a meta-analysis. Journal of Service
    Research 10, 60-77.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen, validators

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.happened import key_of
from crmkit.domain.interactions import CaseAbout, CaseClosed, CaseOpened, Interaction, Purchase
from crmkit.domain.shop import Shop
from crmkit.domain.times import day_of
from crmkit.domain.validators import named, whole_if_given

__all__ = ["UNNAMED", "Complaint", "complaints_of"]

#: The category of complaints that were given none.
UNNAMED = "without a category"
_DAY = timedelta(days=1)


@frozen(kw_only=True)
class Complaint:
    """One complaint.

    Attributes:
        customer_id: Who complained.
        category: The shop's own class of its cause.
        opened_day: When it was first opened, in days since 1970-01-01 in the shop's zone.
        severity: 1 (slight) to 5 (grave); None where it was not given.
        is_open: Whether it still is.
        days_to_close: Days from its first opening to its last closing, 0 or more; None while
            open, or where it is not known.
        resolved: Whether the matter was settled; None while open, or where it is not known.
        in_time: Whether it was closed by the day it was due; None while open or without one.
        reopened: Whether it was opened more than once.
        order_day: The day of the order it is about; None where that is not known.
    """

    customer_id: str = field(validator=named)
    category: str = field(default=UNNAMED, validator=named)
    opened_day: int = field(validator=validators.instance_of(int))
    severity: int | None = field(default=None, validator=whole_if_given(1, 5))
    is_open: bool = False
    days_to_close: float | None = None
    resolved: bool | None = None
    in_time: bool | None = None
    reopened: bool = False
    order_day: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.is_open and (self.resolved is not None or self.days_to_close is not None):
            raise InvalidValueError("is_open", self.is_open, "must not go with a closing")

    @property
    def recovered(self) -> bool | None:
        """Settled in time and for good; None while open, or where that is not known."""
        if self.is_open or self.resolved is None or self.in_time is None:
            return None
        return self.resolved and self.in_time and not self.reopened


def complaints_of(interactions: Iterable[Interaction], shop: Shop) -> tuple[Complaint, ...]:
    """Read what was complained of.

    Args:
        interactions: All that happened with some customers, up to the moment to judge at, in
            any order; what is no complaint is passed over.
        shop: In whose zone days begin.

    Returns:
        The complaints by customer, in order of time.

    Source:
        What is a complaint and when it is open: as in ``crmkit.domain.tally.Case``.
    """
    cases, orders = defaultdict[Any, list[CaseOpened | CaseClosed]](list), dict[Any, int]()
    for one in interactions:
        if isinstance(one, CaseOpened | CaseClosed):
            cases[one.customer_id, key_of(one.source, one.case_id)].append(one)
        elif isinstance(one, Purchase):
            key = one.customer_id, key_of(one.source, one.order_id)
            orders[key] = min(day_of(one.at, shop.zone), orders.get(key, 10**9))
    found = (_complaint(case, orders, shop) for case in cases.values())
    return tuple(
        sorted(
            (one for one in found if one is not None),
            key=lambda one: (one.customer_id, one.opened_day, one.category),
        )
    )


def _complaint(
    case: Sequence[CaseOpened | CaseClosed], orders: dict[Any, int], shop: Shop
) -> Complaint | None:
    """The complaint that a case is; None where it is none, or was never opened."""
    happened = sorted(case, key=lambda one: (one.at, one.source, one.id))
    opened = [one for one in happened if isinstance(one, CaseOpened)]
    closed = [one for one in happened if isinstance(one, CaseClosed)]
    if not any(one.about is CaseAbout.COMPLAINT for one in opened):
        return None
    first = opened[0]
    is_open = not closed or closed[-1].at < opened[-1].at
    return Complaint(
        customer_id=first.customer_id,
        category=next((one.category for one in opened if (one.category or "").strip()), None)
        or UNNAMED,
        opened_day=day_of(first.at, shop.zone),
        severity=max((one.severity for one in opened if one.severity), default=None),
        is_open=is_open,
        reopened=len(opened) > 1,
        order_day=_order_day(opened, orders),
        **({} if is_open else _closing(opened, closed)),
    )


def _order_day(opened: Sequence[CaseOpened], orders: dict[Any, int]) -> int | None:
    keys = ((one.customer_id, key_of(one.source, one.order_id)) for one in opened if one.order_id)
    return next((orders[key] for key in keys if key in orders), None)


def _closing(opened: Sequence[CaseOpened], closed: Sequence[CaseClosed]) -> dict[str, Any]:
    """How a case that is closed came to its end."""
    last = closed[-1]
    due: datetime | None = max((one.due for one in opened if one.due), default=None)
    return {
        "days_to_close": max(timedelta(0), last.at - opened[0].at) / _DAY,
        "resolved": any(one.resolved for one in closed if one.at == last.at),
        "in_time": None if due is None else last.at <= due,
    }
