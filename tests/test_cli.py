"""The command line as its user meets it: what it prints, writes, refuses, and its exit codes."""

import csv
import gzip
import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crmkit import CustomerBase, Shop
from crmkit.adapters.registry import open_store
from crmkit.cli import app
from crmkit.metrics.catalogue import CATALOGUE
from crmkit.report.state import state_of_base
from crmkit.synthetic import SyntheticShop

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
        "Relationship levels",
        "NPS, points",
        "shown by behaviour (proxy), of 100",
        "Loyalty (0 to 1)",
        "Types of loyalty",
        "Relationship value, 2025-04-26 to 2026-04-25",
        "= Relationship value",
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
    nps = state["satisfaction"]["asked"]["nps"]
    assert nps["low"] < nps["value"]


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


def test_problems_are_written_to_a_file_mended_and_loaded(crmkit, tmp_path):
    head = "order_id,customer_id,order_date,sku,quantity,unit_price\n"
    log = tmp_path / "log.csv"
    log.write_text(f"{head}1,ann,2026-01-03,lamp,1,19.90\n1,ann,2026-01-03,bulb,two,4.00\n")
    options = ("--store", "sqlite:///crm.db", "--problems", "problems.csv", "--resume")
    done = crmkit("load", log, "--currency", "EUR", *options)
    assert done.exit_code == 0, done.output
    assert "1 interactions accepted, 0 known already, 1 problems (in problems.csv)" in done.output
    file = tmp_path / "problems.csv"
    file.write_text(file.read_text("utf-8").replace(",two,", ",2,"), "utf-8")
    done = crmkit("load", "problems.csv", *options)
    assert "1 interactions accepted, 0 known already, 0 problems" in done.output
    assert not file.exists()


def test_each_of_several_logs_has_its_own_file_of_problems(crmkit, tmp_path):
    head = "order_id,customer_id,order_date,sku,quantity,unit_price\n"
    for folder, name in (("a", "log.csv"), ("b", "log.csv"), ("b", "other.csv")):
        (tmp_path / folder).mkdir(exist_ok=True)
        rows = "1,ann,2026-01-03,bulb,two,4.00\n2,ann,2026-01-03,bulb,1,4.00\n"
        (tmp_path / folder / name).write_text(head + rows)
    options = ("--currency", "EUR", "--store", "sqlite:///crm.db", "--problems", "bad.csv")
    assert crmkit("load", "a/log.csv", "b/log.csv", "b/other.csv", *options).exit_code == 0
    names = {one.name for one in tmp_path.glob("bad*.csv")}
    assert names == {"bad-log-1.csv", "bad-log-2.csv", "bad-other.csv"}


VISIT = {
    "name": "visit",
    "scale": [1, 5],
    "items": {
        "overall": "satisfaction",
        "staff": None,
        "shelf": None,
        "mood": {"indicator": "positive_affect", "words": ["awful", "so so", "good", "great", "!"]},
    },
}


@pytest.fixture
def visits(tmp_path):
    """A questionnaire of the shop's own, and an export with a column per question."""
    (tmp_path / "visit.json").write_text(json.dumps(VISIT))
    rows = ["customer,date,overall,staff,shelf,mood"]
    for number in range(40):
        staff, shelf = 1 + number % 5, 1 + number // 5 % 5
        whole = round((2 * staff + shelf) / 3)
        rows.append(f"c{number:04},2026-01-{1 + number % 28:02},{whole},{staff},{shelf},good")
    (tmp_path / "answers.csv").write_text("\n".join([*rows, "c0001,2026-02-01,9,1,1,good\n"]))


OWN = ("--questionnaire", "visit.json", "--answers", "visit=answers.csv")


@pytest.mark.usefixtures("visits")
def test_a_questionnaire_of_the_shops_own_is_declared_and_its_answers_are_read(crmkit):
    done = crmkit("report", ORDERS, "--currency", "EUR", *OWN, "--json", "state.json")
    assert done.exit_code == 0, done.output
    assert "answers.csv: 41 rows: 41 interactions accepted" in done.output
    assert "row 41: 9" in done.output
    assert "What goes with visit/overall (R² " in done.output
    drivers = json.loads(Path("state.json").read_text("utf-8"))["findings"]["drivers"]
    assert [one["name"] for one in drivers["visit/overall"]["drivers"]] == ["staff", "shelf"]


