"""Running trials: each in a process of its own, and their outcomes as a table."""

import argparse
import json
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trials.crowds import processes
from trials.damage import damage
from trials.faults import faults
from trials.fuzzing import fuzzing
from trials.hostile import documents, files
from trials.hostile_calls import calls
from trials.kills import kills
from trials.outcome import Outcome
from trials.places import PLACES, SERVERS, Place, place_called
from trials.shuffles import shuffles
from trials.sizes import SIZES, Size
from trials.tenants import forks, threads

Trial = Callable[[Place, Size], Outcome]

#: Every trial, and the places it is made at.
TRIALS: dict[str, tuple[Trial, tuple[str, ...]]] = {
    "kills": (kills, PLACES),
    "processes": (processes, PLACES),
    "threads": (threads, PLACES),
    "forks": (forks, PLACES),
    "shuffles": (shuffles, PLACES),
    "documents": (documents, ("sqlite",)),
    "files": (files, ("sqlite", "postgres")),
    "calls": (calls, PLACES),
    "fuzzing": (fuzzing, ("sqlite",)),
    "damage": (damage, ("sqlite",)),
    "faults": (faults, PLACES),
}

_FOLDER = Path(__file__).parents[1]
#: Begins a line that is an outcome.
_MARK = "outcome: "


def trials_at(place: str, asked: Sequence[str] = ()) -> list[str]:
    """Return the trials that are made at a place, or those of them that are asked for."""
    return [
        name
        for name, (_, places) in TRIALS.items()
        if place in places and (not asked or name in asked)
    ]


def apart(
    place: str, trials: Sequence[str], size: str, server: str | None = None
) -> Iterator[dict[str, Any]]:
    """Make trials at a place in a process of their own; yield their outcomes as they come.

    Args:
        place: One of ``PLACES``.
        trials: Their names.
        size: One of ``SIZES``.
        server: The URL of a database, where the place is a server.
    """
    command = [sys.executable, str(_FOLDER), *trials, "--place", place, "--size", size, "--apart"]
    command += [] if server is None else ["--server", server]
    left = list(trials)
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as made:
            for line in made.stdout or ():
                if line.startswith(_MARK):
                    yield json.loads(line.removeprefix(_MARK))
                    left.pop(0)
        errors.seek(0)
        told = [f"the trial itself failed: {errors.read()[-4000:]}"] if left else []
    for trial in left:
        yield {"trial": trial, "place": place, "did": {}, "found": told, "seconds": 0.0}


def _here(place: str, trials: Sequence[str], size: str, server: str | None) -> None:
    """Make trials in this process, a line of JSON for each."""
    for trial in trials:
        with place_called(place, server) as where:
            outcome = TRIALS[trial][0](where, SIZES[size]).plain() | {"trial": trial}
        _say(f"{_MARK}{json.dumps(outcome)}")


@contextmanager
def _served(place: str) -> Iterator[str | None]:
    """Start the server of a place, if it needs one; the URL of a database there."""
    if place not in SERVERS:
        yield None
        return
    told = runpy.run_path(str(_FOLDER.parent / "adapters" / "servers.py"))
    with (
        tempfile.TemporaryDirectory() as shared,
        told["running"](told[SERVERS[place]](), Path(shared), "crmkit_trials") as url,
    ):
        yield url


def _row(outcome: dict[str, Any]) -> str:
    did = ", ".join(f"{count:,} {what}" for what, count in outcome["did"].items())
    found = "nothing wrong" if not outcome["found"] else f"{len(outcome['found'])} WRONG"
    head = f"| {outcome['trial']} | {outcome['place']} | {found} | {outcome['seconds']:,.0f} s |"
    return f"{head} {did} |"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/endurance", description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"some of {', '.join(TRIALS)}; all by default")
    parser.add_argument("--place", action="append", help=f"one of {', '.join(PLACES)}")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--server", help=argparse.SUPPRESS)
    parser.add_argument("--apart", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Make the trials that are asked for and print what they did and found."""
    asked = _asked()
    if asked.apart:
        _here(asked.place[0], asked.trials, asked.size, asked.server)
        return
    _say("| trial | place | found | took | did |\n|---|---|---|---|---|")
    wrong = []
    for place in asked.place or PLACES:
        with _served(place) as server:
            for outcome in apart(place, trials_at(place, asked.trials), asked.size, server):
                wrong += [f"{outcome['trial']} at {place}: {each}" for each in outcome["found"]]
                _say(_row(outcome))
    _say("\n".join(wrong))
    sys.exit(bool(wrong))
