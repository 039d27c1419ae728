"""The models of value beside lifetimes and pymc-marketing: seconds, peak memory, same answer?

    python benchmarks/value.py [--customers 100000] [--runs 3] [--only bgnbd,clv] [--peers DIR]

Every side gets the same simulated customers and works in a fresh process each time, one side
after the other in turns; imports are not timed. The peers live in an environment of their own,
made on first use in DIR (or CRMKIT_BENCH_PEERS, or the user's cache) from
value_requirements.txt, and used again. Fits are judged by one likelihood, crmkit's; lifetime
values start from the same parameters on all sides. A million customers take about half an
hour, most of it the peers' Pareto/NBD; 100,000 some minutes.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "value_sides"
FITS = {"bgnbd": ("BG/NBD fit", "BGNBD"), "pareto": ("Pareto/NBD fit", "ParetoNBD")}
TIMES = {  # how many times faster than a peer crmkit wants to be
    "bgnbd": {"pymc-marketing": 15, "lifetimes": 30},
    "pareto": {"pymc-marketing": 30},
    "clv": {"pymc-marketing": 5},
}
MICROSECONDS = {"alive": ("probability_alive", 50), "purchases": ("expected_purchases", 500)}
TERMS = {"months": 12, "weeks_a_month": 4.345, "monthly_discount": 0.01}
CDNOW = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}


class Side(NamedTuple):
    """One of those compared."""

    name: str
    script: str
    suffix: str = ""
    is_peer: bool = False


CRMKIT = Side("crmkit", "side_crmkit.py")
WITH_INTERVALS = Side("crmkit, with intervals", "side_crmkit.py", "_with_intervals")
CORE = Side("crmkit, core alone", "one_customer.py")
LIFETIMES = Side("lifetimes", "side_lifetimes.py", is_peer=True)
PYMC = Side("pymc-marketing", "side_pymc.py", is_peer=True)


# --- measuring ------------------------------------------------------------------------------


class Bench:
    """Draws the customers, runs the sides; remembers their versions and how the goals stand."""

    def __init__(self, options, work):
        self.options, self.work = options, Path(work)
        make = [sys.executable, FOLDER / "peers.py", options.peers]
        made = subprocess.run(make, check=True, stdout=subprocess.PIPE, text=True)
        self.python_of_peers = made.stdout.strip().splitlines()[-1]
        self.versions, self.goals = {}, []

    def customers(self, kind, count):
        """Return the file of these customers, drawn where it is not there."""
        path = self.work / f"{kind}-{count}.npz"
        if not path.exists():
            command = [sys.executable, FOLDER / "customers.py", kind, str(count), path]
            subprocess.run(command, check=True)
        return path

    def once(self, side, job, path, given=None):
        """Run one side in a process of its own; return what it told, or how it ended."""
        python = self.python_of_peers if side.is_peer else sys.executable
        command = [python, FOLDER / side.script, job + side.suffix, path, json.dumps(given or {})]
        if side.is_peer:
            command.append(str(self.options.patience))
        compiled = f"base_compiledir={self.work / 'compiled' / job}"
        flags = filter(None, (os.environ.get("PYTENSOR_FLAGS"), compiled))
        environment = os.environ | {"PYTENSOR_FLAGS": ",".join(flags)}
        told = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if told.returncode == -signal.SIGALRM:
            return {"stopped": self.options.patience}
        if told.returncode:
            return {"failed": (told.stderr.strip().splitlines() or ["without a word"])[-1]}
        found = json.loads(told.stdout.strip().splitlines()[-1])
        if side is not CORE:
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
        if not runs or "seconds" not in runs[-1]:
            return bool(runs)
        return side.is_peer and runs[-1]["seconds"] > self.options.once_above

    def compiling(self, job):
        """Return by how much the first fit of pymc-marketing on a machine takes longer."""
        few = self.customers(job, 1000)
        cold, warm = (self.once(PYMC, job, few) for _ in range(2))
        return cold.get("seconds", 0.0) - warm.get("seconds", 0.0)

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
    def least(self):
        """Seconds it takes, or at least takes; None where it failed."""
        return self.median("seconds") if self.finished else self.last.get("stopped")

    def times(self, other, name):
        """Return how many times another's number this one's is; None where one is missing."""
        ours, theirs = self.median(name), other.median(name)
        return ours / theirs if ours is not None and theirs is not None else None


# --- what is compared -----------------------------------------------------------------------


def fits(bench, job):
    """Compare a fit, and judge all parameters by one likelihood."""
    title, model = FITS[job]
    path = bench.customers(job, bench.options.customers)
    compiling = bench.compiling(job)
    found = bench.in_turns((CRMKIT, LIFETIMES, PYMC), job, path)
    sides = {side.name: runs.result["parameters"] for side, runs in found.items() if runs.result}
    judged = bench.once(CRMKIT, "likelihoods", path, {"model": model, "sides": sides})
    ends = {name: f"{one:,.2f}" for name, one in judged.get("result", {}).items()}
    table(bench, title, found, "log-likelihood", ends)
    for name, parameters in sides.items():
        print(f"    {name}: " + ", ".join(f"{one} {told:.5g}" for one, told in parameters.items()))
    print(f"    pymc-marketing compiles {compiling:.1f} s more in a machine's first fit; not above")
    print("    (up to 5 s of that with each new number of customers: in its first run above)")
    goals(bench, job, title, found)


def values(bench, job):
    """Compare the discounted value of twelve months, from the same parameters."""
    path = bench.customers("bgnbd", bench.options.customers)
    models = bench.once(CRMKIT, "models", path)
    if "failed" in models:
        print(f"\n12-month CLV: crmkit fitted no models to value with: {models['failed']}")
        return
    sides = CRMKIT, WITH_INTERVALS, LIFETIMES, PYMC
    found = bench.in_turns(sides, job, path, models["result"] | TERMS)
    totals = {side.name: f"{one.result.get('total', 0):,.2f}" for side, one in found.items()}
    table(bench, "12-month CLV", found, "total", totals)
    print("    crmkit discounts each week in its middle, the peers each month at its end")
    goals(bench, job, "12-month CLV", found)


def single(bench, job):
    """Compare what scoring one customer takes; crmkit without numpy."""
    path = bench.customers("bgnbd", 1000)
    found = bench.in_turns((CORE, LIFETIMES, PYMC), job, path, {"parameters": CDNOW})
    print("\none customer: microseconds, median of four customers (slowest)")
    print(f"  {'side':34}{'probability_alive':>22}{'expected_purchases':>22}")
    for side, runs in found.items():
        if not runs.finished:
            print(f"  {side.name:34}{in_brief(runs.last):>22}")
        for model in runs.result:
            both = {one: of_scores(runs, model, one) for one in MICROSECONDS}
            told = (f"{median:,.1f} ({most:,.1f})" for median, most in both.values())
            print(f"  {f'{side.name}, {model}':34}" + "".join(f"{one:>22}" for one in told))
            if side is CORE:
                for one, (figure, most) in MICROSECONDS.items():
                    took = both[one][1]
                    goal = f"{model} {figure}, core alone, at most {most} µs"
                    bench.judge(goal, f"{took:,.1f} µs", took <= most)


def of_scores(runs, model, figure):
    """Return medians over the runs: of the median customer, and of the slowest."""
    both = zip(*(one["result"][model][figure] for one in runs.runs), strict=True)
    return [statistics.median(one) for one in both]


def goals(bench, job, title, found):
    """Judge what crmkit set out to reach beside each peer."""
    ours = found[CRMKIT]
    for runs in (one for side, one in found.items() if side.is_peer):
        name, times = runs.side.name, TIMES[job].get(runs.side.name)
        if times:
            goal = f"{title}: at least {times} × faster than {name}"
            bench.judge(goal, *speed(ours, runs, times))
        memory = runs.times(ours, "peak_mb")
        measured = f"{memory:.2f} × ours" if memory else "not measured"
        bench.judge(f"{title}: peak memory below that of {name}", measured, memory and memory > 1)


def speed(ours, peer, times):
    """Return how many times faster crmkit is, and whether that is enough; None if unknown.

    A peer that was stopped took at least as long as that.
    """
    if not (ours.finished and peer.least):
        return "not measured", None
    faster = peer.least / ours.median("seconds")
    if peer.finished:
        return f"{faster:.1f} ×", faster >= times
    return f"> {faster:.1f} ×", True if faster >= times else None


JOBS = {"bgnbd": fits, "pareto": fits, "clv": values, "single": single}


# --- telling --------------------------------------------------------------------------------


def say(what):
    """Tell how far it has come, beside the tables."""
    print(what, file=sys.stderr, flush=True)


def in_brief(told):
    """Return how a run ended."""
    if "stopped" in told:
        return f"stopped after {told['stopped']:,.0f} s"
    return f"failed: {told['failed']}" if "failed" in told else f"{told['seconds']:,.2f} s"


def table(bench, title, found, last, ends):
    """Print seconds and memory of each side, as multiples of crmkit's too."""
    print(f"\n{title}, {bench.options.customers:,} customers")
    heads = ("seconds (min-max)", "ratio", "CPU s", "peak MB (imports)", "ratio", last)
    print(f"  {'side':24}" + columned(*heads))
    for side, runs in found.items():
        if not runs.finished:
            print(f"  {side.name:24}{in_brief(runs.last)}")
            continue
        took = [one["seconds"] for one in runs.runs]
        seconds = f"{runs.median('seconds'):,.3f} ({min(took):,.3f}-{max(took):,.3f})"
        seconds = seconds if len(took) > 1 else f"{took[0]:,.3f} (one run)"
        memory = f"{runs.median('peak_mb'):,.0f} ({runs.median('imports_mb'):,.0f})"
        ratios = (runs.times(found[CRMKIT], one) for one in ("seconds", "peak_mb"))
        faster, smaller = (f"{one:,.2f}" if one else "" for one in ratios)
        cpu, end = f"{runs.median('cpu'):,.3f}", ends.get(side.name, "")
        print(f"  {side.name:24}" + columned(seconds, faster, cpu, memory, smaller, end))


