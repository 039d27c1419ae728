"""Where everything drawn at random gets its numbers: one seed, checked in one way."""

from numbers import Integral
from random import Random
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError

__all__ = ["checked_seed", "generator", "plain_generator"]


def checked_seed(seed: Any) -> int:
    """Return a seed.

    Raises:
        InvalidValueError: It is no whole number from 0.
    """
    if not isinstance(seed, Integral) or int(seed) < 0:
        raise InvalidValueError("seed", seed, "must be a whole number from 0")
    return int(seed)


def generator(seed: Any) -> Any:
    """Return numpy's source of random numbers.

    Raises:
        InvalidValueError: A seed that is no whole number from 0.
        MissingExtraError: numpy is not installed.
    """
    return require("numpy", extra="models").random.default_rng(checked_seed(seed))


def plain_generator(seed: Any) -> Random:
    """Return the standard library's source of random numbers.

    Raises:
        InvalidValueError: A seed that is no whole number from 0.
    """
    return Random(checked_seed(seed))  # noqa: S311  # a sample, not a secret
