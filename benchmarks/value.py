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
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "value_sides"
REQUIREMENTS = FOLDER.with_name("value_requirements.txt")
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


# --- what is compared -----------------------------------------------------------------------


def fits(bench, job):
    """Compare a fit, and judge all parameters by one likelihood."""
    title, model = FITS[job]
    path = bench.customers(job, bench.options.customers)
    cold, warm = bench.compiling(PYMC, job)
    found = bench.in_turns((CRMKIT, LIFETIMES, PYMC), job, path)
    sides = {side.name: runs.result["parameters"] for side, runs in found.items() if runs.result}
    judged = bench.once(CRMKIT, "likelihoods", path, {"model": model, "sides": sides})
    ends = judged.get("result", {})
    table(bench, title, found, "log-likelihood", ends)
    for name, parameters in sides.items():
        print(f"    {name}: " + ", ".join(f"{one} {told:.5g}" for one, told in parameters.items()))
    if "failed" in judged:
        print(f"    the common likelihood failed: {judged['failed']}")
    for note in found[CRMKIT].result.get("notes", ()):
        print(f"    crmkit notes: {note}")
    print(
        f"    pymc-marketing's first fit on a machine compiles: {cold - warm:.1f} s, not in these"
    )
    print("    (up to 5 s of that with each new number of customers: in its first run)")
    goals(bench, job, title, found)
    ours = ends.pop("crmkit", None)
    if ours is not None and ends:
        ahead = ours - max(ends.values())
        bench.judge(f"{title}: no parameters more likely", f"{ahead:+,.4f}", ahead > -0.01)


def values(bench, job):
    """Compare the discounted value of twelve months, from the same parameters."""
    path = bench.customers("bgnbd", bench.options.customers)
    models = bench.once(CRMKIT, "models", path)
    if "failed" in models:
        print(f"\n12-month CLV: crmkit fitted no models to value with: {models['failed']}")
        return
    sides = CRMKIT, WITH_INTERVALS, LIFETIMES, PYMC
    found = bench.in_turns(sides, job, path, models["result"] | TERMS)
    totals = {side.name: one.result.get("total") for side, one in found.items()}
    table(bench, "12-month CLV", found, "total", totals)
    print("    crmkit discounts each week in its middle, the peers each month at its end")
    goals(bench, job, "12-month CLV", found)


def single(bench, job):
    """Compare what scoring one customer takes; crmkit without numpy."""
    path = bench.customers("bgnbd", 1000)
    found = bench.in_turns((CORE, LIFETIMES, PYMC), job, path, {"parameters": CDNOW})
    print("\none customer: microseconds of CPU, median of four customers (slowest)")
    print(f"  {'side':34}{'probability_alive':>22}{'expected_purchases':>22}")
    for side, runs in found.items():
        if not runs.finished:
            print(f"  {side.name:34}{runs.ended:>22}")
        for model in runs.result:
            both = {one: of_scores(runs, model, one) for one in MICROSECONDS}
            told = (f"{median:,.1f} ({most:,.1f})" for median, most in both.values())
            print(f"  {f'{side.name}, {model}':34}" + "".join(f"{one:>22}" for one in told))
            for one, (figure, most) in MICROSECONDS.items() if side is CORE else ():
                goal, took = f"{model} {figure}, core alone: at most {most} µs", both[one][1]
                bench.judge(goal, f"{took:,.1f} µs", took <= most)


def of_scores(runs, model, figure):
    """Return medians over the runs: of the median customer, and of the slowest."""
    both = zip(*(one["result"][model][figure] for one in runs.runs), strict=True)
    return [statistics.median(one) for one in both]


def goals(bench, job, title, found):
    """Judge what crmkit set out to reach beside each peer."""
    ours = found[CRMKIT]
    for runs in (one for side, one in found.items() if side.is_peer):
        name = runs.side.name
        if times := TIMES[job].get(name):
            bench.judge(f"{title}: {times} × faster than {name}", *speed(ours, runs, times))
        memory = runs.times(ours, "peak_mb")
        measured = f"{memory:.2f} × ours" if memory else "not measured"
        bench.judge(f"{title}: peak memory below that of {name}", measured, memory and memory > 1)


def speed(ours, peer, times):
    """Return how many times faster crmkit is, and whether that is enough; None if unknown."""
    if not ours.finished:
        return "not measured", None
    if peer.finished:
        faster, lighter = peer.times(ours, "seconds"), peer.times(ours, "cpu")
        return f"{faster:.1f} × (CPU {lighter:.1f} ×)", faster >= times
    # A peer that was stopped took at least as long as that.
    faster = peer.last.get("stopped", 0) / ours.median("seconds")
    return f"> {faster:.1f} ×", faster >= times or None


JOBS = {"bgnbd": fits, "pareto": fits, "clv": values, "single": single}


# --- telling --------------------------------------------------------------------------------


def table(bench, title, found, last, ends):
    """Print seconds and memory of each side, as multiples of crmkit's too."""
    print(f"\n{title}, {bench.options.customers:,} customers")
    heads = ("seconds (min-max)", "ratio", "CPU s", "peak MB (imports)", "ratio", last)
    print(f"  {'side':24}" + columned(*heads))
    for side, runs in found.items():
        if not runs.finished:
            print(f"  {side.name:24}{runs.ended}")
            continue
        took = [one["seconds"] for one in runs.runs]
        seconds = f"{runs.median('seconds'):,.3f} ({min(took):,.3f}-{max(took):,.3f})"
        seconds = seconds if len(took) > 1 else f"{took[0]:,.3f} (one run)"
        memory = f"{runs.median('peak_mb'):,.0f} ({runs.median('imports_mb'):,.0f})"
        both = (runs.times(found[CRMKIT], one) for one in ("seconds", "peak_mb"))
        faster, smaller = (f"{one:,.2f}" if one else "" for one in both)
        cpu, end = runs.median("cpu"), ends.get(side.name)
        end = "" if end is None else f"{end:,.2f}"
        print(f"  {side.name:24}" + columned(seconds, faster, f"{cpu:,.3f}", memory, smaller, end))


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
        print(f"  {goal:62}{measured:>24}  {stands}")


def read_options():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="of each side (default 3)")
    parser.add_argument("--only", default=",".join(JOBS), help=f"some of {','.join(JOBS)}")
    parser.add_argument("--peers", metavar="DIR", help="folder of their environment")
    parser.add_argument("--once-above", type=float, default=60, help="s; slower peers run once")
    parser.add_argument("--patience", type=float, default=1200, help="s; peers are then stopped")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(JOBS)):
        parser.error(f"nothing is called {', '.join(unknown)}; there are {', '.join(JOBS)}")
    return options


def main():
    """Compare what was asked for."""
    sys.path.insert(0, str(FOLDER))
    from bench import Bench

    options = read_options()
    sys.stdout.reconfigure(line_buffering=True)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}; medians of {options.runs}, peers that take")
    print(f"over {options.once_above:.0f} s run once; ratios are multiples of crmkit's number")
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(options, work, FOLDER, REQUIREMENTS)
        for job in options.only:
            JOBS[job](bench, job)
        summary(bench)


if __name__ == "__main__":
    main()
