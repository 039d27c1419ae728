"""Times as logs write them, brought to UTC; a text that says no one moment is refused.

ISO 8601 dates and times, ``20101201``, ``201012010826`` and ``20101201082600``; dates with
slashes or hyphens (``1/12/2010 8:26``), with dots (day first); and dates whose month is a
word (``1 Dec 2010``), through dateutil. Whether slashed dates have the day or the month
first is told, or seen from the file: a number above 12 decides. Two-digit years are 1969 to
2068. A naive time is placed in the zone that the importer was given; where clocks go back it
is the first of the two, and a time that clocks skipped is counted from before the change
(``fold=0``). A date alone is the first moment of that local day. Years from 1900 to 2199
are believed: a shop's log that says 0001 or 9999 means that it does not know.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from crmkit.adapters.importers.memo import Memo
from crmkit.adapters.importers.refusals import Refused
from crmkit.domain.errors import UnreadableLogError

_CLOCK = r"(?:[T, ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*([AaPp])\.?[Mm]\.?)?)?"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_SPACED_OFFSET = re.compile(r" (?:(UTC|GMT|Z)|([+-]\d{2}:?\d{2}))$", re.ASCII)
_PARTED = re.compile(r"(\d{4}|\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{1,2})" + _CLOCK, re.ASCII)
_EITHER_WAY = re.compile(r"\s*(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)", re.ASCII)
_DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_WITH_WORD = re.compile(r"(?=.*[A-Za-z])(?=.*\d{4}).{6,40}", re.ASCII)
_UNBELIEVED = "must be a date between 1900 and 2199"


def _year(text: str) -> int:
    """A year; two digits are 1969 to 2068, as POSIX has it."""
    if len(text) == 4:
        return int(text)
    if len(text) == 1:
        raise ValueError(text)
    return int(text) + (1900 if int(text) >= 69 else 2000)


def _hour(text: str | None, half: str | None) -> int:
    hour = int(text or 0)
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(text)
    return hour % 12 + 12 * (half in "Pp")


def _known_zone(name: str | None, offset: int | None) -> tzinfo | None:
    """The zone of a time that names it; a name without an offset is anyone's guess."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is not None:
        raise ValueError(name)
    return None


def _with_word(text: str) -> datetime:
    """A date with a month's name. What it leaves out must not be filled in from today."""
    from dateutil import parser

    first, second = (
        parser.parse(text, default=datetime(year, month, day), tzinfos=_known_zone)  # noqa: DTZ001
        for year, month, day in ((2001, 1, 1), (2004, 12, 31))
    )
    if first != second:
        raise ValueError(text)
    return first


class Moments:
    """Reads the times of one file.

    Attributes:
        zone: Where naive times are placed.
        day_first: Whether slashed dates start with the day; None until it is known.
    """

    def __init__(self, zone: ZoneInfo, *, day_first: bool | None = None) -> None:
        self.zone = zone
        self.day_first = day_first
        self._told = day_first is not None
        self._seen: dict[bool | None, str] = {}
        #: The moment in UTC that a text says, or why it says none.
        self.of: Memo[str, datetime | Refused] = Memo(self._moment)

    def look(self, text: str) -> None:
        """Weigh a text of the file for which comes first, day or month."""
        if not self._told and not text[:4].isdigit() and (found := _EITHER_WAY.match(text)):
            first, second = int(found[1]), int(found[3])
            if first != second:
                says = True if first > 12 else False if second > 12 else None
                self._seen.setdefault(says, text.strip())

    def settle(self, path: Path) -> None:
        """Decide from what was seen which comes first.

        Raises:
            UnreadableLogError: Dates of the file contradict each other, or none decides.
        """
        if self._told or not self._seen:
            return
        way_out = "tell day_first=True or False (--day-first, --month-first)"
        if True in self._seen and False in self._seen:
            both = f"{self._seen[True]!r} and {self._seen[False]!r}"
            raise UnreadableLogError(str(path), f"has both {both} as dates", way_out)
        if True not in self._seen and False not in self._seen:
            reason = f"dates such as {self._seen[None]!r} can be read two ways"
            raise UnreadableLogError(str(path), reason, way_out)
        self.day_first = True in self._seen

    def local_day(self, at: datetime) -> str:
        """Return the local day of a moment, ISO 8601."""
        return at.astimezone(self.zone).date().isoformat()

    def _moment(self, text: str) -> datetime | Refused:
        bare = text.strip()
        if not bare:
            return Refused("time", text, "is missing")
        try:
            read = self._read(bare)
            if not 1900 <= read.year < 2200:
                return Refused("time", bare, _UNBELIEVED)
            return (read if read.tzinfo else read.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError, ArithmeticError, TypeError, LookupError):
            return Refused("time", bare, "must be a date or a time, such as 2011-12-09 12:50")

    def _read(self, text: str) -> datetime:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(_SPACED_OFFSET.sub(_joined, text))
        if parts := _PARTED.fullmatch(text):
            return self._parted(parts)
        if text.isascii() and text.isdigit() and len(text) in _DIGITS:
            return datetime.strptime(text, _DIGITS[len(text)])  # noqa: DTZ007
        if _WITH_WORD.fullmatch(text):
            return _with_word(text)
        raise ValueError(text)

    def _parted(self, parts: re.Match[str]) -> datetime:
        first, mark, second, third, hour, minute, after, half = parts.groups()
        if len(first) == 4:
            year, month, day = first, second, third
        elif mark == "." or self.day_first:
            year, month, day = third, second, first
        else:
            year, month, day = third, first, second
        return datetime(  # noqa: DTZ001
            _year(year),
            int(month),
            int(day),
            _hour(hour, half),
            int(minute or 0),
            int(after or 0),
        )


def _joined(offset: re.Match[str]) -> str:
    return offset[2] or "+00:00"
