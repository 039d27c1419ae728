"""Row expressions: the few words that mean the same in Python and on every engine.

``row.units`` is a column, and columns combine by ``== != < <= > >=`` into conditions, by
``& | ~`` into further conditions, and by ``+ -`` into values. What is missing stays honest:

* comparing with a missing value is False (also ``!=``), so a condition is never missing;
* arithmetic with a missing value is missing;
* ``known()`` asks whether there is a value at all.

Values are whole numbers and texts. Division, decimals and dates are left out on purpose:
engines disagree about them, so days and microseconds arrive as integers.
"""

from keyword import iskeyword
from typing import Any, NoReturn

from crmkit.domain.errors import InvalidValueError

__all__ = ["COMPARISONS", "CONDITIONS", "Expr", "row"]

#: Operations that compare two values.
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
#: Operations whose result is true or false, never missing.
CONDITIONS = COMPARISONS | {"and", "or", "not", "known"}


class Expr:
    """A value or a condition, computed from one row.

    Build one from ``row``; the constructor is for this module.

    Attributes:
        op: The operation: "col", "lit", a comparison, "and", "or", "not", "known",
            "add", "sub", "floor" (``at_least``) or "counted".
        args: The operands; for "col" the name, for "lit" the value.
    """

    __slots__ = ("args", "op")
    __hash__ = object.__hash__

    def __init__(self, op: str, *args: Any) -> None:
        self.op = op
        self.args = args

    @property
    def key(self) -> tuple[Any, ...]:
        """The expression as a nested tuple: equal for equal expressions, hashable."""
        return (self.op, *(a.key if isinstance(a, Expr) else (type(a), a) for a in self.args))

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that it reads."""
        if self.op == "col":
            return frozenset(self.args)
        return frozenset().union(*(a.columns for a in self.args if isinstance(a, Expr)))

    @property
    def may_be_missing(self) -> bool:
        """Whether some row could leave it without a value."""
        if self.op == "col":
            return True
        if self.op == "lit" or self.op in CONDITIONS or self.op == "counted":
            return False
        return any(a.may_be_missing for a in self.args)

    def known(self) -> "Expr":
        """True where there is a value."""
        return Expr("known", _value(self))

    def at_least(self, floor: int) -> "Expr":
        """The value, or ``floor`` where it is lower; missing stays missing."""
        return Expr("floor", _value(self), expression(floor))

    def counted(self) -> "Expr":
        """1 where the condition holds, else 0."""
        return Expr("counted", _condition(self))

    def __eq__(self, other: object) -> "Expr":  # type: ignore[override]
        return _compared("eq", self, other)

    def __ne__(self, other: object) -> "Expr":  # type: ignore[override]
        return _compared("ne", self, other)

    def __lt__(self, other: "Expr | int") -> "Expr":
        return _compared("lt", self, other)

    def __le__(self, other: "Expr | int") -> "Expr":
        return _compared("le", self, other)

    def __gt__(self, other: "Expr | int") -> "Expr":
        return _compared("gt", self, other)

    def __ge__(self, other: "Expr | int") -> "Expr":
        return _compared("ge", self, other)

    def __and__(self, other: "Expr") -> "Expr":
        return Expr("and", _condition(self), _condition(other))

    def __or__(self, other: "Expr") -> "Expr":
        return Expr("or", _condition(self), _condition(other))

    def __invert__(self) -> "Expr":
        return Expr("not", _condition(self))

    def __add__(self, other: "Expr | int") -> "Expr":
        return Expr("add", _number(self), _number(expression(other)))

    def __sub__(self, other: "Expr | int") -> "Expr":
        return Expr("sub", _number(self), _number(expression(other)))

    def __radd__(self, other: int) -> "Expr":
        return expression(other) + self

    def __rsub__(self, other: int) -> "Expr":
        return expression(other) - self

    def __bool__(self) -> NoReturn:
        raise InvalidValueError(
            "expression", self, "has no truth value before it meets a row", "use & | ~ in it"
        )

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(repr, self.args))})"


def expression(value: Any) -> Expr:
    """``value`` as an expression: itself, or a whole number or a text as a constant.

    Raises:
        InvalidValueError: Anything else; a missing value is asked for with ``known()``.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, int | str) and not isinstance(value, bool):
        return Expr("lit", value)
    raise InvalidValueError(
        "expression",
        value,
        "must be a whole number, a text or a row expression",
        "ask for missing values with .known()",
    )


def _value(e: Expr) -> Expr:
    """``e``, refused where it is a condition."""
    if e.op in CONDITIONS:
        raise InvalidValueError("expression", e, "must be a value here", "use .counted()")
    return e


def _number(e: Expr) -> Expr:
    """``e``, refused where it is a condition or a text."""
    if e.op == "lit" and isinstance(e.args[0], str):
        raise InvalidValueError("expression", e, "must be a number here")
    return _value(e)


def _condition(e: Any) -> Expr:
    """``e``, refused where it cannot be true or false."""
    if isinstance(e, Expr) and (e.op == "col" or e.op in CONDITIONS):
        return e
    raise InvalidValueError("expression", e, "must be a condition here", "compare it first")


def _compared(op: str, left: Expr, right: object) -> Expr:
    """A comparison; texts are only equal or not, since engines order them differently."""
    other = expression(right)
    if op not in {"eq", "ne"}:
        other = _number(other)
    return Expr(op, _value(left), _value(other))


class _Row:
    """Any row: an attribute of it is the column of that name."""

    def __getattr__(self, name: str) -> Expr:
        # Tools look for dunder names everywhere, and names end up in generated code.
        if name.startswith("_") or not name.isidentifier() or iskeyword(name):
            raise AttributeError(name)
        return Expr("col", name)


#: The row that an expression is about: ``row.kind == "purchase"``.
row = _Row()
