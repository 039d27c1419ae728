"""What only some logs can tell: in the report where it can be told, else left out or said why."""

import json
import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from crmkit import Answer, CustomerBase, Period, Scale, SurveyResponse
from crmkit.domain import CaseOpened, Customer, RelationshipPolicy
from crmkit.domain.errors import MissingExtraError
from crmkit.domain.surveys import BUILT_IN, Instrument
from crmkit.metrics.drivers import KeyDrivers, PenaltyReward
from crmkit.metrics.loss import actions
from crmkit.report.findings import Findings
from crmkit.report.parts import parts_of
from crmkit.report.plain import plain
from crmkit.report.state import state_of_base
from crmkit.report.terminal import tables
from crmkit.synthetic import SyntheticShop

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, said, opened, day, SHOP = (
    small[name] for name in ("bought", "said", "opened", "day", "SHOP")
)
AS_OF = date(2026, 7, 1)
FIVE = Scale(1, 5)


def titles(state, language="en"):
    return [part.title for part in parts_of(state, language)]


def part_of(state, title, language="en"):
    """The one part whose title begins so."""
    (found,) = (one for one in parts_of(state, language) if one.title.startswith(title))
    return found


@pytest.fixture(scope="module")
def base():
    shop = SyntheticShop(seed=5, customers=320)
    made = CustomerBase.open("memory:", shop=shop.shop)
    made.load(shop.interactions())
    return made


@pytest.fixture(scope="module")
def state(base):
    return state_of_base(base, as_of=base.last_day())


def test_the_report_holds_what_the_base_tells(base, state):
    last = state.as_of
    found, year = state.findings, Period.year_to(last)
    assert state.relationship == base.relationship(as_of=last)
    assert found.needs == base.kano(as_of=last)
    assert found.losses == base.complaint_losses(as_of=last)
    assert found.movement == base.loyalty_movement(year)
    before = year.start - timedelta(days=1)
    assert found.intentions == base.intention_calibration(before, within_days=365)
    told = base.key_drivers("features", "overall", as_of=last)
    assert list(found.drivers) == ["features/overall"]
    assert found.drivers["features/overall"].weights == pytest.approx(told.weights)
    assert found.levers == actions(found.losses.drivers)
    assert found.lacking == {}


def test_every_finding_is_a_part_with_rows(state):
    for title, rows in (
        ("Relationship: evidence and target", 6),
        ("Needs (Kano)", 8),
        ("What goes with features/overall (R² ", 8),
        ("Complaints and leaving", 6),
        ("What to do about them", len(state.findings.losses.drivers)),
        ("Phases of loyalty", 6),
        ("Loyalty over the twelve months", 7),
        ("Said twelve months ago, and done since", 3),
    ):
        found = [one for one in parts_of(state) if one.title.startswith(title)]
        assert len(found[0].rows) >= rows, title
    assert all(part.rows or part.notes for part in parts_of(state))


def test_a_part_shows_the_figures_of_its_answer(state):
    losses = part_of(state, "Complaints and leaving")
    first = state.findings.losses.causes[0]
    assert losses.rows[0][:3] == (
        first.category,
        f"{first.complaints.complaints:,}",
        f"{first.hazard.ratio.value:,.2f}",
    )
    levers = part_of(state, "What to do about them")
    assert levers.rows[0][:2] == (first.category, "small gestures")
    needs = part_of(state, "Needs (Kano)")
    assert [row[0] for row in needs.rows][-2:] == ["dark_theme", "sales_calls"]
    assert {row[0] for row in needs.rows[:2]} == {"secure_payment", "easy_return"}
    moved = dict(row[:2] for row in part_of(state, "Loyalty over the twelve months").rows)
    stayed = state.findings.movement.types.stayed
    assert moved["of the same type"] == f"{stayed.value:.1%}"
    done = dict(row[:2] for row in part_of(state, "Said twelve months ago").rows)
    assert done["bought"] == f"{state.findings.intentions.bought.value:.1%}"


def test_expected_answers_come_with_their_error_out_of_sample(state):
    told = dict(row[:2] for row in part_of(state, "Satisfaction").rows)
    calibration = state.satisfaction.calibration
    assert told["… off by, out of sample (RMSE)"] == f"{calibration.rmse.value:.1%}"
    assert told["… the mean answer off by"] == f"{calibration.rmse_of_mean.value:.1%}"
    assert told["answer expected by it, of the scale"] == f"{state.satisfaction.expected.value:.1%}"


