"""A shop's own questionnaires, read from JSON: plain data of ``Instrument``, one or several."""

import json
from collections.abc import Iterator
from pathlib import Path

from crmkit.domain.errors import UnreadableLogError
from crmkit.domain.surveys import Instrument

__all__ = ["instruments_in"]

_WAY_OUT = (
    'write {"name": "visit", "scale": [1, 5], "items": {"overall": "satisfaction", "shelf": null}}'
)


def instruments_in(path: Path) -> Iterator[Instrument]:
    """Yield the questionnaires that a file holds.

    Args:
        path: JSON: an object with name, items and scale, or a list of such.

    Raises:
        UnreadableLogError: It holds something else.
        InvalidValueError: A questionnaire that cannot be.
    """
    try:
        held = json.loads(path.read_text("utf-8"))
        for one in held if isinstance(held, list) else [held]:
            yield Instrument(**one)
    except FileNotFoundError as error:
        raise UnreadableLogError(str(path), "there is no such file", "name another one") from error
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError) as error:
        what = f"holds no questionnaire ({error})"
        raise UnreadableLogError(str(path), what, _WAY_OUT) from error
