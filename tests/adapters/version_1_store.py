"""A store file as version 1 made it: its tables, and what it kept of one shop.

The shop kept its facts with 0.9 euros to the dollar. Loaded by path (``runpy.run_path``)
where it is needed: test files are no package.
"""

import json
import sqlite3
from datetime import datetime

#: Tables that refuse a text where a number belongs came with SQLite 3.37.
STRICT = sqlite3.sqlite_version_info >= (3, 37)

TABLES = (
    "crmkit_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """crmkit_shops (
        shop_id TEXT PRIMARY KEY, policy TEXT NOT NULL,
        kept INTEGER NOT NULL DEFAULT 0, last_at INTEGER) STRICT, WITHOUT ROWID""",
    """crmkit_customers (
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL,
        version INTEGER NOT NULL, payload TEXT NOT NULL,
        PRIMARY KEY (shop_id, customer_id)) STRICT""",
    """crmkit_interactions (
        shop_id TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
        revision INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
        customer_id TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
        payload TEXT NOT NULL,
        UNIQUE (shop_id, source, id, revision)) STRICT""",
    """crmkit_facts (
        shop_id TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, part INTEGER NOT NULL,
        revision INTEGER NOT NULL, customer_id TEXT NOT NULL, guest INTEGER NOT NULL,
        kind TEXT NOT NULL, at INTEGER NOT NULL, day INTEGER NOT NULL, channel TEXT,
        order_id TEXT, order_key TEXT, goods INTEGER, units INTEGER, amount INTEGER,
        cost INTEGER, costed INTEGER, discount INTEGER, shipping INTEGER, tax INTEGER,
        fees INTEGER, adjustments INTEGER, liabilities INTEGER, donations INTEGER,
        due_day INTEGER, instrument TEXT, item TEXT, question TEXT, rating INTEGER,
        scale_low INTEGER, scale_high INTEGER,
        PRIMARY KEY (shop_id, source, id, part)) STRICT, WITHOUT ROWID""",
    """crmkit_return_links (
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL, at INTEGER NOT NULL,
        source TEXT NOT NULL, id TEXT NOT NULL, line INTEGER NOT NULL, part INTEGER NOT NULL,
        rule TEXT NOT NULL, order_key TEXT, units INTEGER NOT NULL, amount INTEGER NOT NULL,
        cost INTEGER NOT NULL, costed INTEGER NOT NULL,
        PRIMARY KEY (shop_id, customer_id, at, source, id, line, part)) STRICT, WITHOUT ROWID""",
    """crmkit_aliases (
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL, stands_for TEXT,
        recorded_at INTEGER NOT NULL,
        PRIMARY KEY (shop_id, customer_id, recorded_at)) STRICT, WITHOUT ROWID""",
    """crmkit_tombstones (
        shop_id TEXT NOT NULL, hash BLOB NOT NULL, erased_at INTEGER NOT NULL,
        PRIMARY KEY (shop_id, hash)) STRICT, WITHOUT ROWID""",
)

INDEXES = (
    "crmkit_histories ON crmkit_interactions (shop_id, customer_id, at, source, id)",
    "crmkit_returns ON crmkit_interactions (shop_id, customer_id) WHERE kind = 'return'",
)

POLICY = (
    '{"annual_discount":"0.15","currency":"EUR","fiscal_year_starts":1,"gross_margin":null,'
    '"id":"lamp","lapse_days":30,"loyal_occasions":3,"observed_since":null,'
    '"timezone":"Europe/Madrid","yearly_volume":null}'
)

#: The texts of interactions as schema 1 wrote them; the other columns are read off them.
KEPT = (
    (
        '{"at":"2026-03-02T09:00:00.000000+00:00","campaign_id":"spring","customer_id":"ann",'
        '"id":"o1","kind":"purchase","lines":[{"amount":[500,"EUR"],"product_id":"cup"}],'
        '"offer_id":"tea","order_id":"o1","schema":1}'
    ),
    (
        '{"at":"2026-03-02T09:00:00.000000+00:00","customer_id":"ann","id":"o1",'
        '"kind":"purchase","lines":[{"amount":[500,"EUR"],"product_id":"cup"}],'
        '"offer_id":"tea","order_id":"o1","revision":1,"schema":1}'
    ),
    (
        '{"at":"2026-03-03T09:00:00.000000+00:00","customer_id":"ann","id":"o2",'
        '"kind":"purchase","lines":[{"amount":[1000,"USD"],"product_id":"cup"}],'
        '"order_id":"o2","schema":1}'
    ),
    (
        '{"at":"2026-03-11T09:00:00.000000+00:00","customer_id":"ann","id":"r1",'
        '"kind":"return","lines":[{"amount":[500,"EUR"],"product_id":"cup"}],'
        '"reason":"not as described","schema":1}'
    ),
    (
        '{"at":"2026-03-11T09:00:00.000000+00:00","customer_id":"ann","id":"r2",'
        '"kind":"return","lines":[{"amount":[1000,"USD"],"product_id":"cup"}],'
        '"order_id":"o2","reason":"zerbrochen","schema":1}'
    ),
    (
        '{"at":"2026-03-05T09:00:00.000000+00:00","customer_id":"ann","id":"d1",'
        '"kind":"delivered","order_id":"o1","schema":1}'
    ),
    (
        '{"answers":[{"item":"satisfaction","scale":{"high":5,"low":1},"value":4},'
        '{"item":"ease","scale":{"high":5,"low":1},"value":null}],'
        '"at":"2026-03-06T09:00:00.000000+00:00","customer_id":"ben","id":"s1",'
        '"instrument":"csat","kind":"survey_response","schema":1,"touchpoint":"delivery"}'
    ),
)

#: Only the columns that held something.
FACTS = (
    {"id": "d1", "revision": 0, "kind": "delivered", "at": 1772701200000000, "day": 20517,
     "order_id": "o1", "order_key": "shop/o1"},
    {"id": "o1", "revision": 1, "kind": "purchase", "at": 1772442000000000, "day": 20514,
     "order_id": "o1", "order_key": "shop/o1", "goods": 1, "units": 1000, "amount": 500},
    {"id": "o2", "revision": 0, "kind": "purchase", "at": 1772528400000000, "day": 20515,
     "order_id": "o2", "order_key": "shop/o2", "goods": 1, "units": 1000, "amount": 900},
    {"id": "r1", "revision": 0, "kind": "return", "at": 1773219600000000, "day": 20523,
     "order_key": "shop/o1", "goods": 1, "units": 1000, "amount": 500},
    {"id": "r2", "revision": 0, "kind": "return", "at": 1773219600000000, "day": 20523,
     "order_id": "o2", "order_key": "shop/o2", "goods": 1, "units": 1000, "amount": 900},
    {"id": "s1", "revision": 0, "kind": "survey_response", "at": 1772787600000000,
     "day": 20518, "customer_id": "ben", "instrument": "csat", "item": "satisfaction",
     "question": "csat/satisfaction", "rating": 4, "scale_low": 1, "scale_high": 5},
    {"id": "s1", "part": 1, "revision": 0, "kind": "survey_response", "at": 1772787600000000,
     "day": 20518, "customer_id": "ben", "instrument": "csat", "item": "ease",
     "question": "csat/ease", "scale_low": 1, "scale_high": 5},
)  # fmt: skip

#: Amounts that were 0, by kind.
NOTHING = {
    "purchase": ("cost", "costed", "discount", "shipping", "tax", "fees", "adjustments",
                 "liabilities", "donations"),
    "return": ("cost", "costed"),
    "r2": ("shipping", "tax", "fees", "adjustments", "liabilities", "donations"),
}  # fmt: skip


def _lenient(table):
    return table.replace(" STRICT, WITHOUT", " WITHOUT").removesuffix(" STRICT")


def _row(text):
    one = json.loads(text)
    at = int(datetime.fromisoformat(one["at"]).timestamp()) * 1_000_000
    key = ("lamp", "shop", one["id"], one.get("revision", 0))
    return *key, 1772442000000000, one["customer_id"], one["kind"], at, text


def make(path):
    """Write the file."""
    connection = sqlite3.connect(path)
    for table in TABLES:
        connection.execute(f"CREATE TABLE {table if STRICT else _lenient(table)}")
    for index in INDEXES:
        connection.execute(f"CREATE INDEX {index}")
    connection.execute("INSERT INTO crmkit_meta VALUES ('schema', 1)")
    connection.execute(
        "INSERT INTO crmkit_shops VALUES ('lamp', ?, 7, 1773219600000000)", (POLICY,)
    )
    connection.execute(
        "INSERT INTO crmkit_customers VALUES"
        """ ('lamp', 'ann', 1, '{"id":"ann","name":"Ann","tags":["vip"],"version":1}')"""
    )
    connection.executemany(
        "INSERT INTO crmkit_interactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, KEPT)
    )
    for fact in FACTS:
        zeros = (*NOTHING.get(fact["kind"], ()), *NOTHING.get(fact["id"], ()))
        row = {"shop_id": "lamp", "source": "shop", "part": 0, "customer_id": "ann", "guest": 0}
        row |= dict.fromkeys(zeros, 0) | fact
        connection.execute(
            f"INSERT INTO crmkit_facts ({', '.join(row)})"  # noqa: S608 -- names from above
            f" VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )
    connection.executemany(
        "INSERT INTO crmkit_return_links VALUES"
        " ('lamp', 'ann', 1773219600000000, 'shop', ?, 0, 0, ?, ?, 1000, ?, 0, 0)",
        [("r1", "exact", "shop/o1", 500), ("r2", "named", "shop/o2", 1000)],
    )
    connection.commit()
    connection.close()