@pytest.mark.usefixtures("visits")
def test_a_store_keeps_the_questionnaires_that_were_declared(crmkit):
    store = ("--store", "sqlite:///crm.db")
    loaded = crmkit("load", ORDERS, "--currency", "EUR", *store, *OWN)
    assert loaded.exit_code == 0, loaded.output
    again = crmkit("load", *store, "--answers", "visit=answers.csv")
    assert "0 interactions accepted, 41 known already" in again.output
    card = crmkit("card", "c0011", *store)
    assert "asked: visit/overall" in card.output
    assert "affective    unknown (50% known" in card.output
    assert "What goes with visit/overall" in crmkit("report", *store).output
    crmkit("load", *store, *OWN)
    with closing(open_store("sqlite:///crm.db")) as kept:
        names = [one.name for one in kept.shop("shop").instruments]
    assert names == ["visit", "nps", "csat", "ces", "repurchase", "loyalty"]


#: The same in every process: no time in its head.
CUT_OFF = gzip.compress(b"order,customer,date,amount\n" * 999, mtime=0)[:60]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--answers", "visits=answers.csv"), "tell it by --questionnaire FILE"),
        (("--answers", "answers.csv"), "must be QUESTIONNAIRE=FILE"),
        (("--answers", "nps=answers.csv"), "no column 'recommend'"),
        (("--answers", "nps=none.csv"), "there is no such file"),
        (("--questionnaire", "none.json"), "there is no such file"),
        (("--questionnaire", "answers.csv"), "holds no questionnaire"),
        (("--questionnaire", "odd.json"), "unexpected keyword argument 'itemz'"),
        (("--questionnaire", "bare.json"), "holds no questionnaire"),
        (("--questionnaire", "unscaled.json"), "must be stated for the item 'a'"),
    ],
)
@pytest.mark.usefixtures("visits")
def test_a_questionnaire_that_cannot_be_read_is_one_line(crmkit, given, says):
    Path("odd.json").write_text('{"name": "odd", "itemz": {}}')
    Path("bare.json").write_text('["name", "items"]')
    Path("unscaled.json").write_text('{"name": "u", "items": {"a": null}}')
    assert says in refused(crmkit("report", ORDERS, "--currency", "EUR", *given))


@pytest.mark.usefixtures("visits")
def test_several_questionnaires_may_stand_in_one_file_and_replace_usual_ones(crmkit):
    stars = {"name": "csat", "scale": [1, 10], "items": {"satisfaction": "satisfaction"}}
    Path("both.json").write_text(json.dumps([VISIT, stars]))
    Path("stars.csv").write_text("customer,date,satisfaction\nc0001,2026-02-01,9\n")
    files = ("--answers", "csat=stars.csv", "--answers", "visit=answers.csv")
    done = crmkit("report", ORDERS, "--currency", "EUR", "--questionnaire", "both.json", *files)
    assert done.exit_code == 0, done.output
    assert "stars.csv: 1 rows: 1 interactions accepted" in done.output


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

    monkeypatch.setattr("crmkit.cli._state.tables", stopped)
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
        ("cut.csv.gz", CUT_OFF, "cut off"),
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


def test_the_report_can_be_had_in_chinese(crmkit):
    done = crmkit("report", ORDERS, "--currency", "EUR", "--language", "zh", "--json", "state.json")
    assert done.exit_code == 0, done.output
    for part in ("shop 截至 2026-04-25", "客户生命周期", "忠实客户", "客户关系价值", "伙伴型"):
        assert part in done.output
    assert "Lifecycle" not in done.output
    assert "Counts" not in done.output
    assert json.loads(Path("state.json").read_text("utf-8"))["states"]["loyal"] > 0


def test_a_loaded_store_gives_report_and_card(crmkit):
    store = ("--store", "sqlite:///crm.db")
    loaded = crmkit("load", ORDERS, "--surveys", SURVEYS, "--currency", "EUR", *store)
    assert loaded.exit_code == 0, loaded.output
    assert "orders.csv: 2,370 rows: 1,259 interactions accepted" in loaded.output
    assert "Counts" not in loaded.output
    again = crmkit("load", ORDERS, *store)
    assert "0 interactions accepted, 1,259 known already" in again.output
    card = crmkit("card", "c0001", *store)
    assert card.exit_code == 0, card.output
    assert card.output.startswith("c0001 as of 2026-04-25")
    assert "11 occasions" in card.output
    with CustomerBase.open("sqlite:///crm.db", shop=Shop(id="shop", currency="EUR")) as base:
        assert card.output == f"{base.card('c0001', as_of=date(2026, 4, 25))}\n"
        explained = base.card("c0001", as_of=date(2025, 12, 31)).explain()
    why = crmkit("card", "c0001", *store, "--as-of", "2025-12-31", "--explain")
    assert why.output == f"{explained}\n"
    assert "formula" in why.output


