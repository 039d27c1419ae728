"""Careless answers: everything answered alike, or faster than one can read.

Both are signs and no proof: who is content with everything may say so, above all where all
items are worded one way. Flags are given as values with their reasons, and nothing is dropped;
whether to leave a respondent out is decided, and told, by whoever reads the survey.

Straight-lining is a standard deviation of 0 over eight answered items or more; speeding is less
than a third of the median time. Sources: Meade, A. W., Craig, S. B. (2012), Identifying careless
responses in survey data, Psychological Methods 17(3), 437-455, for both signs; the cuts are
practice.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from statistics import median

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, share_estimate

__all__ = ["CarelessAnswer", "CarelessAnswers", "CarelessSign", "careless_answers"]

#: Items that must be answered alike before that is odd.
_ITEMS = 8
#: The part of the median time below which nobody reads.
_TOO_FAST = 1 / 3


class CarelessSign(StrEnum):
    """Why answers look careless."""

    STRAIGHT_LINING = "straight-lining"
    SPEEDING = "speeding"


@frozen(kw_only=True)
class CarelessAnswer:
    """A respondent whose answers look careless.

    Attributes:
        respondent: The place in the table, from 0.
        signs: Why.
    """

    respondent: int
    signs: tuple[CarelessSign, ...]

    def __str__(self) -> str:
        return f"respondent {self.respondent}: {' and '.join(self.signs)}"


@frozen(kw_only=True)
class CarelessAnswers(Shown):
    """Who looks careless in a survey; nobody is left out of it.

    Attributes:
        flagged: The respondents, in their order.
        straight_lining: Share of those who answered enough items to be judged.
        speeding: Share of those whose time is known.
        median_seconds: Median time; None where no time is known.
        n: Respondents in the table.
    """

    flagged: tuple[CarelessAnswer, ...]
    straight_lining: Estimate
    speeding: Estimate
    median_seconds: float | None
    n: int

    @property
    def respondents(self) -> frozenset[int]:
        """The places, from 0, of those who look careless."""
        return frozenset(one.respondent for one in self.flagged)

    def sheet(self) -> Sheet:
        """Return the signs as they are shown."""
        rows = ((CarelessSign.STRAIGHT_LINING, self.straight_lining), ("speeding", self.speeding))
        title = f"{len(self.flagged):,} of {self.n:,} respondents look careless"
        return Sheet(title=title, rows=rows, notes=self._notes())

    def _notes(self) -> tuple[str, ...]:
        # Why a share is unknown stands beside it already.
        known = (one for one in (self.straight_lining, self.speeding) if one.value is not None)
        return (*(note for one in known for note in one.notes), "nobody was left out")

    def explain(self) -> Explanation:
        """Return how the signs were found."""
        seconds = None if self.median_seconds is None else f"{self.median_seconds:.4g} s"
        return explained(
            "careless_answers",
            f"{len(self.flagged):,} of {self.n:,} respondents",
            inputs={"median time": seconds},
            parts=(
                self.straight_lining.explain("straight_lining"),
                self.speeding.explain("speeding"),
            ),
        )


def careless_answers(
    table: Table,
    *,
    seconds: Iterable[float | None] | None = None,
    items: int = _ITEMS,
    too_fast: float = _TOO_FAST,
) -> CarelessAnswers:
    """Respondents who answered everything alike, or faster than one can read.

    Args:
        table: Answers by question, as they were given (reversed items not yet turned).
        seconds: Time that each respondent took; None is not known.
        items: Answered items, 2 or more, from which on equal answers are a sign.
        too_fast: The part of the median time, above 0 and below 1, below which it is a sign.

    Returns:
        The flags with their reasons, and both shares with Wilson intervals; a share is
        undefined where nobody could be judged by it.

    Raises:
        InvalidValueError: Columns of unequal length, NaN, times below 0 or of another number,
            or a cut out of range.

    Source:
        Meade and Craig (2012); the cuts are practice.

    >>> careless_answers({f"q{i}": [4, i % 5] for i in range(8)}).flagged[0].respondent
    0
    """
    answers = answer_table(table)
    n, least = len(answers), int(checked_number(items, "items", low=2, whole=True))
    part = checked_number(too_fast, "too_fast")
    if not 0 < part < 1:
        raise InvalidValueError("too_fast", too_fast, "must lie between 0 and 1")
    alike = [_alike(row, least) for row in answers.rows]
    times = _times(seconds, n)
    timed = [one for one in times if one is not None]
    middle = median(timed) if timed else None
    fast = [None if middle is None or one is None else one < part * middle for one in times]
    return CarelessAnswers(
        flagged=tuple(_flags(alike, fast)),
        straight_lining=_share(alike, f"all of {least} or more items answered alike", "items"),
        speeding=_share(fast, f"faster than {part:.2g} of the median time", "times"),
        median_seconds=middle,
        n=n,
    )


def _alike(row: Sequence[float | None], least: int) -> bool | None:
    """Whether all answers are equal; None where too few were given to tell."""
    given = [one for one in row if one is not None]
    return None if len(given) < least else len(set(given)) == 1


def _times(seconds: Iterable[float | None] | None, n: int) -> list[float | None]:
    if seconds is None:
        return [None] * n
    found = [
        None if one is None else checked_number(one, f"seconds[{index}]", low=0)
        for index, one in enumerate(cells(seconds, "seconds"))
    ]
    if len(found) != n:
        raise InvalidValueError("seconds", len(found), f"must be as many as respondents, {n}")
    return found


def _flags(alike: Sequence[bool | None], fast: Sequence[bool | None]) -> Iterator[CarelessAnswer]:
    for place, found in enumerate(zip(alike, fast, strict=True)):
        signs = tuple(sign for sign, is_so in zip(CarelessSign, found, strict=True) if is_so)
        if signs:
            yield CarelessAnswer(respondent=place, signs=signs)


def _share(judged: Sequence[bool | None], method: str, what: str) -> Estimate:
    told = [one for one in judged if one is not None]
    silent = len(judged) - len(told)
    return share_estimate(
        sum(told),
        len(told),
        method=method,
        empty=f"nobody with enough {what} to be judged",
        notes=(f"{silent:,} without enough {what} not judged",) if silent and told else (),
    )
