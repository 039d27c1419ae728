"""The parts of a report about satisfaction, what it hangs on, and what it costs to fail."""

from collections.abc import Iterator, Mapping

from crmkit.domain.labels import label
from crmkit.metrics.drivers import KeyDrivers, PenaltyReward
from crmkit.metrics.kano import KanoTable, kano_priorities
from crmkit.metrics.loss import Actions, ComplaintLosses
from crmkit.metrics.satisfaction import BaseSatisfaction, Trend, TrendDirection
from crmkit.report.findings import Findings
from crmkit.report.part import Part, Row, Words

__all__ = ["of_needs", "of_satisfaction"]

_MOVING = TrendDirection.RISING, TrendDirection.FALLING
_NEEDS = "feature need doubt better worse n"
_WEIGHTS = "driver weight interval of_r2 r"
_EFFECTS = "driver effect penalty interval reward interval"
_LOSSES = "cause complaints hazard interval in_excess lost"


def of_satisfaction(found: BaseSatisfaction, say: Words) -> Iterator[Part]:
    """Yield what was asked and shown, and the answers that rise or fall beyond chance.

    Args:
        found: Of the base.
        say: The words.
    """
    columns, rows = "what figure interval n", _satisfaction(found, say)
    yield say.part(say("satisfaction"), columns, rows, _notes(found))
    moving = {name: one for name, one in found.trends.items() if one.direction in _MOVING}
    if moving:
        yield say.part(say("trends"), "question way slope interval n", _trends(moving, say))


def _satisfaction(found: BaseSatisfaction, say: Words) -> Iterator[Row]:
    asked = found.asked
    for key, one, percent in (
        ("satisfied", asked.satisfied, True),
        ("nps", asked.nps, False),
        ("csat", asked.csat.top_box, True),
        ("ces", asked.ces.easy, True),
        ("shown", found.shown, False),
    ):
        yield say(key), *say.figure(one, percent=percent), f"{one.n:,.0f}"
    for name in asked.own:
        if name in asked.questions:
            one = asked.questions[name]
            yield name, *say.figure(one, percent=True), f"{one.n:,.0f}"
    if found.expected is not None and found.calibration is not None:
        for key, one in (
            ("expected_answer", found.expected),
            ("off_by", found.calibration.rmse),
            ("mean_off_by", found.calibration.rmse_of_mean),
        ):
            yield say(key), *say.figure(one, percent=True), f"{one.n:,.0f}"


def _notes(found: BaseSatisfaction) -> Iterator[str]:
    yield from found.asked.notes
    if found.calibration is not None:
        yield from found.calibration.notes
    elif found.asked.answered and found.expected is not None:
        yield from found.expected.notes
    if found.trends and not any(one.direction in _MOVING for one in found.trends.values()):
        yield f"none of {len(found.trends):,} questions rises or falls beyond chance"


def _trends(moving: Mapping[str, Trend], say: Words) -> Iterator[Row]:
    for name, one in moving.items():
        told = say.figure(one.slope, percent=True)
        yield name, label(one.direction, say.language), *told, f"{one.slope.n:,.0f}"


def of_needs(found: Findings, say: Words) -> Iterator[Part]:
    """Yield needs, drivers and causes of loss, or what is missing to tell them.

    Args:
        found: What this log can tell.
        say: The words.
    """
    if found.needs is not None:
        yield say.part(say("needs"), _NEEDS, _needs(found.needs, say))
    elif "needs" in found.lacking:
        yield say.part(say("needs"), _NEEDS, (), (found.lacking["needs"],))
    for whole, drivers in found.drivers.items():
        yield _of_drivers(f"{say('drivers')} {whole}", drivers, say)
    for whole, missing in found.lacking.items():
        if "/" in whole:
            yield say.part(f"{say('drivers')} {whole}", _WEIGHTS, (), (missing,))
    if found.losses is not None:
        yield say.part(say("losses"), _LOSSES, _losses(found.losses, say), found.losses.notes)
    if found.levers is not None:
        yield say.part(say("levers"), "cause lever why", _levers(found.levers, say))


def _needs(found: KanoTable, say: Words) -> Iterator[Row]:
    """The features in the order in which to work on them."""
    for name in kano_priorities(found.features).features:
        one = found.features[name]
        doubts = {"unclear": one.unclear, "mixed": one.mixed, "suspect": one.suspect}
        yield (
            name,
            say("unknown") if one.category is None else label(one.category, say.language),
            ", ".join(say(doubt) for doubt, there in doubts.items() if there),
            say.figure(one.better, percent=True)[0],
            say.figure(one.worse, percent=True)[0],
            f"{one.n:,}",
        )


def _of_drivers(title: str, found: KeyDrivers | PenaltyReward, say: Words) -> Part:
    if isinstance(found, PenaltyReward):
        told = f"{title} (R² {found.r_squared:.1%}, n {found.n:,})"
        return say.part(told, _EFFECTS, _effects(found, say), found.notes)
    told = f"{title} (R² {say.figure(found.r_squared, percent=True)[0]}, n {found.n:,})"
    minded = (f"{one.name}: {note}" for one in found.drivers for note in one.notes)
    return say.part(told, _WEIGHTS, _weights(found, say), (*minded, *found.notes))


def _weights(found: KeyDrivers, say: Words) -> Iterator[Row]:
    for one in found.drivers:
        weight, ends = say.figure(one.weight, percent=True)
        share = say.figure(one.share, percent=True)[0]
        yield one.name, weight, ends, share, f"{one.r.value:+.2f}"


def _effects(found: PenaltyReward, say: Words) -> Iterator[Row]:
    for one in found.attributes:
        kind = label(one.kind, say.language)
        yield one.name, kind, *say.figure(one.penalty), *say.figure(one.reward)


def _losses(found: ComplaintLosses, say: Words) -> Iterator[Row]:
    for one in found.causes:
        count, lost = f"{one.complaints.complaints:,}", f"{one.lost:,}"
        ratio, ends = say.figure(one.hazard.ratio)
        yield one.category, count, ratio, ends, say.figure(one.excess)[0], lost
    for key, any_of in (("all_resolved", found.resolved), ("not_resolved", found.unresolved)):
        yield say(key), "", *say.figure(any_of.ratio), "", ""


def _levers(found: Actions, say: Words) -> Iterator[Row]:
    """What to do about each cause, first things first."""
    for one in found.actions:
        lever = say("no_lever") if one.lever is None else one.choice.called(say.language)
        yield one.driver, lever, one.choice.why
