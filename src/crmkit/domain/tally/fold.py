"""The fold and the sum of tallies, generated once per class.

A generic fold asks for every row what each rule is; the generated one is the loop one would
write by hand: locals for the sums, conditions nested so that what they share is tested once,
and each column read where it is needed, once.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from crmkit.domain.tally.expression import Expr
from crmkit.domain.tally.generate import Source, compiled, figure
from crmkit.domain.tally.readings import readings
from crmkit.domain.tally.remember import remembered
from crmkit.domain.tally.rules import At, Rule, rules

__all__ = ["fold_of", "join_of"]

_STARTS = {
    "count": "0",
    "total": "0",
    "distinct": "set()",
    "per": "defaultdict(list)",
    "whole": "[]",
}
_ENDS = {
    "distinct": "frozenset(s_{0})",
    "total_at": "At(x_{0}, s_{0})",
    "per": "{{k: part_{0}(g) for k, g in s_{0}.items()}} if s_{0} else {{}}",
    "whole": "part_{0}(s_{0})",
}
_STEPS = {
    "count": ["s_{0} += 1"],
    "total": ["s_{0} += {t}"],
    "lowest": ["if s_{0} is None or {t} < s_{0}:", "    s_{0} = {t}"],
    "highest": ["if s_{0} is None or {t} > s_{0}:", "    s_{0} = {t}"],
    "distinct": ["s_{0}.add({t})"],
    "per": ["s_{0}[{t}].append(r)"],
    "whole": ["s_{0}.append(r)"],
    "total_at": [
        "if x_{0} is None or {x} {sign} x_{0}:",
        "    x_{0}, s_{0} = {x}, {t}",
        "elif {x} == x_{0}:",
        "    s_{0} += {t}",
    ],
}
#: Rules whose figure every tally has a value for.
_ALWAYS = frozenset({"count", "total", "distinct"})


@remembered
def fold_of(tally: type[Any], over: type[Any] | None = None) -> Callable[[Iterable[Any]], Any]:
    """The function that collects rows into a ``tally``.

    Args:
        tally: The tally to make.
        over: The tally class of the rows, where rows are tallies themselves; its readings
            are then computed in place and its sets and ``At`` read as figures.
    """
    parts = {f"part_{n}": fold_of(r.part) for n, r in rules(tally).items() if r.part is not None}
    names = {"make": tally, "nothing": tally(), "At": At, "defaultdict": defaultdict, **parts}
    fold: Callable[[Iterable[Any]], Any] = compiled(
        "fold", f"{tally.__name__}.collect", _fold_lines(tally, over), names
    )
    return fold


def _fold_lines(tally: type[Any], over: type[Any] | None) -> Iterator[str]:
    """The source of the fold."""
    declared = rules(tally)
    yield "def fold(rows):"
    if over is not None:  # most customers have no case and no promise
        yield "    if not rows:"
        yield "        return nothing"
    for name, rule in declared.items():
        yield f"    {_start(name, rule)}"
    yield "    for r in rows:"
    for line in list(_Rows.of(over).lines(_nested(declared), frozenset())) or ["pass"]:
        yield f"        {line}"
    ends = ", ".join(f"{n}={_ENDS.get(r.how, 's_{0}').format(n)}" for n, r in declared.items())
    yield f"    return make({ends})"


def _start(name: str, rule: Rule) -> str:
    """What a sum is before the first row."""
    if rule.how == "whole" and rule.where is None:
        # Several parts read the same rows, and an iterator can be read only once.
        return f"s_{name} = rows = rows if isinstance(rows, list) else list(rows)"
    also = f"x_{name} = " if rule.how == "total_at" else ""
    return f"{also}s_{name} = {_STARTS.get(rule.how, 'None')}"


# --- the body of the loop -----------------------------------------------------------------


@attrs.frozen
class _Block:
    """What is done with the rows for which a condition holds.

    Attributes:
        steps: The rules that have no further condition.
        inner: The further conditions and their blocks, by the condition's key.
    """

    steps: dict[str, Rule] = attrs.field(factory=dict)
    inner: "dict[Any, tuple[Expr, _Block]]" = attrs.field(factory=dict)

    def read_here(self) -> Iterator[Expr]:
        """What is computed for every row that comes here."""
        for rule in self.steps.values():
            yield from (e for e in (rule.column, rule.extreme) if e is not None)
        yield from (condition for condition, _ in self.inner.values())

    def read_within(self) -> Iterator[Expr]:
        """What is computed for some of them only."""
        for _, block in self.inner.values():
            yield from block.read_here()
            yield from block.read_within()


def _nested(declared: Mapping[str, Rule]) -> _Block:
    """All rules as one block; conditions that begin alike share their beginning."""
    root = _Block()
    for name, rule in declared.items():
        block = root
        for condition in _conjuncts(rule.where):
            _, block = block.inner.setdefault(condition.key, (condition, _Block()))
        if rule.how != "whole" or rule.where is not None:
            block.steps[name] = rule
    return root


def _conjuncts(condition: Expr | None) -> list[Expr]:
    """The conditions that all must hold."""
    if condition is None:
        return []
    if condition.op == "and":
        return [each for arg in condition.args for each in _conjuncts(arg)]
    return [condition]


def _names(e: Expr) -> Iterator[str]:
    """The columns that an expression reads, as often as it does."""
    if e.op == "col":
        yield e.args[0]
    for arg in e.args:
        if isinstance(arg, Expr):
            yield from _names(arg)


@attrs.frozen
class _Rows:
    """Writes what is done with one row.

    Attributes:
        fields: The rules of the rows, where they are tallies themselves.
        derived: Their readings.
        known: Those of both that always have a value.
        fresh: Names that are not used yet.
    """

    fields: Mapping[str, Rule]
    derived: Mapping[str, Expr]
    known: frozenset[str]
    fresh: Iterator[str]

    @classmethod
    def of(cls, over: type[Any] | None) -> "_Rows":
        """For rows that are tallies of this class, or anything."""
        fields, derived = (rules(over), readings(over)) if over else ({}, {})
        known = frozenset(name for name, rule in fields.items() if rule.how in _ALWAYS)
        source = Source(str, known)
        for name, e in derived.items():
            source = attrs.evolve(
                source, known=source.known if source.may_be_missing(e) else source.known | {name}
            )
        return cls(fields, derived, source.known, source.fresh)

    def lines(self, block: _Block, local: frozenset[str]) -> Iterator[str]:
        """The lines of a block; ``local`` are the columns that are variables already."""
        here = self._reads(block.read_here(), local)
        again = self._reads(block.read_within(), local)
        wanted = {n for n in here if n not in local and here[n] + (n in again) > 1}
        for name in [*sorted(wanted - self.derived.keys()), *self.derived]:
            if name in wanted:
                yield f"c_{name} = {self._column(name, local)}"
                local |= {name}
        source = self._source(local)
        for name, rule in block.steps.items():
            yield from _steps(name, rule, source)
        for word, condition, inner in _branches(block):
            yield f"{word} {source.of(condition)}:"
            yield from (f"    {line}" for line in self.lines(inner, local))

    def _reads(self, expressions: Iterable[Expr], local: frozenset[str]) -> Counter[str]:
        """How often each column is read, readings that are no variable yet looked into."""
        found: Counter[str] = Counter()
        todo = list(expressions)
        while todo:
            for name in _names(todo.pop()):
                found[name] += 1
                if found[name] == 1 and name in self.derived and name not in local:
                    todo.append(self.derived[name])
        return found

    def _source(self, local: frozenset[str]) -> Source:
        def column(name: str) -> str:
            return f"c_{name}" if name in local else self._column(name, local)

        return Source(column, self.known, self.fresh)

    def _column(self, name: str, local: frozenset[str]) -> str:
        """How a column is read that is no variable."""
        if name in self.derived:
            return self._source(local).of(self.derived[name])
        return figure(self.fields.get(name), f"r.{name}")


def _branches(block: _Block) -> Iterator[tuple[str, Expr, _Block]]:
    """The conditions of a block; of one column's values at most one is met."""
    chains: defaultdict[Any, list[tuple[Expr, _Block]]] = defaultdict(list)
    for key, (condition, inner) in block.inner.items():
        one_of = condition.op == "eq" and [a.op for a in condition.args] == ["col", "lit"]
        chains[condition.args[0].key if one_of else key].append((condition, inner))
    for chain in chains.values():
        for word, (condition, inner) in zip(["if", *["elif"] * len(chain)], chain, strict=False):
            yield word, condition, inner


