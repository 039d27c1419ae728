"""What stores are told and what they answer, as values: refusals, extents, marks, erasures."""

from datetime import datetime

from attrs import field, frozen

from crmkit.domain.errors import CrmkitError
from crmkit.domain.interactions import Interaction
from crmkit.domain.validators import named, whole

__all__ = ["Added", "Erased", "Extent", "Mark", "Refusal"]


@frozen
class Refusal:
    """An interaction that was not kept, and why."""

    interaction: Interaction
    error: CrmkitError


@frozen
class Added:
    """What became of the interactions of one call.

    Attributes:
        accepted: Kept now.
        known: Kept before, with the same content.
        refused: Not kept; empty unless refusals were asked for as values.
    """

    accepted: int = 0
    known: int = 0
    refused: tuple[Refusal, ...] = ()


@frozen(kw_only=True)
class Extent:
    """How much a store keeps of a shop.

    Attributes:
        kept: Interactions kept, every revision counted; grows with each one accepted. Asked
            up to a moment, first revisions (0) of what happened later are left out.
        last_at: When the latest of them happened; None without any.
        changes: How often what is kept was read differently since: merges, unmerges and
            erasures. Two extents that are equal stand for the same answers.
        writes: A number of its own for every state that the shop may still roll back, because
            it was written inside a transaction of the shop's; else 0. What is counted anew
            after a rollback may come to the same numbers for other facts.
    """

    kept: int
    last_at: datetime | None
    changes: int = 0
    writes: int = field(default=0, eq=False)


@frozen(kw_only=True)
class Mark:
    """How far a load has come, kept together with what it loaded.

    Attributes:
        name: Of the load, the shop's own ("orders-2026.csv").
        position: Items of the source that are done with, kept or refused.
        seal: A digest of what was read up to there, by which another source is noticed.
    """

    name: str = field(validator=named)
    position: int = field(validator=whole(0))
    seal: str = ""


@frozen(kw_only=True)
class Erased:
    """What was done to forget a person; it names nobody.

    Attributes:
        pseudonym: The id under which the facts stay in the books.
        interactions: Interactions stripped of everything personal, every revision counted.
        records: Customer records that are gone.
        referrals: Referrals of others that now point to the pseudonym.
        erased_at: When; earlier facts about the person are refused from now on.
    """

    pseudonym: str
    interactions: int
    records: int
    referrals: int
    erased_at: datetime
