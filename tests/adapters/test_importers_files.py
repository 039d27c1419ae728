"""Files of every kind: what can be read is, what cannot says so in one line."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmkit.adapters.importers import read_orders
from crmkit.domain.errors import UnreadableLogError
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.problems import RowProblem

ROWS = (
    ("order_id", "customer_id", "date", "sku", "qty", "price"),
    ("o1", "José", "2026-01-02", "a", "2", "1.50"),
    ("o2", "c2", "2026-01-03", "b", "1", "2.00"),
)
TEXT = "".join(",".join(row) + "\n" for row in ROWS)


@pytest.fixture
def saved(tmp_path):
    def save(content, name="log.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def found_in(path, **options):
    log = read_orders(path, currency="EUR", **options)
    found = list(log)
    assert log.rows == log.total_rows == log.rows_used + log.rows_refused
    return found


def said(path, **options):
    return [
        (one.id, one.customer_id, one.lines[0].amount.minor) for one in found_in(path, **options)
    ]


BOTH = [("o1", "José", 300), ("o2", "c2", 200)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_are_found(saved, mark):
    path = saved("".join(mark.join(row) + "\r\n" for row in ROWS))
    assert said(path) == said(path, delimiter=mark) == BOTH


def test_a_told_delimiter_is_taken(saved):
    path = saved("".join("^".join(row) + "\n" for row in ROWS))
    assert said(path, delimiter="^") == BOTH


def test_aligned_columns_are_found(saved):
    path = saved("".join("  ".join(row) + "\n" for row in ROWS), "log.txt")
    assert said(path) == said(path, format="aligned") == BOTH


def test_a_comma_inside_quotes_is_no_delimiter(saved):
    path = saved('order;customer;date;"price, net"\no1;c1;2026-01-02;5\n')
    assert said(path, columns={"amount": "price, net"}) == [("o1", "c1", 500)]


@pytest.mark.parametrize("name", ["log.csv.gz", "log.csv"])
def test_gzip_is_known_by_its_first_bytes(saved, name):
    assert said(saved(gzip.compress(TEXT.encode()), name)) == BOTH


@pytest.mark.parametrize(
    ("written", "told"),
    [
        *(("utf-8", None), ("utf-8-sig", None), ("utf-8-sig", "utf-8"), ("latin-1", "latin-1")),
        *(("cp1252", "cp1252"), ("utf-16", "utf-16")),
    ],
)
def test_encodings_are_told_and_byte_order_marks_dropped(saved, written, told):
    assert said(saved(TEXT.encode(written)), encoding=told) == BOTH


def test_line_breaks_inside_quotes_belong_to_the_field(saved):
    path = saved('order,customer,date,note,price\no1,c1,2026-01-02,"two\nlines, here",5\n')
    assert said(path) == [("o1", "c1", 500)]


def test_json_lines_keep_the_digits_of_their_numbers(saved):
    rows = '{"order": 1, "customer": "c1", "date": "2026-01-02", "price": 0.145}\n'
    later = '{"order": 1, "customer": null, "date": "2026-01-02", "price": 2, "currency": "EUR"}\n'
    path = saved(rows + "\n" + later, "log.jsonl")
    (order,) = found_in(path)
    assert (order.id, order.customer_id) == ("1", "c1")
    assert [line.amount.minor for line in order.lines] == [14, 200]
    assert found_in(saved(rows + later, "log.txt")) == [order]


@pytest.mark.parametrize(
    "broken",
    [
        *('{"order": 1', "[1]", "7", "nonsense", '{"order": "\\ud800"}', '{"order": "\\u0000"}'),
        "[" * 100_000,
    ],
)
def test_a_broken_line_of_json_is_a_problem(saved, broken):
    good = '{"order": 1, "customer": "c1", "date": "2026-01-02", "price": 5}\n'
    found = found_in(saved(good + broken + "\n" + good, "log.ndjson"))
    problem, order = found
    assert (problem.row, problem.field) == (2, "row")
    assert len(order.lines) == 2


def test_a_quote_that_is_never_closed_is_said(saved):
    (problem,) = found_in(saved(TEXT.splitlines()[0] + '\no1,"c1,2026\no2,c2\n'))
    assert "a quote that is not closed" in problem.reason


UTF16 = TEXT.encode("utf-16")
UNREADABLE = {
    "is empty": b"",
    "has a header and no rows": b"order,customer,date,price\n",
    "holds binary data": b"\x7fELF\0\0\0",
    "is not text in UTF-8": TEXT.encode("latin-1"),
    "is text in UTF-16": UTF16,
    "a spreadsheet": b"PK\x03\x04rest",
    "cut off or damaged": gzip.compress(TEXT.encode() * 500)[:-20],
    "is one JSON document": b'[{"order": 1}]',
    "a field has no end": (TEXT + '"' + "x" * 200_000).encode(),
    "no column for customer and time and amount": b"a,b\n1,2\n",
    "no column for time": b"order,customer,price\n1,2,3\n",
}


@pytest.mark.parametrize("reason", UNREADABLE)
def test_a_file_that_cannot_be_read_says_why_in_one_line(saved, reason):
    path = saved(UNREADABLE[reason], "log.txt")
    with pytest.raises(UnreadableLogError, match=reason) as caught:
        list(read_orders(path, currency="EUR"))
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert caught.value.way_out
    assert "\n" not in text


def test_blank_lines_alone_are_an_empty_file(saved):
    with pytest.raises(UnreadableLogError, match="is empty"):
        read_orders(saved(b"\n\r\n\n"), currency="EUR")


def test_damage_far_down_raises_before_anything_is_handed_out(saved):
    path = saved(gzip.compress(TEXT.encode() + b"o3,c3,2026-01-02,a,1,1\n" * 50_000)[:-12])
    log = iter(read_orders(path, currency="EUR"))
    with pytest.raises(UnreadableLogError, match="cut off"):
        next(log)


def test_missing_files_and_directories_are_said(tmp_path):
    with pytest.raises(UnreadableLogError, match="no such file; check the path"):
        read_orders(tmp_path / "none.csv", currency="EUR")
    with pytest.raises(UnreadableLogError, match="is a directory"):
        read_orders(tmp_path, currency="EUR")
    with pytest.raises(UnreadableLogError, match="no such file"):
        read_orders("nu\0l", currency="EUR")


def test_a_damaged_header_of_gzip_is_said(saved):
    with pytest.raises(UnreadableLogError, match="damaged"):
        read_orders(saved(b"\x1f\x8bnonsense"), currency="EUR")


RETAIL = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def test_a_wrong_preset_names_what_is_missing_and_what_fits(saved):
    path = saved(RETAIL + "1,a,1,2026-01-02,1,c,UK\n")
    with pytest.raises(UnreadableLogError) as caught:
        read_orders(path, preset="cdnow")
    text = str(caught.value)
    assert "does not look like cdnow: it has no column for" in text
    assert "quantity (cds)" in text
    assert "--preset online-retail" in text


def test_missing_columns_name_the_options_and_the_preset_that_fits(saved):
    path = saved(" 00004 0001 19970101  2   29.33\r\n" * 3, "log.txt")
    with pytest.raises(UnreadableLogError) as caught:
        read_orders(path, currency="USD")
    assert "--column customer=NAME" in str(caught.value)
    assert "--preset cdnow" in str(caught.value)


def test_a_told_column_that_is_not_there_lists_those_that_are(saved):
    with pytest.raises(UnreadableLogError, match=r"no column 'Kunde' for customer; .* customer_id"):
        read_orders(saved(TEXT), currency="EUR", columns={"customer": "Kunde"})


CELLS = st.one_of(
    st.sampled_from(
        [
            *("", "o1", "o2", "c1", "c2", "2026-01-02", "20260102", "1", "-1", "0", "2.5", "1e9"),
            *("1e-999999", "nan", "a@b", "guest:x", '"', "'", "goods", "discount", "yes", "EUR"),
            *("GBP", "-0", "9999-12-31T23:59:59-23:59", "1900-01-01", "\r", "C1", "D", "POST"),
        ]
    ),
    st.text(max_size=6),
)
NAMES = "order,customer,date,sku,qty,price,nature,is_refund,currency,shipping,discount_total"
LOGS = st.lists(st.lists(CELLS, min_size=10, max_size=12), min_size=1, max_size=12).map(
    lambda rows: "\n".join([NAMES, *map(",".join, rows)]).encode("utf-8", "replace")
)
OBJECTS = st.lists(
    st.dictionaries(st.sampled_from(NAMES.split(",")), CELLS | st.integers() | st.none()),
    min_size=1,
    max_size=12,
).map(lambda rows: "\n".join(map(json.dumps, rows)).encode())
HOSTILE = st.one_of(st.binary(max_size=300), LOGS, OBJECTS, LOGS.map(gzip.compress))
READINGS = st.fixed_dictionaries(
    {},
    optional={
        "encoding": st.sampled_from(["latin-1", "utf-16", "cp1252"]),
        "delimiter": st.sampled_from([",", ";"]),
        "format": st.sampled_from(["csv", "jsonl", "aligned"]),
        "decimal": st.just(","),
        "day_first": st.booleans(),
    },
)


def reading(path, options):
    """The log and what it gave, or None and the error that it raised."""
    try:
        log = read_orders(path, currency="EUR", **options)
        return log, list(log)
    except UnreadableLogError as error:
        return None, str(error)


def test_an_error_about_columns_stays_on_one_line(saved):
    log, said = reading(saved('"cus\ntomer",b\n1,2\n'), {})
    assert log is None
    assert "cus tomer" in said
    assert said.splitlines() == [said]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=HOSTILE, options=READINGS)
@example(content=gzip.compress(b"x" * 99)[:-4], options={})
@example(content=TEXT.encode(), options={})
def test_whatever_a_file_holds_its_rows_are_accounted_for(saved, content, options):
    log, found = reading(saved(content, "hostile"), options)
    if log is None:
        assert found.splitlines() == [found]
        return
    problems = [one for one in found if isinstance(one, RowProblem)]
    kept = [one for one in found if isinstance(one, Purchase | Return)]
    assert len(problems) + len(kept) == len(found)
    assert log.rows == log.total_rows == log.rows_used + log.rows_refused
    assert sum(len(one.lines) for one in kept) == log.rows_used
    assert len({one.row for one in problems}) == log.rows_refused
    assert len({one.id for one in kept}) == len(kept)


RETAIL_ROWS = st.tuples(
    st.sampled_from(["1", "2", "C1", "A1"]),
    st.sampled_from(["85123A", "D", "M", "POST", "gift_0001_10"]),
    st.sampled_from(["1", "-1", "0", "x"]),
    st.sampled_from(["2011-01-02 10:00:00", "2011-01-02 10:01:00", "?"]),
    st.sampled_from(["0", "2.5", "-3"]),
    st.sampled_from(["", "17850.0", "17851"]),
    st.just("United Kingdom"),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(RETAIL_ROWS, min_size=1, max_size=12))
def test_online_retail_loses_no_row_and_no_penny(saved, rows):
    path = saved(RETAIL + "".join(",".join(row) + "\n" for row in rows))
    log = read_orders(path, preset="online-retail")
    found = list(log)
    assert log.rows == len(rows) == log.rows_used + log.rows_refused
    refused = {one.row for one in found if isinstance(one, RowProblem)}
    pence = sum(
        int(row[2]) * round(float(row[4]) * 100)
        for number, row in enumerate(rows, start=1)
        if number not in refused
    )
    signs = {Purchase: 1, Return: -1}
    assert pence == sum(
        signs[type(one)] * line.amount.minor
        for one in found
        if type(one) in signs
        for line in one.lines
    )
