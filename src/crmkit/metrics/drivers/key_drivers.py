"""Key drivers: which of the things that customers rate go with how satisfied they are overall?

    symbol   here       unit
    x_j, y   columns    predictors and outcome, standardised
    ε_j      weight     of the variance of the outcome, 0 to 1; Σ ε_j = R²
    r_j      r          correlation, -1 to 1
    β_j      beta       standard deviations of the outcome per one of the predictor
    n, p     n, p       complete rows; predictors

Assumptions: respondents are independent, relations are straight lines, the questions are not
answers to the same thing twice. The weights are parts of what goes together in these answers;
they do not say that raising one raises the other. Do not compare weights of surveys that asked
different questions: each weight hangs on what else was asked. R² in the same answers flatters,
and its interval with it, where rows are few: read the adjusted one beside it.

Sources: Johnson (2000) and Lindeman, Merenda & Gold (1980) for the weights; Tonidandel, S.,
LeBreton, J. M. (2011). Relative importance analysis. Journal of Business and Psychology 26, 1-9,
for their intervals and the comparison with a random variable.
"""

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import MOST, checked_word
from crmkit.metrics.drivers.driver import Driver
from crmkit.metrics.drivers.lmg import refuse_many
from crmkit.metrics.drivers.redrawn_weights import redrawn_weights
from crmkit.metrics.drivers.weighed import CALLED, WEIGH, DriverMethod, Weighed
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.named_parts import part_named
from crmkit.metrics.resampling import DRAWS, checked_draws

__all__ = ["KeyDrivers", "key_drivers"]

_OUTCOME = "the outcome"
_NO_CAUSE = "what goes together, not what causes what: raising a driver need not raise the outcome"
_TWO_VALUES = "the outcome has two values: R² is that of a straight line through them"


