"""Where every simulation gets its random numbers: one seed, checked in one way."""

from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError


def checked_seed(seed: Any) -> int:
    """Return a seed.

    Raises:
        InvalidValueError: It is no whole number from 0.
        MissingExtraError: numpy is not installed.
    """
    np = require("numpy", extra="models")
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InvalidValueError("seed", seed, "must be a whole number from 0")
    return int(seed)


def generator(seed: Any) -> Any:
    """Return a source of random numbers.

    Raises:
        InvalidValueError: A seed that is no whole number from 0.
        MissingExtraError: numpy is not installed.
    """
    return require("numpy", extra="models").random.default_rng(checked_seed(seed))
