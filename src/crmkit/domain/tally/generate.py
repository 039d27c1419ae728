"""Write row expressions as plain Python, and compile what was written.

The source is kept in ``linecache``, so that tracebacks and debuggers show it.
"""

import itertools
import linecache
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from crmkit.domain.tally.expression import COMPARISONS, Expr
from crmkit.domain.tally.rules import Rule

__all__ = ["Source", "compiled", "figure"]

_SIGNS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "add": "+",
    "sub": "-",
}
_WORDS = {
    "not": "(not {})",
    "known": "({} is not None)",
    "counted": "(1 if {} else 0)",
    "and": "({} and {})",
    "or": "({} or {})",
}


@attrs.frozen
class Source:
    """Writes expressions as Python.

    Attributes:
        column: How a column is read.
        known: The columns that always have a value.
        fresh: Names that are not used yet.
    """

    column: Callable[[str], str]
    known: frozenset[str] = frozenset()
    fresh: Iterator[str] = attrs.field(factory=lambda: map("v{}".format, itertools.count()))

    def of(self, e: Expr) -> str:
        """The Python expression for ``e``."""
        if e.op == "col":
            return self.column(e.args[0])
        if e.op == "lit":
            return repr(e.args[0])
        if e.op in _WORDS:
            return _WORDS[e.op].format(*map(self.of, e.args))
        return self._guarded(e)

    def _guarded(self, e: Expr) -> str:
        """A comparison or arithmetic whose operands may be missing."""
        if e.op == "eq" and not all(map(self.may_be_missing, e.args)):
            return f"({self.of(e.args[0])} == {self.of(e.args[1])})"  # None equals no constant
        tests, (left, right) = self.bound(e.args)
        if e.op in COMPARISONS:
            return f"({' and '.join([*tests, f'{left} {_SIGNS[e.op]} {right}'])})"
        plain = f"max({left}, {right})" if e.op == "floor" else f"{left} {_SIGNS[e.op]} {right}"
        return f"({plain} if {' and '.join(tests)} else None)" if tests else f"({plain})"

    def may_be_missing(self, e: Expr) -> bool:
        """Whether a row could leave it without a value."""
        return e.may_be_missing and not e.columns <= self.known

    def bound(self, operands: Iterable[Expr]) -> tuple[list[str], list[str]]:
        """Tests that every operand is known, and what to call the operands after them."""
        tests, names = [], []
        for operand in operands:
            name = source = self.of(operand)
            if self.may_be_missing(operand):
                if not source.isidentifier():
                    name = next(self.fresh)
                    source = f"({name} := {source})"
                tests.append(f"{source} is not None")
            names.append(name)
        return tests, names


def figure(rule: Rule | None, source: str) -> str:
    """How to read the figure of a stored value: sets count, ``At`` shows its total."""
    match rule.how if rule else "":
        case "distinct":
            return f"len({source})"
        case "total_at":
            return f"{source}.total"
    return source


def compiled(name: str, label: str, lines: Iterable[str], names: dict[str, Any]) -> Any:
    """The function ``name`` that ``lines`` define, with its source left for tracebacks."""
    source = "\n".join(lines) + "\n"
    filename = f"<crmkit {label}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope = dict(names)
    exec(compile(source, filename, "exec"), scope)  # noqa: S102  the source is our own
    return scope[name]
