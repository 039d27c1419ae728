"""Make the peers' environment where it is missing or outdated: ``python peers.py [FOLDER]``.

Prints its interpreter. Made once from ``value_requirements.txt``, and used again. Without a
folder it lives in the one that CRMKIT_BENCH_PEERS names, or in the user's cache.
"""

import os
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.with_name("value_requirements.txt")


def usual_folder():
    """Return where the peers live unless told otherwise."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return os.environ.get("CRMKIT_BENCH_PEERS") or cache / "crmkit-benchmarks" / "peers"


def interpreter(folder):
    """Return the interpreter of the environment in this folder."""
    python, made_of = folder / "bin" / "python", folder / REQUIREMENTS.name
    wanted = REQUIREMENTS.read_text()
    if not (python.exists() and made_of.exists() and made_of.read_text() == wanted):
        print(f"making the peers' environment in {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
        made_of.write_text(wanted)
    return python


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else usual_folder()
    print(interpreter(Path(folder).expanduser().absolute()))
