"""The main job on a real log, step by step: file, store, sums, models, report.

    CRMKIT_DATA=… python -m benchmarks main_job

Beside it the physical limit of the file: unpacking it and splitting its rows with ``csv``.
"""

import csv
import gzip
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from crmkit import CustomerBase, Shop, read_orders
from crmkit.report.state import state_of_base

AS_OF = date(2011, 12, 9)


def timed(what: str, job: Callable[[], object], floor: float) -> object:
    """Run a job and print its CPU seconds, also as a multiple of the floor."""
    start = time.process_time()
    result = job()
    took = time.process_time() - start
    print(f"  {what:34} {took:6.2f} s   {took / floor:5.1f} × splitting the rows")
    return result


def split(path: Path) -> float:
    """Return the CPU seconds of unpacking and splitting alone."""
    start = time.process_time()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        sum(1 for _ in csv.reader(file))
    return time.process_time() - start


def targets() -> Iterator[str]:
    """Yield the stores to try."""
    yield "memory:"
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/crm.db"


def main() -> None:
    """Print where the time of the main job goes, for both stores."""
    folder = os.environ.get("CRMKIT_DATA")
    if not folder:
        print("CRMKIT_DATA is not set: it names the folder of real data (docs/data.md)")
        return
    log = Path(folder) / "uci_online_retail" / "online_retail.csv.gz"
    floor = split(log)
    print(f"  unpack and split 541,909 rows      {floor:6.2f} s")
    for target in targets():
        print(target.split(":")[0])
        shop = Shop(id="retail", currency="GBP", timezone="Europe/London")
        base = CustomerBase.open(target, shop=shop)
        found = timed(
            "rows to interactions", lambda: list(read_orders(log, preset="online-retail")), floor
        )
        timed("keep them", lambda items=found, to=base: to.load(items), floor)
        timed("load again, all known", lambda items=found, to=base: to.load(items), floor)
        timed("sums, models, profiles", lambda of=base: of.profiles(as_of=AS_OF), floor)
        timed("the rest of the report", lambda of=base: state_of_base(of, as_of=AS_OF), floor)
        base.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform == "linux" else 1024**2
    )
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
