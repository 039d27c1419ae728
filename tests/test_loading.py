"""Loading goes on where it was cut off: nothing lost, nothing double, whenever it is killed."""

import csv
import functools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from crmkit import CustomerBase, Shop, read_orders
from crmkit.adapters.importers import journal, problems_file
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.errors import InvalidValueError, StoreError
from crmkit.domain.interactions import Purchase
from crmkit.domain.kept import Mark
from crmkit.domain.lines import Line
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.problems import RowProblem

SHOP = Shop(id="lamp", currency="EUR")
START = datetime(2026, 1, 1, tzinfo=UTC)


def bought(number, amount="19.90", currency="EUR"):
    line = Line(product_id="lamp", quantity=Decimal(1), amount=Money.of(amount, currency))
    return Purchase(
        id=f"o{number}",
        order_id=f"o{number}",
        customer_id=f"c{number % 3}",
        at=START + timedelta(hours=number),
        lines=(line,),
    )


def bad(number):
    content = FrozenMapping({"order": f"b{number}", "price": "x"})
    return RowProblem(number, "price", "x", "is no number", content=content)


ITEMS = [
    *(bought(0), bad(2), bought(1), bought(2, currency="USD"), bought(3), bad(6)),
    *(bought(4), bought(1, "1.00"), bad(9), bad(10), bought(5, currency="USD"), bought(6), bad(13)),
]


OPEN = Path.open


class Killed(BaseException):
    """Nothing that is caught on the way."""


class Death:
    """Counts steps, and kills at one of them."""

    def __init__(self, at=None):
        self.at, self.steps = at, 0

    def step(self):
        self.steps += 1
        if self.steps == self.at:
            raise Killed

    def around(self, function):
        """The same, with a chance to die before it and after it."""

        @functools.wraps(function)
        def mortal(*args, **kwargs):
            self.step()
            done = function(*args, **kwargs)
            if function is not OPEN:  # what it opened must be closed by somebody
                self.step()
            return done

        return mortal


STEPS = [
    *((MemoryStore, name) for name in ("add", "mark")),
    *((journal.Journal, name) for name in ("start", "resume", "put", "keep", "remove")),
    *((problems_file.ProblemsFile, name) for name in ("finish", "_write_whole")),
    *((Path, name) for name in ("open", "replace", "unlink")),
]


@pytest.fixture
def mortal(monkeypatch):
    """Give back what runs a function under a death at a step."""

    def run(at, function):
        death = Death(at)
        with monkeypatch.context() as patch:
            for owner, name in STEPS:
                patch.setattr(owner, name, death.around(getattr(owner, name)))
            try:
                return function(), death.steps
            except Killed:
                return None, death.steps

    return run


def opened():
    return CustomerBase.open(MemoryStore(), shop=SHOP)


def kept(base):
    return list(base.store.histories("lamp"))


def rows(file):
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def whole(tmp_path, batch):
    base, file = opened(), tmp_path / "whole.csv"
    base.load(ITEMS, problems=file, batch=batch)
    return kept(base), rows(file)


@pytest.mark.parametrize("batch", [1, 3, 5, 100])
def test_a_load_killed_at_any_step_goes_on_and_ends_like_one_that_was_not(batch, tmp_path, mortal):
    histories, problems = whole(tmp_path, batch)
    file = tmp_path / "problems.csv"
    at, skipped, done = 0, 0, None
    while done is None:
        at += 1
        base = opened()
        load = functools.partial(base.load, ITEMS, resume_as="x", problems=file, batch=batch)
        done, _ = mortal(at, load)
        report = load()
        skipped = max(skipped, report.skipped)
        assert kept(base) == histories, at
        assert rows(file) == problems, at
        assert report.problem_count == len(problems) - 1
        assert base.store.mark("lamp", "x") == Mark(name="x", position=0)
        assert sorted(one.name for one in tmp_path.iterdir()) == ["problems.csv", "whole.csv"]
        file.unlink()
    assert at > 20
    assert bool(skipped) == (batch < 7)


