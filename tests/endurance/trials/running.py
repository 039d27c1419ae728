"""Running trials: each in a process of its own, and their outcomes as a table."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trials.crowds import forks, processes, threads
from trials.damage import damage
from trials.hostile import calls, documents, files
from trials.kills import kills
from trials.outcome import Outcome
from trials.places import PLACES, place_called
from trials.shuffles import shuffles
from trials.sizes import SIZES, Size

Trial = Callable[..., Outcome]

#: Every trial, and the places it is made at.
TRIALS: dict[str, tuple[Trial, tuple[str, ...]]] = {
    "kills": (kills, PLACES),
    "processes": (processes, PLACES),
    "threads": (threads, PLACES),
    "forks": (forks, PLACES),
    "shuffles": (shuffles, PLACES),
    "documents": (documents, ("sqlite",)),
    "files": (files, ("sqlite",)),
    "calls": (calls, PLACES),
    "damage": (damage, ("sqlite",)),
}

_FOLDER = Path(__file__).parents[1]


def pairs(trials: list[str] | None = None, places: list[str] | None = None) -> Iterator[Any]:
    """Yield the trials and places there are, or those of them that are named."""
    for name, (_, where) in TRIALS.items():
        for place in where:
            if (not trials or name in trials) and (not places or place in places):
                yield name, place


def apart(trial: str, place: str, size: str, server: str | None = None) -> dict[str, Any]:
    """Make a trial in a process of its own and return its outcome."""
    command = [sys.executable, str(_FOLDER), "--apart", trial, "--place", place, "--size", size]
    command += [] if server is None else ["--server", server]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = [f"the trial itself failed: {done.stderr[-4000:]}"]
        return {"trial": trial, "place": place, "did": {}, "found": told, "seconds": 0.0}
    return json.loads(done.stdout.splitlines()[-1])


def _here(trial: str, place: str, size: str, server: str | None) -> None:
    with place_called(place, server) as where:
        outcome = TRIALS[trial][0](where, SIZES[size])
    print(json.dumps(outcome.plain()))


def _row(outcome: dict[str, Any]) -> str:
    did = ", ".join(f"{count:,} {what}" for what, count in outcome["did"].items())
    found = "nothing wrong" if not outcome["found"] else f"{len(outcome['found'])} WRONG"
    head = f"| {outcome['trial']} | {outcome['place']} | {found} | {outcome['seconds']:,.0f} s |"
    return f"{head} {did} |"


def main() -> None:
    """Make the trials that are asked for and print what they did and found."""
    parser = argparse.ArgumentParser(prog="python tests/endurance", description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"some of {', '.join(TRIALS)}; all by default")
    parser.add_argument("--place", action="append", help=f"one of {', '.join(PLACES)}")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--server", help="the URL of a server that runs already")
    parser.add_argument("--apart", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.apart:
        _here(given.apart, given.place[0], given.size, given.server)
        return
    print("| trial | place | found | took | did |\n|---|---|---|---|---|", flush=True)
    wrong = []
    for trial, place in pairs(given.trials, given.place):
        outcome = apart(trial, place, given.size, given.server)
        wrong += [f"{trial} at {place}: {each}" for each in outcome["found"]]
        print(_row(outcome), flush=True)
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))
