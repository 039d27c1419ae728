"""The engines that every frame test runs on."""

import pytest

from crmkit.adapters.frames import fact_frame


def _arrow_backed(facts):
    pandas = pytest.importorskip("pandas")
    return fact_frame(facts, "pyarrow").to_pandas(types_mapper=pandas.ArrowDtype)


ENGINES = {
    "polars": lambda facts: fact_frame(facts, "polars"),
    "polars-lazy": lambda facts: fact_frame(facts, "polars").lazy(),
    "pandas-nullable": lambda facts: fact_frame(facts, "pandas"),
    "pandas-arrow": _arrow_backed,
    "pyarrow": lambda facts: fact_frame(facts, "pyarrow"),
    "duckdb": lambda facts: fact_frame(facts, "duckdb"),
}


@pytest.fixture(scope="session", params=sorted(ENGINES))
def engine(request):
    """A function from facts to a table of one engine."""
    pytest.importorskip(request.param.partition("-")[0])
    return ENGINES[request.param]
