"""What ``import crmkit`` costs, beside ``import attrs``: fresh interpreters, in turn.

python -m benchmarks imports
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 15
STATEMENTS = (
    "pass",
    "import attrs",
    "import crmkit",
    "import crmkit.domain",
    "import crmkit.metrics",
    "from crmkit import CustomerBase, read_orders",
)


def seconds(statement: str) -> float:
    """Return how long a fresh interpreter takes to run one statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the median of each statement above that of an empty interpreter."""
    took = {statement: [] for statement in STATEMENTS}
    for _ in range(ROUNDS):
        for statement in STATEMENTS:
            took[statement].append(seconds(statement))
    median = {statement: statistics.median(times) for statement, times in took.items()}
    attrs = median["import attrs"] - median["pass"]
    for statement in STATEMENTS[1:]:
        own = median[statement] - median["pass"]
        print(f"{statement:46} {1000 * own:6.1f} ms   {own / attrs:4.1f} × import attrs")


if __name__ == "__main__":
    main()
