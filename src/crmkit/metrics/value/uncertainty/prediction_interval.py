"""How often one customer will buy: the fewest and the most purchases to reckon with.

The distribution of the number of purchases within a horizon holds all that luck can do:
the customer's own rate, whether they left or will leave, and when they buy. The interval goes
from its (1-level)/2 to its (1+level)/2 quantile, whole numbers, so that it covers at least
``level``. Of a model it is the luck alone, the parameters taken as known. Of the refits of a
bootstrap it is the mean of their distributions, and holds the parameters' uncertainty too.

Source: crmkit, after Lawless, J. F., Fredette, M. (2005). Frequentist prediction intervals and
predictive distributions. Biometrika 92(3), 529-542.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import fsum
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import LEVEL, two_sided_z
from crmkit.metrics.value.models._arithmetic import PLAIN, arithmetic_for
from crmkit.metrics.value.models.bgbb import BGBB
from crmkit.metrics.value.models.history import read_columns
from crmkit.metrics.value.uncertainty._band import Band
from crmkit.metrics.value.uncertainty.parametric_bootstrap import BootstrapFits

__all__ = ["prediction_interval"]

# Counts asked for at first, and at most.
_FIRST, _MOST = 16, 65_536
_LUCK = "distribution of the number of purchases; luck only, the parameters taken as known"
_BOTH = "distribution of the number of purchases, mean of {count:,} refits: luck and parameters"


def prediction_interval(
    model: Any,
    repeats: Any,
    recency: Any,
    age: Any,
    *,
    weeks: float | None = None,
    opportunities: int | None = None,
    level: float = LEVEL,
) -> Any:
    """Return how often each customer will buy: what to expect, and the fewest and the most.

    Args:
        model: A model of buying (luck only), or its ``BootstrapFits`` (luck and parameters).
        repeats: Purchases after the first, x.
        recency: Weeks from first to last purchase, t_x.
        age: Weeks from first purchase to now, T.
        weeks: How far ahead, 0 or more.
        opportunities: For a BG/BB, in place of ``weeks``: how many to come.
        level: Least coverage, above 0 and below 1.

    Returns:
        For one customer an ``Estimate`` (of a model by the standard library alone), for
        sequences a ``Band``; the value is the expectation, the ends are whole numbers.

    Raises:
        InvalidValueError: A history, horizon or level that cannot exist, or a customer so busy
            that more than 65,536 purchases are to be reckoned with.
        InsufficientDataError: No refit to take a mean of.

    Source:
        crmkit, after Lawless & Fredette (2005).

    >>> from crmkit.metrics.value import BGNBD
    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> str(prediction_interval(cdnow, 2, 30.43, 38.86, weeks=39))
    '1.23 purchases (0 to 5, n 1)'
    """
    two_sided_z(level)
    ahead = _ahead(model, weeks, opportunities)
    history = (repeats, recency, age)
    middle, models, method, notes = _read(model)
    expected = middle.expected_purchases(*history, **ahead)

    if arithmetic_for(history) is not PLAIN:
        low, high = _ends_of_many(models, history, ahead, level)
        return Band(values=expected, low=low, high=high, level=level, method=method, notes=notes)
    low, high = _ends_of_one(models, history, ahead, level)
    return Estimate(
        value=float(expected),
        low=low,
        high=high,
        level=level,
        n=1,
        unit="purchases",
        method=method,
        notes=notes,
    )


def _read(model: Any) -> tuple[Any, Sequence[Any], str, tuple[str, ...]]:
    if not isinstance(model, BootstrapFits):
        return model, (model,), _LUCK, ()
    if not model.models:
        raise InsufficientDataError("prediction interval", 1, 0, "refits that did not fail")
    method = _BOTH.format(count=len(model.models))
    return model.fit.model, model.models, method, model.notes


def _ahead(model: Any, weeks: float | None, opportunities: int | None) -> dict[str, Any]:
    asked = model.fit.model if isinstance(model, BootstrapFits) else model
    given = {"weeks": weeks, "opportunities": opportunities}
    needed = "opportunities" if isinstance(asked, BGBB) else "weeks"
    for name, value in given.items():
        if (value is not None) != (name == needed):
            rule = f"must {'not ' if name != needed else ''}be given for a {asked.NAME}"
            raise InvalidValueError(name, value, rule)
    return {needed: given[needed]}


def _ends_of_one(
    models: Sequence[Any], history: tuple[Any, ...], ahead: dict[str, Any], level: float
) -> tuple[int, int]:
    """Of one customer, by the standard library."""
    for most in _widths():
        counts = [one.count_probabilities(*history, **ahead, most=most) for one in models]
        upto = list(accumulate(fsum(each) / len(each) for each in zip(*counts, strict=True)))
        if upto[-1] >= (1 + level) / 2:
            low = next(count for count, chance in enumerate(upto) if chance > (1 - level) / 2)
            return low, next(k for k, chance in enumerate(upto) if chance >= (1 + level) / 2)
    raise _too_many()


def _ends_of_many(
    models: Sequence[Any], history: tuple[Any, ...], ahead: dict[str, Any], level: float
) -> tuple[Any, Any]:
    """Of many customers: only those who buy too much for a table get a wider one."""
    np = require("numpy", extra="models")
    _, columns = read_columns(**dict(zip(("repeats", "recency", "age"), history, strict=True)))
    low, high = (np.zeros(columns[0].shape) for _ in range(2))
    left = np.arange(len(low))
    for most in _widths():
        if not left.size:
            break
        rows = [column[left] for column in columns]
        counts = [one.count_probabilities(*rows, **ahead, most=most) for one in models]
        upto = np.cumsum(sum(counts) / len(counts), axis=1)
        is_told = upto[:, -1] >= (1 + level) / 2
        low[left] = (upto > (1 - level) / 2).argmax(axis=1)
        high[left] = (upto >= (1 + level) / 2).argmax(axis=1)
        left = left[~is_told]
    if left.size:
        raise _too_many()
    return low, high


def _widths() -> Iterator[int]:
    most = _FIRST
    while most <= _MOST:
        yield most
        most *= 4


def _too_many() -> InvalidValueError:
    rule = f"must keep the purchases to reckon with below {_MOST:,}"
    return InvalidValueError("weeks", "so long a horizon", rule, "ask for a shorter one")
