"""What the memory store refuses: conflicts, missing rates, the erased, circles, wrong keys."""

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve

from crmkit.adapters.stores._memory_shop import KeptShop
from crmkit.domain.aliases import Alias, survivors
from crmkit.domain.errors import (
    ErasedError,
    ErasureKeyError,
    InvalidValueError,
    StoreConflictError,
)
from crmkit.domain.forgetting import Marks
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.joining import check_source

__all__ = ["Objection", "check_key", "check_line", "check_record", "key_of_erasures", "objection"]

Objection = ErasedError | StoreConflictError | InvalidValueError


def key_of_erasures(kept: KeptShop) -> Marks:
    """Return what hashes ids under the shop's key.

    Raises:
        ErasureKeyError: The shop was attached without one.
    """
    if kept.to.erasure_key is None:
        raise ErasureKeyError(kept.to.shop.id, "none was given")
    return Marks(kept.to.erasure_key, kept.to.shop.id)


def check_key(kept: KeptShop, key: bytes | None) -> None:
    """Refuse a key under which those who were erased could not be told.

    Raises:
        ErasureKeyError: It is missing or another one, and people were erased.
    """
    if kept.key_check is None:
        return
    if key is None:
        raise ErasureKeyError(kept.to.shop.id, "none was given")
    if Marks(key, kept.to.shop.id).check != kept.key_check:
        raise ErasureKeyError(kept.to.shop.id, "it is another one")


def objection(one: Interaction, have: Interaction | None, kept: KeptShop) -> Objection | None:
    """Why ``one`` cannot be kept beside ``have``, its kept revision, if there is one."""
    if have is not None and (have == one or _refers_to_the_erased(one, have, kept)):
        return None
    erased_at = _erased_at(one, kept)
    if erased_at is not None:
        return ErasedError(one.kind, _day(erased_at))
    if have is not None:
        return StoreConflictError(one.source, one.id, one.revision)
    try:
        check_source(one)
        one.facts(kept.to)
    except InvalidValueError as error:
        return error
    return None


def _refers_to_the_erased(one: Interaction, have: Interaction, kept: KeptShop) -> bool:
    """Tell whether ``have`` is ``one``, but that whom it refers to was erased since."""
    return (
        isinstance(one, Referral)
        and isinstance(have, Referral)
        and kept.key_check is not None
        and key_of_erasures(kept).of_customer(one.referred_id) in kept.tombstones
        and one.customer_id == have.customer_id
        and evolve(one, referred_id=have.referred_id) == have
    )


def _erased_at(one: Interaction, kept: KeptShop) -> datetime | None:
    """When the person was erased about whom this tells, as of before; else None."""
    if kept.key_check is None:
        return None
    marks = key_of_erasures(kept)
    own = kept.tombstones.get(marks.of_interaction(one))
    people = [kept.tombstones.get(mark) for mark in marks.of_people(one)]
    before = [at for at in people if at is not None and one.at <= at]
    return max(before if own is None else [*before, own], default=None)


def check_record(customer_id: str, kept: KeptShop) -> None:
    """Refuse the record of somebody erased with whom nothing has happened since.

    Raises:
        ErasedError: It is one.
    """
    if kept.key_check is None or kept.claims.get(customer_id):
        return
    erased_at = kept.tombstones.get(key_of_erasures(kept).of_customer(customer_id))
    if erased_at is not None:
        raise ErasedError("customer record", _day(erased_at))


def _day(erased_at: datetime) -> str:
    return erased_at.date().isoformat()


def check_line(alias: Alias, lines: Iterable[Alias]) -> None:
    """Refuse a line that says nothing new, or closes a circle.

    Raises:
        InvalidValueError: It does.
    """
    ends = survivors(lines)
    who, stands_for = alias.customer_id, alias.stands_for
    if stands_for is None:
        if who not in ends:
            raise InvalidValueError("customer_id", who, "stands for itself already")
    elif who in ends:
        raise InvalidValueError(
            "customer_id", who, "stands for another already", "unmerge it first"
        )
    elif ends.get(stands_for) == who:
        raise InvalidValueError(
            "stands_for", stands_for, "stands for this id already", "unmerge it first"
        )
