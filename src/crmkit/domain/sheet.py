"""How an answer shows itself: a title, rows and notes, in a terminal and in a notebook.

Whoever has an answer to show says what belongs on the sheet, once; text and HTML follow.
"""

from abc import abstractmethod
from html import escape

from attrs import field, frozen

__all__ = ["Sheet", "Shown"]

_TABLE = '<table style="text-align:left">'


def _rows(value: "tuple[tuple[str, object], ...]") -> tuple[tuple[str, str], ...]:
    return tuple((label, str(shown)) for label, shown in value)


@frozen(kw_only=True)
class Sheet:
    """What is shown of an answer.

    Attributes:
        title: What it is about.
        rows: Label and value, in the order of reading; any value, shown by ``str``.
        notes: What the reader must know beside it.
        parts: Further sheets below it.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = field(default=(), converter=_rows)
    notes: tuple[str, ...] = ()
    parts: "tuple[Sheet, ...]" = ()

    def text(self, indent: str = "") -> str:
        """Return the sheet as lines of plain text, labels in one column."""
        wide = max((len(label) for label, _ in self.rows), default=0)
        space = f"\n{indent}{'':{wide + 2}}"
        lines = [self.title] if self.title else []
        lines += [f"{label:{wide}}  {space.join(v.split(chr(10)))}" for label, v in self.rows]
        lines += self.notes
        own = "\n".join(f"{indent}{line}".rstrip() for line in lines)
        return "\n".join([own, *(part.text(f"{indent}  ") for part in self.parts)])

    def html(self) -> str:
        """Return the sheet as a fragment of HTML; every text is escaped."""
        head = f"<p><strong>{escape(self.title)}</strong></p>" if self.title else ""
        rows = "".join(
            f'<tr><th scope="row">{escape(label)}</th><td>{_lines(value)}</td></tr>'
            for label, value in self.rows
        )
        table = f"{_TABLE}<tbody>{rows}</tbody></table>" if rows else ""
        notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in self.notes)
        return f"<div>{head}{table}{notes}{''.join(part.html() for part in self.parts)}</div>"


def _lines(value: str) -> str:
    return "<br>".join(escape(line) for line in value.split("\n"))


class Shown:
    """An answer that shows itself by its sheet: printed as text, in a notebook as HTML."""

    __slots__ = ()

    @abstractmethod
    def sheet(self) -> Sheet:
        """Return what is shown."""

    def __str__(self) -> str:
        return self.sheet().text()

    def _repr_html_(self) -> str:
        return self.sheet().html()
