"""A mean in which older answers count less: half as much after each half-life.

Assumptions: what customers think fades at a steady rate, and answers are independent. The
effective size tells how many fresh answers the whole is worth. Do not compare means of
different half-lives.

    paper   here        unit
    H       half_life   days
    w       weight      0.5^(age / H)

Source: exponential smoothing in time; Kish, L. (1965), Survey sampling, for the effective size.
The half-life of 90 days is crmkit's own.
"""

from collections.abc import Iterable

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import paired
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, known, on_scale, valid_scale
from crmkit.metrics.surveys.weighted import weighted_mean_estimate

__all__ = ["time_decayed_mean"]


def time_decayed_mean(
    answers: Iterable[tuple[float, float | None]],
    *,
    half_life: float = 90,
    scale: tuple[float, float] = (1, 5),
) -> Estimate:
    """Mean of answers, each weighted by how fresh it is.

    Args:
        answers: Age in days, 0 or more, and the answer on ``scale``; None is a missing one,
            counted in the notes.
        half_life: Days after which an answer counts half as much, above 0.
        scale: Lowest and highest step.

    Returns:
        The mean with a t interval on its effective size, which is its n; without answers it is
        undefined, with an effective size below two the interval is the whole scale. Only
        differences of age matter: a day later the mean is the same, if nobody answers.

    Raises:
        InvalidValueError: A negative age (an answer of the future), an answer that is NaN or
            off the scale, an impossible scale, or a half-life that is not above 0.

    Source:
        Kish (1965) for the effective size.

    >>> round(time_decayed_mean([(0, 5), (30, 4), (90, 3), (365, 2)]).value, 4)
    4.1613
    """
    low, high = valid_scale(scale)
    halved = checked_number(half_life, "half_life")
    if halved <= 0:
        raise InvalidValueError("half_life", half_life, "must be above 0 days")
    given = [
        paired(one, f"answers[{index}]", "(age, answer)")
        for index, one in enumerate(cells(answers, "answers"))
    ]
    ages = [_age(age, f"answers[{index}].age") for index, (age, _) in enumerate(given)]
    values = known((value for _, value in given), field="answers", low=low, high=high)
    kept = [age for age, (_, value) in zip(ages, given, strict=True) if value is not None]
    youngest = min(kept, default=0.0)
    return weighted_mean_estimate(
        values.values,
        # Counted from the youngest, so that a survey of long ago keeps its weights.
        [0.5 ** ((age - youngest) / halved) for age in kept],
        unit=on_scale(low, high),
        method=f"mean, weights halved every {halved:g} days",
        low=low,
        high=high,
        notes=values.notes,
    )


def _age(age: float, field: str) -> float:
    found = checked_number(age, field)
    if found < 0:
        raise InvalidValueError(field, age, "must be 0 days or more", "leave later answers out")
    return found
