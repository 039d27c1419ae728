"""What an interaction costs to and from JSON, beside the limit and beside the plain way.

    python -m benchmarks wire

The limit is ``json`` alone on the same plain data. The plain way is a cattrs converter with
detailed validation, told no more than how money, times and decimals are written: it takes
"7" for 7 and a text for a list, and its text is not canonical. Kinds are mixed as in a shop
that records everything: a fifth orders, the rest the other kinds alike.
"""

import json
import time
from datetime import datetime
from decimal import Decimal

from attrs import evolve
from cattrs import Converter

from crmkit.adapters import _wire_kept, _wire_structs, wire
from crmkit.domain.interactions import KINDS, Purchase
from crmkit.domain.mapping import FrozenMapping, frozen_mapping, thawed
from crmkit.domain.money import Money
from crmkit.testing.draws import draws

ROUNDS = 7
PER_KIND = 150


def mix():
    """Drawn values of every kind; what a shop adds of its own is the same small object."""
    made = [one for kind in KINDS.values() for one in draws(kind, PER_KIND)]
    made += draws(Purchase, 3 * PER_KIND, seed=2)
    return [evolve(one, extra={"till": 4}) for one in made]


def plain_way():
    """The converter that one would write first."""
    made = Converter(forbid_extra_keys=True, detailed_validation=True)
    made.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    made.register_unstructure_hook(Decimal, str)
    made.register_structure_hook(Money, lambda value, _: Money(*value))
    made.register_unstructure_hook(Money, lambda value: [value.minor, value.currency])
    made.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    made.register_unstructure_hook(datetime, datetime.isoformat)
    made.register_structure_hook(FrozenMapping, lambda value, _: frozen_mapping(value))
    made.register_unstructure_hook(FrozenMapping, thawed)
    return made


def microseconds(call, values):
    """The best of several rounds, per value."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for value in values:
            call(value)
        best = min(best, time.perf_counter() - began)
    return best / len(values) * 1e6


def shown(what, took, limit, slowest):
    """One line: what it takes, how many times the limit, how much faster than the plain way."""
    print(
        f"{what:<40}{took:8.2f} µs{took / limit:7.1f} × json{slowest / took:7.1f} × the plain way"
    )


def main():
    made = mix()
    texts = [wire.to_json(one) for one in made]
    plain = [json.loads(text) for text in texts]
    other = plain_way()
    raw = [(json.dumps(other.unstructure(one)), type(one)) for one in made]
    size = sum(map(len, texts)) / len(texts)
    print(f"{len(made):,} interactions of {len(KINDS)} kinds, {size:.0f} characters each\n")

    dumps = microseconds(json.dumps, plain)
    slow = microseconds(lambda one: json.dumps(other.unstructure(one)), made)
    shown("json.dumps of plain data, the limit", dumps, dumps, slow)
    shown("to_plain", microseconds(wire.to_plain, made), dumps, slow)
    shown("to_json", microseconds(wire.to_json, made), dumps, slow)
    shown("a plain converter and json.dumps", slow, dumps, slow)
    print()
    loads = microseconds(json.loads, texts)
    slow = microseconds(lambda one: other.structure(json.loads(one[0]), one[1]), raw)
    shown("json.loads, the limit", loads, loads, slow)
    shown("from_plain", microseconds(wire.from_plain, plain), loads, slow)
    shown("from_json", microseconds(wire.from_json, texts), loads, slow)
    lists = [f"[{','.join(texts[i : i + 100])}]" for i in range(0, len(texts), 100)]
    for extra, read in (("json", _wire_kept.read_list), ("msgspec", _wire_structs.read_list)):
        took = microseconds(read, lists) * len(lists) / len(texts)
        shown(f"as kept, in lists of 100, with {extra}", took, loads, slow)
    shown("json.loads and a plain converter", slow, loads, slow)
    evolved = microseconds(evolve, made)
    shown("making the value alone", evolved, loads, slow)


if __name__ == "__main__":
    main()
