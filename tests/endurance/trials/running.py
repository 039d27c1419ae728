"""Running trials: each in a process of its own, and their outcomes as a table."""

import argparse
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trials.crowds import processes
from trials.damage import damage
from trials.faults import faults
from trials.fuzzing import fuzzing
from trials.hostile import calls, documents, files
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


def apart(trial: str, place: str, size: str, server: str | None = None) -> dict[str, Any]:
    """Make a trial in a process of its own and return its outcome."""
    command = [sys.executable, str(_FOLDER), "--apart", trial, "--place", place, "--size", size]
    command += [] if server is None else ["--server", server]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        told = [f"the trial itself failed: {done.stderr[-4000:]}"]
        return {"trial": trial, "place": place, "did": {}, "found": told, "seconds": 0.0}
    outcome: dict[str, Any] = json.loads(lines[-1])
    return outcome


def _here(trial: str, place: str, size: str, server: str | None) -> None:
    with place_called(place, server) as where:
        outcome = TRIALS[trial][0](where, SIZES[size])
    print(json.dumps(outcome.plain()))


@contextmanager
def _served(place: str) -> Iterator[str | None]:
    """Start the server of a place, if it needs one; the URL of a database there."""
    if place not in SERVERS:
        yield None
        return
    if url := os.environ.get(f"CRMKIT_TEST_{place.upper().replace('MARIADB', 'MYSQL')}_URL"):
        yield url
        return
    told = runpy.run_path(str(_FOLDER.parent / "adapters" / "servers.py"))
    kind = {"postgres": "Postgres", "mariadb": "MariaDB"}[place]
    with tempfile.TemporaryDirectory() as shared:
        with told["running"](told[kind](), Path(shared), "crmkit_trials") as url:
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
    parser.add_argument("--apart", help=argparse.SUPPRESS)
    return parser.parse_args()


def _made(place: str, trials: list[str], size: str) -> Iterator[dict[str, Any]]:
    """Make trials at a place, one after the other."""
    with _served(place) as server:
        for name, (_, places) in TRIALS.items():
            if place in places and (not trials or name in trials):
                yield apart(name, place, size, server)


def main() -> None:
    """Make the trials that are asked for and print what they did and found."""
    asked = _asked()
    if asked.apart:
        _here(asked.apart, asked.place[0], asked.size, asked.server)
        return
    print("| trial | place | found | took | did |\n|---|---|---|---|---|", flush=True)
    wrong = []
    for place in asked.place or PLACES:
        for outcome in _made(place, asked.trials, asked.size):
            wrong += [f"{outcome['trial']} at {place}: {each}" for each in outcome["found"]]
            print(_row(outcome), flush=True)
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))