def _steps(name: str, rule: Rule, source: Source) -> Iterator[str]:
    """What one row does to one sum, its condition given."""
    operands = [e for e in (rule.column, rule.extreme) if e is not None]
    tests, values = source.bound(operands)
    words = dict(zip("tx", values, strict=False)) | {"sign": "<" if rule.lowest else ">"}
    steps = [line.format(name, **words) for line in _STEPS[rule.how]]
    if tests:
        yield f"if {' and '.join(tests)}:"
    yield from (f"    {step}" if tests else step for step in steps)


# --- joining ------------------------------------------------------------------------------


def _lower(a: Any, b: Any) -> Any:
    return b if a is None or (b is not None and b < a) else a


def _higher(a: Any, b: Any) -> Any:
    return b if a is None or (b is not None and b > a) else a


def _merged(a: dict[Any, Any], b: dict[Any, Any]) -> dict[Any, Any]:
    return {**a, **b, **{key: a[key] + b[key] for key in a.keys() & b.keys()}}


def _at(a: Any, b: Any, better: Callable[[Any, Any], Any]) -> Any:
    if a.extreme is not None and a.extreme == b.extreme:
        return At(a.extreme, a.total + b.total)
    return a if better(a.extreme, b.extreme) == a.extreme else b


_JOINS = {
    "lowest": "lower(a.{0}, b.{0})",
    "highest": "higher(a.{0}, b.{0})",
    "distinct": "a.{0} | b.{0}",
    "total_at": "at(a.{0}, b.{0}, {1})",
    "per": "merged(a.{0}, b.{0})",
}


@remembered
def join_of(tally: type[Any]) -> Callable[[Any, Any], Any]:
    """The function that adds two values of this class."""
    joins = (
        f"{n}={_JOINS.get(r.how, 'a.{0} + b.{0}').format(n, 'lower' if r.lowest else 'higher')}"
        for n, r in rules(tally).items()
    )
    names = {"make": tally, "lower": _lower, "higher": _higher, "at": _at, "merged": _merged}
    lines = ["def join(a, b):", f"    return make({', '.join(joins)})"]
    join: Callable[[Any, Any], Any] = compiled("join", f"{tally.__name__} + ", lines, names)
    return join