def columned(*cells):
    """Return a row, each cell at the right of its column."""
    widths = (24, 9, 10, 20, 8, 20)
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def summary(bench):
    """Print which versions were compared, and how the goals stand."""
    print("\ncompared")
    for versions in bench.versions.values():
        print(f"  {versions}")
    print(f"\ngoals (set for 1,000,000 customers; here {bench.options.customers:,})")
    for goal, measured, stands in bench.goals:
        print(f"  {goal:62}{measured:>14}  {stands}")


def peers_folder():
    """Return where the peers live unless told otherwise."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("CRMKIT_BENCH_PEERS") or cache / "crmkit-benchmarks" / "peers")


def read_options():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="of each side (default 3)")
    parser.add_argument("--only", default=",".join(JOBS), help=f"some of {','.join(JOBS)}")
    parser.add_argument("--peers", type=Path, default=peers_folder(), metavar="DIR")
    parser.add_argument(
        "--once-above", type=float, default=60, metavar="S", help="peers above this run once"
    )
    parser.add_argument(
        "--patience", type=float, default=1200, metavar="S", help="peers are stopped after this"
    )
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(JOBS)):
        parser.error(f"nothing is called {', '.join(unknown)}; there are {', '.join(JOBS)}")
    return options


def main():
    """Compare what was asked for."""
    options = read_options()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}; medians of {options.runs}, peers that take")
    print(f"over {options.once_above:.0f} s run once; ratios are multiples of crmkit's number")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(options, work)
        for job in options.only:
            JOBS[job](bench, job)
        summary(bench)


if __name__ == "__main__":
    main()