@frozen(kw_only=True)
class KeyDrivers(Shown):
    """What goes with an outcome, by weight.

    Attributes:
        drivers: The predictors, the weightiest first.
        r_squared: Share of the outcome's variance that all of them explain together.
        adjusted_r_squared: The same less what as many random variables would explain; may fall
            below 0.
        method: "johnson" or "lmg".
        n: Complete rows.
        notes: What was left out, and what the reader must know.
    """

    drivers: tuple[Driver, ...]
    r_squared: Estimate
    adjusted_r_squared: float
    method: DriverMethod
    n: int
    notes: tuple[str, ...] = ()

    @property
    def weights(self) -> dict[str, float | None]:
        """The weights by driver, the weightiest first."""
        return {one.name: one.weight.value for one in self.drivers}

    def __getitem__(self, name: str) -> Driver:
        """Return a driver by its name.

        Raises:
            InvalidValueError: There is none of that name.
        """
        return part_named({one.name: one for one in self.drivers}, name, "driver")

    def sheet(self) -> Sheet:
        """Return the drivers as they are shown."""
        minded = tuple(f"{one.name}: {note}" for one in self.drivers for note in one.notes)
        return Sheet(
            title=f"Key drivers: R² {self.r_squared}",
            rows=tuple((one.name, one.brief()) for one in self.drivers),
            notes=(*minded, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how the weights came about."""
        inputs = {
            "adjusted R²": self.adjusted_r_squared,
            "complete rows": self.n,
            "read as": _NO_CAUSE,
        }
        weights = (one.explain() for one in self.drivers)
        return explained(
            "key_drivers",
            f"R² {self.r_squared}",
            inputs=inputs,
            left_out=(note for note in self.notes if note != _NO_CAUSE),
            model=CALLED[self.method],
            parts=(self.r_squared.explain("drivers_r_squared"), *weights),
        )


def key_drivers(
    predictors: Table,
    outcome: Iterable[float | None],
    *,
    method: DriverMethod = "johnson",
    draws: int = DRAWS,
    seed: int = 0,
) -> KeyDrivers:
    """Return what goes with an outcome, by weight. Needs the extra ``models``.

    Args:
        predictors: Answers by question, a row per respondent, in any unit: a mapping or a data
            frame. None is missing.
        outcome: What is to be explained, row by row: overall satisfaction, the intention to
            return. None is missing.
        method: "johnson" for relative weights, "lmg" for the average over all orders of entry
            (at most 15 predictors; each one more doubles the work).
        draws: Samples for the intervals, 100 or more.
        seed: From 0; the same seed gives the same intervals.

    Returns:
        The drivers with percentile intervals over redrawn respondents. Only complete rows
        count; the notes say how many are not.

    Raises:
        InvalidValueError: NaN, columns of unequal length, a column that is constant, predictors
            of which one adds up from the others (it names them), more than 15 of them for LMG.
        InsufficientDataError: Fewer complete rows than predictors and two.
        MissingExtraError: numpy is not installed.

    Source:
        Johnson (2000); Lindeman, Merenda & Gold (1980); Tonidandel & LeBreton (2011).

    >>> asked = {"quality": [5, 4, 2, 5, 1, 3], "price": [3, 4, 2, 5, 3, 1]}
    >>> found = key_drivers(asked, [9, 6, 4, 9, 3, 7])
    >>> [one.name for one in found.drivers], round(found.r_squared.value, 3)
    (['quality', 'price'], 0.927)
    """
    checked_word(method, "method", get_args(DriverMethod))
    draws = checked_draws(draws)
    table = answer_table(predictors, field="predictors")
    if method == "lmg":
        refuse_many(len(table.names))
    rows, notes = _complete(table, outcome)
    standardised = _standardised(rows, table.names)
    weighed = Weighed(standardised, table.names, method)
    redrawn = redrawn_weights(standardised, WEIGH[method], draws=draws, seed=seed)
    return KeyDrivers(
        drivers=weighed.drivers(redrawn),
        r_squared=weighed.r_squared(redrawn),
        adjusted_r_squared=weighed.adjusted_r_squared,
        method=method,
        n=len(rows),
        notes=(*notes, *_of_outcome(rows), *weighed.doubts(len(redrawn), draws), _NO_CAUSE),
    )


def _complete(
    table: AnswerTable, outcome: Iterable[float | None]
) -> tuple[list[tuple[float, ...]], tuple[str, ...]]:
    """The rows that are complete, the outcome last, and a note of the others."""
    if _OUTCOME in table.names:
        raise InvalidValueError("predictors", _OUTCOME, "must not be the name of a predictor")
    given = tuple(
        None if one is None else checked_number(one, f"outcome[{row}]", low=-MOST, high=MOST)
        for row, one in enumerate(cells(outcome, "outcome"))
    )
    if len(given) != len(table):
        raise InvalidValueError("outcome", len(given), f"must be {len(table)} long, as predictors")
    whole = AnswerTable(columns={**table.columns, _OUTCOME: given})
    needed, rows = len(table.names) + 2, whole.complete
    if len(rows) < needed:
        raise InsufficientDataError("key drivers", needed, len(rows), "complete rows")
    return rows, whole.left_out()


def _standardised(rows: Sequence[Sequence[float]], names: Sequence[str]) -> Any:
    np = require("numpy", extra="models")
    columns = np.array(rows)
    still = columns.max(axis=0) == columns.min(axis=0)
    constant = [name for name, is_so in zip((*names, _OUTCOME), still, strict=True) if is_so]
    if constant:
        rule, way_out = "must vary over the complete rows", "leave it out"
        raise InvalidValueError("column", ", ".join(constant), rule, way_out)
    # Counted from the least, so that no digit is lost where numbers are large and differ little,
    # then scaled: squares of very large or small numbers would leave the range of floats.
    columns = columns - columns.min(axis=0)
    columns = columns / columns.max(axis=0)
    columns = columns - columns.mean(axis=0)
    return columns / np.sqrt((columns**2).mean(axis=0))


def _of_outcome(rows: Sequence[Sequence[float]]) -> tuple[str, ...]:
    return (_TWO_VALUES,) * (len({row[-1] for row in rows}) == 2)
