"""Hostile texts and files: only crmkit's own errors come out of those who read them.

Two ways in: JSON texts (wire), and files (importers, and their files of problems).
"""

import csv
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from crmkit import CustomerBase
from crmkit.adapters import wire
from crmkit.adapters.importers import read_orders, read_surveys
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.errors import CrmkitError
from crmkit.domain.ports import Store
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.testing import FakeClock
from trials.a_shop import NOW
from trials.hostile_values import COLUMNS, DOCUMENTS, rows
from trials.outcome import Outcome
from trials.places import Place, opened
from trials.sizes import Size
from trials.states import told

READERS: tuple[Callable[[str], Any], ...] = (
    wire.from_json,
    wire.customer_from_json,
    wire.shop_from_json,
    wire.offer_from_json,
)


def drawn(examples: int) -> Callable[[Any], Any]:
    """Hypothesis, set up for many examples; the same ones each time."""
    quick = settings(
        max_examples=max(1, examples),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
    )
    return lambda test: seed(5)(quick(test))


def tried(outcome: Outcome, test: Callable[[], None]) -> None:
    """Run a test; what it raises is a finding."""
    try:
        test()
    except Exception:  # noqa: BLE001 -- whatever is no error of crmkit's is a finding
        outcome.wrong(traceback.format_exc()[-2500:])


# --- JSON ------------------------------------------------------------------------------------


def documents(place: Place, size: Size) -> Outcome:
    """Read texts that were meant to be JSON of ours."""
    outcome = Outcome("hostile documents", place.name)

    @drawn(size.rows * 2 // 5)
    @given(DOCUMENTS)
    def only_own_errors_come_out(text: str) -> None:
        for reader in READERS:
            read(outcome, reader, text)

    tried(outcome, only_own_errors_come_out)
    return outcome.over()


def read(outcome: Outcome, reader: Callable[[str], Any], text: str) -> Any:
    """Read a text; what comes out is written and read again."""
    outcome.count("texts read")
    try:
        found = reader(text)
    except CrmkitError as error:
        str(error)
        return None
    outcome.count("taken")
    if reader is wire.from_json:
        assert wire.from_json(wire.to_json(found)) == found, "it does not come back"
    repr(found)
    return found


# --- files -----------------------------------------------------------------------------------


def files(place: Place, size: Size) -> Outcome:
    """Load files of hostile rows, and their files of problems again."""
    outcome = Outcome("hostile files", place.name)
    path = place.folder / "orders.csv"

    with opened(place.fresh()) as store:

        @drawn(size.rows // 40)
        @given(rows(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "latin-1"]))
        def only_own_errors_come_out(cells: list[list[str]], mark: str, encoding: str) -> None:
            with path.open("w", encoding=encoding, errors="replace", newline="") as to:
                csv.writer(to, delimiter=mark).writerows([COLUMNS, *cells])
            outcome.count("files")
            outcome.count("rows", len(cells))
            _load(outcome, store, path)

        tried(outcome, only_own_errors_come_out)
    return outcome.over()


def _load(outcome: Outcome, store: Store, path: Path) -> None:
    shop = Shop(id=f"lamp-{outcome.did['files']}", currency="EUR")
    base = CustomerBase.open(store, shop=shop, clock=FakeClock(NOW))
    problems = path.with_name("problems.csv")
    with suppress(CrmkitError):
        list(read_surveys(path))
    try:
        log = read_orders(path, currency="EUR")
        report = base.load(log, resume_as="orders", problems=problems, batch=7)
    except CrmkitError:
        outcome.count("files refused")
        return
    outcome.count("accepted", report.accepted)
    outcome.count("problems", report.problem_count)
    again = base.load(read_orders(path, currency="EUR"), problems=problems)
    assert again.accepted == 0, "what was known is accepted again"
    assert again.problem_count == report.problem_count, "problems differ the second time"
    if report.problems_file:
        with suppress(CrmkitError):
            base.load(read_orders(problems, currency="EUR"), problems=problems)
    _as_in_memory(store, shop)


def _as_in_memory(store: Store, shop: Shop) -> None:
    oracle = MemoryStore()
    oracle.attach(Reporting(shop))
    for _, history in store.histories(shop.id):
        oracle.add(shop.id, history, recorded_at=NOW)
    for name in ("histories", "facts", "links"):
        assert told(store, shop.id)[name] == told(oracle, shop.id)[name], name
