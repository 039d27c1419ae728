"""The parts of a report about relationship and loyalty, and how loyalty moved."""

from collections.abc import Iterator

from crmkit.metrics.loyalty import BaseLoyalty, IntentionCalibration, LoyaltyMovement
from crmkit.relationships import BaseRelationship
from crmkit.report.findings import Findings
from crmkit.report.part import Part, Row, Words

__all__ = ["of_loyalty", "of_movement", "of_relationship"]

_FIGURES = "what figure interval n"
_DIMENSIONS = ("cognitive", "affective", "intentional", "behavioural")
#: What the marks of single customers' changes are worth.
_BY_CHANCE = "about 1 in 20 of those who did not change is marked all the same"


def of_relationship(found: BaseRelationship, say: Words) -> Iterator[Part]:
    """Yield on what evidence customers stand where they stand, and how far the shop goes.

    Args:
        found: Of the base.
        say: The words.
    """
    if found.customers:
        yield say.part(say("relationship"), _FIGURES, _relationship(found, say))


def _relationship(found: BaseRelationship, say: Words) -> Iterator[Row]:
    share = found.confidence
    yield say("agreement"), *say.figure(share, percent=True), f"{share.n:,.0f}"
    yield say("slipping_away"), f"{found.at_risk:,}", "", f"{found.customers:,}"
    for against, counts in (("against_target", found.targets), ("against_word", found.declared)):
        n = f"{sum(counts.values()):,}"
        for told, count in counts.items():
            words = f"{say(against)}: {say(told.replace(' ', '_'))}"
            yield words, f"{count:,}", "", n


def of_loyalty(found: BaseLoyalty, say: Words) -> Iterator[Part]:
    """Yield means, phases and types of loyalty; phases only where attitudes are known.

    Args:
        found: Of the base.
        say: The words.
    """
    columns = "dimension mean interval n"
    yield say.part(say("loyalty"), columns, _means(found, say), found.notes)
    if any(count for name, count in found.phases.items() if name != "unknown"):
        rows = ((say(name), f"{count:,}") for name, count in found.phases.items())
        yield say.part(say("phases"), "phase customers", rows)
    yield say.part(say("types"), "type customers", say.counted(found.classes))


def _means(found: BaseLoyalty, say: Words) -> Iterator[Row]:
    for key in (*_DIMENSIONS, "overall"):
        one = getattr(found, key)
        yield say(key), *say.figure(one), f"{one.n:,.0f}"
    if found.top_of_mind is not None:
        named = found.top_of_mind
        yield say("names_it_first"), *say.figure(named, percent=True), f"{named.n:,.0f}"


def of_movement(found: Findings, say: Words) -> Iterator[Part]:
    """Yield how loyalty moved over the year, and what came of intentions.

    Args:
        found: What this log can tell.
        say: The words.
    """
    if found.movement is not None:
        moved = found.movement
        notes = (*moved.notes, _BY_CHANCE) if moved.marked else moved.notes
        yield say.part(say("movement"), _FIGURES, _movement(moved, say), notes)
    elif "movement" in found.lacking:
        yield say.part(say("movement"), _FIGURES, (), (found.lacking["movement"],))
    if found.intentions is not None:
        rows = _intentions(found.intentions, say)
        yield say.part(say("intentions"), _FIGURES, rows, found.intentions.notes)


def _movement(found: LoyaltyMovement, say: Words) -> Iterator[Row]:
    for name, mean in {**found.mean_changes, "overall": found.overall}.items():
        if mean.n:
            yield f"{say('change')}: {say(name)}", *say.figure(mean), f"{mean.n:,.0f}"
    for key, share in (("same_phase", found.phases.stayed), ("same_type", found.types.stayed)):
        yield say(key), *say.figure(share, percent=True), f"{share.n:,.0f}"
    if any(one.band is not None for one in found.changes):
        compared = f"{sum(one.band is not None for one in found.changes):,}"
        rose = sum(one.change > 0 for one in found.marked)
        yield say("rose"), f"{rose:,}", "", compared
        yield say("fell"), f"{len(found.marked) - rose:,}", "", compared


def _intentions(found: IntentionCalibration, say: Words) -> Iterator[Row]:
    for key, one in (("said_chance", found.stated), ("bought_since", found.bought)):
        yield say(key), *say.figure(one, percent=True), f"{one.n:,.0f}"
    yield say("said_less_done"), *say.figure(found.bias, percent=True), f"{found.bias.n:,.0f}"
