"""A million generated rows: small tables miss what engines get wrong on large ones.

``CRMKIT_ROWS`` sets another number of rows.
"""

import hashlib
import os

import pytest

from crmkit.adapters.frames import summarise
from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.tally import figures, summaries

nw = pytest.importorskip("narwhals")
np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

ROWS = int(os.environ.get("CRMKIT_ROWS", "1_000_000"))
DAY = 86_400_000_000
NOW = {"as_of": 19_390 * DAY, "as_of_day": 19_390}
KINDS = np.array(["purchase", "return", "delivered", "survey_response"])


def ids(prefix, numbers, missing=None):
    return pa.array(np.char.add(prefix, numbers.astype(str)), pa.string(), mask=missing)


def generated(rows):
    """A seeded log of ``rows`` facts, a tenth of them of guests, with gaps everywhere."""
    rng = np.random.default_rng(20_240_330)
    who = rng.integers(0, rows // 12, rows)
    kind = rng.choice(4, rows, p=[0.6, 0.15, 0.15, 0.1])
    day = rng.integers(19_000, 19_400, rows)
    goods, survey = kind < 2, kind == 3

    def gappy(low, high, share, where):
        return pa.array(rng.integers(low, high, rows), mask=(rng.random(rows) < share) | ~where)

    columns = {
        "customer_id": ids("c", who),
        "id": ids("", np.arange(rows)),
        "guest": pa.array((who % 10 == 0).astype(np.int64)),
        "part": pa.array((rng.random(rows) < 0.1).astype(np.int64)),
        "kind": pa.array(KINDS[kind], pa.string()),
        "at": pa.array(day * DAY + rng.integers(0, DAY, rows)),
        "day": pa.array(day),
        "order_key": ids("x/", who * 4 + rng.integers(0, 4, rows), survey),
        "goods": gappy(0, 4, 0.1, goods),
        "units": gappy(0, 5_000, 0.1, goods),
        "amount": gappy(0, 90_000, 0.1, goods),
        "cost": gappy(0, 50_000, 0.5, goods),
        "costed": gappy(0, 90_000, 0.5, goods),
        "due_day": gappy(19_000, 19_400, 0.5, goods),
        "question": ids("nps/", rng.integers(0, 3, rows), ~survey),
        "rating": gappy(0, 11, 0.1, survey),
        "scale_low": gappy(0, 1, 0, survey),
        "scale_high": gappy(10, 11, 0, survey),
    }
    for name in ("discount", "shipping", "tax", "fees", "adjustments"):
        columns[name] = gappy(-500, 500, 0.7, goods)
    nothing = {
        n: pa.nulls(rows, pa.string() if n in TEXT_COLUMNS else pa.int64()) for n in Fact._fields
    }
    return pa.table(nothing | columns).select(Fact._fields)


@pytest.fixture(scope="module")
def log():
    return generated(ROWS)


def facts_of(table):
    """The rows of a table as facts, a batch at a time."""
    for batch in table.to_batches(50_000):
        yield from map(Fact._make, zip(*(c.to_pylist() for c in batch.columns), strict=True))


@pytest.fixture(scope="module")
def folded(log):
    """The digests of the frames that the fold of the log would give."""
    base = summaries(facts_of(log), **NOW)
    people = base.customers.values()
    voice = (
        {"customer_id": s.customer_id, "question": question, **figures(ratings)}
        for s in people
        for question, ratings in s.voice.items()
    )
    days = ({"customer_id": s.customer_id, "day": day} for s in people for day in s.days)
    return {
        "customers": of_rows(s.figures() for s in people),
        "guests": of_rows([{"guests": base.guests.guests, **figures(base.guests.buying)}]),
        "voice": of_rows(voice),
        "occasions": of_rows(days),
    }


def of_rows(rows):
    """The digest of rows given one by one."""
    rows = iter(rows)
    first = next(rows)
    columns = zip(*(tuple(r.values()) for r in (first, *rows)), strict=True)
    return digest(pa.table(dict(zip(first, map(pa.array, columns), strict=True))))


def digest(table):
    """What a table says, whatever the order of its rows."""
    types = [pa.string() if n in TEXT_COLUMNS else pa.int64() for n in table.column_names]
    schema = pa.schema(zip(table.column_names, types, strict=True))
    keys = [n for n in ("customer_id", "question", "day") if n in table.column_names]
    order = [(name, "ascending") for name in keys or table.column_names[:1]]
    ordered = table.cast(schema).sort_by(order)
    seen = hashlib.sha256(repr(schema.names).encode())
    for column in ordered.columns:
        seen.update(repr(column.to_pylist()).encode())
    return ordered.num_rows, seen.hexdigest()


def polars(table):
    return pytest.importorskip("polars").from_arrow(table)


def pandas(table):
    pd = pytest.importorskip("pandas")
    types = {pa.int64(): pd.Int64Dtype(), pa.string(): pd.StringDtype()}
    return table.to_pandas(types_mapper=types.get)


def duckdb(table):
    return pytest.importorskip("duckdb").connect().from_arrow(table)


@pytest.mark.parametrize("engine", [polars, pandas, lambda table: table, duckdb])
def test_the_fold_and_every_engine_agree_on_a_million_rows(engine, log, folded):
    got = summarise(engine(log), **NOW)
    for name, want in folded.items():
        frame = nw.from_native(getattr(got, name), eager_only=True)
        assert digest(frame.to_arrow()) == want, name
