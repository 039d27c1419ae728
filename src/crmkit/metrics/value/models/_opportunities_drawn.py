"""Drawing what customers do at opportunities to come, as the BG/BB has it.

Each customer gets a chance to buy and a chance to leave, and then goes from opportunity to
opportunity: first they may leave, then who is there may buy. Draws are the same for the same
seed on the same version of numpy.
"""

from typing import Any

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._opportunities import MOST
from crmkit.metrics.value.models.history import read_columns, refuse


def read_ahead(ahead: Any) -> Numbers:
    """Return numbers of opportunities to come.

    Raises:
        InvalidValueError: A number that is not whole, below 0 or above ``MOST``.
    """
    m, (read,) = read_columns(opportunities=ahead)
    broken = (read < 0) | (read > MOST) | (m.floor(read) != read)
    refuse(m, "opportunities", read, broken, f"must be a whole number from 0 to {MOST:,}")
    return read


def drawn(
    rng: Any,
    there: Numbers,
    buying: tuple[Numbers, Numbers],
    leaving: tuple[float, Numbers],
    ahead: Numbers,
) -> tuple[Any, Any, Any]:
    """Draw each customer's purchases.

    Args:
        rng: From ``seeds.generator``.
        there: The chance that each was there at the last opportunity.
        buying: Shapes of the chances to buy of those who were.
        leaving: Shapes of the chances to leave.
        ahead: Opportunities to come, whole numbers.

    Returns:
        Purchases, the opportunity of the last one (0 without any), and who is there then.
    """
    np = require("numpy", extra="models")
    there, first, second, stay, ahead = np.broadcast_arrays(there, *buying, leaving[1], ahead)
    alive = rng.random(there.shape) < there
    buys, leaves = rng.beta(first, second), rng.beta(leaving[0], stay)
    purchases, last = np.zeros(there.shape, "int64"), np.zeros(there.shape)
    for k in range(1, int(ahead.max(initial=0)) + 1):
        is_asked = ahead >= k
        alive &= (rng.random(there.shape) >= leaves) | ~is_asked
        has_bought = (rng.random(there.shape) < buys) & alive & is_asked
        purchases, last = purchases + has_bought, np.where(has_bought, k, last)
    return purchases, last, alive
