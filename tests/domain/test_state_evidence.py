"""What models and loyalty say is held against a customer's state, and changes it not."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from crmkit.domain.state_evidence import evidence_of
from crmkit.domain.states import State

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened = small["bought"], small["opened"]

KNOWN = {
    "occasions": 4,
    "loyal_occasions": 3,
    "quiet": 20,
    "dormant_after": 40.0,
    "alive": 0.9,
    "deeds": 0.7,
}


def evidence(state, **changed):
    return evidence_of(State(state), **{**KNOWN, **changed})


def test_a_loyal_customer_of_whom_everything_agrees():
    found = evidence("loyal")
    assert found.confidence == 1
    assert [one.what for one in found.signs] == [
        "quiet days",
        "chance of being there",
        "occasions",
        "loyalty in deed",
    ]
    assert str(found) == "all known signs agree"


@pytest.mark.parametrize(
    ("state", "changed", "confidence", "against"),
    [
        ("loyal", {"alive": 0.49}, 0.75, "against it: chance of being there"),
        ("loyal", {"deeds": 0.59}, 0.75, "against it: loyalty in deed"),
        ("loyal", {"deeds": 0.6, "alive": 0.5}, 1, "all known signs agree"),
        ("loyal", {"occasions": 2}, 0.75, "against it: occasions"),
        ("purchasing", {"quiet": 41}, 0.5, "against it: quiet days"),
        ("purchasing", {"quiet": 40}, 1, "all known signs agree"),
        ("lost", {"quiet": 90, "alive": 0.1}, 1, "all known signs agree"),
        ("dormant", {"quiet": 90}, 0.5, "against it: chance of being there"),
        ("potential", {"occasions": 0}, 1, "all known signs agree"),
        ("intent", {}, 0, "against it: occasions"),
    ],
)
def test_each_sign_counts_for_or_against(state, changed, confidence, against):
    found = evidence(state, **changed)
    assert (found.confidence, str(found)) == (confidence, against)


def test_what_is_unknown_counts_neither_way():
    found = evidence("loyal", alive=None, deeds=None)
    assert found.confidence == 1
    assert [one.met for one in found.signs] == [True, None, True, None]
    nothing = evidence("purchasing", alive=None, quiet=None, dormant_after=None)
    assert nothing.confidence is None
    assert nothing.explain().answer == "unknown"
    assert dict(nothing.explain().inputs)["quiet days"] == "unknown, needs at most unknown: unknown"


def test_the_evidence_of_a_base_is_that_of_its_profiles():
    base = opened(
        *(bought(f"a{n}", 20 * n, "30.00") for n in range(8)),
        *(bought(f"b{n}", n, "30.00", who="bob") for n in (0, 9)),
        bought("c0", 3, "30.00", who="cid"),
    )
    as_of = date(2026, 7, 20)
    rows = {one.customer_id: one for one in base.profiles(as_of=as_of)}
    for who in ("ann", "bob", "cid"):
        found = base.relationship(who, as_of=as_of)
        assert found.evidence.state is found.state is rows[who].state
        assert found.evidence.confidence == rows[who].state_confidence
        assert found.explain().parts[0].figure == "state_confidence"