def test_chinese_parts_are_as_many_and_hold_the_same_figures(state):
    english, chinese = list(parts_of(state)), list(parts_of(state, "zh"))
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        assert one.title != other.title
        assert len(one.rows) == len(other.rows)
        figures = [i for i, right in enumerate(one.figures) if right and one.columns[i] == "n"]
        for row, same in zip(one.rows, other.rows, strict=True):
            assert [row[i] for i in figures] == [same[i] for i in figures]
    told = " ".join(cell for part in chinese for row in part.rows for cell in row)
    assert "基本型需求" in told
    assert "点滴小事" in told


def test_plain_data_leaves_out_the_rows_of_all_customers(state):
    data = json.loads(json.dumps(plain(state), allow_nan=False))
    found = data["findings"]
    assert "changes" not in found["movement"]
    assert found["movement"]["types"]["stayed"]["value"] == pytest.approx(
        state.findings.movement.types.stayed.value
    )
    assert found["needs"]["features"]["advice"]["category"] == "performance"
    assert found["drivers"]["features/overall"]["drivers"][0]["name"] == "delivery_speed"
    assert {one["complaints"]["category"] for one in found["losses"]["causes"]} == {
        "late delivery",
        "wrong bill",
        "damaged goods",
        "unfriendly service",
    }
    assert data["relationship"]["confidence"]["n"] == 320


def test_a_base_that_never_asked_or_heard_a_complaint_has_no_findings():
    state = state_of_base(opened(bought("o1", 0), bought("o2", 9)), as_of=AS_OF)
    assert state.findings == Findings()
    assert len(titles(state)) == 14
    old = opened(bought("o1", 0), bought("o2", 400))
    assert state_of_base(old, as_of=date(2027, 7, 1)).findings == Findings()


def test_a_base_without_anybody_has_a_report():
    state = state_of_base(opened(), as_of=AS_OF)
    assert state.findings == Findings()
    assert "Relationship: evidence and target" not in titles(state)
    printed = [part for part in tables(state) if isinstance(part, str)]
    assert printed[-4:-1] == [
        "Most valuable by revenue so far (no model):",
        "nobody",
        "Most at risk:",
    ]


def response(who, name, answers, on=5, scale=FIVE):
    return SurveyResponse(
        id=f"{who}-{name}-{on}",
        customer_id=who,
        at=day(on),
        instrument=name,
        answers=[Answer(item=item, value=value, scale=scale) for item, value in answers.items()],
    )


def visits(whole="overall", people=40):
    """Ratings of two features, and a whole that follows them."""
    for number in range(people):
        staff, shelf = 1 + number % 5, 1 + number // 5 % 5
        answers = {"staff": staff, "shelf": shelf, whole: round((2 * staff + shelf) / 3)}
        yield response(f"c{number:02}", "visit", answers)


def test_the_whole_is_what_is_called_overall_or_else_what_feeds_satisfaction():
    items = {"happy": "satisfaction", "again": "repurchase", "staff": None, "shelf": None}
    own = Instrument(name="visit", scale=(1, 5), items=items)
    shop = evolve(SHOP, instruments=(*BUILT_IN, own))
    asked = [
        evolve(one, answers=(*one.answers, Answer(item="again", value=3, scale=FIVE)))
        for one in visits("happy")
    ]
    declared = state_of_base(opened(*asked, shop=shop), as_of=AS_OF).findings.drivers
    assert list(declared) == ["visit/happy"]
    # An intention is another outcome, not a driver.
    assert sorted(declared["visit/happy"].weights) == ["shelf", "staff"]
    assert state_of_base(opened(*asked), as_of=AS_OF).findings.drivers == {}
    called = state_of_base(opened(*visits()), as_of=AS_OF).findings.drivers
    assert list(called) == ["visit/overall"]


def test_the_built_in_questionnaires_ask_for_no_whole():
    answers = [
        said(one.name, item.name, item.scale.high, (item.scale.low, item.scale.high), on=number)
        for number, (one, item) in enumerate((one, item) for one in BUILT_IN for item in one.items)
    ]
    found = state_of_base(opened(*answers), as_of=AS_OF).findings
    assert (found.drivers, found.lacking) == ({}, {})


def test_without_numpy_penalties_and_rewards_stand_in(monkeypatch):
    base = opened(*visits())
    full = state_of_base(base, as_of=AS_OF).findings.drivers["visit/overall"]
    assert isinstance(full, KeyDrivers)

    def missing(*_, **__):
        raise MissingExtraError("numpy", "models")

    monkeypatch.setattr("crmkit.asking_answers.key_drivers", missing)
    state = state_of_base(base, as_of=AS_OF)
    found = state.findings.drivers["visit/overall"]
    assert isinstance(found, PenaltyReward)
    part = part_of(state, "What goes with visit/overall")
    assert part.title == f"What goes with visit/overall (R² {found.r_squared:.1%}, n 40)"
    assert [row[0] for row in part.rows] == [one.name for one in found.attributes]
    assert "penalty" in part.columns


