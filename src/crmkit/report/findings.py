"""What only some logs can tell, each found where the log holds what it takes.

    found        from
    movement     attitudes asked for now, in a log that is a year old
    intentions   the same, of intentions to buy again
    needs        answers to the questionnaire "kano"
    drivers      every questionnaire that asks for the whole and for its parts
    losses       complaints

A questionnaire asks for the whole where it has a question "overall", or else a single one that
feeds satisfaction; its parts are the other questions that tell nothing by themselves. What was
begun but cannot be told (too few answers, all of them alike) says in a line what is missing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from attrs import define, field, frozen

from crmkit.customer_base import CustomerBase
from crmkit.domain.errors import InsufficientDataError, InvalidValueError, MissingExtraError
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.surveys import Indicator, Question, item_of
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import AsOf, Period, date_of
from crmkit.metrics.drivers import KeyDrivers, PenaltyReward
from crmkit.metrics.kano import KanoTable
from crmkit.metrics.loss import Actions, ComplaintLosses, actions
from crmkit.metrics.loyalty import IntentionCalibration, LoyaltyMovement

__all__ = ["Drivers", "Findings", "findings_of"]

Drivers = KeyDrivers | PenaltyReward
"""What goes with the whole: by weight, or, where numpy is not installed, by penalty and reward."""

_ATTITUDES = ("cognitive", "affective", "intentional")
_HALVES = "_functional", "_dysfunctional"
_KANO, _OVERALL = "kano", "overall"
_LEAST_PARTS = 2
_T = TypeVar("_T")


@frozen(kw_only=True)
class Findings:
    """What only some logs can tell; what this one cannot is None or not there.

    Attributes:
        movement: How loyalty moved over the year of the report.
        intentions: Intentions to buy again as they stood a year before, held against deeds up to
            the day before.
        needs: Which needs the features of the shop meet.
        drivers: What goes with the whole, by the question about it ("features/overall").
        losses: After which complaints customers left.
        levers: What to do about those after which more left than else, first things first.
        lacking: What was begun but cannot be told, with what is missing: "movement", "needs",
            or the question about a whole.
    """

    movement: LoyaltyMovement | None = None
    intentions: IntentionCalibration | None = None
    needs: KanoTable | None = None
    drivers: Mapping[str, Drivers] = field(default=EMPTY, converter=FrozenMapping, hash=False)
    losses: ComplaintLosses | None = None
    levers: Actions | None = None
    lacking: Mapping[str, str] = field(default=EMPTY, converter=FrozenMapping, hash=False)


@define
class _Asking:
    """Asks a base, and keeps what cannot be told."""

    base: CustomerBase
    as_of: AsOf | None
    lacking: dict[str, str] = field(factory=dict)

    def told(self, what: str, ask: Callable[[], _T]) -> _T | None:
        try:
            return ask()
        except (InvalidValueError, InsufficientDataError) as missing:
            self.lacking[what] = str(missing)
            return None

    def movement(self, year: Period) -> LoyaltyMovement | None:
        loyalty = self.base.loyalty(as_of=self.as_of)
        if not any(getattr(loyalty, name).n for name in _ATTITUDES):
            return None
        found = self.base.loyalty_movement(year, as_of=self.as_of)
        if any(found.mean_changes[name].n for name in _ATTITUDES):
            return found
        before = date_of(year.days()[0] - 1)
        self.lacking["movement"] = f"nobody's attitude is known both now and on {before}"
        return None

    def intentions(self, year: Period) -> IntentionCalibration | None:
        days = year.days()  # the last of them may not be over yet
        found = self.base.intention_calibration(
            date_of(days[0] - 1), within_days=len(days) - 1, as_of=self.as_of
        )
        return found if found.bought.n else None

    def needs(self) -> KanoTable | None:
        return self.told("needs", lambda: self.base.kano(_KANO, as_of=self.as_of))

    def drivers(self, asked: Mapping[str, list[str]]) -> dict[str, Drivers]:
        found = {}
        for name, items in asked.items():
            whole = self._whole(name, items)
            parts = [item for item in items if item != whole and self._is_part(name, item)]
            if whole is None or len(parts) < _LEAST_PARTS:
                continue
            key = f"{name}/{whole}"
            told = self.told(key, lambda: self._weighed(name, whole, parts))  # noqa: B023
            if told is not None:
                found[key] = told
        return found

    def _whole(self, name: str, items: Iterable[str]) -> str | None:
        """The question about the whole: "overall", or the only one that feeds satisfaction."""
        if _OVERALL in items:
            return _OVERALL
        fed = [one for one in items if self._tells(name, one) is Indicator.SATISFACTION]
        return fed[0] if len(fed) == 1 else None

    def _is_part(self, name: str, item: str) -> bool:
        return self._tells(name, item) is None and not item.endswith(_HALVES)

    def _tells(self, name: str, item: str) -> Indicator | None:
        declared = item_of(Question(name, item), self.base.shop.instruments)
        return None if declared is None else declared.indicator

    def _weighed(self, name: str, whole: str, parts: list[str]) -> Drivers:
        try:
            return self.base.key_drivers(name, whole, predictors=parts, as_of=self.as_of)
        except MissingExtraError:
            return self.base.penalty_reward(name, whole, ratings=parts, as_of=self.as_of)


def findings_of(base: CustomerBase, year: Period, *, as_of: AsOf | None = None) -> Findings:
    """Return what this log can tell beside what every log can.

    Args:
        base: The base.
        year: The twelve months up to ``as_of``.
        as_of: The last moment that counts; now by default.
    """
    people = base.summaries(as_of=as_of).customers.values()
    asked, asking = _asked(people), _Asking(base, as_of)
    a_year_old = _first_day(people) < year.days()[0]
    losses = None
    if any(one.service.complaints for one in people):
        losses = base.complaint_losses(as_of=as_of)
    return Findings(
        movement=asking.movement(year) if asked and a_year_old else None,
        intentions=asking.intentions(year) if asked and a_year_old else None,
        needs=asking.needs() if _KANO in asked else None,
        drivers=asking.drivers(asked),
        losses=losses,
        levers=actions(losses.drivers) if losses is not None and losses.drivers else None,
        lacking=asking.lacking,
    )


def _asked(people: Iterable[CustomerSummary]) -> dict[str, list[str]]:
    """The questions that were answered, by questionnaire."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key in {key for one in people for key in one.voice}:
        question = Question.parse(key)
        found[question.instrument].add(question.item)
    return {name: sorted(found[name]) for name in sorted(found)}


def _first_day(people: Iterable[CustomerSummary]) -> float:
    seen = (one.dealings.first_seen_day for one in people)
    return min((day for day in seen if day is not None), default=float("inf"))
