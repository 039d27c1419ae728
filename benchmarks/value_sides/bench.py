"""Runs the sides of a benchmark in processes of their own, and keeps what they tell."""

import json
import math
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


class Bench:
    """Draws the customers, runs the sides; remembers their versions and how the goals stand.

    ``folder`` holds the sides and what draws their customers; ``requirements`` are the peers'.
    """

    def __init__(self, options, work, folder, requirements):
        self.options, self.work, self.folder = options, Path(work), folder
        make = [sys.executable, FOLDER / "peers.py", requirements]
        make += filter(None, [options.peers])
        made = subprocess.run(make, check=True, stdout=subprocess.PIPE, text=True)
        self.python_of_peers = made.stdout.strip().splitlines()[-1]
        self.versions, self.goals = {}, []

    def customers(self, kind, count):
        """Return the file of these customers, drawn where it is not there."""
        path = self.work / f"{kind}-{count}.npz"
        if not path.exists():
            command = [sys.executable, self.folder / "customers.py", kind, str(count), path]
            subprocess.run(command, check=True)
        return path

    def once(self, side, job, path, given=None, *, patient=False):
        """Run one side in a process of its own; return what it told, or how it ended."""
        python = self.python_of_peers if side.is_peer else sys.executable
        script, told = self.folder / side.script, json.dumps(given or {})
        command = [python, script, job + side.suffix, path, told]
        if side.is_peer and not patient:
            command.append(str(self.options.patience))
        compiled = f"base_compiledir={self.work / 'compiled' / job}"
        flags = filter(None, (os.environ.get("PYTENSOR_FLAGS"), compiled))
        environment = os.environ | {"PYTENSOR_FLAGS": ",".join(flags), "PYTHONPATH": str(FOLDER)}
        ended = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment
        )
        if ended.returncode == -signal.SIGALRM:
            return {"stopped": self.options.patience}
        if ended.returncode:
            return {"failed": (ended.stderr.strip().splitlines() or ["without a word"])[-1]}
        found = json.loads(ended.stdout.strip().splitlines()[-1])
        self.versions[side.script] = found["versions"]
        return found

    def in_turns(self, sides, job, path, given=None):
        """Run the sides in turns; return the runs of each."""
        found = {side: [] for side in sides}
        for turn in range(self.options.runs):
            first = turn % len(sides)
            for side in (*sides[first:], *sides[:first]):
                if not self.is_enough(side, found[side]):
                    found[side].append(self.once(side, job, path, given))
                    say(f"  {job}, {side.name}, run {turn + 1}: {in_brief(found[side][-1])}")
        return {side: Runs(side, runs) for side, runs in found.items()}

    def is_enough(self, side, runs):
        """Whether a side runs no more: it did not finish, or is a peer and takes long."""
        limit = self.options.once_above if side.is_peer else math.inf
        return bool(runs) and not runs[-1].get("seconds", math.inf) <= limit

    def compiling(self, side, job):
        """Return the seconds that the first two fits of few customers take; NaN if they fail."""
        few = self.customers(job, 1000)
        return [self.once(side, job, few, patient=True).get("seconds", math.nan) for _ in "12"]

    def judge(self, goal, measured, met):
        """Note how a goal stands; ``met`` is None where it could not be measured."""
        self.goals.append((goal, measured, {True: "met", False: "missed"}.get(met, "open")))


class Runs:
    """The runs of one side: medians, and where it did not finish, how it ended."""

    def __init__(self, side, runs):
        self.side, self.runs, self.last = side, runs, runs[-1]
        self.finished = all("seconds" in one for one in runs)
        self.result = self.last.get("result", {})

    def median(self, name):
        """Return the median of a measured number; None where a run did not finish."""
        return statistics.median(one[name] for one in self.runs) if self.finished else None

    @property
    def ended(self):
        """How the last run ended, in words."""
        return in_brief(self.last)

    def times(self, other, name):
        """Return how many times another's number this one's is; None where one is missing."""
        ours, theirs = self.median(name), other.median(name)
        return ours / theirs if ours is not None and theirs is not None else None


def say(what):
    """Tell how far it has come, beside the tables."""
    print(what, file=sys.stderr, flush=True)


def in_brief(told):
    """Return how a run ended."""
    if "stopped" in told:
        return f"stopped after {told['stopped']:,.0f} s"
    return f"failed: {told['failed']}" if "failed" in told else f"{told['seconds']:,.2f} s"