def test_a_load_killed_again_and_again_ends_like_one_that_was_not(tmp_path, mortal):
    histories, problems = whole(tmp_path, 2)
    for every in range(12, 40, 3):
        base, file = opened(), tmp_path / "problems.csv"
        load = functools.partial(base.load, ITEMS, resume_as="x", problems=file, batch=2)
        for kills in range(60):
            done, _ = mortal(every + kills, load)
            if done is not None:
                break
        assert done is not None
        assert (kept(base), rows(file)) == (histories, problems)
        file.unlink()


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_without_a_file_every_problem_is_in_the_report_after_any_kill(batch, mortal):
    whole_base = opened()
    report = whole_base.load(ITEMS)
    at, done = 1, None
    while done is None:
        base = opened()
        load = functools.partial(base.load, ITEMS, resume_as="x", batch=batch)
        done, _ = mortal(at, load)
        again = load()
        assert kept(base) == kept(whole_base)
        assert sorted(map(str, again.problems)) == sorted(map(str, report.problems))
        at += 1
    assert at > 4


def cut_off(items, name="x", after=2, **more):
    """A base in which a load of two batches was cut off."""
    base = opened()
    add, calls = base.store.add, []

    def dying(*args, **kwargs):
        calls.append(1)
        if len(calls) > after:
            raise StoreError("the disk is full")
        return add(*args, **kwargs)

    base.store.add = dying
    with pytest.raises(StoreError):
        base.load(items, resume_as=name, batch=2, **more)
    base.store.add = add
    return base


GOOD = [bought(number) for number in range(10)]


def test_what_is_done_with_is_neither_checked_nor_sent_again():
    base = cut_off(GOOD, after=4)
    sent = []
    add = base.store.add
    base.store.add = lambda shop, chunk, **more: sent.extend(chunk) or add(shop, chunk, **more)
    report = base.load(GOOD, resume_as="x", batch=2)
    assert (report.skipped, report.known, report.accepted) == (6, 2, 2)
    assert sent == GOOD[6:]
    assert (
        str(report) == "6 items done before, 2 interactions accepted, 2 known already, 0 problems"
    )


def test_a_load_under_another_name_begins_at_the_start():
    base = cut_off(GOOD)
    report = base.load(GOOD, resume_as="y")
    assert (report.skipped, report.known, report.accepted) == (0, 4, 6)


@pytest.mark.parametrize(
    "other",
    [
        [bought(20 + number) for number in range(10)],
        [bought(0, "5.00"), *GOOD[1:]],
        [bad(1), *GOOD],
        GOOD[1:],
        GOOD[:1],
        [],
    ],
    ids=["another", "another amount", "one more", "one fewer", "cut", "empty"],
)
def test_another_source_under_the_name_is_loaded_from_the_start(other):
    base = cut_off(GOOD)
    assert base.store.mark("lamp", "x").position == 2
    report = base.load(other, resume_as="x")
    assert report.skipped == 0
    assert report.accepted + report.known + len(report.problems) == len(other)
    assert base.store.mark("lamp", "x").position == 0


def test_a_generator_goes_on_where_it_begins_alike_and_is_refused_else():
    base = cut_off(GOOD)
    with pytest.raises(InvalidValueError, match="must begin with what the load 'x' was cut off in"):
        base.load((one for one in GOOD[1:]), resume_as="x")
    assert base.load((one for one in GOOD), resume_as="x").skipped == 2


def test_a_finished_load_is_begun_again_and_finds_everything_known(tmp_path):
    base, file = opened(), tmp_path / "problems.csv"
    first = base.load(ITEMS, resume_as="x", problems=file)
    again = base.load(ITEMS, resume_as="x", problems=file)
    assert (again.skipped, again.accepted, again.known) == (0, 0, first.accepted)
    assert again.counted == first.counted


def test_a_load_goes_on_anew_where_the_file_was_not_asked_for_before(tmp_path):
    base = cut_off(GOOD)
    assert base.load(GOOD, resume_as="x", problems=tmp_path / "p.csv").skipped == 0
    base = cut_off(GOOD, problems=tmp_path / "p.csv")
    assert base.load(GOOD, resume_as="x").skipped == 0


