"""The fold and the sum of tallies, generated once per class.

A generic fold asks for every row what each rule is; the generated one is the loop one would
write by hand: locals for the sums, each condition tested once, each column it needs read
once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

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
    "per": "{{k: part_{0}(g) for k, g in s_{0}.items()}}",
    "whole": "part_{0}(s_{0})",
}
_STEPS = {
    "total": ["if t is not None:", "    s_{0} += t"],
    "lowest": ["if t is not None and (s_{0} is None or t < s_{0}):", "    s_{0} = t"],
    "highest": ["if t is not None and (s_{0} is None or t > s_{0}):", "    s_{0} = t"],
    "distinct": ["if t is not None:", "    s_{0}.add(t)"],
    "per": ["if t is not None:", "    s_{0}[t].append(r)"],
    "total_at": [
        "if t is not None and x is not None:",
        "    if x_{0} is None or x {1} x_{0}:",
        "        x_{0}, s_{0} = x, t",
        "    elif x == x_{0}:",
        "        s_{0} += t",
    ],
}


@remembered
def fold_of(tally: type[Any], over: type[Any] | None = None) -> Callable[[Iterable[Any]], Any]:
    """The function that collects rows into a ``tally``.

    Args:
        tally: The tally to make.
        over: The tally class of the rows, where rows are tallies themselves; its readings
            are then computed in place and its sets and ``At`` read as figures.
    """
    parts = {f"part_{n}": fold_of(r.part) for n, r in rules(tally).items() if r.part is not None}
    names = {"make": tally, "At": At, "defaultdict": defaultdict, **parts}
    fold: Callable[[Iterable[Any]], Any] = compiled(
        "fold", f"{tally.__name__}.collect", _fold_lines(tally, over), names
    )
    return fold


def _fold_lines(tally: type[Any], over: type[Any] | None) -> Iterator[str]:
    """The source of the fold."""
    declared = rules(tally)
    hoisted, source = _hoisted(declared.values(), over)
    yield "def fold(rows):"
    for name, rule in declared.items():
        yield f"    {_start(name, rule)}"
    yield "    for r in rows:"
    for line in [*hoisted, *_blocks(declared, source)] or ["pass"]:
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


def _hoisted(declared: Iterable[Rule], over: type[Any] | None) -> tuple[list[str], Source]:
    """Lines that read once per row what conditions need, and how to read columns after."""
    declared = list(declared)
    fields, derived = (rules(over), readings(over)) if over else ({}, {})
    read = frozenset().union(*(r.columns for r in declared))
    tested = frozenset().union(*(r.where.columns for r in declared if r.where is not None))
    wanted = _with_inner(read & derived.keys(), derived)
    plain = sorted((tested | frozenset().union(*(derived[n].columns for n in wanted))) - wanted)
    local = {*plain, *wanted}

    def column(name: str) -> str:
        return f"c_{name}" if name in local else figure(fields.get(name), f"r.{name}")

    source = Source(column)
    lines = [f"c_{n} = {figure(fields.get(n), f'r.{n}')}" for n in plain]
    lines += [f"c_{n} = {source.of(e)}" for n, e in derived.items() if n in wanted]
    return lines, source


def _with_inner(names: Iterable[str], derived: dict[str, Expr]) -> frozenset[str]:
    """The readings ``names`` and those they are made of."""
    found = frozenset(names)
    inner = frozenset().union(*(derived[n].columns for n in found)) & derived.keys()
    return found if inner <= found else _with_inner(found | inner, derived)


def _blocks(declared: dict[str, Rule], source: Source) -> Iterator[str]:
    """The steps of all rules, those with the same condition under one ``if``."""
    by_condition: dict[Any, list[str]] = defaultdict(list)
    conditions: dict[Any, str] = {}
    for name, rule in declared.items():
        key = rule.where.key if rule.where is not None else None
        if rule.where is not None and key not in conditions:
            conditions[key] = source.of(rule.where)
        by_condition[key] += _steps(name, rule, source)
    for key, steps in by_condition.items():
        if steps and key is not None:
            yield f"if {conditions[key]}:"
        yield from (steps if key is None else (f"    {step}" for step in steps))


def _steps(name: str, rule: Rule, source: Source) -> list[str]:
    """What one row does to one sum, its condition given."""
    if rule.how == "count":
        return [f"s_{name} += 1"]
    if rule.how == "whole":
        return [] if rule.where is None else [f"s_{name}.append(r)"]
    reads = [f"t = {source.of(rule.column)}"] if rule.column is not None else []
    if rule.extreme is not None:
        reads.append(f"x = {source.of(rule.extreme)}")
    sign = "<" if rule.lowest else ">"
    return reads + [line.format(name, sign) for line in _STEPS[rule.how]]


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
