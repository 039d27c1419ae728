"""What every test may ask for: the real data, and hypothesis profiles."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The many small fits of the tests are quicker without threads that wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """A function from a name inside the data folder to its path.

    Without CRMKIT_DATA the test is skipped and says so; with it, missing data is a failure.
    """
    folder = os.environ.get("CRMKIT_DATA")
    if not folder:
        pytest.skip("CRMKIT_DATA is not set: it names the folder of real data (docs/data.md)")

    def path(name: str) -> Path:
        found = Path(folder) / name
        assert found.exists(), f"CRMKIT_DATA has no {name}"
        return found

    return path
