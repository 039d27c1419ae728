"""What every side shares: read the customers, time one job, tell it as one line of JSON.

Called as ``python side_….py JOB CUSTOMERS.npz GIVEN_JSON [SECONDS]``. A job is a function of
the columns and of what is given; it prepares, and returns the work that is timed and how to
tell its result. After SECONDS of work the process ends by the alarm signal.
"""

import json
import platform
import resource
import signal
import sys
import time
from importlib.metadata import version


def peak_mb():
    """Peak resident memory of this process so far."""
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run(jobs, packages):
    """Do the job that the command line names, and print what it took."""
    import numpy as np

    name, path, given, *patience = sys.argv[1:]
    imports_mb = peak_mb()
    with np.load(path) as file:
        columns = dict(file)
    work, tell = jobs[name](columns, json.loads(given))
    if patience:
        signal.setitimer(signal.ITIMER_REAL, float(patience[0]))
    start, cpu_start = time.perf_counter(), time.process_time()
    result = work()
    took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu_start}
    signal.setitimer(signal.ITIMER_REAL, 0)
    took |= {"peak_mb": peak_mb(), "imports_mb": imports_mb}
    report(tell(result), packages, **took)


def report(result, packages, **measured):
    """Print the one line that the benchmark reads."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    python = platform.python_version()
    measured |= {"result": result, "versions": f"{versions}, Python {python}"}
    print(json.dumps(measured))
