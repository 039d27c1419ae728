"""The histories of customers who are one person, read as one.

Everything goes by the survivor's id. What a merge must not change is kept so: money, counts
and times are those of the members together. Two things follow from the merge itself:

    consents    at the moment of a merge the strictest of both sides holds (``strictest``);
                where the latest word of both together would allow more, a denial is read at
                that moment, from the source ``crmkit.merge``
                (never a grant: a denial of "any" also ends what was allowed in its midst,
                until the person allows it again)
    referrals   nobody brings themselves: a referral between members is no referral, and a
                reward given for it is a cost of the shop
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from crmkit.domain.aliases import Alias, standing
from crmkit.domain.consent import Consent, decisive_first, strictest
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import (
    ConsentChanged,
    CostIncurred,
    Interaction,
    Referral,
    in_order,
)

__all__ = ["MERGE_SOURCE", "check_source", "joined", "read_under", "said"]

#: The source of the consents that a merge leaves.
MERGE_SOURCE = "crmkit.merge"
#: The activity under which the reward of a referral between members is a cost.
REWARD = "referral_reward"


def check_source(one: Interaction) -> None:
    """Refuse what says that it comes from a merge: only reading makes such facts.

    Kept, one could have the id of a denial that a merge leaves, or be taken for one.

    Raises:
        InvalidValueError: Its source is ``MERGE_SOURCE``.
    """
    if one.source == MERGE_SOURCE:
        raise InvalidValueError(
            "source", MERGE_SOURCE, "must not be crmkit's own", "name a source of the shop's"
        )


def joined(
    survivor: str,
    histories: Mapping[str, Sequence[Interaction]],
    lines: Sequence[Alias],
    ends: Mapping[str, str],
) -> list[Interaction]:
    """Return the history of a survivor and all who stand for it, by (at, source, id).

    Args:
        survivor: An id that stands for itself.
        histories: By member, all that happened with it, as it came.
        lines: The alias lines that are known, in their order; at least those of the members.
        ends: What every id that stands for another ends at (``survivors``).
    """
    members = _with_consents(survivor, histories, standing(lines).values())
    read = (read_under(one, ends) for one in members)
    return in_order(one for one in read if one is not None)


def read_under(one: Interaction, ends: Mapping[str, str]) -> Interaction | None:
    """Return an interaction with every customer id resolved; None for what is none then.

    Args:
        one: As it came, or as it was resolved before.
        ends: What every id that stands for another ends at.
    """
    who = ends.get(one.customer_id, one.customer_id)
    if not isinstance(one, Referral):
        return one if who == one.customer_id else evolve(one, customer_id=who)
    referred = ends.get(one.referred_id, one.referred_id)
    if referred == who:
        return _own_referral(one, who)
    if (who, referred) == (one.customer_id, one.referred_id):
        return one
    return evolve(one, customer_id=who, referred_id=referred)


def _own_referral(one: Referral, who: str) -> CostIncurred | None:
    """What is left of a referral of oneself: the reward that it cost, if there was one."""
    if one.reward is None:
        return None
    return CostIncurred(
        id=one.id,
        customer_id=who,
        at=one.at,
        channel=one.channel,
        source=one.source,
        revision=one.revision,
        staff_id=one.staff_id,
        offer_id=one.offer_id,
        campaign_id=one.campaign_id,
        extra=one.extra,
        activity=REWARD,
        amount=one.reward,
    )


def _with_consents(
    survivor: str, histories: Mapping[str, Sequence[Interaction]], merges: Iterable[Alias]
) -> list[Interaction]:
    """All that happened with all members, and what each merge in its turn forbade."""
    persons = {member: list(theirs) for member, theirs in histories.items()}
    head: dict[str, str] = {}
    for line in merges:
        to = str(line.stands_for)
        while to in head:
            to = head[to]
        head[line.customer_id] = to
        these, those = persons.get(to, []), persons.pop(line.customer_id, [])
        persons[to] = [*these, *those, *_denials(line, these, those)]
    return persons.get(survivor, [])


def _denials(
    line: Alias, these: Sequence[Interaction], those: Sequence[Interaction]
) -> Iterator[ConsentChanged]:
    """What the strictest of two sides forbids and the latest word of both allows."""
    sides = [said(side, line.recorded_at) for side in (these, those)]
    latest = said([*these, *those], line.recorded_at)
    for one in strictest(*sides):
        if not one.granted and decisive_first(latest, one.medium, one.purpose)[0].granted:
            yield ConsentChanged(
                id=f"{line.customer_id}/{one.medium}/{one.purpose}",
                customer_id=line.customer_id,
                at=line.recorded_at,
                source=MERGE_SOURCE,
                medium=one.medium,
                purpose=one.purpose,
                granted=False,
                evidence="two customers were one person: the strictest of their consents holds",
            )


def said(history: Iterable[Interaction], until: datetime) -> tuple[Consent, ...]:
    """Return every consent that was given or withdrawn up to a moment."""
    return tuple(
        Consent(medium=one.medium, purpose=one.purpose, granted=one.granted, since=one.at)
        for one in history
        if isinstance(one, ConsentChanged) and one.at <= until
    )
