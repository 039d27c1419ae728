"""Who brought whom: a forest, since everybody is brought by somebody who came earlier.

A quarter of the buyers were brought, by buyers who had their first order at least ten days
before; the likelier, the stronger the intentions of the one who brought them. The referral
lies before their own first order, by 60 days at most.
"""

from collections.abc import Sequence

from attrs import evolve

from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Course, Planted

__all__ = ["brought"]

_BROUGHT = 0.25
_JOINED_ANYWAY = 0.3
_TRIES = 10
_HEAD_START = 10
_BY_DAYS = 60


def brought(one: Planted, before: Sequence[Planted], setting: Setting) -> Planted:
    """Return a customer with who brought them, if anybody did.

    Args:
        one: The customer.
        before: Those of lower numbers, among whom that somebody is.
        setting: Whose seed decides.
    """
    draw = setting.draw(one.customer_id, "referral")
    if one.course is not Course.BUYS or not before or draw.random() >= _BROUGHT:
        return one
    for _ in range(_TRIES):
        other = before[int(draw.random() * len(before))]
        earlier = other.first_day + _HEAD_START <= one.first_day
        if other.course is Course.BUYS and earlier and draw.random() < other.intentional:
            span = min(_BY_DAYS, one.first_day - other.first_day - 3)
            return evolve(
                one,
                referred_by=other.customer_id,
                referred_day=one.first_day - 1 - int(draw.random() * span),
                joined_anyway=draw.random() < _JOINED_ANYWAY,
            )
    return one
