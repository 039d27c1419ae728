"""Rises of a price between two purchases, and whether customers put up with them."""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import checked_number, listed, paired

__all__ = ["Change", "Rises", "accepted_price_changes", "rises_of"]

Change = tuple[float, bool | None]
"""A premium (0.10 is 10 %), and whether it was accepted; None where that is not known yet."""

#: Beyond this a premium is a mistake.
_MOST = 1e12


@frozen(kw_only=True)
class Rises:
    """What tells of price tolerance.

    Attributes:
        rises: (premium above 0, accepted).
        left_out: What was left out.
    """

    rises: tuple[tuple[float, bool], ...]
    left_out: tuple[str, ...]


def accepted_price_changes(
    changes: Iterable[tuple[float, float, bool | None]],
) -> tuple[Change, ...]:
    """Premiums, from old and new prices.

    Args:
        changes: (old price, new price, whether it was bought again), unit prices above 0 of
            the same product; None where it is too early to tell.

    Returns:
        (premium, accepted) of each, as ``price_tolerance`` and ``price_acceptance`` take them.

    Raises:
        InvalidValueError: A price that is not above 0, or an answer that is neither yes nor no.

    >>> accepted_price_changes([(10, 11, True), (10, 12.5, False)])
    ((0.1, True), (0.25, False))
    """
    found = []
    for at, change in enumerate(cells(changes, "changes")):
        old, new, again = _three(change, at)
        before, after = _price(old, at), _price(new, at)
        # The difference first: 11 ÷ 10 - 1 would not be 0.1.
        found.append(_checked(((after - before) / before, again), at))
    return tuple(found)


def _three(change: tuple[float, float, bool | None], at: int) -> tuple[Any, Any, Any]:
    parts = listed(change)
    if len(parts) != 3:
        raise InvalidValueError(f"changes[{at}]", change, "must be (old price, new price, again)")
    return parts[0], parts[1], parts[2]


def _price(price: float, at: int) -> float:
    if not checked_number(price, f"changes[{at}]") > 0:
        raise InvalidValueError(f"changes[{at}]", price, "must be a price above 0")
    return float(price)


def _checked(change: Change, at: int) -> Change:
    premium, accepted = paired(change, f"changes[{at}]", "(premium, accepted)")
    known = None if accepted is None else _yes_or_no(accepted, f"changes[{at}]")
    return checked_number(premium, f"changes[{at}]", low=-1, high=_MOST), known


def _yes_or_no(accepted: Any, field: str) -> bool:
    try:
        return bool(checked_number(accepted, field, low=0, high=1, whole=True))
    except InvalidValueError as error:
        rule = "must be accepted, or not, or None"
        raise InvalidValueError(field, accepted, rule) from error


def rises_of(changes: Iterable[Change]) -> Rises:
    """Return the rises among changes of a price, and notes of what was left out.

    Args:
        changes: (premium, accepted) of each.

    Raises:
        InvalidValueError: A premium below -1 or NaN, or an answer that is neither yes nor no.
    """
    checked = [_checked(change, at) for at, change in enumerate(cells(changes, "changes"))]
    up = [change for change in checked if change[0] > 0]
    known = tuple((premium, accepted) for premium, accepted in up if accepted is not None)
    told = {
        "the price fell or stayed": len(checked) - len(up),
        "not known yet": len(up) - len(known),
    }
    return Rises(
        rises=known,
        left_out=tuple(f"{count:,} left out: {why}" for why, count in told.items() if count),
    )
