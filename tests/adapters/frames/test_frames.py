"""Every engine gives what the fold gives: values, types, and for the empty table too."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
from attrs import evolve, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmkit.adapters.frames import fact_frame, summarise
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.tally import (
    KEYED,
    Buying,
    Case,
    CustomerTally,
    Dealings,
    Matter,
    NetOrder,
    count,
    distinct,
    figures,
    per,
    reading,
    row,
    rules,
    summaries,
    total,
    whole,
)

nw = pytest.importorskip("narwhals")

TESTS = Path(__file__).parents[2]
drawn = SimpleNamespace(**runpy.run_path(str(TESTS / "domain" / "drawn_tallies.py")))
moments = st.integers(-3, 12)
NOW = {"as_of": 100, "as_of_day": 25}
#: Engines need up to a second to plan even the smallest table: fewer and larger examples.
some = settings(max_examples=max(settings.default.max_examples // 6, 1))


def one(**columns):
    plain = {"shop_id": "s", "source": "x", "id": "1", "part": 0, "revision": 0, "guest": 0}
    return Fact(**plain | {"customer_id": "ann", "kind": "purchase", "at": 4, "day": 1} | columns)


BOUGHT = one(order_key="o1", goods=1, units=1000, amount=500)
#: The column that keys each part that a summary holds by key.
KEYS = {name: rules(CustomerTally)[name].column.args[0] for name in KEYED}


def records(frame):
    """The rows of a native frame, None where missing, in an order of their own."""
    found = nw.from_native(frame, eager_only=True)
    missing = found.select(nw.all().is_null()).rows()
    rows = [
        {n: None if m else v for n, v, m in zip(found.columns, values, gone, strict=True)}
        for values, gone in zip(found.rows(), missing, strict=True)
    ]
    order = ("customer_id", *KEYS.values(), "day", "order_key")
    return sorted(rows, key=lambda r: [(type(r.get(n)) is str, r.get(n, 0)) for n in order])


def agree(engine, facts, **kwargs):
    """Check that one engine gives the fold's values, its flat rows, and integers."""
    got, want = summarise(engine(facts), **kwargs), summaries(facts, **kwargs)
    assert got.to_summaries() == want
    people = sorted(want.customers.values(), key=lambda s: s.customer_id)
    assert records(got.customers) == [s.figures() for s in people]
    assert records(got.guests) == [{"guests": want.guests.guests, **figures(want.guests.buying)}]
    assert records(got.occasions) == [
        {"customer_id": s.customer_id, "day": day} for s in people for day in s.days
    ]
    for name, key in KEYS.items():
        assert records(getattr(got, name)) == [
            {"customer_id": s.customer_id, key: word, **figures(part)}
            for s in people
            for word, part in sorted(getattr(s, name).items())
        ]
    assert records(got.sets["offers"]["order_keys"]) == [
        {"customer_id": s.customer_id, "offer_id": offer, "order_key": order}
        for s in people
        for offer, part in sorted(s.offers.items())
        for order in sorted(part.order_keys)
    ]
    frames = [got.customers, got.guests, *(getattr(got, name) for name in KEYED)]
    for frame in (*frames, *(f for sets in got.sets.values() for f in sets.values())):
        for name, dtype in nw.from_native(frame).schema.items():
            assert dtype == (nw.String if name in TEXT_COLUMNS else nw.Int64), name


