"""Write reference.md and metrics.md beside this file, from the docstrings and the catalogue.

The reference has every public name with its signature and first line, the metrics page every
figure. Run it as ``python docs/make_reference.py``; a test tells when that is due.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from crmkit.metrics import catalogue
from crmkit.metrics.catalogue import Composite, Entry

ROOMS = (
    "crmkit",
    "crmkit.domain",
    "crmkit.domain.duplicates",
    "crmkit.domain.labels",
    "crmkit.domain.personal_fields",
    "crmkit.domain.tally",
    "crmkit.metrics",
    "crmkit.metrics.catalogue",
    "crmkit.adapters.importers",
    "crmkit.adapters.frames",
    "crmkit.adapters.wire",
    "crmkit.adapters.json_schema",
    "crmkit.adapters.webhooks",
    "crmkit.adapters.stores.sql",
    "crmkit.adapters.stores.kit.tables",
    "crmkit.testing",
)
#: Classes whose methods are what one asks them.
ASKED = {
    "crmkit": ("CustomerBase",),
    "crmkit.domain": ("Instrument", "Store"),
    "crmkit.domain.personal_fields": ("Holder",),
    "crmkit.adapters.stores.kit.tables": ("Tables", "Database"),
    "crmkit.metrics": (
        *("BuyingModel", "GammaGamma", "BGBB", "SBG", "Fit"),
        *("BootstrapFits", "Holdout", "KaplanMeier"),
        *("ResponseTable", "ShownCalibration", "Kano", "KanoTable", "IntentionCalibration"),
        *("MeasurementError", "LoyaltyNoise", "LoyaltyMovement", "Transitions"),
        *("ComplaintLosses", "ByGroup"),
    ),
}
HEAD = """# Reference

Every public name, by the room it is imported from, with the first line of its docstring; the
whole of it says units, ranges, errors and sources: `help(crmkit.metrics.nps)`. This page is made
from the docstrings by `python docs/make_reference.py`.
"""


def names(room: ModuleType) -> list[str]:
    """The public names of a room, words in their order and small letters last."""
    return sorted(room.__all__, key=lambda name: (name.islower(), name.lower()))


def parameters(found: Any) -> str:
    """The names of what a function takes; keyword-only ones after a star."""
    try:
        taken = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return ""
    words: list[str] = []
    for each in taken:
        if each.kind is each.KEYWORD_ONLY and "*" not in words:
            words.append("*")
        star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        words.append(star + each.name + ("" if each.default is each.empty else "="))
    return ", ".join(words)


def line(name: str, found: Any) -> str:
    """One line of the page."""
    if not (inspect.isclass(found) or inspect.isroutine(found)):
        return f"- `{name}`"
    first = (inspect.getdoc(found) or "").partition("\n")[0]
    call = f"({parameters(found)})" if inspect.isroutine(found) else ""
    return f"- `{name}{call}`: {first}"


def methods(of: type) -> Iterator[str]:
    """The lines of a class's public methods, those it inherits first."""
    yield f"### {of.__name__}\n"
    found = dict.fromkeys(name for one in reversed(of.__mro__[:-1]) for name in vars(one))
    public = (name for name in found if not name.startswith("_"))
    yield from (
        line(name, getattr(of, name)) for name in public if inspect.isroutine(getattr(of, name))
    )
    yield ""


def reference() -> Iterator[str]:
    """The lines of the reference."""
    yield HEAD
    for path in ROOMS:
        room = import_module(path)
        yield f"## {path}\n"
        yield (room.__doc__ or "").partition("\n")[0] + "\n"
        yield from (line(name, getattr(room, name)) for name in names(room))
        yield ""
        for name in ASKED.get(path, ()):
            yield from methods(getattr(room, name))


METRICS_HEAD = """# Metrics

Every figure with its unit, its range, which way is better, what it needs, how it is found and
who says so; and every answer that holds several figures, with their names. The names are those
that `explain()` uses. `crmkit metrics` prints the same in a terminal. This page is made from
`crmkit.metrics.catalogue` by `python docs/make_reference.py`.
"""


def figure(one: Entry) -> Iterator[str]:
    """The lines of one entry."""
    yield f"### {one.name}\n"
    yield f"{one.label()} · {one.label('zh')}\n"
    if isinstance(one, Composite):
        yield f"- holds: {', '.join(one.holds)}"
    else:
        better = f"; {one.direction} is better" if one.direction else ""
        yield f"- unit: {one.measure}{better}"
    yield f"- needs: {one.needs}"
    yield f"- formula: {one.formula}"
    yield f"- source: {one.source}"
    if one.function is not None:
        yield f"- get it: `{one.call}`"
    yield ""


def metrics() -> Iterator[str]:
    """The lines of the metrics page."""
    yield METRICS_HEAD
    for title, entries in catalogue.ROOMS.items():
        yield f"## {title}\n"
        for one in entries:
            yield from figure(one)


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "reference.md": reference,
    "metrics.md": metrics,
}


def text(page: str) -> str:
    """The whole of a page, by its name."""
    return "\n".join(PAGES[page]())


if __name__ == "__main__":
    for page in PAGES:
        (Path(__file__).parent / page).write_text(text(page), encoding="utf-8")
