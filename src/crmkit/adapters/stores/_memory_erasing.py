"""How the memory store forgets a person, everywhere it keeps anything."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from crmkit.adapters.stores._memory_judging import key_of_erasures
from crmkit.adapters.stores._memory_shop import Id, KeptShop
from crmkit.domain.aliases import members_by_survivor, survivors
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.events import EventType
from crmkit.domain.forgetting import Forgetting, new_token
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.kept import Erased

__all__ = ["erase"]


def erase(kept: KeptShop, customer_id: str, erased_at: datetime) -> Erased:
    """Forget a person; see ``Store.erase``."""
    marks = key_of_erasures(kept)
    members = _members(kept, customer_id)
    theirs = {key for member in members for key in kept.claims.get(member, ())}
    every = [one for key in theirs for _, one in kept.revisions[key].values()]
    records = [one for one in members if one in kept.customers]
    interactions = sum(one.customer_id in members for one in every)
    if not (interactions or records):
        raise InvalidValueError("customer_id", customer_id, "nothing is kept of it")
    at = kept.record_at(erased_at)
    referring = list(_referring(kept, members))
    forgetting = Forgetting.of(new_token(), members, every, kept.to.shop.personal_data.kept_extras)
    for record in records:
        del kept.customers[record]
    _rewrite(kept, forgetting, theirs.union(referring))
    kept.tombstones |= dict.fromkeys(forgetting.marks(marks), at)
    kept.key_check = marks.check
    kept.reads_differently()
    kept.tell(EventType.ERASED, forgetting.pseudonym, at, {})
    return Erased(
        pseudonym=forgetting.pseudonym,
        interactions=interactions,
        records=len(records),
        referrals=len(referring),
        erased_at=at,
    )


def _members(kept: KeptShop, customer_id: str) -> Sequence[str]:
    """Every id that stands with this one now; the survivor first."""
    ends = survivors(kept.lines)
    survivor = ends.get(customer_id, customer_id)
    return members_by_survivor(ends).get(survivor, (survivor,))


def _referring(kept: KeptShop, members: Sequence[str]) -> Iterator[Id]:
    """The id of each of others' referrals to them, once for every revision."""
    for key, revisions in kept.revisions.items():
        for _, one in revisions.values():
            if one.customer_id not in members and _refers(one, members):
                yield key


def _refers(one: Interaction, members: Sequence[str]) -> bool:
    return isinstance(one, Referral) and one.referred_id in members


def _rewrite(kept: KeptShop, forgetting: Forgetting, keys: set[Id]) -> None:
    """Put what is stripped in place of what was kept."""
    for key in keys:
        for recorded_at, one in kept.unfile(key):
            kept.file(forgetting.stripped(one), recorded_at)
    kept.lines = forgetting.lines(kept.lines)
    kept.events = [forgetting.event(one) for one in kept.events]
    kept.customers = {who: forgetting.record(one) for who, one in kept.customers.items()}
