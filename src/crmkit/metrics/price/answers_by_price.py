"""Who would buy at which price: answers, or their counts, read and checked."""

from collections.abc import Iterable, Mapping
from typing import TypeGuard

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number, known

__all__ = ["AskedAt", "Replies", "asked_at"]

Replies = tuple[int, int] | Iterable[bool | None]
"""What was said at a price: (yes, asked), or one answer per respondent."""

#: More answers than any survey has.
_MOST = 1e9


@frozen(kw_only=True)
class AskedAt:
    """What was said at one price.

    Attributes:
        price: In the unit of the study.
        yes: Who would buy.
        n: Who answered, 1 or more.
        missing: Who did not answer.
    """

    price: float
    yes: int
    n: int
    missing: int = 0


def asked_at(answers: Mapping[float, Replies]) -> tuple[list[AskedAt], tuple[str, ...]]:
    """Return what was said at each price, ascending, and notes of what was left out.

    Args:
        answers: By price.

    Raises:
        InvalidValueError: A price that is not above 0, more yes than asked, or no answer.
    """
    if not isinstance(answers, Mapping):
        raise InvalidValueError("answers", answers, "must be a mapping from prices")
    found = [_read(price, replies) for price, replies in answers.items()]
    once = [one.price for one in found]
    if twice := [price for price in set(once) if once.count(price) > 1]:
        raise InvalidValueError("answers", twice[0], "must be given once")
    silent = [one.price for one in found if one.n == 0]
    missing = sum(one.missing for one in found)
    told = {
        f"left out, nobody answered: {', '.join(f'{price:g}' for price in silent)}": bool(silent),
        f"{missing:,} missing left out": missing > 0,
    }
    said = sorted((one for one in found if one.n), key=lambda one: one.price)
    return said, tuple(note for note, so in told.items() if so)


def _read(price: float, replies: Replies) -> AskedAt:
    field = f"answers[{price!r}]"
    if not checked_number(price, field) > 0:
        raise InvalidValueError(field, price, "must be a price above 0")
    if _is_count(replies):
        yes, n = (checked_number(one, field, low=0, high=_MOST, whole=True) for one in replies)
        if yes > n:
            raise InvalidValueError(field, replies, "must be (yes, asked), no more yes than asked")
        return AskedAt(price=float(price), yes=int(yes), n=int(n))
    said = known(replies, field=field, low=0, high=1, whole=True)
    return AskedAt(
        price=float(price), yes=int(sum(said.values)), n=len(said.values), missing=said.missing
    )


def _is_count(replies: Replies) -> TypeGuard[tuple[int, int]]:
    if not (isinstance(replies, tuple) and len(replies) == 2):
        return False
    return not any(one is None or isinstance(one, bool) for one in replies)
