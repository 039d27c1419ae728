"""What can be asked of what customers said: about needs, drivers, intentions and complaints."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from attrs import evolve

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.surveys import Indicator
from crmkit.domain.times import AsOf, date_of
from crmkit.metrics.drivers import KeyDrivers, PenaltyReward, key_drivers, penalty_reward
from crmkit.metrics.drivers.weighed import DriverMethod
from crmkit.metrics.kano import KanoTable, kano_table, pairs_by_feature
from crmkit.metrics.loss import ComplaintLosses, complaint_losses, complaints_of
from crmkit.metrics.loyalty import IntentionCalibration, stated_and_done
from crmkit.metrics.surveys import (
    PostStratifiedMean,
    ResponseTable,
    post_stratified_mean,
    response_table,
)
from crmkit.opened_base import OpenedBase
from crmkit.profile import Profile
from crmkit.readings import Reading
from crmkit.segments import Segment

_HALVES = "_functional", "_dysfunctional"


class AskingAnswers(OpenedBase):
    """Questions about what customers said."""

    def answers(
        self,
        instrument: str,
        *,
        touchpoint: str | None = None,
        every: bool = False,
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> ResponseTable:
        """Return the responses to a questionnaire: a row per response, a column per question.

        What it gives is what the functions of ``crmkit.metrics`` over several questions take.

        Args:
            instrument: The questionnaire.
            touchpoint: Only responses about this.
            every: Whether all responses of a customer count, and not only the latest.
            segment: Of whom: a tag, a rule over profiles, or ids; of everybody by default.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nobody answered it, or nobody is in the segment.
        """
        until = self._moment(as_of)
        table = response_table(
            self._readings.until(until, known_at),
            instrument,
            touchpoint=touchpoint,
            every=every,
            instruments=self.shop.instruments,
        )
        if segment is None:
            return table
        reading = self._readings.at(until, known_at)
        return table.among(self._members(segment, reading, known_at))

    def kano(
        self,
        instrument: str = "kano",
        *,
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> KanoTable:
        """Return which needs the features of the shop meet, from a questionnaire of pairs.

        Its items are pairs "<feature>_functional" and "<feature>_dysfunctional", answered in
        steps: 1 like, 2 must-be, 3 neutral, 4 live with, 5 dislike.

        Args:
            instrument: The questionnaire.
            segment: Of whom: a tag, a rule over profiles, or ids; of everybody by default.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nobody answered it, it has no such pairs, or nobody is in the
                segment.
        """
        table = self.answers(instrument, segment=segment, as_of=as_of, known_at=known_at)
        halves = {name: table[name] for name in table.columns if name.endswith(_HALVES)}
        if not halves:
            raise InvalidValueError(
                "instrument",
                instrument,
                "must ask in pairs <feature>_functional and <feature>_dysfunctional",
                "kano_table() takes pairs of any names",
            )
        return kano_table(pairs_by_feature(halves))

    def key_drivers(
        self,
        instrument: str,
        outcome: str,
        *,
        predictors: Iterable[str] | None = None,
        method: DriverMethod = "johnson",
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> KeyDrivers:
        """Return what goes with one answer of a questionnaire, by weight.

        Args:
            instrument: The questionnaire.
            outcome: The question to be explained.
            predictors: The questions that may explain it; all others by default.
            method: "johnson" or "lmg".
            segment: Of whom: a tag, a rule over profiles, or ids; of everybody by default.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nobody answered, or answers that explain nothing.
            InsufficientDataError: Too few complete responses.
            MissingExtraError: numpy is not installed.
        """
        table = self.answers(instrument, segment=segment, as_of=as_of, known_at=known_at)
        asked = _others(table, outcome) if predictors is None else predictors
        return key_drivers(table.readings(asked), table.readings([outcome])[outcome], method=method)

    def penalty_reward(
        self,
        instrument: str,
        outcome: str,
        *,
        ratings: Iterable[str] | None = None,
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> PenaltyReward:
        """Return which features only punish, only reward, or both, from ratings of a survey.

        Args:
            instrument: The questionnaire.
            outcome: The question about the whole.
            ratings: The questions about features; all others by default. Those of several
                scales, or worded against their indicator, are read from 0 to 1.
            segment: Of whom: a tag, a rule over profiles, or ids; of everybody by default.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nobody answered, or a question that was not asked.
            InsufficientDataError: Too few complete responses.
        """
        table = self.answers(instrument, segment=segment, as_of=as_of, known_at=known_at)
        asked = list(_others(table, outcome) if ratings is None else ratings)
        if table.is_plain(asked):
            return penalty_reward(table.only(asked), table[outcome], scale=table.scale_of(asked))
        return penalty_reward(table.readings(asked), table[outcome], scale=(0, 1))

    def weighted_answer(
        self,
        question: str,
        by: Callable[[Profile], str],
        *,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> PostStratifiedMean:
        """Return the mean answer as if all kinds of customers had answered alike.

        Args:
            question: "instrument/item".
            by: The kind of a customer: the readiness to answer may differ between kinds.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Returns:
            The mean as a share of the scale, 0 to 1, weighted to all customers, beside the
            unweighted one. Kinds of whom nobody answered are left out, and a note counts them.

        Raises:
            InvalidValueError: Nobody answered that question.
        """
        profiles = self._readings.at(self._moment(as_of), known_at).profiles
        population: Counter[str] = Counter()
        given: defaultdict[str, list[float]] = defaultdict(list)
        for profile, answers in zip(profiles.rows, profiles.answers, strict=True):
            kind = by(profile)
            population[kind] += 1
            for one in answers:
                if one.question == question and not one.left_out:
                    given[kind].append(one.share)
        if not given:
            answered = {one.question for answers in profiles.answers for one in answers}
            told = ", ".join(sorted(answered)) or "none"
            raise InvalidValueError("question", question, f"must be one that was answered: {told}")
        silent = population.keys() - given.keys()
        mean = post_stratified_mean(
            given, {kind: population[kind] for kind in population if kind in given}, scale=(0, 1)
        )
        if not silent:
            return mean
        return evolve(mean, mean=mean.mean.noting(_silent(silent, population)))

    def intention_calibration(
        self,
        asked_at: date,
        *,
        within_days: int = 365,
        indicator: Indicator = Indicator.REPURCHASE,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> IntentionCalibration:
        """Return how many bought of those who said they would.

        Args:
            asked_at: The day whose standing answers are tried.
            within_days: How many days after it a purchase counts.
            indicator: Which intention.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: The last of those days has not come by ``as_of``.
        """
        last, until = asked_at + timedelta(days=within_days), self._moment(as_of)
        if self._moment(last) > until:
            today = date_of(self.reporting.day(until))
            raise InvalidValueError(
                "within_days",
                within_days,
                f"must be over: the last of these days is {last}, and it is {today}",
                "ask about an earlier day, or fewer days",
            )
        before, after = (
            self._readings.at(moment, known_at).base.customers.values()
            for moment in (self._moment(asked_at), self._no_later(last, as_of))
        )
        done = stated_and_done(
            before,
            after,
            within_days=within_days,
            indicator=indicator,
            instruments=self.shop.instruments,
        )
        return done.calibration()

    def complaint_losses(
        self, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> ComplaintLosses:
        """Return which complaints customers left after, category by category.

        Args:
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.
        """
        until = self._moment(as_of)
        reading = self._readings.at(until, known_at)
        return complaint_losses(
            reading.base,
            complaints_of(self._of_complainers(reading, until, known_at), self.shop),
            self.shop,
            base_gap=reading.find_standards().base_gap,
        )

    def _of_complainers(
        self, reading: Reading, until: datetime, known_at: datetime | None
    ) -> Iterator[Interaction]:
        """All that happened with those who ever complained."""
        for one in reading.base.customers.values():
            if one.service.complaints:
                yield from self._past(one.customer_id, until, known_at)


def _others(table: ResponseTable, outcome: str) -> list[str]:
    return [name for name in table.columns if name != outcome]


def _silent(kinds: Iterable[str], population: Counter[str]) -> str:
    told = ", ".join(f"{kind} ({population[kind]:,})" for kind in sorted(kinds))
    return f"kinds of customers of whom nobody answered are left out: {told}"
