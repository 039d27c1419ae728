"""A tally's declaration read over a frame: lift each row, then aggregate plain columns.

What engines get wrong without an error is never written here: no condition inside an
aggregate (masked columns first), no window (join instead), no ``n_unique`` (it counts
nulls), and no cast inside an aggregate (after the last join instead).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from crmkit.adapters.frames.engine import Engine, narwhals, whole_numbers
from crmkit.adapters.frames.expressions import condition, value
from crmkit.domain.tally import Rule, readings, rules

__all__ = [
    "Collected",
    "collect",
    "columns_read",
    "figure_names",
    "kept",
    "needs_settling",
    "read",
    "value_name",
    "zeros",
]

_SUMMED = {"count": "sum", "total": "sum", "lowest": "min", "highest": "max"}


@frozen(kw_only=True)
class Collected:
    """One row per key.

    Attributes:
        frame: The keys and the figures of every field; sets are their size.
        sets: The members of each ``distinct`` field: the keys and a value, each pair once.
    """

    frame: Any
    sets: Mapping[str, Any]


def plain_rules(tally: type[Any]) -> dict[str, Rule]:
    """The rules of the fields that are columns."""
    return {name: rule for name, rule in rules(tally).items() if rule.part is None}


def figure_names(tally: type[Any], *, derived: bool = True) -> list[str]:
    """The columns of a tally's figures, in the order of ``figures``."""
    names = []
    for name, rule in plain_rules(tally).items():
        names += [name, f"{name}_at"] if rule.how == "total_at" else [name]
    return names + (list(readings(tally)) if derived else [])


def zeros(tally: type[Any]) -> list[str]:
    """The columns that are 0, not missing, where there are no rows."""
    return [n for n, r in plain_rules(tally).items() if r.how in {"count", "total", "distinct"}]


def columns_read(tally: type[Any]) -> frozenset[str]:
    """The columns of the rows that a tally's own fields read."""
    return frozenset().union(*(r.columns for r in rules(tally).values()))


def needs_settling(tally: type[Any]) -> bool:
    """Whether ``collect`` reads the rows more than once."""
    return any(r.how in {"distinct", "total_at"} for r in plain_rules(tally).values())


def value_name(name: str, rule: Rule, keys: list[str]) -> str:
    """What the members of a ``distinct`` field are called: their column, or the field."""
    column = rule.column
    plain = column is not None and column.op == "col" and column.args[0] not in keys
    return str(column.args[0]) if column is not None and plain else name


def kept(frame: Any, rule: Rule) -> Any:
    """The rows that a keyed or whole part is about."""
    if rule.where is not None:
        frame = frame.filter(condition(rule.where))
    if rule.column is not None:
        frame = frame.filter(~narwhals().col(rule.column.args[0]).is_null())
    return frame


def collect(frame: Any, tally: type[Any], keys: list[str], engine: Engine) -> Collected:
    """What the rows of each key amount to."""
    nw = narwhals()
    declared = plain_rules(tally)
    if engine.knows_empty(frame):
        return _nothing(frame, tally, keys)
    rows = _lifted(frame, declared, keys)
    sets = {
        name: engine.settled(_members(rows, name, rule, keys))
        for name, rule in declared.items()
        if rule.how == "distinct"
    }
    out = _joined(_pieces(rows, declared, keys, sets), keys, engine)
    names = figure_names(tally, derived=False)
    zero = [name for name in zeros(tally) if name in sets]
    out = out.with_columns(nw.col(*zero).fill_null(0)) if zero else out
    out = out.select(*keys, *names).with_columns(nw.col(*names).cast(nw.Int64))
    return Collected(frame=out, sets=sets)


def _nothing(frame: Any, tally: type[Any], keys: list[str]) -> Collected:
    """What no rows amount to: the same columns, spared all the planning of joins."""
    nw = narwhals()
    names = figure_names(tally, derived=False)
    sets = {
        name: frame.select(*keys, value(rule.column).alias(value_name(name, rule, keys)))
        for name, rule in plain_rules(tally).items()
        if rule.how == "distinct" and rule.column is not None
    }
    out = frame.select(*keys, **{name: nw.lit(0, nw.Int64) for name in names})
    return Collected(frame=out, sets=sets)


