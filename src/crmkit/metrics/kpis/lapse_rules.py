"""Rules that call customers lost, tried on what came afterwards.

Each rule judges every customer on one day from what was known by then; whoever bought
afterwards was called lost falsely. A rule that calls nobody lost is never false, so the share of
those who stayed away whom it found is told beside it.

    rule        a customer is called …
    overdue     overdue by the lifecycle: quiet beyond the 90 % quantile of the own gaps (with
                fewer than two, of the base's)
    lost        lost by the lifecycle: quiet beyond twice that
    twice the median gap    quiet beyond twice the median of all gaps in the base
    n days      quiet for more than n days, the same for everybody
    model       less likely than not to be still there, as a model says

Assumptions: who does not come within the days tried on is taken to be gone; with few days every
rule looks more often false than it is in the long run for slow buyers, and less often for lost
ones. Compare rules on the same days only.

Source: crmkit; the measure is that of a test held against the truth (precision and recall).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from statistics import median

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.lifecycle import gaps, patience, usual_gap
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.state_evidence import ALIVE_NEEDED
from crmkit.domain.times import day_number
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, share_estimate

__all__ = ["FIXED_WINDOWS", "JudgedRule", "LapseRules", "lapse_rules"]

#: The windows, in days, that personal rules are compared with.
FIXED_WINDOWS = (30, 60, 90, 180, 365)

_FALSE = "bought later, of those called lost"
_FOUND = "called lost, of those who did not buy later"

_Rule = Callable[[int], bool | None]


@frozen(kw_only=True)
class JudgedRule:
    """How a rule did.

    Attributes:
        called: How many customers it called lost.
        came_back: How many of them bought afterwards.
        unjudged: How many it could not judge.
        false_loss: Share of those called lost who bought afterwards.
        found: Share of those who stayed away whom it called lost.
    """

    called: int
    came_back: int
    unjudged: int
    false_loss: Estimate
    found: Estimate

    def __str__(self) -> str:
        told = f"false loss {self.false_loss}, found {self.found.told}"
        return f"{told}, {self.unjudged:,} not judged" if self.unjudged else told


@frozen(kw_only=True)
class LapseRules(Shown):
    """Rules that call customers lost, tried on the same customers and days.

    Attributes:
        rules: How each did, by its name.
        customers: How many were judged.
        came_back: How many of them bought afterwards, lost or not.
        days: How many days they were tried on.
        notes: What the reader must know.
    """

    rules: Mapping[str, JudgedRule] = field(converter=FrozenMapping, hash=False)
    customers: int
    came_back: int
    days: int
    notes: tuple[str, ...]

    def sheet(self) -> Sheet:
        """Return the rules side by side as they are shown."""
        title = f"Calling {self.customers:,} customers lost, tried on the {self.days:,} days after"
        return Sheet(title=title, rows=tuple(self.rules.items()), notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the rules were tried."""
        return explained(
            "lapse_rules",
            f"{len(self.rules):,} rules",
            inputs={
                "customers": f"{self.customers:,}, of whom {self.came_back:,} bought afterwards",
                **{name: str(one) for name, one in self.rules.items()},
            },
            left_out=self.notes,
            parts=tuple(one.false_loss.explain("false_loss") for one in self.rules.values()),
        )


def lapse_rules(
    histories: Iterable[Iterable[date]],
    *,
    split: date,
    until: date,
    shop: Shop,
    alive: Sequence[float | None] | None = None,
    windows: Iterable[int] = FIXED_WINDOWS,
) -> LapseRules:
    """Return how often each rule calls a customer lost who comes back.

    Args:
        histories: The days on which each customer bought, in any order.
        split: The day judged at; those who had not bought by then are left out.
        until: The last day that the rules are tried on, after ``split``.
        shop: Whose lifecycle rules.
        alive: Chance that each is still a customer, 0 to 1, in the order of ``histories``, from
            what was known at ``split``; without it no model is tried.
        windows: Fixed windows to compare with, in days.

    Returns:
        A rule for each name, with Wilson intervals; a share of nobody is undefined.

    Raises:
        InvalidValueError: ``until`` is not after ``split``, a window that is no whole number of
            days, 1 or more, a chance outside 0 to 1, or not a chance for each history.

    Source:
        crmkit.
    """
    if until <= split:
        raise InvalidValueError("until", until, f"must be after split, which is {split}")
    cut = day_number(split)
    people = [sorted({day_number(day) for day in days}) for days in histories]
    chances = _chances(alive, len(people))
    known = [tuple(day for day in days if day <= cut) for days in people]
    kept = [place for place, days in enumerate(known) if days]
    came = [any(cut < day <= day_number(until) for day in people[place]) for place in kept]
    rules = _rules([known[place] for place in kept], cut, shop, _valid(windows))
    if alive is not None:
        rules["model"] = _unlikely([chances[place] for place in kept])
    late, days = len(people) - len(kept), (until - split).days
    return LapseRules(
        rules={name: _judged(rule, came) for name, rule in rules.items()},
        customers=len(kept),
        came_back=sum(came),
        days=days,
        notes=(
            f"who did not buy within {days:,} days counts as gone",
            *((f"{late:,} first bought later and are left out",) if late else ()),
        ),
    )


def _chances(alive: Sequence[float | None] | None, count: int) -> Sequence[float | None]:
    if alive is not None and len(alive) != count:
        raise InvalidValueError("alive", len(alive), f"must be one chance for each of {count}")
    given = () if alive is None else alive
    return [
        None if one is None else checked_number(one, f"alive[{place}]", low=0, high=1)
        for place, one in enumerate(given)
    ]


def _valid(windows: Iterable[int]) -> tuple[int, ...]:
    given = tuple(windows)
    for place, one in enumerate(given):
        checked_number(one, f"windows[{place}]", low=1, whole=True)
    return given


def _rules(
    known: Sequence[Sequence[int]], split: int, shop: Shop, windows: Iterable[int]
) -> dict[str, _Rule]:
    """The rules, each from a customer's place to whether it calls them lost."""
    quiet = [split - days[-1] for days in known]
    base_gap = usual_gap(known)
    limits = [patience(days, base_gap, shop) for days in known]
    pooled = [gap for days in known for gap in gaps(days)]
    rules: dict[str, _Rule] = {
        "overdue": lambda row: quiet[row] > limits[row].dormant_after,
        "lost": lambda row: quiet[row] > limits[row].lost_after,
    }
    if pooled:
        usual = 2 * median(pooled)
        rules[f"twice the median gap ({usual:g} days)"] = lambda row: quiet[row] > usual
    for window in windows:
        rules[f"{window:,} days"] = _beyond(quiet, window)
    return rules


def _unlikely(chances: Sequence[float | None]) -> _Rule:
    less = [None if one is None else one < ALIVE_NEEDED for one in chances]
    return less.__getitem__


def _beyond(quiet: Sequence[int], window: int) -> _Rule:
    return lambda row: quiet[row] > window


def _judged(rule: _Rule, came: Sequence[bool]) -> JudgedRule:
    said = [rule(row) for row in range(len(came))]
    judged = [(one, back) for one, back in zip(said, came, strict=True) if one is not None]
    called = [back for one, back in judged if one]
    away = [one for one, back in judged if not back]
    return JudgedRule(
        called=len(called),
        came_back=sum(called),
        unjudged=len(said) - len(judged),
        false_loss=share_estimate(
            sum(called), len(called), method=_FALSE, empty="it called nobody lost"
        ),
        found=share_estimate(sum(away), len(away), method=_FOUND, empty="everybody bought later"),
    )