@some
@example(facts=[], moment=0)
@given(facts=drawn.wild_facts(40), moment=moments)
def test_every_engine_agrees_with_the_fold(engine, facts, moment):
    agree(engine, facts, as_of=moment, as_of_day=moment // 4)


def test_columns_come_in_the_order_of_the_flat_row(engine):
    names = nw.from_native(summarise(engine([BOUGHT]), **NOW).customers).columns
    assert names == list(summaries([BOUGHT], **NOW).customers["ann"].figures())


@st.composite
def drawn_declarations(draw):
    """A shop's own orders, buying, dealings, cases and matters."""
    own_orders = draw(drawn.drawn_tallies(NetOrder, drawn.FACTS))
    own_cases = draw(drawn.drawn_tallies(Case, drawn.FACTS))
    own_matters = draw(drawn.drawn_tallies(Matter, drawn.FACTS))
    own_dealings = _renamed(draw(drawn.drawn_tallies(Dealings, drawn.FACTS)))
    buying = draw(drawn.drawn_tallies(Buying, drawn.ORDERS))

    @frozen(kw_only=True)
    class Drawn(CustomerTally):
        orders: dict = per(row.order_key, own_orders)
        cases: dict = per(row.case_key, own_cases)
        matters: dict = per(row.matter, own_matters)
        dealings: Dealings = whole(own_dealings)

    return {"tally": Drawn, "buying": buying}


def _renamed(dealings):
    """The drawn dealings under names that differ from those of the drawn buying."""
    fields = [f for f in attrs.fields(dealings) if f.name.startswith("drawn")]
    made = {f"own_{f.name}": attrs.field(default=f.default, metadata=f.metadata) for f in fields}
    return attrs.make_class("Own", made, bases=(Dealings,), frozen=True, kw_only=True, slots=True)


@some
@given(facts=drawn.wild_facts(40, min_size=8), declared=drawn_declarations())
def test_drawn_declarations_mean_the_same_on_every_engine(engine, facts, declared):
    agree(engine, facts, **NOW, **declared)


@frozen(kw_only=True)
class LampOrder(NetOrder):
    """An order that knows whether it came by the web."""

    web_rows: int = count(where=row.channel == "web")
    channels: frozenset[str] = distinct(row.channel)


@frozen(kw_only=True)
class LampBuying(Buying):
    """Buying with measures of a lamp shop."""

    big: int = count(where=row.is_order & (row.net >= 300))
    web_orders: int = count(where=row.web_rows > 0)
    channels: int = total(row.channels)
    small = reading(row.orders - row.big)


@frozen(kw_only=True)
class LampTally(CustomerTally):
    """A customer of the lamp shop."""

    orders: dict = per(row.order_key, LampOrder)


def test_a_shop_declares_a_measure_by_subclassing_and_nothing_else(engine):
    facts = [
        BOUGHT._replace(channel="web"),
        BOUGHT._replace(channel="shop", day=0),
        BOUGHT._replace(order_key="o2", amount=100),
    ]
    lamps = {"tally": LampTally, "buying": LampBuying}
    got = summarise(engine(facts), **NOW, **lamps).to_summaries()
    assert got == summaries(facts, **NOW, **lamps)
    ann = got.customers["ann"].buying
    assert (ann.big, ann.small, ann.web_orders, ann.channels) == (1, 1, 1, 2)


def test_guests_are_in_the_books_and_not_among_the_customers(engine):
    facts = [BOUGHT, BOUGHT._replace(customer_id="guest", guest=1, order_key="o2", amount=70)]
    got = summarise(engine(facts), **NOW)
    assert [r["customer_id"] for r in records(got.customers)] == ["ann"]
    (guests,) = records(got.guests)
    assert (guests["guests"], guests["revenue"], guests["orders"]) == (1, 70, 1)


def test_money_beyond_the_digits_of_a_float_stays_exact(engine):
    much = 2**53
    facts = [BOUGHT._replace(amount=much), BOUGHT._replace(amount=1), one(customer_id="bob")]
    assert {
        r["customer_id"]: r["revenue"] for r in records(summarise(engine(facts), **NOW).customers)
    } == {
        "ann": much + 1,
        "bob": 0,
    }


@pytest.mark.parametrize("name", ["customer_id", "at", "goods", "question"])
def test_a_frame_without_a_needed_column_is_refused_by_name(engine, name):
    frame = nw.from_native(engine([BOUGHT])).drop(name).to_native()
    with pytest.raises(InvalidValueError, match=rf"{name}.*fact_frame"):
        summarise(frame, **NOW)


@pytest.mark.parametrize("name", ["customer_id", "at", "day", "kind"])
def test_a_fact_without_what_every_fact_has_is_refused(engine, name):
    with pytest.raises(InvalidValueError, match=name):
        summarise(engine([BOUGHT, BOUGHT._replace(**{name: None})]), **NOW)


def test_columns_that_no_declaration_reads_may_be_missing(engine):
    frame = nw.from_native(engine([BOUGHT])).drop("shop_id", "revision", "channel").to_native()
    assert summarise(frame, **NOW).to_summaries() == summaries([BOUGHT], **NOW)


def test_pandas_rows_are_numbered_from_zero():
    facts = [BOUGHT._replace(customer_id="guest", guest=1), BOUGHT]
    got = summarise(fact_frame(facts, "pandas"), **NOW)
    assert list(got.customers.index) == list(got.occasions.index) == [0]


def test_what_is_no_frame_is_refused():
    with pytest.raises(InvalidValueError, match="fact_frame"):
        summarise([BOUGHT], **NOW)


def test_declarations_of_one_name_are_refused():
    @frozen(kw_only=True)
    class Twice(Buying):
        facts: int = count()

    with pytest.raises(InvalidValueError, match="facts"):
        summarise(fact_frame([]), **NOW, buying=Twice)


def test_a_figure_with_the_name_of_another_rolled_up_part_is_refused():
    @frozen(kw_only=True)
    class Cases(Buying):
        open_cases: int = count()

    with pytest.raises(InvalidValueError, match="open_cases"):
        summarise(fact_frame([]), **NOW, buying=Cases)


def test_a_figure_with_the_name_of_its_own_key_is_refused():
    @frozen(kw_only=True)
    class Own(Matter):
        matter: int = count()

    @frozen(kw_only=True)
    class Keyed(CustomerTally):
        matters: dict = per(row.matter, Own)

    with pytest.raises(InvalidValueError, match="matter"):
        summarise(fact_frame([]), **NOW, tally=Keyed)


@frozen(kw_only=True)
class WaysTally(CustomerTally):
    """A customer whose matters know by which ways and on which days they came."""

    @frozen(kw_only=True)
    class Ways(Matter):
        channels: frozenset[str] = distinct(row.channel)
        words: frozenset[str] = distinct(row.matter)
        weekdays: frozenset[int] = distinct(row.day - 1)

    matters: dict = per(row.matter, Ways)


def test_sets_of_texts_of_the_key_itself_and_of_sums_come_back_whole(engine):
    visits = [
        one(kind="visit", matter="visit/viewed", channel=channel, day=day)
        for channel, day in [("web", 1), ("shop", 1), (None, 3)]
    ]
    got = summarise(engine(visits), **NOW, tally=WaysTally).to_summaries()
    assert got == summaries(visits, **NOW, tally=WaysTally)
    viewed = got.customers["ann"].matters["visit/viewed"]
    assert viewed.channels == {"web", "shop"}
    assert viewed.words == {"visit/viewed"}
    assert viewed.weekdays == {0, 2}


def test_what_was_promised_and_served_stands_beside_what_was_bought(engine):
    facts = [
        BOUGHT,
        one(kind="case_opened", case_key="c1", matter="case/complaint", severity=3, due_at=9),
        one(kind="promise_made", promise_key="p1", due_at=7),
        one(kind="offer_shown", offer_id="spring", customer_id="bob"),
        one(kind="case_opened", case_key="c2", customer_id="guest", guest=1, matter="case/x"),
    ]
    got = summarise(engine(facts), **NOW)
    ann, bob = records(got.customers)
    assert (ann["orders"], ann["open_cases"], ann["next_case_due_at"]) == (1, 1, 9)
    assert (ann["open_promises"], ann["next_promise_due_at"]) == (1, 7)
    assert (bob["orders"], bob["open_cases"], bob["next_case_due_at"]) == (0, 0, None)
    assert [(r["customer_id"], r["matter"]) for r in records(got.matters)] == [
        ("ann", "case/complaint")
    ]
    assert [r["customer_id"] for r in records(got.offers)] == ["bob"]
    assert records(got.referrals) == []


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow", "duckdb"])
def test_a_frame_of_no_facts_has_all_columns_and_types(backend):
    schema = nw.from_native(fact_frame([], backend)).collect_schema()
    assert list(schema) == list(Fact._fields)
    texts = {name for name, dtype in schema.items() if dtype == nw.String}
    assert texts == TEXT_COLUMNS
    assert {dtype for name, dtype in schema.items() if name not in texts} == {nw.Int64()}


@given(facts=drawn.wild_facts(5))
def test_a_frame_of_facts_gives_the_facts_back(engine, facts):
    frame = nw.from_native(engine(facts)).lazy().collect().to_native()
    key = lambda fact: tuple(map(str, fact))  # noqa: E731
    got = [Fact(**r) for r in records(frame)]
    assert sorted(got, key=key) == sorted(facts, key=key)


def test_another_backend_is_refused():
    with pytest.raises(InvalidValueError, match="duckdb, pandas, polars, pyarrow"):
        fact_frame([], "excel")


# --- what users hand in -------------------------------------------------------------------


def test_polars_categories_and_narrow_integers_are_read():
    pl = pytest.importorskip("polars")
    frame = fact_frame([BOUGHT, BOUGHT._replace(customer_id="bob")])
    narrow = frame.with_columns(
        pl.col("kind", "customer_id").cast(pl.Categorical), pl.col("day", "units").cast(pl.Int16)
    )
    assert summarise(narrow, **NOW).to_summaries() == summarise(frame, **NOW).to_summaries()


def test_polars_columns_of_nothing_are_read():
    pl = pytest.importorskip("polars")
    frame = fact_frame([BOUGHT])
    empty = frame.with_columns(pl.lit(None).alias("cost"), pl.lit(None).alias("question"))
    assert summarise(empty, **NOW).to_summaries() == summaries([BOUGHT], **NOW)


@pytest.mark.parametrize(("name", "value"), [("units", 1.5), ("amount", "5"), ("kind", 3)])
def test_a_column_of_another_type_is_refused_by_name(name, value):
    pl = pytest.importorskip("polars")
    frame = fact_frame([BOUGHT]).with_columns(pl.lit(value).alias(name))
    with pytest.raises(InvalidValueError, match=name):
        summarise(frame, **NOW)


def plain_pandas(facts):
    """A pandas frame as people have them: floats for gaps, categories for words."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([f._asdict() for f in facts], columns=list(Fact._fields))
    kinds = pandas.CategoricalDtype(["purchase", "never"])
    return frame.astype({"kind": kinds, "customer_id": "category"})


def test_plain_pandas_columns_are_read_and_gaps_make_no_floats():
    facts = [BOUGHT, BOUGHT._replace(amount=None, order_key="o2"), one(customer_id="bob")]
    frame = plain_pandas(facts)
    assert str(frame["amount"].dtype) == "float64"
    got = summarise(frame, **NOW)
    assert got.to_summaries() == summaries(facts, **NOW)
    assert set(nw.from_native(got.customers).schema.values()) == {nw.String(), nw.Int64()}


@pytest.mark.parametrize(("name", "value"), [("units", 1.5), ("units", "many"), ("at", 0.1)])
def test_pandas_columns_that_are_no_whole_numbers_are_refused_by_name(name, value):
    frame = plain_pandas([BOUGHT]).astype({name: object})
    frame[name] = [value]
    with pytest.raises(InvalidValueError, match=name):
        summarise(frame, **NOW)


def test_a_frame_summary_shows_no_customers():
    shown = repr(evolve(summarise(fact_frame([BOUGHT]), **NOW)))
    assert "ann" not in shown
