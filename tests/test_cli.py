"""The command line as its user meets it: what it prints, writes, refuses, and its exit codes."""

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crmkit.cli import app

ROOT = Path(__file__).parent.parent
ORDERS, SURVEYS = ROOT / "examples" / "orders.csv", ROOT / "examples" / "surveys.csv"


@pytest.fixture
def crmkit(tmp_path, monkeypatch):
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(each) for each in arguments])


def test_the_report_shows_every_part(crmkit):
    done = crmkit("report", ORDERS, "--surveys", SURVEYS, "--currency", "EUR")
    assert done.exit_code == 0, done.output
    assert "orders.csv: 2,370 rows: 1,259 interactions accepted" in done.output
    for part in (
        "shop as of 2026-04-25",
        "Counts",
        "Books (whole log)",
        "Customers, 2025-04-26 to 2026-04-25",
        "Lifecycle",
        "NPS, points",
        "Loyalty (0 to 1)",
        "lifetime value to come (EUR)",
        "MBG/NBD: r ",
        "Concentration of revenue",
        "Most valuable by lifetime value to come",
        "Most at risk",
        "likely still a customer",
    ):
        assert part in done.output


def test_the_report_can_be_written_as_json_and_rows(crmkit, tmp_path):
    done = crmkit(
        *("report", ORDERS, "--surveys", SURVEYS, "--currency", "EUR", "--as-of", "2026-03-31"),
        *("--json", tmp_path / "state.json", "--csv", tmp_path / "rows.csv"),
    )
    assert done.exit_code == 0, done.output
    state = json.loads((tmp_path / "state.json").read_text("utf-8"))
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert state["as_of"] == "2026-03-31"
    assert len(rows) == state["counts"]["customers"]
    revenue = sum(round(100 * float(row["revenue"])) for row in rows)
    assert f"{revenue / 100:.2f}" == state["books"]["customer_revenue"]["amount"]
    assert state["satisfaction"]["nps"]["low"] < state["satisfaction"]["nps"]["value"]


def test_a_store_keeps_what_was_loaded(crmkit):
    store = ("--store", "sqlite:///crm.db")
    first = crmkit("report", ORDERS, "--currency", "EUR", *store, "--json", "one.json")
    again = crmkit("report", ORDERS, *store, "--json", "two.json")
    alone = crmkit("report", *store, "--json", "three.json")
    assert (first.exit_code, again.exit_code, alone.exit_code) == (0, 0, 0)
    assert "0 interactions accepted, 1,259 known already" in again.output
    texts = [Path(f"{name}.json").read_text("utf-8") for name in ("one", "two", "three")]
    assert texts[0] == texts[1] == texts[2]


def test_another_zone_needs_a_rebuild_and_says_so(crmkit):
    store = ("--store", "sqlite:///crm.db")
    assert crmkit("report", ORDERS, "--currency", "EUR", *store).exit_code == 0
    moved = (*store, "--timezone", "Pacific/Kiritimati")
    assert "rebuild" in refused(crmkit("report", *moved))
    again = crmkit("report", *moved, "--rebuild")
    assert again.exit_code == 0, again.output
    assert crmkit("report", *store).exit_code == 0


def test_columns_can_be_told(crmkit, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "nr;wer;wann;was;zahl;preis\n"
        "1;ann;03.01.2026;Lampe;2;19,90\n"
        "2;bob;04.01.2026;Lampe;1;19,90\n",
        "latin-1",
    )
    names = ("order=nr", "customer=wer", "time=wann", "product=was", "quantity=zahl", "price=preis")
    options = [f"--column={name}" for name in names]
    options += ["--decimal", ",", "--encoding", "latin-1", "--currency", "EUR"]
    done = crmkit("report", log, *options)
    assert done.exit_code == 0, done.output
    assert "EUR 59.70" in done.output