def test_a_demo_is_a_report_and_a_card(crmkit):
    done = crmkit("demo", "--customers", "40", "--seed", "3")
    assert done.exit_code == 0, done.output
    assert "an invented shop: " in done.output
    for part in (
        "Counts",
        "Lifecycle",
        "Relationship levels",
        "Relationship: evidence and target",
        "Needs (Kano)",
        "What goes with features/overall",
        "Complaints and leaving",
        "What to do about them",
        "Loyalty (0 to 1)",
        "Phases of loyalty",
        "Most at risk",
    ):
        assert part in done.output
    shop = SyntheticShop(seed=3, customers=40)
    with CustomerBase.open("memory:", shop=shop.shop) as base:
        base.record(shop.interactions())
        state = state_of_base(base, as_of=base.last_day())
        card = str(base.card(state.most_valuable[0].customer_id, as_of=state.as_of))
    assert state.counts.customers == 40
    assert done.output.endswith(f"\n{card}\n")
    assert crmkit("demo", "--customers", "40", "--seed", "3").output == done.output
    assert crmkit("demo", "--customers", "40", "--seed", "4").output != done.output


def test_a_demo_without_customers_is_a_report_of_guests(crmkit):
    done = crmkit("demo", "--customers", "0")
    assert done.exit_code == 0, done.output
    most_valuable, nobody, at_risk, nobody_again = done.output.splitlines()[-4:]
    assert (most_valuable[:14], at_risk) == ("Most valuable ", "Most at risk:")
    assert (nobody, nobody_again) == ("nobody", "nobody")


def test_the_catalogue_is_listed(crmkit):
    done = crmkit("metrics")
    assert done.exit_code == 0, done.output
    for entry in CATALOGUE.values():
        assert f" {entry.name} " in done.output
    assert "net promoter" in done.output
    assert "净推荐值" in crmkit("metrics", "--language", "zh").output


def test_one_entry_of_the_catalogue_is_shown_in_full(crmkit):
    done = crmkit("metrics", "nps")
    assert done.output == f"net promoter score: {CATALOGUE['nps']}\n"
    assert crmkit("metrics", "nps", "--language", "zh").output.startswith("净推荐值: nps")


def test_the_catalogue_can_be_had_as_json(crmkit):
    every = json.loads(crmkit("metrics", "--json").output)
    one = json.loads(crmkit("metrics", "churn", "--json").output)
    assert [each["name"] for each in every] == list(CATALOGUE)
    assert one in every
    assert (one["low"], one["high"], one["better"]) == (0, 1, "lower")
    assert one["labels"] == {"en": "churn", "zh": "流失率"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("metrics", "npss"), "is it nps"),
        (("metrics", "--language", "de"), "must be one of en, zh"),
        (("report", ORDERS, "--currency", "EUR", "--language", "fr"), "must be one of en, zh"),
        (("demo", "--language", "de"), "must be one of en, zh"),
        (("demo", "--customers", "-1"), "customers is -1"),
        (("load", "--store", "sqlite:///crm.db"), "there is nothing to load"),
        (("load", ORDERS, "--store", "sqlite:///crm.db"), "say --currency EUR"),
        (("load", "missing.csv", "--currency", "EUR", "--store", "memory:"), "no such file"),
        (("card", "c0001", "--store", "sqlite:///new.db"), "crmkit load orders.csv"),
        (("card", "c0001", "--store", "nowhere"), "must begin with one of"),
        (("card", "c0001", "--store", "memory:", "--as-of", "soon"), "must be a day"),
    ],
)
def test_what_no_command_can_do_is_one_line_and_exit_code_2(crmkit, arguments, says):
    assert says in refused(crmkit(*arguments))


def test_a_card_of_nobody_is_one_line_and_exit_code_2(crmkit):
    store = ("--store", "sqlite:///crm.db")
    crmkit("load", ORDERS, "--currency", "EUR", *store)
    assert "nothing is known of it" in refused(crmkit("card", "nobody", *store))
    assert "nothing is known of it" in refused(
        crmkit("card", "c0001", *store, "--as-of", "2001-01-01")
    )
    assert "another --shop" in refused(crmkit("card", "c0001", *store, "--shop", "lamp"))


@pytest.mark.parametrize("command", ["report", "load", "card", "metrics", "demo"])
def test_every_command_has_help(crmkit, command):
    top, own = crmkit("--help"), crmkit(command, "--help")
    assert command in top.output
    assert own.exit_code == 0
    assert f"crmkit {command} " in own.output


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
