"""Run every benchmark, one after the other: ``python -m benchmarks [NAME …] [OPTIONS]``.

Options go to the benchmarks named; ``value`` and ``measurement``, which install the packages they
compare with and take their time, run only where they are named.
"""

import runpy
import sys
from itertools import takewhile
from pathlib import Path

FOLDER = Path(__file__).parent
ONLY_WHERE_NAMED = {"measurement", "value"}


def main() -> None:
    """Run the named benchmarks, or all."""
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    named = list(takewhile(lambda word: not word.startswith("-"), sys.argv[1:]))
    options = sys.argv[1 + len(named) :]
    if unknown := sorted(set(named) - set(known)):
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(known)}")
    for name in named or sorted(set(known) - ONLY_WHERE_NAMED):
        print(f"\n== {name}", flush=True)
        sys.argv = [name, *options]
        runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")


if __name__ == "__main__":
    main()
