"""Opening a log: plain or gzip, text in one encoding; every failure is one error.

UTF-8 with or without a byte order mark is expected unless an encoding is told. Gzip is
recognised by its first bytes, whatever the file is called.
"""

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from crmkit.domain.errors import InvalidValueError, UnreadableLogError

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def regular(path: str | os.PathLike[str]) -> Path:
    """Return ``path`` if it is a file with something in it.

    Raises:
        UnreadableLogError: It is missing, a directory, no regular file, or empty.
    """
    found = Path(path)
    name = str(found)
    try:
        if found.is_dir():
            raise UnreadableLogError(name, "is a directory", "name a file in it")
        if not found.exists():
            raise UnreadableLogError(name, "there is no such file", "check the path")
        if not found.is_file():
            raise UnreadableLogError(name, "is no regular file", "save it first; it is read twice")
        if not found.stat().st_size:
            raise UnreadableLogError(name, "is empty", "export it again")
    except OSError as error:
        raise _unopened(name, error) from error
    return found


def text_encoding(name: str | None) -> str:
    """Return the codec for an encoding as it was told; UTF-8 with or without mark for None.

    Raises:
        InvalidValueError: There is no such text encoding.
    """
    if name is None or name.casefold().replace("_", "-") in {"utf-8", "utf8"}:
        return "utf-8-sig"
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name)
    except (LookupError, ValueError) as error:
        raise InvalidValueError(
            "encoding", name, "must be a text encoding such as utf-8 or latin-1"
        ) from error
    return name


def _unopened(name: str, error: OSError) -> UnreadableLogError:
    reason = (error.strerror or "cannot be read").lower()
    return UnreadableLogError(name, reason, "check the path and its permissions")


def _undecoded(path: Path, encoding: str) -> UnreadableLogError:
    if encoding != "utf-8-sig":
        return UnreadableLogError(str(path), f"is not text in {encoding}", "tell another encoding")
    return UnreadableLogError(
        str(path),
        "is not text in UTF-8",
        "tell its encoding, such as encoding='latin-1' (--encoding latin-1)",
    )


def _not_text(path: Path) -> UnreadableLogError:
    return UnreadableLogError(
        str(path),
        "holds binary data, not text",
        "export it as CSV or JSON lines, or tell its encoding (utf-16, say)",
    )


def _opened(path: Path) -> gzip.GzipFile | io.BufferedReader:
    with path.open("rb") as raw:
        first = raw.read(4)
    if first == _ZIP:
        raise UnreadableLogError(
            str(path), "is a zip archive or a spreadsheet", "unpack it, or export it as CSV"
        )
    return gzip.open(path, "rb") if first[:2] == _GZIP else path.open("rb")


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with _opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        if encoding == "utf-8-sig" and raw.peek(2)[:2] in _UTF16:
            raise UnreadableLogError(
                str(path), "is text in UTF-16", "tell encoding='utf-16' (--encoding utf-16)"
            )
        for line in text:
            if "\0" in line:
                raise _not_text(path)
            yield line


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a log, with their ends as they are.

    Args:
        path: The file.
        encoding: A codec, from ``text_encoding``.

    Raises:
        UnreadableLogError: It cannot be opened, unpacked or decoded, or is not text.
    """
    try:
        yield from _lines(path, encoding)
    except UnicodeError as error:
        raise _undecoded(path, encoding) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableLogError(
            str(path), "the gzip data is cut off or damaged", "fetch the file again"
        ) from error
    except OSError as error:
        raise _unopened(str(path), error) from error