def _pieces(
    rows: Any, declared: Mapping[str, Rule], keys: list[str], sets: Mapping[str, Any]
) -> Iterator[Any]:
    """Frames of keys and figures, the first with every key."""
    nw = narwhals()
    yield rows.group_by(*keys).agg(*_aggregates(declared))
    for name, rule in declared.items():
        if rule.how == "total_at":
            yield _at_extreme(rows, name, rule, keys)
    for name, members in sets.items():
        yield members.group_by(*keys).agg(nw.len().alias(name))


def _joined(pieces: Iterable[Any], keys: list[str], engine: Engine) -> Any:
    """The pieces side by side."""
    first, *others = pieces
    if not others:
        return first
    out = engine.settled(first)
    for piece in others:
        out = out.join(engine.settled(piece), on=keys, how="left")
    return out


def read(frame: Any, tally: type[Any]) -> Any:
    """The frame with the readings of a class, computed from its fields."""
    for name, expr in readings(tally).items():  # a reading may use those before it
        frame = frame.with_columns(value(expr).alias(name))
    return frame


def _lifted(frame: Any, declared: Mapping[str, Rule], keys: list[str]) -> Any:
    """What each row says by itself; equal conditions are computed once."""
    nw = narwhals()
    wheres = {r.where.key: r.where for r in declared.values() if r.where is not None}
    masks = {key: f"where_{i}" for i, key in enumerate(wheres)}
    if masks:
        frame = frame.with_columns(**{masks[key]: condition(e) for key, e in wheres.items()})
    columns: dict[str, Any] = {}
    for name, rule in declared.items():
        mask = nw.col(masks[rule.where.key]) if rule.where is not None else None
        columns |= _lift(name, rule, mask)
    return whole_numbers(frame.select(*keys, **columns))


def _lift(name: str, rule: Rule, mask: Any) -> dict[str, Any]:
    """The columns of one rule."""
    nw = narwhals()
    if rule.column is None:
        return {} if mask is None else {name: mask.cast(nw.Int64)}
    lifted = value(rule.column)
    if rule.extreme is not None:
        both = ~lifted.is_null() & ~value(rule.extreme).is_null()
        mask = both if mask is None else both & mask
        return {
            name: nw.when(mask).then(lifted),
            f"{name}_at": nw.when(mask).then(value(rule.extreme)),
        }
    masked = lifted if mask is None else nw.when(mask).then(lifted)
    return {name: masked.fill_null(0) if rule.how == "total" else masked}


def _aggregates(declared: Mapping[str, Rule]) -> Iterator[Any]:
    """Counts, totals and extremes."""
    nw = narwhals()
    for name, rule in declared.items():
        if rule.how == "count" and rule.where is None:
            yield nw.len().alias(name)
        elif rule.how in _SUMMED:
            yield getattr(nw.col(name), _SUMMED[rule.how])()


def _members(rows: Any, name: str, rule: Rule, keys: list[str]) -> Any:
    """Each key with each of its distinct values."""
    known = rows.select(*keys, name).filter(~narwhals().col(name).is_null())
    return known.unique([*keys, name]).rename({name: value_name(name, rule, keys)})


def _at_extreme(rows: Any, name: str, rule: Rule, keys: list[str]) -> Any:
    """The total over the rows of each key where the other column is at its extreme."""
    nw = narwhals()
    extreme = f"{name}_at"
    known = rows.select(*keys, name, extreme).filter(~nw.col(extreme).is_null())
    column = nw.col(extreme)
    best = known.group_by(*keys).agg(column.min() if rule.lowest else column.max())
    chosen = known.join(best, on=[*keys, extreme], how="inner")
    return chosen.group_by(*keys, extreme).agg(nw.col(name).sum())
