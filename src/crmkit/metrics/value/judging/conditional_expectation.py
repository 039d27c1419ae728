"""Did each kind of customer buy as much as their history led to expect?

The mean of what was expected of them, given what each had done by the split, beside the mean
of what they then did: by repeat purchases so far (the papers' figure), and by when the last of
these was. A good model follows the means where they bend, in the long silent and in the
busiest. Beside the classes: whether chances to buy at all are calibrated, and how far single
customers are from what was expected. Single customers are never foretold well; most of that
is luck, and no model takes it away.

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy
way. Marketing Science 24(2), 275-284, section 4: conditional expectations by repeat purchases.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import fsum, sqrt
from typing import Any

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.correlation import correlation_of
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, mean_estimate
from crmkit.metrics.value.judging.calibration import Calibration, calibration, rank_groups
from crmkit.metrics.value.judging.holdout import Holdout
from crmkit.metrics.value.judging.holdout_scores import active, expected, judged

__all__ = ["ConditionalExpectation", "ExpectedClass", "absolute_error", "conditional_expectation"]

_MOST_CLASSES = 1000
_RECENCY_CLASSES = 5
_UNIT = "purchases"


@frozen(kw_only=True)
class ExpectedClass:
    """Customers of one kind.

    Attributes:
        label: What they have in common.
        bought: What they bought in the hold-out, together.
        expected_total: What was expected of them, together.
        actual: The mean of what each bought, with its t interval.
    """

    label: str
    bought: int
    expected_total: float
    actual: Estimate

    @property
    def customers(self) -> int:
        """How many they are."""
        return int(self.actual.n)

    @property
    def expected(self) -> float:
        """The mean of what was expected of each."""
        return self.expected_total / self.customers

    def to_row(self) -> dict[str, Any]:
        """Return a flat row."""
        return {
            "label": self.label,
            "customers": self.customers,
            "bought": self.bought,
            "expected_total": self.expected_total,
            "actual": self.actual.value,
            "low": self.actual.low,
            "high": self.actual.high,
            "expected": self.expected,
        }

    def told(self) -> str:
        """Return expected and actual means in a line."""
        means = f"expected {self.expected:.3g}, actual {self.actual.bare}"
        return f"{self.customers:,} customers: {means}"


@frozen(kw_only=True)
class ConditionalExpectation(Shown):
    """What was expected of customers in a hold-out, and what they did.

    Attributes:
        by_frequency: By repeat purchases up to the split, few first.
        by_recency: Those without one, and the others by weeks from first to last purchase in up
            to five groups of about one size.
        activity: The chances to buy at all in the hold-out against who did.
        expected: Purchases expected of all customers together.
        bought: Purchases there were.
        error: Mean absolute error of a single customer, with its t interval.
        rmse: Root of the mean squared error of a single customer; None without customers.
        correlation: Of expected and actual over customers (Pearson); None where either is the
            same for all.
        model: The model's parameters in a line.
        notes: What the reader must know.
    """

    by_frequency: tuple[ExpectedClass, ...]
    by_recency: tuple[ExpectedClass, ...]
    activity: Calibration
    expected: float
    bought: int
    error: Estimate
    rmse: float | None
    correlation: float | None
    model: str
    notes: tuple[str, ...] = ()

    @property
    def customers(self) -> int:
        """How many customers it is of."""
        return int(self.error.n)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row per class, ready to be plotted."""
        both = {"repeats": self.by_frequency, "recency": self.by_recency}
        return [{"by": by, **one.to_row()} for by, classes in both.items() for one in classes]

    def brief(self) -> str:
        """Return in a line what was expected and what came."""
        thought = f"{self.expected:,.1f} purchases expected of {self.customers:,} customers"
        return f"{thought}, {self.bought:,} came"

    def sheet(self) -> Sheet:
        """Return the classes and errors as they are shown."""
        classes = (*self.by_frequency, *self.by_recency)
        rows = [(one.label, one.told()) for one in classes]
        return Sheet(title=self.brief(), rows=(*rows, *self._errors().items()), notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        return explained(
            "conditional_expectation",
            self.brief(),
            inputs=self._errors(),
            left_out=self.notes,
            model=self.model,
            parts=[self.error.explain("prediction_error"), self.activity.explain()],
        )

    def _errors(self) -> dict[str, object]:
        known = {"root of mean squared error": self.rmse, "correlation": self.correlation}
        told = {name: f"{value:.4g}" for name, value in known.items() if value is not None}
        return {"mean absolute error": self.error, **told, "Brier score": self.activity.brier}


def conditional_expectation(
    model: Any, held_out: Holdout, *, last_class: int = 7
) -> ConditionalExpectation:
    """What a model expected of customers in a hold-out against what they bought.

    Args:
        model: A fit (of ``held_out.fit``), or a model of buying at any moment.
        held_out: The customers, cut by ``holdout``.
        last_class: Customers with that many repeat purchases or more are one class; from 1.

    Returns:
        Classes of at least one customer. Without customers there is none, and a note says so.

    Raises:
        InvalidValueError: A model of another kind, or a last class below 1.
        MissingExtraError: numpy is not installed.

    Source:
        Fader, Hardie & Lee (2005), section 4; Brier (1950) for the calibration.
    """
    last = int(checked_number(last_class, "last_class", low=1, high=_MOST_CLASSES, whole=True))
    one = judged(model)
    forecast = expected(one.model, held_out)
    return ConditionalExpectation(
        by_frequency=_classes(held_out.bought, forecast, _by_frequency(held_out, last)),
        by_recency=_classes(held_out.bought, forecast, _by_recency(held_out)),
        activity=calibration(active(one.model, held_out), map(bool, held_out.bought)),
        expected=fsum(forecast),
        bought=held_out.total,
        error=absolute_error(held_out.bought, forecast),
        rmse=_rmse(held_out.bought, forecast),
        correlation=correlation_of(held_out.bought, forecast),
        model=one.line,
        notes=(*one.notes, *held_out.notes),
    )


def absolute_error(bought: Sequence[int], forecast: Sequence[float]) -> Estimate:
    """Return the mean absolute error of a single customer, with its t interval."""
    errors = [abs(was - thought) for was, thought in zip(bought, forecast, strict=True)]
    return mean_estimate(errors, unit=_UNIT, low=0)


def _by_frequency(held_out: Holdout, last: int) -> list[tuple[int, str]]:
    places = [min(count, last) for count in held_out.repeats]
    return [(place, _repeats(place, last)) for place in places]


def _repeats(count: int, last: int) -> str:
    if count == last:
        return f"{count}+ repeats"
    return "1 repeat" if count == 1 else f"{count} repeats"


def _by_recency(held_out: Holdout) -> list[tuple[int, str]]:
    """Those who came back, in groups; those who did not come before them."""
    came_back = [weeks for weeks in held_out.recency if weeks > 0]
    groups = dict(zip(came_back, rank_groups(came_back, _RECENCY_CLASSES), strict=True))
    members = defaultdict[int, list[float]](list)
    for weeks, group in groups.items():
        members[group].append(weeks)
    labels = {group: f"recency {min(w):.3g} to {max(w):.3g} weeks" for group, w in members.items()}
    labels[-1] = "no repeat purchase"
    places = [groups[weeks] if weeks > 0 else -1 for weeks in held_out.recency]
    return [(place, labels[place]) for place in places]


def _classes(
    bought: Sequence[int], forecast: Sequence[float], of: Sequence[tuple[int, str]]
) -> tuple[ExpectedClass, ...]:
    members = defaultdict[tuple[int, str], list[tuple[int, float]]](list)
    for one, was, thought in zip(of, bought, forecast, strict=True):
        members[one].append((was, thought))
    return tuple(_class(label, members[place, label]) for place, label in sorted(members))


def _class(label: str, pairs: Sequence[tuple[int, float]]) -> ExpectedClass:
    bought = [was for was, _ in pairs]
    return ExpectedClass(
        label=label,
        bought=sum(bought),
        expected_total=fsum(thought for _, thought in pairs),
        actual=mean_estimate(bought, unit=_UNIT, low=0),
    )


def _rmse(bought: Sequence[int], forecast: Sequence[float]) -> float | None:
    if not bought:
        return None
    squares = ((was - thought) ** 2 for was, thought in zip(bought, forecast, strict=True))
    return sqrt(fsum(squares) / len(bought))
