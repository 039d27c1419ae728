"""One person's score: how far it may be off, and which change of it is more than noise.

Assumptions: the score's error has the same size for everybody, is normal, and is independent
from one time to the next; reliability and standard deviation are those of people like this one.
Do not use it for the mean of many people, whose error is far smaller.

    paper    here               unit
    s        sd                 points: standard deviation of the score over people
    r_xx     reliability        omega or alpha, 0 to 1
    SEM      sem                points: s √(1 - r_xx)
    S_diff   √2 SEM             points: standard error of a difference of two scores
    RCI      reliable_change    the difference in units of S_diff

Sources:
    Lord, F. M., Novick, M. R. (1968). Statistical theories of mental test scores, chapter 3.
    Jacobson, N. S., Truax, P. (1991). Clinical significance: a statistical approach to defining
    meaningful change in psychotherapy research. Journal of Consulting and Clinical Psychology
    59(1), 12-19.
"""

from math import sqrt

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number, two_sided_z, valid_scale

__all__ = ["MeasurementError", "measurement_error"]

#: Beyond this the errors would leave the range of floats.
_MOST = 1e300
_SEM = "sd √(1 - reliability)"
_CHANGE = "z √2 sd √(1 - reliability)"


@frozen(kw_only=True)
class MeasurementError(Shown):
    """What one person's score is worth.

    Attributes:
        sd: Standard deviation of the score over people, in points.
        reliability: Of the score, 0 to 1.
        sem: Standard error of one score, in points.
        smallest_change: Change of a score beyond the noise, in points: 1.96 √2 sem.
        scale: Lowest and highest possible score, where said: bands are clipped to it.
    """

    sd: float
    reliability: Estimate
    sem: Estimate
    smallest_change: Estimate
    scale: tuple[float, float] | None = None

    def band(self, score: float) -> Estimate:
        """Return a person's score with its 95 % band.

        Args:
            score: In points, on ``scale`` where there is one.

        Raises:
            InvalidValueError: NaN, or a score off the scale.
        """
        found = self._score(score, "score")
        unit, method = self.sem.unit, "score ± z sem"
        low, high = self.scale or (None, None)
        if self.sem.value is None:
            why = ("how far it may be off is unknown: the reliability is",)
            return Estimate(
                value=found, low=low, high=high, n=1, unit=unit, method=method, notes=why
            )
        half = two_sided_z() * self.sem.value
        below, above = found - half, found + half
        return Estimate(
            value=found,
            low=below if low is None else max(low, below),
            high=above if high is None else min(high, above),
            n=1,
            unit=unit,
            method=method,
        )

    def change(self, before: float, after: float) -> Estimate:
        """Return how much a person's score changed, with its 95 % band.

        Args:
            before: The earlier score.
            after: The later score.

        Raises:
            InvalidValueError: NaN, or a score off the scale.
        """
        moved = self._score(after, "after") - self._score(before, "before")
        noise = self.smallest_change.value
        return Estimate(
            value=moved,
            low=None if noise is None else moved - noise,
            high=None if noise is None else moved + noise,
            n=1,
            unit=self.sem.unit,
            method="later less earlier score ± z √2 sem",
            notes=self._doubt(moved),
        )

    def reliable_change(self, before: float, after: float) -> float | None:
        """Return the reliable change index: the change in standard errors of a difference.

        Args:
            before: The earlier score.
            after: The later score.

        Returns:
            Beyond -1.96 to 1.96 it is more than noise. None where the error is unknown, or
            there is none and the score moved.

        Raises:
            InvalidValueError: NaN, or a score off the scale.

        Source:
            Jacobson and Truax (1991).
        """
        moved = self._score(after, "after") - self._score(before, "before")
        if moved == 0:
            return 0.0
        return moved / (sqrt(2) * self.sem.value) if self.sem.value else None

    def is_change(self, before: float, after: float) -> bool:
        """Tell whether a person's score changed by more than its noise.

        Args:
            before: The earlier score.
            after: The later score.

        Returns:
            False too where the noise is unknown: nothing is flagged then.

        Raises:
            InvalidValueError: NaN, or a score off the scale.
        """
        moved = self._score(after, "after") - self._score(before, "before")
        noise = self.smallest_change.value
        return noise is not None and abs(moved) > noise

    def _doubt(self, moved: float) -> tuple[str, ...]:
        noise = self.smallest_change.value
        if noise is None:
            return ("whether it is more than noise is unknown: the reliability is",)
        return () if abs(moved) > noise else ("within the noise",)

    def _score(self, score: float, field: str) -> float:
        low, high = self.scale or (-float("inf"), float("inf"))
        return checked_number(score, field, low=low, high=high)

    def sheet(self) -> Sheet:
        """Return the error and the smallest change."""
        rows = (
            ("error of a score", self.sem),
            ("change beyond noise", self.smallest_change),
            ("reliability", self.reliability),
        )
        return Sheet(title="Error of one person's score", rows=rows)

    def explain(self) -> Explanation:
        """Return how the error came about."""
        return explained(
            "measurement_error",
            self.sem,
            inputs={"standard deviation": self.sd, "reliability": self.reliability},
            parts=(self.sem.explain("sem"), self.smallest_change.explain("smallest_change")),
        )


def measurement_error(
    sd: float,
    reliability: float | Estimate,
    *,
    scale: tuple[float, float] | None = None,
    unit: str = "points",
) -> MeasurementError:
    """Error of one person's score, from how scores spread and how reliable they are.

    Args:
        sd: Standard deviation of the score over people, 0 or more, in points.
        reliability: Of the score, 0 to 1: ``omega(items).total``, an alpha, or a number.
        scale: Lowest and highest possible score, to which bands are clipped.
        unit: What the score is counted in.

    Returns:
        The error, and the change beyond noise, each with the interval that the reliability's
        gives. Undefined where the reliability is.

    Raises:
        InvalidValueError: A negative standard deviation, a reliability outside 0 to 1 (a
            negative alpha says that the items contradict one another), or a bad scale.

    Source:
        Lord and Novick (1968); Jacobson and Truax (1991).

    >>> round(measurement_error(10, 0.84).smallest_change.value, 2)
    11.09
    """
    spread = checked_number(sd, "sd", low=0, high=_MOST)
    known = _as_estimate(reliability)
    return MeasurementError(
        sd=spread,
        reliability=known,
        sem=_error(spread, known, unit, _SEM),
        smallest_change=_error(two_sided_z() * sqrt(2) * spread, known, unit, _CHANGE),
        scale=None if scale is None else valid_scale(scale),
    )


def _as_estimate(reliability: float | Estimate) -> Estimate:
    if isinstance(reliability, Estimate):
        if reliability.value is not None:
            checked_number(reliability.value, "reliability", low=0, high=1)
        return reliability
    value = checked_number(reliability, "reliability", low=0, high=1)
    return Estimate(value=value, n=1, unit="reliability", method="given")


def _error(spread: float, reliability: Estimate, unit: str, method: str) -> Estimate:
    if reliability.value is None:
        why = (*reliability.notes, "the reliability is unknown")[0]
        return undefined(unit=unit, method=method, note=why, low=0, n=reliability.n)

    def error(of: float | None) -> float | None:
        # A lower end of alpha below 0 stands for no reliability at all.
        return None if of is None else spread * sqrt(1 - min(1.0, max(0.0, of)))

    return Estimate(
        value=error(reliability.value),
        low=error(reliability.high),
        high=error(reliability.low),
        n=reliability.n,
        unit=unit,
        method=method,
    )
