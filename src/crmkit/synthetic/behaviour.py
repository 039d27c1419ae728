"""What buying rate, leaving chance and spend come to in the first year, in expectation.

    symbol  here      unit
    λ       rate      occasions a week
    p       leaving   chance after each occasion, above 0 and below 1
    T       52 weeks

Occasions in T, the first included: 1 + (1 - p) / p (1 - exp(-p λ T)), since whoever stayed
after the first leaves at rate p λ. The latest occasion lies beyond u if the customer is still
there at u, (1 - p) exp(-p λ u), and buys in what is left of T; the integral of that over u,
by T, is the expected continuity t_x / T. Frequency and volume saturate as in behavioural
loyalty: 1 - exp(-x / reference).

Source: worked out from the assumptions of MBG/NBD (Batislam, Denizel and Filiztekin, 2007).
"""

from math import exp, expm1

__all__ = ["continuity", "expected_behaviour", "yearly_occasions"]

_WEEKS = 52
_PURCHASES_A_YEAR = 4


def yearly_occasions(rate: float, leaving: float) -> float:
    """Return the expected occasions in the year from the first, which counts."""
    return 1 - (1 - leaving) / leaving * expm1(-leaving * rate * _WEEKS)


def continuity(rate: float, leaving: float) -> float:
    """Return the expected time from the first to the latest occasion, as a share of a year."""
    work = rate * _WEEKS
    there = -expm1(-leaving * work) / (leaving * work)
    silent = (exp(-leaving * work) - exp(-work)) / ((1 - leaving) * work)
    return (1 - leaving) * (there - silent)


def expected_behaviour(rate: float, leaving: float, volume: float) -> float:
    """Return the mean of volume, frequency and continuity, 0 to 1."""
    frequency = -expm1(-yearly_occasions(rate, leaving) / _PURCHASES_A_YEAR)
    return (volume + frequency + continuity(rate, leaving)) / 3
