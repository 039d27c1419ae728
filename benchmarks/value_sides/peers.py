"""Make the peers' environment where it is missing or outdated.

Called as ``python peers.py REQUIREMENTS [FOLDER]``; prints its interpreter. Made once from the
requirements, and used again. Without a folder it lives in the one that CRMKIT_BENCH_PEERS names,
or in the user's cache.
"""

import os
import subprocess
import sys
from pathlib import Path


def usual_folder():
    """Return where the peers live unless told otherwise."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return os.environ.get("CRMKIT_BENCH_PEERS") or cache / "crmkit-benchmarks" / "peers"


def interpreter(requirements, folder):
    """Return the interpreter of the environment of these requirements in this folder."""
    python, made_of = folder / "bin" / "python", folder / requirements.name
    wanted = requirements.read_text()
    if not (python.exists() and made_of.exists() and made_of.read_text() == wanted):
        print(f"making the peers' environment in {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", requirements], check=True)
        made_of.write_text(wanted)
    return python


if __name__ == "__main__":
    requirements, *given = sys.argv[1:]
    folder = Path(given[0] if given else usual_folder()).expanduser().absolute()
    print(interpreter(Path(requirements), folder))