def test_what_cannot_be_told_says_in_a_line_what_is_missing():
    facts = (*visits(people=3), response("c00", "kano", {"wrap": 1}))
    state = state_of_base(opened(*facts), as_of=AS_OF)
    assert set(state.findings.lacking) == {"visit/overall", "needs"}
    drivers, needs = part_of(state, "What goes with visit/overall"), part_of(state, "Needs")
    assert drivers.rows == needs.rows == ()
    assert "got 3" in drivers.notes[0]
    assert "in pairs" in needs.notes[0]
    lines = [one for one in tables(state) if isinstance(one, str)]
    assert lines[lines.index("Needs (Kano):") + 1] == needs.notes[0]
    assert drivers.title in state._repr_html_()


def test_attitudes_that_were_not_known_a_year_before_move_nowhere():
    facts = [bought("o1", 0), said("nps", "recommend", 9, (0, 10), on=400)]
    facts.append(said("repurchase", "repurchase", 9, (0, 10), on=401))
    state = state_of_base(opened(*facts), as_of=date(2027, 3, 1))
    assert state.findings.movement is None
    missing = "nobody's attitude is known both now and on 2026-03-01"
    assert state.findings.lacking == {"movement": missing}
    assert part_of(state, "Loyalty over the twelve months").notes == (missing,)
    assert state.findings.intentions is None


def test_on_a_day_that_is_not_over_nothing_is_known_of_its_rest():
    noon = day(370)
    facts = [
        said("repurchase", "repurchase", 9, (0, 10), on=3),
        said("repurchase", "repurchase", 6, (0, 10), on=300),
        bought("o1", 0),
        evolve(bought("late", 370), at=noon + timedelta(hours=2)),
        evolve(said("repurchase", "repurchase", 1, (0, 10), on=370), at=noon + timedelta(hours=1)),
    ]
    cut, whole = opened(*facts[:3]), opened(*facts)
    early, late = (state_of_base(one, as_of=noon).findings for one in (cut, whole))
    assert early == late
    assert early.intentions.bought.value == 0
    day_after = state_of_base(whole, as_of=date(2027, 1, 7)).findings
    assert day_after.intentions.bought.value == 1


def test_complaints_without_a_lever_say_so():
    case = CaseOpened(
        id="k", case_id="k", customer_id="ann", at=day(2), about="complaint", category="ghosts"
    )
    state = state_of_base(opened(bought("o1", 0), case), as_of=AS_OF)
    levers = part_of(state, "What to do about them")
    assert levers.rows[0][:2] == ("ghosts", "none known")
    assert part_of(state, "Complaints and leaving").rows[0][2] == "unknown"


def test_the_relationship_is_held_against_what_pays_and_what_is_said():
    shop = evolve(SHOP, relationship_policy=RelationshipPolicy(declared="reactive"))
    base = opened(*(bought(f"{who}1", 0, who=who) for who in ("ann", "bob", "cid")), shop=shop)
    base.put_customer(Customer(id="bob", declared_level="basic"))
    state = state_of_base(base, as_of=AS_OF)
    rows = dict(row[:2] for row in part_of(state, "Relationship: evidence").rows)
    assert rows["does for them, against what is said: less"] == "2"
    assert rows["does for them, against what is said: as much"] == "1"
    assert rows["does for them, against what pays: less"] == "3"


def test_trends_that_stand_are_named_and_others_are_counted():
    rising = [
        said("csat", "satisfaction", 1 + n // 8, (1, 5), on=31 * (n // 8), who=f"c{n:02}")
        for n in range(40)
    ]
    state = state_of_base(opened(*rising), as_of=AS_OF)
    (row,) = part_of(state, "Answers that rise or fall").rows
    assert row[:3] == ("csat/satisfaction", "rising", "25.0%")
    flat = [said("csat", "satisfaction", 2 + n % 2, (1, 5), on=n, who=f"c{n}") for n in range(9)]
    quiet = state_of_base(opened(*flat), as_of=AS_OF)
    assert "Answers that rise or fall" not in titles(quiet)
    told = "none of 1 questions rises or falls beyond chance"
    assert told in part_of(quiet, "Satisfaction").notes
