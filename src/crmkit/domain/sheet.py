"""How an answer shows itself: a title, rows and notes, in a terminal and in a notebook.

Whoever has an answer to show says what belongs on the sheet, once; text and HTML follow.
"""

from abc import abstractmethod
from collections.abc import Iterator
from html import escape
from textwrap import wrap

from attrs import field, frozen

__all__ = ["Sheet", "Shown"]

#: The columns of a line of text; only a single word can make one longer.
WIDTH = 100
#: The columns that a value has at least, however long its label is.
_LEAST = 40

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
        """Return the sheet as lines of plain text, labels in one column.

        Args:
            indent: Spaces before every line; what belongs to a title has two more.
        """
        own = "\n".join(line.rstrip() for line in self._lines(indent))
        return "\n\n".join([own, *(part.text(self._deeper(indent)) for part in self.parts)])

    def _deeper(self, indent: str) -> str:
        return f"{indent}  " if self.title else indent

    def _lines(self, indent: str) -> Iterator[str]:
        deeper = self._deeper(indent)
        wide = max((len(label) for label, _ in self.rows), default=0)
        if self.title:
            yield from _broken(indent, self.title, hang=4)
        for label, value in self.rows:
            yield from _broken(f"{deeper}{label:{wide}}  ", value)
        for note in self.notes:
            yield from _broken(deeper, note, hang=2)

    def html(self) -> str:
        """Return the sheet as a fragment of HTML; every text is escaped."""
        head = f"<p><strong>{escape(self.title)}</strong></p>" if self.title else ""
        rows = "".join(
            f'<tr><th scope="row">{escape(label)}</th><td>{_in_html(value)}</td></tr>'
            for label, value in self.rows
        )
        table = f"{_TABLE}<tbody>{rows}</tbody></table>" if rows else ""
        notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in self.notes)
        return f"<div>{head}{table}{notes}{''.join(part.html() for part in self.parts)}</div>"


def _broken(start: str, text: str, *, hang: int = 0) -> Iterator[str]:
    """The lines of a text after what stands before it, all but the first ``hang`` further in."""
    rest = " " * (len(start) + hang)
    columns = max(_LEAST, WIDTH - len(rest))
    for line in text.split("\n"):
        for part in wrap(line, columns, break_long_words=False, break_on_hyphens=False) or [""]:
            yield f"{start}{part}"
            start = rest


def _in_html(value: str) -> str:
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
