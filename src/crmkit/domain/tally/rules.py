"""Rules: how one figure is lifted from a row and how two of them join.

Each rule is a commutative monoid. A row where ``where`` does not hold, or whose column is
missing, says nothing.

    rule      one row says      joined by           no rows
    count     1                 +                   0
    total     the value         +                   0
    lowest    the value         the smaller         missing
    highest   the value         the larger          missing
    distinct  the value alone   union               the empty set
    total_at  (extreme, value)  the better extreme, (missing, missing)
                                + where both have it
    per       {key: its tally}  + key by key        no keys
    whole     its tally         +                   the empty tally
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally.expression import Expr, expression
from crmkit.domain.tally.remember import remembered

if TYPE_CHECKING:
    from crmkit.domain.tally.declare import Tally

__all__ = [
    "At",
    "Rule",
    "count",
    "distinct",
    "highest",
    "lowest",
    "per",
    "rules",
    "total",
    "total_at",
    "whole",
]


class At(NamedTuple):
    """A total over the rows where another column is at its extreme.

    Attributes:
        extreme: The lowest or highest value met; None without rows.
        total: The total over the rows that have it; None without rows. This is the figure.
    """

    extreme: int | None = None
    total: int | None = None


@attrs.frozen(kw_only=True, eq=False)
class Rule:
    """How a figure of a tally is made.

    Attributes:
        how: The rule's word (see the module).
        column: What is counted, totalled or compared; None for ``count`` and ``whole``.
        where: The rows that matter; None for all.
        extreme: For ``total_at`` the column whose extreme chooses the rows.
        lowest: For ``total_at`` whether its lowest value is meant, else its highest.
        part: For ``per`` and ``whole`` the tally that is kept.
    """

    how: str
    column: Expr | None = None
    where: Expr | None = None
    extreme: Expr | None = None
    lowest: bool = True
    part: "type[Tally] | None" = None

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that the rule itself reads."""
        read = (e for e in (self.column, self.where, self.extreme) if e is not None)
        return frozenset().union(*(e.columns for e in read))


def _field(rule: Rule, default: Any) -> Any:
    return attrs.field(default=default, metadata={"rule": rule})


def count(*, where: Expr | None = None) -> Any:
    """The number of rows."""
    return _field(Rule(how="count", where=where), 0)


def total(column: Expr, *, where: Expr | None = None) -> Any:
    """The sum of a column; missing values add nothing."""
    return _field(Rule(how="total", column=column, where=where), 0)


def lowest(column: Expr, *, where: Expr | None = None) -> Any:
    """The smallest value of a column, None without one."""
    return _field(Rule(how="lowest", column=column, where=where), None)


def highest(column: Expr, *, where: Expr | None = None) -> Any:
    """The largest value of a column, None without one."""
    return _field(Rule(how="highest", column=column, where=where), None)


def distinct(column: Expr, *, where: Expr | None = None) -> Any:
    """The set of values of a column. In expressions and frames it is their number."""
    return _field(Rule(how="distinct", column=column, where=where), frozenset())


def total_at(
    column: Expr | int,
    *,
    lowest: Expr | None = None,
    highest: Expr | None = None,
    where: Expr | None = None,
) -> Any:
    """The sum of a column over the rows where another is at its extreme, as an ``At``.

    In expressions and frames it is the total; frames keep the extreme beside it, in a
    column whose name ends in ``_at``. Rows that lack either value say nothing.

    Args:
        column: What is summed; 1 counts the rows.
        lowest: The column at whose lowest value to sum; or
        highest: the column at whose highest value to sum.
        where: The rows that matter.

    Raises:
        InvalidValueError: Not exactly one of ``lowest`` and ``highest`` is given.
    """
    extreme = lowest if highest is None else highest
    if extreme is None or (lowest is not None and highest is not None):
        raise InvalidValueError(
            "total_at", (lowest, highest), "needs exactly one of lowest= and highest="
        )
    rule = Rule(
        how="total_at",
        column=expression(column),
        where=where,
        extreme=extreme,
        lowest=highest is None,
    )
    return _field(rule, At())


def per(key: Expr, part: "type[Tally]", *, where: Expr | None = None) -> Any:
    """A tally for each value of a column; rows without one are left out.

    Raises:
        InvalidValueError: ``key`` is not a plain column.
    """
    if key.op != "col":
        raise InvalidValueError("per", key, "must be a plain column")
    return _field(Rule(how="per", column=key, where=where, part=part), attrs.Factory(dict))


def whole(part: "type[Tally]", *, where: Expr | None = None) -> Any:
    """Another tally over the same rows."""
    return _field(Rule(how="whole", where=where, part=part), attrs.Factory(part))


@remembered
def rules(tally: type[Any]) -> dict[str, Rule]:
    """The declared rules of a tally by name, inherited ones first."""
    declared = ((f.name, f.metadata.get("rule")) for f in attrs.fields(tally))
    return {name: rule for name, rule in declared if rule is not None}
