"""For which customers the planted style can be told from the log, at its end.

The levels of relationship are judged over a year by what was done in it; a customer who came
yesterday has not been dealt with yet. A style can be told if the first order is at least 45
days old, the latest at most 300, and of the orders of the last year that were not sent back
whole at least one, and half, are 21 days old: by then they have arrived and been followed up.
"""

from collections.abc import Iterable

from crmkit.domain.interactions import Interaction, Purchase, Return
from crmkit.synthetic.setting import Setting

__all__ = ["is_judgeable"]

_KNOWN_DAYS, _QUIET_DAYS, _SETTLED_DAYS, _YEAR = 45, 300, 21, 365


def is_judgeable(happened: Iterable[Interaction], setting: Setting) -> bool:
    """Tell whether a customer's planted style can be told from what happened with them."""
    facts = list(happened)
    void = {one.order_id for one in _whole_returns(facts)}
    bought = [one for one in facts if isinstance(one, Purchase) and one.order_id not in void]
    ages = sorted((setting.at(setting.days) - one.at).days for one in bought)
    if not ages or ages[-1] < _KNOWN_DAYS or ages[0] > _QUIET_DAYS:
        return False
    within = [age for age in ages if age < _YEAR]
    settled = sum(age >= _SETTLED_DAYS for age in within)
    return settled > 0 and 2 * settled >= len(within)


def _whole_returns(facts: Iterable[Interaction]) -> Iterable[Return]:
    """The returns of all lines of their order."""
    known = list(facts)
    lines = {one.order_id: one.lines for one in known if isinstance(one, Purchase)}
    returns = (one for one in known if isinstance(one, Return))
    return (one for one in returns if one.lines == lines.get(one.order_id or ""))
