"""The figures of measurement beside the packages that are kept for them: seconds, same answer?

    python benchmarks/measurement.py [--runs 3] [--only hazards,kano] [--peers DIR]

Every side gets the same simulated answers and works in a fresh process each time, one side
after the other in turns; imports are not timed. All must give the same figures: those that hang
on samples drawn at random, to a hundredth. The peers live in an environment of their own, made
on first use in DIR (or the user's cache) from measurement_requirements.txt, and used again.
Where no package is kept, the peer is written by hand with numpy or pandas (side_peers.py says
which and why). ``base`` needs no peers: it asks a whole base, beside reading and folding it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FOLDER = HERE / "measurement_sides"
DRAWS = 2000
SAME, SAMPLED = 1e-6, 0.01
CUSTOMERS = 5000


class Side(NamedTuple):
    """One of those compared; ``draws`` are the samples for its intervals."""

    name: str
    script: str = "side_peers.py"
    suffix: str = ""
    is_peer: bool = True
    draws: int = DRAWS


CRMKIT = Side("crmkit", "side_crmkit.py", is_peer=False)


class Job(NamedTuple):
    """What is compared, over how many rows (customers drawn, for lives)."""

    title: str
    rows: int
    sides: tuple[Side, ...]


JOBS = {
    "hazards": Job(
        "hazard ratios, 4 exposures that begin, Efron's ties; 60,114 episodes of customers",
        33_000,
        (
            CRMKIT,
            CRMKIT._replace(name="crmkit, from rows", suffix="_from_rows"),
            Side("statsmodels PHReg", suffix="_statsmodels"),
            Side("lifelines CoxTimeVarying", suffix="_lifelines"),
        ),
    ),
    "johnson": Job(
        "key drivers: relative weights, p = 10, 2,000 samples",
        2_000,
        (CRMKIT, Side("numpy loop by hand, 2,000 samples")),
    ),
    "lmg": Job(
        "key drivers: LMG, p = 10",
        2_000,
        (
            CRMKIT,
            CRMKIT._replace(name="crmkit, 2,000 samples", suffix="_with_intervals"),
            Side("numpy lstsq of all subsets", suffix="_lstsq"),
            Side("numpy solve of correlations", suffix="_solve"),
        ),
    ),
    "alpha": Job("Cronbach's alpha, Feldt's interval, 8 items", 10_000, (CRMKIT, Side("pingouin"))),
    "omega": Job(
        "omega, 8 items, 2,000 samples",
        10_000,
        (
            CRMKIT,
            CRMKIT._replace(name="crmkit, 100 samples", draws=100),
            Side("factor_analyzer, no interval", suffix="_factor_analyzer"),
            Side("numpy by hand", suffix="_numpy"),
        ),
    ),
    "nps": Job(
        "NPS with interval, a list of answers",
        1_000_000,
        (
            CRMKIT,
            Side("numpy, of a list, checked", suffix="_list"),
            Side("numpy, of an array", suffix="_array"),
        ),
    ),
    "kano": Job("Kano table, 20 features", 10_000, (CRMKIT, Side("pandas crosstab by hand"))),
}


def compare(bench, name):
    """Compare what all sides took, after looking whether they say the same."""
    job = JOBS[name]
    path = bench.customers(name, job.rows)
    found = {side: [] for side in job.sides}
    for turn in range(bench.options.runs):
        first = turn % len(job.sides)
        for side in (*job.sides[first:], *job.sides[:first]):
            found[side].append(bench.once(side, name, path, {"draws": side.draws}))
    print(f"\n{job.title}; n = {job.rows:,}")
    ours = found[job.sides[0]]
    print(f"  {'side':34}" + columned("seconds", "ratio", "CPU s", "ratio", "peak MB", "figures"))
    for side, runs in found.items():
        bad = next((one for one in runs if "seconds" not in one), None)
        if bad is not None:
            print(f"  {side.name:34}{bad}")
            bench.judge(f"{name}, {side.name}", "", met=None)
            continue
        print(f"  {side.name:34}" + columned(*cells(ours, runs), told(bench, name, side, found)))


def cells(ours, runs):
    """Return the medians, and how many times those of crmkit they are."""
    row = []
    for what in ("seconds", "cpu"):
        both = [statistics.median(one.get(what, float("nan")) for one in of) for of in (runs, ours)]
        row += [f"{both[0]:,.4f}", times(both[0] / both[1])]
    return *row, f"{statistics.median(one['peak_mb'] for one in runs):,.0f}"


def times(ratio):
    """Return a ratio as people read it."""
    return f"{ratio:,.0f} ×" if ratio >= 100 else f"{ratio:.2g} ×"


def told(bench, name, side, found):
    """Return whether a side says the same as crmkit, and judge it."""
    ours = found[JOBS[name].sides[0]][-1].get("result", {})
    theirs = found[side][-1]["result"]
    figures, sampled = (apart(ours, theirs, what) for what in ("figures", "sampled"))
    words = theirs.get("words", []) == ours.get("words", [])
    same = words and figures <= theirs.get("near", SAME) and sampled <= SAMPLED
    bench.judge(f"{name}, {side.name}", "", met=same)
    return "the same" if same else f"DIFFERENT: {figures:.2g}, {sampled:.2g}"


def apart(ours, theirs, what):
    """Return by how much the figures differ at most; those that one side lacks do not count."""
    mine, other = ours.get(what, ()), theirs.get(what, ())
    if not (mine and other):
        return 0.0 if what == "sampled" else float("inf")
    rounded = set(theirs.get("rounded", ()))  # what a peer tells to three digits only
    return max(
        max(0.0, abs(one - another) - 0.000501 * (place in rounded))
        for place, (one, another) in enumerate(zip(mine, other, strict=True))
    )


def columned(*row):
    """Return a row, each cell at the right of its column."""
    widths = (12, 13, 12, 13, 9, 24)
    return "".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))


def ask_base(options):
    """Print what questions to a base take, in parts of reading and folding it."""
    command = [sys.executable, FOLDER / "base.py", str(options.customers)]
    environment = os.environ | {"PYTHONPATH": str(HERE / "value_sides")}
    runs = []
    for _ in range(options.runs):
        made = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
        runs.append(json.loads(made.stdout.splitlines()[-1])["result"])
    print(f"\na base of {options.customers:,} customers in memory, {runs[0]['facts']:,} facts")
    print("  CPU seconds, and as multiples of reading and folding it once")
    for question in runs[0]["found"]:
        told = ""
        for when, place in (("cold", 0), ("warm", 1)):
            took = [one["found"][question][place] for one in runs]
            if None in took:
                continue
            least = statistics.median(one["found"]["reading and folding"][0] for one in runs)
            seconds = statistics.median(took)
            told += f"   {when} {seconds:8.4f} s {seconds / least:7.3f} ×"
        print(f"  {question:22}{told}")


def read_options(peers):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    known = [*JOBS, "base"]
    parser.add_argument("--runs", type=int, default=3, help="of each side (default 3)")
    parser.add_argument("--only", default=",".join(known), help=f"some of {','.join(known)}")
    parser.add_argument("--peers", metavar="DIR", default=peers, help="folder of their environment")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="of the base")
    parser.add_argument("--patience", type=float, default=600, help="s; peers are then stopped")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(known)):
        parser.error(f"nothing is called {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def main():
    """Compare what was asked for."""
    sys.path.insert(0, str(HERE / "value_sides"))
    from bench import Bench
    from peers import usual_folder

    options = read_options(str(Path(usual_folder()).with_name("measurement_peers")))
    sys.stdout.reconfigure(line_buffering=True)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}; medians of {options.runs}")
    print("ratios are multiples of crmkit's number (first row); above 1 crmkit is faster")
    asked = [name for name in JOBS if name in options.only]
    if asked:
        with tempfile.TemporaryDirectory() as work:
            bench = Bench(options, work, FOLDER, HERE / "measurement_requirements.txt")
            for name in asked:
                compare(bench, name)
        print("\ncompared", *bench.versions.values(), sep="\n  ")
    if "base" in options.only:
        ask_base(options)
    missed = [goal for goal, _, stands in bench.goals if stands != "met"] if asked else []
    if missed:
        sys.exit(f"not the same, or not finished: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
