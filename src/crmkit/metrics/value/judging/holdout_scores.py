"""What a model says of every customer of a hold-out; equal histories are asked for once."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from attrs import fields

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.judging.holdout import Holdout
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit

__all__ = ["Judged", "active", "expected", "judged", "log_chances"]

# A table of chances has at most this many cells at once.
_CELLS = 2_000_000


class Judged(NamedTuple):
    """A model to be judged.

    Attributes:
        model: The model at its parameters.
        name: What it is called in its paper.
        line: Its parameters in a line.
        notes: What its fit says against it.
    """

    model: BuyingModel
    name: str
    line: str
    notes: tuple[str, ...]


def judged(given: Any) -> Judged:
    """Return the model of a fit, or the model given.

    Raises:
        InvalidValueError: It is neither, or no model of buying at any moment.
    """
    model: Any = given.model if isinstance(given, Fit) else given
    if not isinstance(model, BuyingModel):
        rule = "must be a model of buying at any moment, or the fit of one"
        raise InvalidValueError("model", given, rule)
    if not isinstance(given, Fit):
        told = ((each.name, getattr(model, each.name)) for each in fields(type(given)))
        line = ", ".join(f"{name} {value:.4g}" for name, value in told)
        return Judged(model, model.NAME, f"{model.NAME}: {line}", ())
    doubt = () if given.converged else (f"the fit of the {given.name} did not converge",)
    return Judged(model, given.name, given.line, doubt)


def expected(model: BuyingModel, held_out: Holdout) -> list[float]:
    """Return the purchases to expect of each customer in the hold-out, given their history."""
    weeks = held_out.weeks
    return _each(
        _histories(held_out), lambda *history: model.expected_purchases(*history, weeks=weeks)
    )


def active(model: BuyingModel, held_out: Holdout) -> list[float]:
    """Return each customer's chance to buy at all in the hold-out, given their history."""
    weeks = held_out.weeks
    return _each(
        _histories(held_out), lambda *history: model.purchase_probability(*history, weeks=weeks)
    )


def log_chances(model: BuyingModel, held_out: Holdout) -> list[float | None]:
    """Return the log-likelihood of what each customer bought in the hold-out, given the history.

    None where the chance is too small for a float, as of hundreds of purchases by somebody
    of whom none was to be expected.
    """
    histories, groups = _histories(held_out), defaultdict[int, list[int]](list)
    for row, count in enumerate(held_out.bought):
        groups[count].append(row)
    found: list[float | None] = [None] * len(histories)
    for count, rows in groups.items():
        chances = _chances_of(model, count, [histories[row] for row in rows], held_out.weeks)
        for row, chance in zip(rows, chances, strict=True):
            found[row] = math.log(chance) if chance > 0 else None
    return found


_Row = tuple[int, float, float]


def _histories(held_out: Holdout) -> list[_Row]:
    return list(zip(held_out.repeats, held_out.recency, held_out.age, strict=True))


def _chances_of(model: BuyingModel, count: int, rows: Sequence[_Row], weeks: float) -> list[float]:
    def ask(*history: Any) -> Any:
        return model.count_probabilities(*history, weeks=weeks, most=count)[:, count]

    return _each(rows, ask, block=max(1, _CELLS // (count + 1)))


def _each(rows: Sequence[_Row], ask: Callable[..., Any], *, block: int = _CELLS) -> list[float]:
    """The answer to every row, asked for once for each distinct one, a block at a time."""
    distinct = list(dict.fromkeys(rows))
    answers = dict[_Row, float]()
    for start in range(0, len(distinct), block):
        some = distinct[start : start + block]
        columns = (list(column) for column in zip(*some, strict=True))
        answers.update(zip(some, map(float, ask(*columns)), strict=True))
    return [answers[row] for row in rows]