def test_rows_that_cannot_be_used_are_listed_and_the_rest_is_reported(crmkit, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "order,customer,date,product,quantity,price\n"
        "1,ann,2026-01-03,lamp,1,10\n"
        "2,bob,soon,lamp,1,10\n"
        "3,cid,2026-01-05,lamp,1,ten\n",
    )
    done = crmkit("report", log, "--currency", "EUR")
    assert done.exit_code == 0, done.output
    assert "3 rows: 1 interactions accepted, 0 known already, 2 problems" in done.output
    assert "Rows not used" in done.output
    assert "row 2: soon" in done.output
    assert "row 3: ten" in done.output


def test_files_are_written_before_the_terminal_is(crmkit, monkeypatch):
    def stopped(*_, **__):
        raise BrokenPipeError

    monkeypatch.setattr("crmkit.cli.tables", stopped)
    crmkit("report", ORDERS, "--currency", "EUR", "--json", "state.json", "--csv", "rows.csv")
    assert Path("state.json").exists()
    assert Path("rows.csv").exists()


def refused(done):
    """The one line that explains why nothing could be done."""
    assert done.exit_code == 2, done.output
    line = done.stderr.strip()
    assert line.startswith("crmkit: ")
    assert "\n" not in line
    assert "Traceback" not in done.output
    return line


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.csv", None, "there is no such file"),
        ("empty.csv", b"", "is empty"),
        ("columns.csv", b"a,b,c\n1,2,3\n", "customer"),
        ("junk.csv", bytes(range(256)) * 40, "text"),
        ("cut.csv.gz", gzip.compress(b"order,customer,date,amount\n" * 999)[:60], "cut off"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_2(
    crmkit, tmp_path, name, content, says
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    line = refused(crmkit("report", name, "--currency", "EUR"))
    assert name in line
    assert says in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "a report needs one"),
        ((ORDERS,), "say --currency EUR"),
        ((ORDERS, "--currency", "euro"), "ISO 4217"),
        ((ORDERS, "--preset", "online-retail"), "columns"),
        ((ORDERS, "--preset", "shopify"), "preset"),
        ((ORDERS, "--currency", "EUR", "--as-of", "yesterday"), "must be a day"),
        ((ORDERS, "--currency", "EUR", "--gross-margin", "40"), "write 40 % as 0.4"),
        ((ORDERS, "--currency", "EUR", "--column", "customer"), "ROLE=NAME"),
        ((ORDERS, "--currency", "EUR", "--column", "customer=who"), "who"),
        ((ORDERS, "--currency", "EUR", "--store", "nowhere"), "must begin with one of"),
        ((ORDERS, "--currency", "EUR", "--timezone", "Mars/Base"), "IANA zone"),
        ((SURVEYS, "--currency", "EUR"), "columns"),
        (("--surveys", ORDERS, "--currency", "EUR"), "instrument"),
        (("--store", "sqlite:///new.db"), "a report needs one"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(crmkit, arguments, says):
    assert says in refused(crmkit("report", *arguments))


def test_a_file_without_a_usable_row_is_exit_code_2(crmkit, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("order,customer,date,product,quantity,price\n1,ann,soon,lamp,1,10\n")
    done = crmkit("report", log, "--currency", "EUR")
    assert done.exit_code == 2
    assert "no usable row" in done.stderr
    assert "Rows not used" in done.stdout


def test_a_customer_id_is_never_read_as_markup(crmkit, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("order,customer,date,amount\n1,[red]ann[/red],2026-01-03,10\n")
    assert "[red]ann[/red]" in crmkit("report", log, "--currency", "EUR").output


def test_help_reads_well(crmkit):
    top, command = crmkit("--help"), crmkit("report", "--help")
    assert "A shop's memory of its customers" in top.output
    assert "Read a shop's log and print the state of its customer base." in command.output


def test_the_installed_command_runs():
    done = subprocess.run(
        [sys.executable, "-m", "crmkit.cli", "report", ORDERS, "--currency", "EUR"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Most at risk" in done.stdout


def test_a_terminal_without_the_signs_gets_a_report_all_the_same():
    done = subprocess.run(
        [sys.executable, "-m", "crmkit.cli", "report", ORDERS, "--currency", "EUR"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "? refunded" in done.stdout
