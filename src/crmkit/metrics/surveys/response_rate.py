"""The response rate: which part of those who could have answered did so in full.

It is the minimum response rate (RR1): partly answered surveys and people of whom it is not
known whether they could be asked count as not answered. It says how much may be missing, not
how far the missing differ; for that see ``nonresponse_bounds``.

Source: The American Association for Public Opinion Research (2023). Standard definitions: final
dispositions of case codes and outcome rates for surveys, 10th ed., RR1.
"""

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, share_estimate

__all__ = ["response_rate"]

#: More people than there will ever be.
_MOST = 1e15


def response_rate(completes: int, eligible: int) -> Estimate:
    """Complete answers among those who could have given one.

    Args:
        completes: Surveys answered in full.
        eligible: People who were to be asked, those never reached among them.

    Returns:
        A share, 0 to 1, with Wilson's interval. Nobody eligible: undefined.

    Raises:
        InvalidValueError: A count that is not whole or below 0, or more completes than eligible.

    Source:
        AAPOR (2023), RR1; Wilson (1927) for the interval.

    >>> response_rate(45, 50).value
    0.9
    """
    n = int(checked_number(eligible, "eligible", low=0, high=_MOST, whole=True))
    k = int(checked_number(completes, "completes", low=0, whole=True))
    if k > n:
        raise InvalidValueError("completes", k, f"must not exceed the eligible, who are {n:,}")
    return share_estimate(k, n, method="completes of the eligible", empty="nobody was eligible")
