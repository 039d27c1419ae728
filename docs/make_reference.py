"""Write reference.md beside this file: every public name with its signature and first line.

Run it as ``python docs/make_reference.py``; a test tells when that is due.
"""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

PAGE = Path(__file__).parent / "reference.md"
ROOMS = (
    "crmkit",
    "crmkit.domain",
    "crmkit.domain.tally",
    "crmkit.metrics",
    "crmkit.adapters.importers",
    "crmkit.adapters.frames",
    "crmkit.testing",
)
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
    """The lines of a class's public methods, as they stand in its file."""
    yield f"### {of.__name__}\n"
    public = (name for name in vars(of) if not name.startswith("_"))
    yield from (
        line(name, getattr(of, name)) for name in public if inspect.isroutine(getattr(of, name))
    )
    yield ""


def page() -> Iterator[str]:
    """The lines of the page."""
    yield HEAD
    for path in ROOMS:
        room = import_module(path)
        yield f"## {path}\n"
        yield (room.__doc__ or "").partition("\n")[0] + "\n"
        yield from (line(name, getattr(room, name)) for name in names(room))
        yield ""
        if path == "crmkit":
            yield from methods(room.CustomerBase)


def text() -> str:
    """The whole page."""
    return "\n".join(page())


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
