"""A relationship as of a moment: state, history, evidence, and how it shows itself."""

import runpy
from datetime import date, datetime
from pathlib import Path

from crmkit.domain.states import Stage, State

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, said = small["bought"], small["opened"], small["said"]


def test_the_rhythm_of_the_base_counts_for_those_without_one():
    base = opened(
        bought("o1", 0),
        *(bought(f"b{i}", 50 * i, who="bob") for i in range(4)),  # the base's gap is 50
    )
    assert base.relationship("ann", as_of=date(2026, 2, 20)).state is State.PURCHASING  # quiet 50
    late = base.relationship("ann", as_of=date(2026, 2, 21))
    assert (late.state, late.quiet, late.patience.dormant_after) == (State.DORMANT, 51, 50)
    assert not late.patience.own


def test_the_evidence_is_listed():
    base = opened(
        said("nps", "recommend", 9, (0, 10), on=2),
        *(bought(f"o{i}", 10 + 20 * i) for i in range(3)),
    )
    one = base.relationship("ann", as_of=date(2026, 3, 1))
    assert (one.since, one.first_order, one.last_order) == (
        date(2026, 1, 3),
        date(2026, 1, 11),
        date(2026, 2, 20),
    )
    assert (one.occasions, one.quiet, one.stage) == (3, 9, Stage.RETAIN)
    assert isinstance(one.as_of, datetime)
    assert [(move.origin, move.to, move.trigger) for move in one.history] == [
        (None, State.POTENTIAL, "first contact"),
        (State.POTENTIAL, State.PURCHASING, "purchase"),
        (State.PURCHASING, State.LOYAL, "purchase"),
    ]


def test_someone_who_never_bought_is_potential():
    one = opened(said("nps", "recommend", 9, (0, 10))).relationship("ann", as_of=date(2026, 2, 1))
    assert (one.state, one.quiet, one.patience, one.first_order) == (
        State.POTENTIAL,
        None,
        None,
        None,
    )
    assert str(one).splitlines()[0] == "ann: potential (attract)"


def test_it_shows_itself_in_a_few_lines():
    base = opened(bought("o1", 0), bought("o2", 7))
    text = str(base.relationship("ann", as_of=date(2026, 1, 31)))
    assert text.splitlines()[0] == "ann: purchasing (manage)"
    assert "2 occasions, the latest on 2026-01-08" in text
    assert "23 days; dormant after 30 (base's rhythm)" in text
    assert "potential (2026-01-01) → purchasing (2026-01-01)" in text
    assert "basic" in text
