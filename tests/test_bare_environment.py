"""crmkit with its three dependencies and nothing else, installed from its own wheel."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAIN_JOB = """
from datetime import date
from crmkit import CustomerBase, Period, Shop, read_orders, read_surveys
from crmkit.metrics import GammaGamma, MBGNBD, nps

shop = Shop(id="lamp", currency="EUR")
base = CustomerBase.open("sqlite:///crm.db", shop=shop)
loaded = base.load(read_orders("orders.csv", currency="EUR"))
base.load(read_surveys("surveys.csv"))
assert loaded.problems == ()
moment = date(2026, 4, 25)
profiles = base.profiles(as_of=moment)
assert "crmkit[models]" in profiles.models.lines()[0], profiles.models.lines()
assert profiles.worth.clv.value is None
assert base.relationship("c0001", as_of=moment).occasions > 0
assert base.kpis(Period.year_to(moment), as_of=moment).revenue.minor > 0
assert base.loyalty("c0001", as_of=moment).behavioural.score is not None
assert nps([10, 9, 8, 3]).value == 25
alive = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614).probability_alive(2, 30.43, 38.86)
assert 0.5 < alive < 0.9
assert GammaGamma(p=6.25, q=3.74, gamma=15.44).expected_spend(2, 22.35) > 22
print("done")
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a fresh environment that holds crmkit's wheel and its core alone."""
    folder = tmp_path_factory.mktemp("bare")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True)
    venv.create(folder / "venv", with_pip=True)
    found = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    wheel = next(folder.glob("crmkit-*.whl"))
    subprocess.run([found, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    return found


def run(python, code, folder):
    return subprocess.run(
        [python, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )


def test_only_three_packages_come_with_it(python, tmp_path):
    done = run(
        python,
        "from importlib.metadata import distributions as d;print(*{x.name.lower() for x in d()})",
        tmp_path,
    )
    own = {"crmkit", "attrs", "cattrs", "python-dateutil", "pip", "setuptools"}
    assert set(done.stdout.split()) - own <= {"six", "typing_extensions", "tzdata"}


def test_the_main_job_runs_with_the_core_alone(python, tmp_path):
    for name in ("orders.csv", "surveys.csv"):
        (tmp_path / name).write_bytes((ROOT / "examples" / name).read_bytes())
    done = run(python, MAIN_JOB, tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_what_needs_an_extra_says_how_to_get_it(python, tmp_path):
    for code, extra in (
        ("from crmkit.metrics import BGNBD; BGNBD.fit([1], [1.0], [2.0])", "models"),
        ("from crmkit.adapters.frames import fact_frame; fact_frame([])", "frames"),
        ("import crmkit.testing", "testing"),
    ):
        done = run(python, code, tmp_path)
        assert f"pip install 'crmkit[{extra}]'" in done.stderr.splitlines()[-1]


def test_the_command_line_says_how_to_get_it(python, tmp_path):
    done = subprocess.run(
        [Path(python).with_name("crmkit"), "report"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip().endswith("pip install 'crmkit[cli]'")
    assert done.returncode == 2
