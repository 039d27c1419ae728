"""The domain's values, rebuilt from a finished frame."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from crmkit.adapters.frames.collect import plain_rules, value_name
from crmkit.adapters.frames.engine import narwhals
from crmkit.domain.tally import At

__all__ = ["tallies"]


def tallies(
    frame: Any, tally: Any, keys: list[str], sets: Mapping[str, Any]
) -> dict[tuple[Any, ...], Any]:
    """Each key's tally.

    Args:
        frame: A native eager frame of keys and figures.
        tally: The class to rebuild.
        keys: The key columns.
        sets: The members of the ``distinct`` fields.
    """
    columns = _columns(frame)
    ids = list(zip(*(columns[key] for key in keys), strict=True))
    fields: dict[str, list[Any]] = {}
    for name, rule in plain_rules(tally).items():
        match rule.how:
            case "distinct":
                members = _members(sets[name], keys, value_name(name, rule, keys))
                fields[name] = [members[i] for i in ids]
            case "total_at":
                fields[name] = list(map(At, columns[f"{name}_at"], columns[name]))
            case _:
                fields[name] = columns[name]
    rows = zip(*fields.values(), strict=True)
    return {
        i: tally(**dict(zip(fields, row, strict=True))) for i, row in zip(ids, rows, strict=True)
    }


def _members(frame: Any, keys: list[str], value: str) -> Mapping[tuple[Any, ...], frozenset[Any]]:
    """The set of each key; empty for a key without members."""
    columns = _columns(frame)
    found: dict[tuple[Any, ...], set[Any]] = defaultdict(set)
    for *key, member in zip(*(columns[name] for name in [*keys, value]), strict=True):
        found[tuple(key)].add(member)
    return defaultdict(frozenset, {key: frozenset(values) for key, values in found.items()})


def _columns(frame: Any) -> dict[str, list[Any]]:
    """The columns as lists of Python values, None where missing."""
    found = narwhals().from_native(frame, eager_only=True)
    return {name: _plain(found[name]) for name in found.columns}


def _plain(series: Any) -> list[Any]:
    missing: Iterable[bool] = series.is_null().to_list()
    return [None if m else v for v, m in zip(series.to_list(), missing, strict=True)]
