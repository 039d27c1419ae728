"""Row expressions as narwhals expressions, with the same answer to missing values."""

import operator
from typing import Any

from crmkit.adapters.frames.engine import narwhals
from crmkit.domain.tally import Expr

__all__ = ["condition", "value"]

_BINARY = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "and": operator.and_,
    "or": operator.or_,
    "add": operator.add,
    "sub": operator.sub,
}


def value(e: Expr) -> Any:
    """The narwhals expression for ``e``."""
    nw = narwhals()
    match e.op:
        case "col":
            return nw.col(e.args[0])
        case "lit":
            return nw.lit(e.args[0])
        case "counted":
            return condition(e.args[0]).cast(nw.Int64)
        case "floor":
            number, floor = value(e.args[0]), e.args[1].args[0]
            return nw.when(number < floor).then(nw.lit(floor)).otherwise(number)
        case "add" | "sub":
            return _BINARY[e.op](*map(_operand, e.args))
    return condition(e)


def condition(e: Expr) -> Any:
    """The narwhals expression for a condition: true or false, never missing."""
    match e.op:
        case "not":
            return ~condition(e.args[0])
        case "and" | "or":
            return _BINARY[e.op](*map(condition, e.args))
        case "known":
            return ~value(e.args[0]).is_null()
    plain = value(e) if e.op == "col" else _BINARY[e.op](*map(_operand, e.args))
    return plain.fill_null(value=False)


def _operand(e: Expr) -> Any:
    """A constant as it is, so that the engine fits its type to the column's."""
    return e.args[0] if e.op == "lit" else value(e)
