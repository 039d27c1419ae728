"""What could not be loaded, as its user meets it: written, mended, loaded again."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase, Shop, read_orders, read_questionnaires, read_surveys
from crmkit.adapters.importers import read_refused
from crmkit.adapters.importers.journal import Journal
from crmkit.adapters.importers.mended import guarded, unguarded
from crmkit.adapters.importers.problems_file import ProblemsFile
from crmkit.domain.errors import InvalidValueError, StoreError, UnreadableLogError
from crmkit.domain.interactions import Purchase
from crmkit.domain.lines import Line
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.problems import KeptBeside, RowProblem
from crmkit.domain.surveys import Instrument, Item, Scale
from crmkit.testing.rates import FakeRates

SHOP = Shop(id="lamp", currency="EUR")

ORDERS = """order_id,customer_id,order_date,sku,quantity,unit_price
1,ann,2026-01-03,lamp,1,19.90
1,ann,2026-01-03,bulb,two,4.00
2,bob,2026-01-04,lamp,1,19.90
3,eve,yesterday,lamp,-1,=19.90
1,ann,2026-01-03,shade,1,10.00
4,dan,2026-01-05,lamp,1
"""


@pytest.fixture
def base():
    return CustomerBase.open("memory:", shop=SHOP)


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


def read(path, encoding="utf-8-sig", delimiter=","):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write(path, rows, encoding="utf-8-sig", delimiter=","):
    with path.open("w", encoding=encoding, newline="") as file:
        to = csv.DictWriter(file, rows[0], delimiter=delimiter)
        to.writeheader()
        to.writerows(rows)


def lines_of(base, customer_id):
    history = base.store.history("lamp", customer_id)
    return [(one.revision, [line.product_id for line in one.lines]) for one in history]


MENDED = {"2": ("quantity", "2"), "4": ("order_date", "2026-01-06")}


def mended(rows):
    for row in rows:
        if row["crmkit_row"] in MENDED and row["crmkit_reason"]:
            name, cell = MENDED[row["crmkit_row"]]
            row[name] = cell
        if row["crmkit_row"] == "4":
            row["unit_price"], row["quantity"] = "19.90", "1"
        if row["crmkit_row"] == "6":
            row["unit_price"] = "5.00"
    return rows


def test_bad_rows_are_mended_and_loaded_again_until_nothing_is_left(base, orders, tmp_path):
    file = tmp_path / "problems.csv"
    report = base.load(read_orders(orders, currency="EUR"), problems=file)
    assert (report.accepted, report.problem_count, report.problems_file) == (2, 3, file)
    assert lines_of(base, "ann") == [(0, ["lamp", "shade"])]
    rows = read(file)
    assert [row["crmkit_row"] for row in rows] == ["4", "2", "1", "5", "6"]
    write(file, mended(rows))
    again = base.load(read_orders(file, currency="EUR"), problems=file)
    assert (again.accepted, again.problem_count, again.problems_file) == (3, 0, None)
    assert list(tmp_path.iterdir()) == [orders]
    assert lines_of(base, "ann") == [(1, ["bulb", "lamp", "shade"])]
    assert lines_of(base, "eve") == [(0, ["lamp"])]
    assert lines_of(base, "dan") == [(0, ["lamp"])]
    assert base.summary("ann", as_of=date(2026, 2, 1)).buying.revenue == 1990 + 800 + 1000


def test_the_first_file_loaded_again_after_mending_undoes_nothing(base, orders, tmp_path):
    file = tmp_path / "problems.csv"
    base.load(read_orders(orders, currency="EUR"), problems=file)
    write(file, mended(read(file)))
    base.load(read_orders(file, currency="EUR"))
    again = base.load(read_orders(file, currency="EUR"))
    assert (again.accepted, again.known, again.problem_count) == (0, 3, 0)
    first = base.load(read_orders(orders, currency="EUR"))
    assert (first.accepted, first.known) == (0, 2)
    assert lines_of(base, "ann") == [(1, ["bulb", "lamp", "shade"])]


def test_an_order_can_be_mended_row_by_row(base, orders, tmp_path):
    orders.write_text(ORDERS.replace("shade,1,", "shade,one,"))
    file = tmp_path / "problems.csv"
    base.load(read_orders(orders, currency="EUR"), problems=file)
    for place, (number, quantity) in enumerate([("2", "2"), ("5", "1")], start=1):
        rows = read(file)
        for row in rows:
            if row["crmkit_row"] == number:
                row["quantity"] = quantity
        write(file, rows)
        base.load(read_orders(file, currency="EUR"), problems=file)
        assert lines_of(base, "ann")[0][0] == place
    assert sorted(lines_of(base, "ann")[0][1]) == ["bulb", "lamp", "shade"]
    assert {row["crmkit_row"] for row in read(file)} == {"4", "6"}


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("latin-1", ";"), ("utf-8", ";"), ("utf-8-sig", "\t")]
)
def test_a_spreadsheet_may_save_it_in_its_own_way(base, tmp_path, encoding, delimiter):
    orders = tmp_path / "orders.csv"
    orders.write_text("nr;Käufer;wann;zahl;preis\n1;Jürgen;2026-01-03;eins;19,90\n", "latin-1")
    names = {
        "order": "nr",
        "customer": "Käufer",
        "time": "wann",
        "quantity": "zahl",
        "price": "preis",
    }
    shape = {"columns": names, "currency": "EUR", "decimal": ",", "delimiter": ";"}
    file = tmp_path / "problems.csv"
    base.load(read_orders(orders, encoding="latin-1", **shape), problems=file)
    [row] = read(file)
    assert (row["Käufer"], row["preis"], row["zahl"]) == ("Jürgen", "19,90", "eins")
    write(file, [{**row, "zahl": "1"}], encoding, delimiter)
    again = base.load(read_orders(file, encoding="latin-1", **shape))
    assert (again.accepted, again.problems) == (1, ())
    assert base.store.history("lamp", "Jürgen")[0].lines[0].amount == Money.of("19.90", "EUR")


def test_answers_are_mended_cell_by_cell(base, tmp_path):
    answers = tmp_path / "answers.csv"
    answers.write_text(
        "customer,date,staff,shelf,mood\nann,2026-01-03,9,x,1\n"
        "ann,2026-01-03,8,5,1\nbob,2026-01-03,2,2,1\n"
    )
    five = Scale(1, 5)
    visit = Instrument(
        name="visit",
        items=tuple(Item(name=name, scale=five) for name in ("staff", "shelf", "mood")),
    )
    file = tmp_path / "problems.csv"
    base.load(read_questionnaires(answers, instrument=visit), problems=file)
    rows = read(file)
    assert [row["crmkit_field"] for row in rows] == ["staff; shelf", "staff"]
    rows[0].update(staff="4", shelf="3")
    rows[1].update(staff="3")
    write(file, rows)
    again = base.load(read_questionnaires(file, instrument=visit), problems=file)
    assert (again.accepted, again.problem_count) == (2, 0)
    history = base.store.history("lamp", "ann")
    assert sorted(tuple(a.value for a in one.answers) for one in history) == [
        (3, 5, 1),
        (4, 3, 1),
    ]


def test_a_response_comes_again_with_its_other_answers(base, tmp_path):
    answers = tmp_path / "answers.csv"
    answers.write_text(
        "customer,date,survey,item,value,low,high\n"
        "ann,2026-01-03,visit,staff,4,1,5\nann,2026-01-03,visit,shelf,x,1,5\n"
    )
    file = tmp_path / "problems.csv"
    base.load(read_surveys(answers), problems=file)
    rows = read(file)
    rows[0]["value"] = "2"
    write(file, rows)
    assert base.load(read_surveys(file), problems=file).problem_count == 0
    [one] = base.store.history("lamp", "ann")
    assert {answer.item: answer.value for answer in one.answers} == {"staff": 4, "shelf": 2}


def bought(number, amount="19.90", currency="EUR", **more):
    line = Line(product_id="lamp", quantity=Decimal(1), amount=Money.of(amount, currency))
    at = datetime(2026, 1, 3, tzinfo=UTC)
    return Purchase(id=number, order_id=number, customer_id="ann", at=at, lines=(line,), **more)


def test_refused_interactions_come_again_as_they_were(tmp_path):
    file = tmp_path / "problems.csv"
    base = CustomerBase.open("memory:", shop=SHOP)
    foreign = bought("7", currency="USD", extra={"note": "=1+1"})
    report = base.load([foreign, bought("8")], problems=file)
    assert (report.accepted, report.problems[0].field) == (1, "currency")
    rates = FakeRates({"USD/EUR": Decimal("0.9")}, since=date(2026, 1, 1))
    changed = CustomerBase.open(base.store, shop=SHOP, rates=rates)
    text = ORDERS.splitlines()[0] + ",crmkit_interaction\n"
    [row] = read(file)
    assert row["crmkit_interaction"].startswith("{")
    names = text.strip().split(",")
    write(file, [{**row, **dict.fromkeys(names[:-1], "")}])
    again = changed.load(read_orders(file, currency="EUR"), problems=file)
    assert (again.accepted, again.rows, again.problem_count) == (1, 1, 0)
    assert foreign in changed.store.history("lamp", "ann")
    assert not file.exists()


def test_a_conflict_is_solved_by_stating_a_revision(base, tmp_path):
    file = tmp_path / "problems.csv"
    base.load([bought("7")])
    report = base.load([bought("7", "5.00")], problems=file)
    assert report.problems[0].reason == (
        "revision 0 is kept with other content; send the change with a higher revision"
    )
    columns = dict.fromkeys(ORDERS.splitlines()[0].split(","), "")
    write(file, [{**read(file)[0], **columns, "crmkit_revision": "1"}])
    assert base.load(read_orders(file, currency="EUR"), problems=file).accepted == 1
    assert base.store.history("lamp", "ann") == [bought("7", "5.00", revision=1)]


def test_interactions_without_a_log_come_again_by_themselves(base, tmp_path, orders):
    file = tmp_path / "problems.csv"
    base.load([bought("7")])
    base.load([bought("7", "5.00")], problems=file)
    rows = read(file)
    write(file, [{**rows[0], "crmkit_revision": "1"}, {**rows[0], "crmkit_interaction": ""}])
    log = read_refused(file)
    report = base.load(log)
    assert (report.accepted, log.rows_used, log.rows_refused) == (1, 1, 1)
    assert "what read its log" in report.problems[0].reason
    with pytest.raises(UnreadableLogError, match="has no column crmkit_interaction"):
        read_refused(orders)


def test_an_interaction_that_was_broken_by_hand_stays_a_problem(base, tmp_path):
    file = tmp_path / "problems.csv"
    base.load([bought("7")])
    base.load([bought("7", "5.00")], problems=file)
    columns = dict.fromkeys(ORDERS.splitlines()[0].split(","), "")
    row = read(file)[0]
    for harm in ({"crmkit_interaction": "{"}, {"crmkit_revision": "x"}):
        write(file, [{**row, **columns, **harm}])
        log = read_orders(file, currency="EUR")
        report = base.load(log)
        assert (report.accepted, len(report.problems), log.rows_refused) == (0, 1, 1)


def test_sources_with_different_columns_share_a_file(tmp_path):
    file = ProblemsFile(tmp_path / "problems.csv")
    with file:
        file.start(["a", "b"])
        file.write(RowProblem(1, "a", "x", "is bad", content=FrozenMapping({"a": "x", "b": "1"})))
        file.write(RowProblem(1, "c", "y", "is bad", content=FrozenMapping({"c": "y", "a": "2"})))
        file.write(
            RowProblem(
                2, "row", "z", "has 3", content=FrozenMapping({"a": "z", "more": ["p", "q"]})
            )
        )
        assert file.finish()
    rows = read(file.path)
    assert list(rows[0])[4:] == ["a", "b", "c", "crmkit_more"]
    assert [(row["a"], row["b"], row["c"], row["crmkit_more"]) for row in rows] == [
        ("x", "1", "", ""),
        ("2", "", "y", ""),
        ("z", "", "", "p | q"),
    ]


def test_nothing_in_it_is_a_formula_and_every_cell_is_what_it_was(base, tmp_path):
    orders = tmp_path / "orders.csv"
    cells = ["=1+1", "@x", "+49 30", "-cmd|x", "'s-Hertogenbosch", "''", "-5", "+1,5", "a=b"]
    lines = [f"{n},{cell},yesterday,1\n" for n, cell in enumerate(cells)]
    orders.write_text(
        "=order_id,customer_id,order_date,amount\n" + "".join(lines).replace("+1,5", '"+1,5"')
    )
    file = tmp_path / "problems.csv"
    told = {"currency": "EUR", "columns": {"order": "=order_id"}}
    first = base.load(read_orders(orders, **told), problems=file)
    for row in read(file):
        for cell in (*row, *row.values()):
            assert not cell.startswith(("=", "@", "+4", "-c", "\t"))
    again = list(read_orders(file, **told))
    assert [one.content["customer_id"] for one in again] == cells
    assert [one.content["=order_id"] for one in again] == [
        p.content["=order_id"] for p in first.problems
    ]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8))
def test_guarding_a_cell_can_be_undone(cell):
    assert unguarded(guarded(cell)) == cell


def test_another_file_is_never_overwritten(base, tmp_path, orders):
    before = orders.read_text()
    with pytest.raises(InvalidValueError, match="is no file of problems"):
        base.load(read_orders(orders, currency="EUR"), problems=orders)
    assert orders.read_text() == before
    with pytest.raises(StoreError, match="no such file"):
        base.load([], problems=tmp_path / "nowhere" / "problems.csv")


def test_an_earlier_file_stays_whole_until_the_new_one_is(base, tmp_path, orders):
    file = tmp_path / "problems.csv"
    base.load(read_orders(orders, currency="EUR"), problems=file)
    before = file.read_bytes()

    def broken():
        yield RowProblem(1, "a", "b", "c")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        base.load(broken(), problems=file)
    assert file.read_bytes() == before


def test_a_journal_that_was_changed_or_lost_is_not_gone_on_with(tmp_path):
    journal = Journal(tmp_path / "part")
    journal.start()
    journal.put({"a": 1})
    state = journal.keep()
    journal.put({"a": 2})
    journal.close()
    assert journal.resume(state)
    assert list(journal.records()) == [{"a": 1}]
    for bad in ("", "x-y", "-", "9999-00", state[:-1]):
        assert not journal.resume(bad)
    path = tmp_path / "part"
    path.write_bytes(path.read_bytes().replace(b"1", b"3"))
    assert not journal.resume(state)
    journal.remove()
    assert not journal.resume(state)
    with pytest.raises(StoreError, match="not being written"):
        journal.keep()


def test_problems_survive_the_journal(tmp_path):
    kept = KeptBeside(id="1", revision=2, rows=((3, FrozenMapping({"a": "ü"})),))
    told = [
        RowProblem(None, "id", "x", "why", content=FrozenMapping({"n": "\udc80"})),
        RowProblem(4, "a", "…", "why", content=FrozenMapping({"a": "1"}), kept=kept),
    ]
    with ProblemsFile(tmp_path / "problems.csv") as file:
        file.start()
        for one in told:
            file.write(one)
        assert list(file.problems()) == told
        assert file.finish()
