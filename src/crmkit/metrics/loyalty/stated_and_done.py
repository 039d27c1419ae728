"""What customers said at a moment, and whether they bought within a time after it.

Read off two summaries of the same customers: one as of the moment, with the standing answers,
and one as of a day on which that time is over. Occasions count, void orders do not. Who is in
the first and not in the second (erased, merged into another) is not known, and left out.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument
from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.loyalty.intention_calibration import (
    IntentionCalibration,
    intention_calibration,
)
from crmkit.metrics.loyalty.stated import stated
from crmkit.metrics.satisfaction.answers import WINDOW_DAYS, asked

__all__ = ["SaidAndDid", "StatedAndDone", "stated_and_done"]


class SaidAndDid(NamedTuple):
    """One customer: the chance stated, 0 to 1, and whether they bought; None if not known."""

    customer_id: str
    stated: float
    bought: bool | None


@frozen(kw_only=True)
class StatedAndDone:
    """What was said and done, customer by customer.

    Attributes:
        rows: Those who answered, by customer id.
        indicator: What they were asked.
        within_days: How many days after the moment count.
    """

    rows: tuple[SaidAndDid, ...]
    indicator: Indicator
    within_days: int

    def calibration(self) -> IntentionCalibration:
        """Return the calibration of what was said."""
        return intention_calibration(
            (one.stated for one in self.rows), (one.bought for one in self.rows)
        )


def stated_and_done(
    before: Iterable[CustomerSummary],
    after: Iterable[CustomerSummary],
    *,
    within_days: int = 365,
    indicator: Indicator = Indicator.REPURCHASE,
    window_days: int = WINDOW_DAYS,
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> StatedAndDone:
    """Return stated intentions beside later purchases.

    Args:
        before: Each customer as of the moment they are asked about.
        after: The same customers as of a day at least ``within_days`` later.
        within_days: How many days after the moment a purchase counts, 1 or more: the time
            that the question was about.
        indicator: Whose answers are read, as chances from 0 to 1.
        window_days: How old an answer may be at the moment, in days.
        instruments: The declared questionnaires.

    Raises:
        InvalidValueError: A customer seen again before the time was over, or no such time.
    """
    days = int(checked_number(within_days, "within_days", low=1, whole=True))
    later = {one.customer_id: one for one in after}
    rows = []
    for one in sorted(before, key=lambda summary: summary.customer_id):
        given = asked(one, window_days=window_days, instruments=instruments)
        said = stated(answer for answer in given if answer.indicator == indicator)
        chance = said.get(indicator)
        if chance is not None:
            rows.append(SaidAndDid(one.customer_id, chance, _bought(one, later, days)))
    return StatedAndDone(rows=tuple(rows), indicator=indicator, within_days=days)


def _bought(one: CustomerSummary, later: Mapping[str, CustomerSummary], days: int) -> bool | None:
    then = later.get(one.customer_id)
    if then is None:
        return None
    end = one.as_of_day + days
    if then.as_of_day < end:
        rule = f"must be as of {days} days after the answers of {one.customer_id}"
        raise InvalidValueError("after", then.as_of_day - one.as_of_day, rule)
    return any(one.as_of_day < day <= end for day in then.days)
