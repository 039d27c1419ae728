"""eNPS: how many of the staff would recommend their employer, net of those who would warn of it?

It is ``nps`` of staff, and nothing else: the same question put to internal customers, the same
cuts and the same interval. What is added is that fewer than five answers give no figure, for
staff can be told apart where customers cannot.

Assumptions: one answer per person, given without a name; those who answered are like those who
did not. With the 30 people of a department the interval is some 50 points wide.

Source: Reichheld, F. F. (2003). The one number you need to grow. Harvard Business Review 81(12),
46-54; of staff: Reichheld, F., Markey, R. (2011). The ultimate question 2.0. HBS Press.
"""

from collections.abc import Iterable

from crmkit.metrics.estimate import Estimate
from crmkit.metrics.satisfaction.nps import nps
from crmkit.metrics.staff.protected_groups import LEAST, guarded

__all__ = ["employee_nps"]


def employee_nps(ratings: Iterable[float | None], *, least: int = LEAST) -> Estimate:
    """Share of promoters among the staff minus share of detractors.

    Args:
        ratings: Whole answers from 0 to 10 to "how likely are you to recommend us as an
            employer?"; None is a missing answer, counted in the notes.
        least: The fewest answers of which a figure is shown, 5 or more.

    Returns:
        As ``nps``: points from -100 to +100. Undefined, and without its n, of fewer than
        ``least`` answers.

    Raises:
        InvalidValueError: A rating that is NaN, not whole or off the scale; a least below 5.

    Source:
        Reichheld (2003); Rocks (2016) for the interval.

    >>> employee_nps([10, 9, 8, 7, 3]).value
    20.0
    """
    found = nps(ratings)
    return guarded(found, people=found.n, least=least, low=-100, high=100)
