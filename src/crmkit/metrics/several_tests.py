"""Several tests at once: p values that bear how many questions were asked.

Of twenty questions about which nothing is true, one stands out at 5 % by chance alone. An
adjusted p value is compared with the level as a single one would be. Holm's keeps the chance
of a single false finding below the level, however the tests hang together; that of Benjamini
and Hochberg keeps the expected share of false ones among the findings below it, for tests that
are independent or rise together.

    paper    here             unit
    m        len(p_values)    tests
    p_(i)    ranked           p values, ascending

Sources:
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics 6, 65-70.
    Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57, 289-300.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Literal

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.intervals import checked_number

__all__ = ["CORRECTIONS", "Correction", "benjamini_hochberg", "checked_correction", "holm"]

Correction = Literal["holm", "benjamini_hochberg", "none"]

#: What the corrections are called.
CORRECTIONS: Mapping[Correction, str] = {
    "holm": "Holm",
    "benjamini_hochberg": "Benjamini and Hochberg",
    "none": "none",
}


def checked_correction(correction: str) -> Correction:
    """Return what was given if it is a correction.

    Raises:
        InvalidValueError: It is none.
    """
    for one in CORRECTIONS:
        if correction == one:
            return one
    raise InvalidValueError("correction", correction, f"must be one of {', '.join(CORRECTIONS)}")


def _checked(p_values: Iterable[float]) -> list[float]:
    return [
        checked_number(one, f"p_values[{index}]", low=0, high=1)
        for index, one in enumerate(cells(p_values, "p_values"))
    ]


def _in_their_order(values: Sequence[float], adjusted: Iterable[float]) -> list[float]:
    """What belongs to the ascending values, in the order the values were given."""
    places = sorted(range(len(values)), key=values.__getitem__)
    found = dict(zip(places, adjusted, strict=True))
    return [min(1.0, found[place]) for place in range(len(values))]


def holm(p_values: Iterable[float]) -> list[float]:
    """Return the p values adjusted by Holm's step-down procedure, in their order.

    Args:
        p_values: One per test, 0 to 1.

    Raises:
        InvalidValueError: A p value that is none.

    Source:
        Holm (1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    values = _checked(p_values)
    m = len(values)
    steps = ((m - i) * p for i, p in enumerate(sorted(values)))
    return _in_their_order(values, accumulate(steps, max))


def benjamini_hochberg(p_values: Iterable[float]) -> list[float]:
    """Return the p values adjusted by the step-up procedure of Benjamini and Hochberg.

    Args:
        p_values: One per test, 0 to 1.

    Raises:
        InvalidValueError: A p value that is none.

    Source:
        Benjamini and Hochberg (1995).

    >>> benjamini_hochberg([0.01, 0.04, 0.02])
    [0.03, 0.04, 0.03]
    """
    values = _checked(p_values)
    m = len(values)
    steps = (m * p / i for i, p in zip(range(m, 0, -1), sorted(values, reverse=True), strict=True))
    return _in_their_order(values, reversed(list(accumulate(steps, min))))
