"""A million generated rows: small tables miss what engines get wrong on large ones.

``CRMKIT_ROWS`` sets another number of rows.
"""

import hashlib
import os

import pytest

from crmkit.adapters.frames import summarise
from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.tally import KEYED, CustomerTally, figures, rules, summaries

nw = pytest.importorskip("narwhals")
np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

ROWS = int(os.environ.get("CRMKIT_ROWS", "1_000_000"))
DAY = 86_400_000_000
NOW = {"as_of": 19_390 * DAY, "as_of_day": 19_390}
#: Each kind and the columns it may have beside those of orders, with their share of gaps.
KINDS = {
    "purchase": {"offer_id": 0.9},
    "return": {"fault": 0.4},
    "delivered": {},
    "survey_response": {"question": 0, "rating": 0.1, "scale_low": 0, "scale_high": 0},
    "contact": {"case_key": 0.5, "matter": 0, "state": 0.3, "waited": 0.5, "campaign_id": 0.8},
    "case_opened": {"case_key": 0, "matter": 0, "severity": 0.3, "due_at": 0.3},
    "case_closed": {"case_key": 0, "state": 0},
    "promise_made": {"promise_key": 0, "due_at": 0.3},
    "promise_settled": {"promise_key": 0, "matter": 0, "state": 0, "spent": 0.5},
    "contribution": {"matter": 0, "points": 0, "worth": 0.5},
    "visit": {"matter": 0, "intent": 0, "lasted": 0.3},
    "referral": {"referred_id": 0, "state": 0, "spent": 0.5},
    "offer_shown": {"offer_id": 0},
    "offer_answered": {"offer_id": 0, "state": 0},
}
SHARES = [0.48, 0.12, 0.11, 0.07] + [0.022] * 10
ORDERS = ("purchase", "return", "delivered", "contact")
MATTERS = ["contact/outbound/follow_up", "case/complaint", "visit/viewed", "promise/kept"]
#: The column that keys each part that a summary holds by key.
KEYS = {name: rules(CustomerTally)[name].column.args[0] for name in KEYED}


def ids(prefix, numbers, missing=None):
    return pa.array(np.char.add(prefix, numbers.astype(str)), pa.string(), mask=missing)


def generated(rows):
    """A seeded log of ``rows`` facts, a tenth of them of guests, with gaps everywhere."""
    rng = np.random.default_rng(20_240_330)
    who = rng.integers(0, rows // 12, rows)
    drawn = rng.choice(len(KINDS), rows, p=SHARES)
    kind = np.array(list(KINDS))[drawn]
    day = rng.integers(19_000, 19_400, rows)
    goods = np.isin(kind, ["purchase", "return"])

    def gaps(name):
        """Where a column that only some kinds have says nothing."""
        share = np.array([columns.get(name, 1) for columns in KINDS.values()])
        return rng.random(rows) < share[drawn]

    def gappy(low, high, share, where):
        return pa.array(rng.integers(low, high, rows), mask=(rng.random(rows) < share) | ~where)

    def number(name, low, high):
        return {name: pa.array(rng.integers(low, high, rows), mask=gaps(name))}

    def word(name, words):
        return {name: pa.array(rng.choice(words, rows), pa.string(), mask=gaps(name))}

    def own(name, many):
        """A key that this customer has alone."""
        return {name: ids("x/", who * many + rng.integers(0, many, rows), gaps(name))}

    moment = day * DAY + rng.integers(0, 4, rows) * (DAY // 4)  # ties are common
    columns = {
        "customer_id": ids("c", who),
        "id": ids("", np.arange(rows)),
        "guest": pa.array((who % 10 == 0).astype(np.int64)),
        "part": pa.array((rng.random(rows) < 0.1).astype(np.int64)),
        "kind": pa.array(kind, pa.string()),
        "at": pa.array(moment),
        "day": pa.array(day),
        "order_key": ids("x/", who * 4 + rng.integers(0, 4, rows), ~np.isin(kind, ORDERS)),
        "goods": gappy(0, 4, 0.1, goods),
        "units": gappy(0, 5_000, 0.1, goods),
        "amount": gappy(0, 90_000, 0.1, goods),
        "cost": gappy(0, 50_000, 0.5, goods),
        "costed": gappy(0, 90_000, 0.5, goods),
        "due_day": gappy(19_000, 19_400, 0.5, goods),
        **word("question", ["nps/0", "nps/1", "nps/2"]),
        **number("rating", 0, 11),
        **number("scale_low", 0, 1),
        **number("scale_high", 10, 11),
        **word("offer_id", ["spring", "summer", "lamp"]),
        **word("campaign_id", ["mail"]),
        **own("case_key", 2),
        **own("promise_key", 1),
        **own("referred_id", 2),
        **word("matter", MATTERS),
        "due_at": pa.array(moment + rng.integers(0, 60, rows) * DAY, mask=gaps("due_at")),
    }
    for name, high in (("state", 2), ("fault", 2), ("intent", 2), ("severity", 6)):
        columns |= number(name, 0, high)
    for name in ("points", "waited", "lasted", "spent", "worth"):
        columns |= number(name, 0, 5_000)
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
    held = {
        name: of_rows(
            {"customer_id": s.customer_id, key: word, **figures(part)}
            for s in people
            for word, part in getattr(s, name).items()
        )
        for name, key in KEYS.items()
    }
    days = ({"customer_id": s.customer_id, "day": day} for s in people for day in s.days)
    return {
        "customers": of_rows(s.figures() for s in people),
        "guests": of_rows([{"guests": base.guests.guests, **figures(base.guests.buying)}]),
        **held,
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
    keys = [n for n in ("customer_id", *KEYS.values(), "day") if n in table.column_names]
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
