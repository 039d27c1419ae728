"""What the narrow waist costs, beside code written by hand for the same figures.

Run: python benchmarks/waist.py [ROWS]     (needs numpy, polars, pandas, pyarrow, duckdb)

Prints microseconds per fact for the Python fold and seconds for every engine, in one run,
so that only the ratios matter. Everything is seeded.
"""

import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from crmkit.adapters.frames import fact_frame, summarise
from crmkit.domain.facts import Fact
from crmkit.domain.tally import NetOrder, bulk, summaries

DAY = 86_400_000_000
NOW = {"as_of": 19_390 * DAY, "as_of_day": 19_390}
MONEY = ["discount", "shipping", "tax", "fees", "adjustments", "liabilities", "donations"]


def log(rows):
    """A generated log: three facts in four are purchases, a customer has twelve facts."""
    rng = np.random.default_rng(1)
    who = rng.integers(0, max(rows // 12, 1), rows)
    day = rng.integers(19_000, 19_400, rows)
    numbers = {name: rng.integers(0, 500, rows) for name in MONEY}
    empty = fact_frame([]).clear(rows)
    return empty.with_columns(
        customer_id=pl.Series(who).cast(pl.String),
        guest=pl.Series((who % 10 == 0).astype(int)),
        kind=pl.Series(rng.choice(["purchase"] * 3 + ["return"], rows)),
        part=pl.Series(np.zeros(rows, dtype=int)),
        at=pl.Series(day * DAY),
        day=pl.Series(day),
        order_key=pl.Series(who * 6 + rng.integers(0, 6, rows)).cast(pl.String),
        goods=pl.Series(rng.integers(1, 4, rows)),
        units=pl.Series(rng.integers(1, 5, rows) * 1000),
        amount=pl.Series(rng.integers(0, 9000, rows)),
        **{name: pl.Series(values) for name, values in numbers.items()},
    )


def seconds(work):
    """The better of two runs, and the result."""
    found, result = [], None
    for _ in range(2):
        start = time.perf_counter()
        result = work()
        found.append(time.perf_counter() - start)
    return min(found), result


# --- by hand ------------------------------------------------------------------------------


def order_by_hand(rows):
    """The loop that one would write for NetOrder."""
    purchases = charges = returns = units = units_back = paid = refunded = 0
    cost = cost_back = costed = costed_back = 0
    discount = shipping = tax = fees = adjustments = liabilities = donations = 0
    day = promised_day = delivered_day = None
    for r in rows:
        if r.kind == "purchase":
            if (r.goods or 0) > 0:
                purchases += 1
                day = r.day if day is None else min(day, r.day)
            else:
                charges += 1
            units += r.units or 0
            paid += r.amount or 0
            cost += r.cost or 0
            costed += r.costed or 0
            if r.due_day is not None:
                promised_day = r.due_day if promised_day is None else min(promised_day, r.due_day)
        elif r.kind == "return":
            returns += 1
            units_back += r.units or 0
            refunded += r.amount or 0
            cost_back += r.cost or 0
            costed_back += r.costed or 0
        elif r.kind == "delivered":
            delivered_day = r.day if delivered_day is None else max(delivered_day, r.day)
        discount += r.discount or 0
        shipping += r.shipping or 0
        tax += r.tax or 0
        fees += r.fees or 0
        adjustments += r.adjustments or 0
        liabilities += r.liabilities or 0
        donations += r.donations or 0
    return NetOrder(
        purchases=purchases,
        charges=charges,
        returns=returns,
        units=units,
        units_back=units_back,
        paid=paid,
        refunded=refunded,
        cost=cost,
        cost_back=cost_back,
        costed=costed,
        costed_back=costed_back,
        discount=discount,
        shipping=shipping,
        tax=tax,
        fees=fees,
        adjustments=adjustments,
        liabilities=liabilities,
        donations=donations,
        day=day,
        promised_day=promised_day,
        delivered_day=delivered_day,
    )


def polars_by_hand(frame):
    """The query that one would write in Polars for orders, buying and dealings."""
    bought, back = pl.col("kind") == "purchase", pl.col("kind") == "return"
    with_goods = bought & (pl.col("goods") > 0)
    facts = frame.lazy().filter(pl.col("at") <= NOW["as_of"])
    sums = {
        f"{name}{suffix}": pl.col(name).filter(which).sum()
        for name in ("units", "amount", "cost", "costed")
        for suffix, which in (("", bought), ("_back", back))
    }
    orders = (
        facts.filter(pl.col("order_key").is_not_null())
        .group_by("customer_id", "order_key")
        .agg(
            pl.col(MONEY).sum(),
            purchases=with_goods.sum(),
            returns=back.sum(),
            day=pl.col("day").filter(with_goods).min(),
            **sums,
        )
        .with_columns(net=pl.col("amount") - pl.col("amount_back"))
        .with_columns(
            void=(pl.col("purchases") > 0)
            & (pl.col("returns") > 0)
            & (
                (pl.col("units") > 0) & (pl.col("units_back") >= pl.col("units"))
                | (pl.col("amount") > 0) & (pl.col("net") <= 0)
            )
        )
        .with_columns(counts=(pl.col("purchases") > 0) & ~pl.col("void"))
    )
    counted = pl.col("counts")
    first = pl.col("day") == pl.col("day").filter(counted).min()
    buying = orders.group_by("customer_id").agg(
        pl.col([*MONEY, *sums]).sum(),
        orders=counted.sum(),
        void_orders=pl.col("void").sum(),
        occasions=pl.col("day").filter(counted).n_unique(),
        spending_days=pl.col("day").filter(counted & (pl.col("net") > 0)).n_unique(),
        first_day=pl.col("day").filter(counted).min(),
        last_day=pl.col("day").filter(counted).max(),
        first_revenue=pl.col("net").filter(counted & first).sum(),
        revenue=pl.col("net").sum(),
        order_revenue=pl.col("net").filter(counted).sum(),
    )
    dealings = facts.group_by("customer_id").agg(
        pl.col("guest").max(),
        facts=(pl.col("part") == 0).sum(),
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
    )
    return dealings.join(buying, on="customer_id", how="left").collect()


# --- the table ----------------------------------------------------------------------------


@contextmanager
def collector_left_alone():
    """Keep the fold from pausing Python's garbage collector."""
    found = bulk.gc
    bulk.gc = SimpleNamespace(isenabled=lambda: False, disable=lambda: None)
    try:
        yield
    finally:
        bulk.gc = found


def fold_table(frame):
    facts = [Fact._make(values) for values in frame.iter_rows()]
    groups = defaultdict(list)
    for fact in facts:
        groups[fact.order_key].append(fact)
    by_hand, want = seconds(lambda: list(map(order_by_hand, groups.values())))
    generated, got = seconds(lambda: list(map(NetOrder.collect, groups.values())))
    assert got == want
    everything, _ = seconds(lambda: summaries(facts, **NOW))
    with collector_left_alone():
        unpaused, _ = seconds(lambda: summaries(facts, **NOW))
    print(f"{len(facts):,} facts, {len(groups):,} orders: microseconds a fact")
    for name, took in (
        ("orders netted by hand", by_hand),
        ("orders netted by the declaration", generated),
        ("summaries of everyone", everything),
        ("… with the collector left on", unpaused),
    ):
        print(f"  {name:34}{took / len(facts) * 1e6:8.2f}{took / by_hand:8.2f} x")


def engine_table(frame, base):
    arrow = frame.to_arrow()
    engines = {
        "polars": frame,
        "pandas": arrow.to_pandas(types_mapper=pd.ArrowDtype),
        "pyarrow": arrow,
        "duckdb": duckdb.connect().from_arrow(arrow),
    }
    by_hand, table = seconds(lambda: polars_by_hand(frame))
    assert table["revenue"].sum() == base.everyone().revenue
    print(f"{len(frame):,} facts, {len(table):,} customers and guests: seconds")
    print(f"  {'polars by hand':34}{by_hand:8.2f}{1:8.2f} x")
    for name, native in engines.items():
        took, _ = seconds(lambda native=native: summarise(native, **NOW))
        print(f"  {name + ' by the declaration':34}{took:8.2f}{took / by_hand:8.2f} x")


if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = log(rows)
    fold_table(log(min(rows, 200_000)))
    engine_table(frame, summaries(map(Fact._make, frame.iter_rows()), **NOW))