def test_two_loads_with_one_file_do_not_mix(tmp_path):
    file = tmp_path / "problems.csv"
    base = cut_off([*GOOD[:2], bad(1), *GOOD[2:]], problems=file, after=3)
    base.load([bad(7)], problems=file)
    report = base.load([*GOOD[:2], bad(1), *GOOD[2:]], resume_as="x", problems=file)
    assert (report.problem_count, len(rows(file))) == (1, 2)


def test_with_a_file_memory_holds_the_first_problems_and_all_counts(tmp_path):
    items = [bad(number) for number in range(1, 501)]
    other = RowProblem(501, "time", "x", "is no date")
    report = opened().load([*items, other], problems=tmp_path / "p.csv")
    assert len(report.problems) == 21
    assert report.problems[-1] == other
    assert report.reasons() == [("price", "is no number", 500), ("time", "is no date", 1)]
    assert report.problem_count == 501
    assert str(report).endswith(f"501 problems (in {tmp_path / 'p.csv'})")


def test_reasons_without_end_take_no_memory_without_end(tmp_path):
    items = [RowProblem(number, "a", "b", f"reason {number}") for number in range(1, 3001)]
    report = opened().load(items, problems=tmp_path / "p.csv")
    assert report.problem_count == 3000
    assert len(report.problems) == len(report.counted) == 1001
    shown = {(one.field, one.reason) for one in report.problems}
    assert {(name, reason) for name, reason, _ in report.counted} == shown


def test_memory_stays_bounded_over_a_source_without_end(tmp_path):
    """Items are gone before the next batch but one is read."""
    alive = set()

    class Watched(str):
        __slots__ = ("number",)

        def __del__(self):
            alive.discard(self.number)

    def watched(number):
        text = Watched("x")
        text.number = number
        alive.add(number)
        return RowProblem(number, "a", text, "c")

    most = 0

    def items():
        nonlocal most
        for number in range(2000):
            most = max(most, len(alive))
            yield watched(number)

    opened().load(items(), batch=100, problems=tmp_path / "p.csv")
    assert most <= 100 + 100 + 25


def test_a_conflict_says_its_reason_once_for_all():
    base = opened()
    base.load(GOOD)
    report = base.load([bought(number, "1.00") for number in range(10)])
    assert [count for _, _, count in report.reasons()] == [10]


def test_a_person_who_was_erased_leaves_no_trace_in_the_file(tmp_path):
    base = CustomerBase.open(MemoryStore(), shop=SHOP, erasure_key=b"0123456789abcdef")
    base.load(GOOD)
    base.store.erase("lamp", "c1", erased_at=datetime(2026, 6, 1, tzinfo=UTC))
    file = tmp_path / "problems.csv"
    report = base.load([*GOOD, bad(1)], problems=file)
    assert report.counted[0][0::2] == ("erased", 3)
    assert report.problem_count == 4
    assert len(rows(file)) == 2
    assert "o1" not in file.read_text()
    assert "o1" not in str(report.problems)


def test_progress_counts_what_is_passed_over_too():
    base, told = cut_off(GOOD, after=4), []
    base.load(GOOD, resume_as="x", progress=told.append)
    assert told[-1].rows == 10


def test_a_batch_must_hold_something():
    with pytest.raises(InvalidValueError, match="batch"):
        opened().load([], batch=0)


def test_a_log_goes_on_where_it_was_cut_off(tmp_path):
    path = tmp_path / "orders.csv"
    lines = [
        f"{n},ann,2026-01-{n % 28 + 1:02},lamp,{'x' if n % 7 == 0 else 1},9.90" for n in range(40)
    ]
    path.write_text("\n".join(["order_id,customer_id,order_date,sku,quantity,unit_price", *lines]))
    file = tmp_path / "problems.csv"
    base = cut_off(read_orders(path, currency="EUR"), problems=file, after=12)
    report = base.load(read_orders(path, currency="EUR"), resume_as="x", problems=file, batch=2)
    assert (report.skipped, report.problem_count, report.rows) == (22, 6, 40)
    assert len(base.store.history("lamp", "ann")) == 34
    assert len(rows(file)) == 7
