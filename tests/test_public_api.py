"""What the package promises by name, and what importing it costs."""

import subprocess
import sys
from importlib import import_module
from inspect import isclass, isfunction

import pytest

import crmkit

ROOMS = (
    "domain",
    "domain.interactions",
    "domain.labels",
    "domain.tally",
    "metrics",
    "metrics.catalogue",
    "metrics.drivers",
    "metrics.kano",
    "metrics.kpis",
    "metrics.loss",
    "metrics.loyalty",
    "metrics.perceived_value",
    "metrics.price",
    "metrics.reliability",
    "metrics.satisfaction",
    "metrics.service",
    "metrics.staff",
    "metrics.surveys",
    "metrics.value",
    "metrics.wallet",
    "adapters.importers",
    "adapters.frames",
    "adapters.wire",
    "adapters.json_schema",
    "testing",
)
CORE = {"crmkit", "attrs", "attr"}
EXTRAS = [
    "cattrs",
    "dateutil",
    "numpy",
    "scipy",
    "narwhals",
    "polars",
    "pandas",
    "pyarrow",
    "duckdb",
    "rich",
    "typer",
    "hypothesis",
    "pytest",
]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_there_and_documented(room):
    module = import_module(f"crmkit.{room}")
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        found = getattr(module, name)
        if isfunction(found) or isclass(found):
            assert found.__doc__, name


@pytest.mark.parametrize("name", crmkit.__all__)
def test_every_top_level_name_is_found_when_asked_for(name):
    assert getattr(crmkit, name) is not None
    assert name in dir(crmkit)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = crmkit.nothing


def loaded_after(statement):
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_crmkit_loads_no_other_package():
    assert not loaded_after("import crmkit") & {*EXTRAS, *CORE - {"crmkit"}}


def test_importing_the_rooms_loads_no_extra_and_defers_the_rest():
    rooms = "import crmkit.domain, crmkit.metrics, crmkit.adapters, crmkit.profiles"
    assert not loaded_after(rooms) & set(EXTRAS)


def test_the_facade_loads_no_extra():
    extras = set(EXTRAS) - {"cattrs", "dateutil"}
    statement = "from crmkit import CustomerBase, read_orders"
    assert not loaded_after(statement) & extras
