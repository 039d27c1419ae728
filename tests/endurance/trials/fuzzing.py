"""Texts made by atheris, which looks where they lead in the code and goes on from there.

It runs in a process of its own, since it ends the process it runs in. Without atheris, for
which there are wheels for Linux only, the trial says so and does nothing.
"""

import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from trials.outcome import Outcome
from trials.places import Place
from trials.sizes import Size

_TARGETS = ("documents", "orders", "surveys", "problems")
_DONE = re.compile(r"Done (\d+) runs")


def fuzzing(place: Place, size: Size) -> Outcome:
    """Fuzz readers of texts and of files."""
    outcome = Outcome("fuzzing", place.name)
    if not size.fuzzed or importlib.util.find_spec("atheris") is None:
        outcome.count("left out: needs atheris and the full profile")
        return outcome.over()
    for target in _TARGETS:
        runs = size.fuzzed if target == "documents" else size.fuzzed // 20
        done = _run(target, runs, place.folder)
        told = _DONE.search(done.stderr)
        outcome.count(f"{target} fuzzed", int(told[1]) if told else 0)
        if done.returncode:
            outcome.wrong(f"{target}: {_told(done.stdout + done.stderr)}")
    return outcome.over()


def _run(target: str, runs: int, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trials.fuzzing", target, f"-runs={runs}", "-max_len=4096"]
    command.append(f"-artifact_prefix={folder}/")
    there = Path(__file__).parents[1]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=there)


def _told(text: str) -> str:
    """What went wrong, and the input, of all that atheris says."""
    start = text.find("Uncaught Python exception")
    return text[max(0, start) :][:3000]


def _fuzz(target: str, options: list[str]) -> None:
    """Fuzz until told to stop; never comes back."""
    import atheris

    with atheris.instrument_imports(include=["crmkit.adapters", "crmkit.domain"]):
        from crmkit.adapters.importers import read_orders, read_surveys
        from crmkit.domain.errors import CrmkitError
        from trials.hostile import READERS, read
        from trials.hostile_values import SOUND

    folder = Path(tempfile.mkdtemp())
    path, seeds = folder / "fuzzed", folder / "seeds"
    seeds.mkdir()
    for number, text in enumerate(SOUND[target]):
        (seeds / str(number)).write_text(text, encoding="utf-8")
    ignored = Outcome("", "")

    def documents(content: bytes) -> None:
        text = content.decode("utf-8", "surrogateescape")
        for reader in READERS:
            read(ignored, reader, text)

    def in_file(content: bytes) -> None:
        path.write_bytes(content)
        reading = read_surveys if target == "surveys" else read_orders
        try:
            list(reading(path, **{} if target == "surveys" else {"currency": "EUR"}))
        except CrmkitError as error:
            str(error)

    use = documents if target == "documents" else in_file
    atheris.Setup([sys.argv[0], *options, str(seeds)], use)
    atheris.Fuzz()


if __name__ == "__main__":
    _fuzz(sys.argv[1], sys.argv[2:])
