"""How a base changes: each day judged as if asked on it, and no model fitted for nothing."""

import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from crmkit import Answer, CustomerBase, Period, Scale, SurveyResponse
from crmkit.domain import RelationshipLevel, RelationshipPolicy
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import BUILT_IN, Instrument
from crmkit.over_time import days_within
from crmkit.synthetic import SyntheticShop
from crmkit.testing import FakeClock

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, said, opened, day = (small[name] for name in ("bought", "said", "opened", "day"))

OWN = Instrument(
    name="mind", scale=(0, 100), items={"choose": "first_choice", "prefer": "preference"}
)
SHOP = evolve(small["SHOP"], instruments=(*BUILT_IN, OWN))
SPRING = Period(date(2026, 1, 1), date(2026, 4, 1))


def minded(score, on, who="ann"):
    """Both questions of the mind answered alike."""
    return SurveyResponse(
        id=f"{who}-mind-{on}",
        customer_id=who,
        at=day(on),
        instrument="mind",
        answers=[
            Answer(item=item, value=score, scale=Scale(0, 100)) for item in ("choose", "prefer")
        ],
    )


def test_days_are_the_ends_of_the_calendar_periods_and_the_last_day():
    period = Period(date(2026, 1, 15), date(2026, 3, 11))
    assert days_within(period, "month") == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 10),
    ]
    assert days_within(period, "year") == [date(2026, 3, 10)]
    assert days_within(SPRING, "quarter") == [date(2026, 3, 31)]
    assert days_within(SPRING, "month")[-1] == date(2026, 3, 31)
    with pytest.raises(InvalidValueError, match="at most 120 days"):
        days_within(Period(date(2020, 1, 1), date(2023, 1, 1)), "week")
    with pytest.raises(InvalidValueError, match="fortnight"):
        days_within(SPRING, "fortnight")


def test_satisfaction_is_that_of_each_day():
    """Answers of 5 in January, and of 1 from somebody else in February."""
    base = opened(
        said("csat", "satisfaction", 5, (1, 5), on=10),
        said("csat", "satisfaction", 1, (1, 5), on=40, who="bob"),
    )
    told = base.satisfaction_over_time(SPRING)
    assert list(told.judged) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert [one.value for one in told.figures["csat"].values()] == [1, 0.5, 0.5]
    assert "nps" not in told.figures
    for on, one in told.judged.items():
        assert one == base.satisfaction(as_of=on)
    rows = [row for row in told.to_rows() if row["figure"] == "csat"]
    assert [(row["date"], row["n"]) for row in rows] == [
        (date(2026, 1, 31), 1),
        (date(2026, 2, 28), 2),
        (date(2026, 3, 31), 2),
    ]
    assert "100% → 50% → 50%" in str(told)
    assert told.explain().answer == "3 days"


def test_satisfaction_of_one_begins_when_something_is_known():
    base = opened(
        bought("o1", 0),
        said("csat", "satisfaction", 4, (1, 5), on=40, who="bob"),
    )
    told = base.satisfaction_over_time(SPRING, customer_id="bob")
    assert list(told.judged) == [date(2026, 2, 28), date(2026, 3, 31)]
    assert [one.value for one in told.figures["satisfied"].values()] == [0.75, 0.75]
    assert told.judged[date(2026, 2, 28)] == base.satisfaction("bob", as_of=date(2026, 2, 28))
    with pytest.raises(InvalidValueError, match="nothing is known"):
        base.satisfaction_over_time(SPRING, customer_id="zoe")


def test_who_belongs_to_a_segment_is_judged_on_each_day():
    base = opened(
        bought("a1", 0),
        bought("a2", 40),
        bought("b1", 1, who="bob"),
        said("csat", "satisfaction", 5, (1, 5), on=2),
        said("csat", "satisfaction", 1, (1, 5), on=2, who="bob"),
    )
    told = base.satisfaction_over_time(SPRING, segment=lambda one: one.orders == 1)
    assert [one.value for one in told.figures["csat"].values()] == [0.5, 0, 0]
    loyalty = base.loyalty_over_time(SPRING, segment=lambda one: one.orders == 1)
    assert [one.customers for one in loyalty.judged.values()] == [2, 1, 1]
    with pytest.raises(InvalidValueError, match="at least one customer"):
        base.loyalty_over_time(SPRING, segment=lambda one: one.orders == 2)


def test_relationship_is_that_of_each_day():
    policy = RelationshipPolicy(declared="reactive")
    base = opened(
        *(bought(f"o{n}", 15 * n) for n in range(4)),
        bought("b1", 50, who="bob"),
        shop=evolve(SHOP, relationship_policy=policy),
    )
    told = base.relationship_over_time(SPRING)
    for on, one in told.judged.items():
        assert one == base.relationship(as_of=on)
    assert [one.customers for one in told.judged.values()] == [1, 2, 2]
    assert [dict(one.declared) for one in told.judged.values()] == [
        {"less": 1},
        {"less": 2},
        {"less": 2},
    ]
    assert [one.levels[RelationshipLevel.BASIC] for one in told.judged.values()] == [1, 2, 2]
    assert set(told.figures) == {"state_confidence"}
    part = base.relationship_over_time(SPRING, segment=["ann"])
    assert [one.customers for one in part.judged.values()] == [1, 1, 1]


def test_a_phase_once_reached_is_kept_until_it_is_clearly_lost():
    """62, then 57 (within 5 points of the threshold of 60), then 54."""
    base = opened(minded(62, 10), minded(57, 40), minded(54, 70), shop=SHOP)
    whole = base.loyalty_over_time(SPRING)
    reached = [one.phases["cognitive"] for one in whole.judged.values()]
    assert reached == [1, 1, 0]
    one = base.loyalty_over_time(SPRING, customer_id="ann")
    assert [judged.loyalty.phase for judged in one.judged.values()] == [1, 1, 0]
    # Asked on a day alone nobody knows what had been reached before.
    assert base.loyalty("ann", as_of=date(2026, 2, 28)).loyalty.phase == 0
    assert [mean.value for mean in whole.figures["cognitive"].values()] == pytest.approx(
        [0.62, 0.57, 0.54]
    )
    assert "affective" not in whole.figures


def movers():
    """Forty people of whom the first rises and the second falls, by half the scale."""
    for number in range(40):
        who, score = f"c{number:02}", 30 + number
        later = {0: score + 50, 1: score - 30}.get(number, score)
        yield minded_apart(score, 5, who)
        yield minded_apart(later, 70, who)


def minded_apart(score, on, who):
    """Two questions answered nearly alike."""
    one = minded(score, on, who)
    first, second = one.answers
    return evolve(one, answers=[first, evolve(second, value=min(100, score + score % 3))])


MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def test_loyalty_moves_beyond_the_noise_only_where_it_does():
    base = opened(*movers(), shop=SHOP)
    told = base.loyalty_movement(MARCH)
    # The day before March both answers of January stand; on its last those of 12 March.
    assert [one.customer_id for one in told.marked] == ["c00", "c01"]
    assert [one.change > 0 for one in told.marked] == [True, False]
    assert len(told.changes) == 40
    assert told.mean_changes["cognitive"].value == pytest.approx((0.5 - 0.3) / 40, abs=0.002)
    # No feelings are known: how far they go who reach the threshold of thought, 11 and the
    # riser, nobody can tell.
    assert set(told.phases.newcomers.values()) == {0}
    assert (told.phases.unknown, told.phases.stayed.n, told.phases.stayed.value) == (12, 28, 1)


def test_a_period_that_is_not_over_ends_at_the_moment_asked_about():
    base = opened(*movers(), shop=SHOP)
    before = base.loyalty_movement(MARCH, as_of=day(70) - timedelta(hours=1))
    assert not before.marked
    assert before == base.loyalty_movement(Period(date(2026, 3, 1), date(2026, 3, 12)))
    with_that_day = base.loyalty_movement(Period(date(2026, 3, 1), date(2026, 3, 13)))
    assert len(with_that_day.marked) == 2
    assert base.loyalty_movement(MARCH, as_of=day(70)) == base.loyalty_movement(MARCH)
    assert base.loyalty_movement(MARCH, as_of=date(2027, 1, 1)) == base.loyalty_movement(MARCH)


def test_nobody_before_a_period_moves_in_it():
    told = opened(minded(62, 70), shop=SHOP).loyalty_movement(MARCH)
    assert (told.changes, told.overall.value) == ((), None)
    # Of Ann only thoughts are known: how far her loyalty goes is not.
    assert told.phases.newcomers == {**dict.fromkeys(told.phases.states, 0), "unknown": 1}


def changes(base, **known):
    """Every answer about changes."""
    return (
        base.satisfaction_over_time(SPRING, **known),
        base.satisfaction_over_time(SPRING, customer_id="c05", **known),
        base.loyalty_over_time(SPRING, **known),
        base.loyalty_over_time(SPRING, customer_id="c05", **known),
        base.relationship_over_time(SPRING, **known),
        base.loyalty_movement(MARCH, **known),
    )


def test_an_old_answer_can_be_had_again_although_facts_arrived_late():
    clock = FakeClock(day(100))
    base = opened(*movers(), shop=SHOP, clock=clock)
    then, old = clock(), changes(base)
    clock.advance(days=1)
    base.record(
        [
            minded(90, 20, "c05"),
            bought("o1", 30, who="c05"),
            bought("o2", 30, who="new"),
            said("csat", "satisfaction", 5, (1, 5), on=20, who="c05"),
        ]
    )
    new = changes(base)
    assert all(one != other for one, other in zip(old, new, strict=True))
    assert changes(base, known_at=then) == old


@pytest.fixture(scope="module")
def invented():
    shop = SyntheticShop(seed=3, customers=90)
    base = CustomerBase.open("memory:", shop=shop.shop)
    base.load(shop.interactions())
    return base


def test_satisfaction_and_loyalty_wait_for_no_model(invented, monkeypatch):
    def fit(*_, **__):
        raise AssertionError("a model was fitted")

    monkeypatch.setattr("crmkit.standards.models_of", fit)
    year = Period.year_to(invented.last_day() - timedelta(days=3))
    last = year.end - timedelta(days=1)
    invented.satisfaction_over_time(year, every="quarter")
    invented.satisfaction_over_time(year, customer_id="c0001", every="quarter")
    invented.loyalty_over_time(year, every="quarter")
    invented.loyalty_movement(year)
    invented.satisfaction(as_of=last)
    invented.loyalty(as_of=last)
    invented.answers("kano", segment=["c0001"], as_of=last)
    with pytest.raises(AssertionError, match="a model was fitted"):
        invented.relationship(as_of=last)


def test_one_customer_over_time_is_told_as_among_all(invented):
    year = Period.year_to(invented.last_day())
    people = sorted(invented.summaries(as_of=invented.last_day()).customers)
    whole = {
        on: {row.customer_id: row for row in invented.profiles(as_of=on)}
        for on in days_within(year, "quarter")
    }
    for who in people[::15]:
        alone = invented.loyalty_over_time(year, customer_id=who, every="quarter")
        moved = invented.satisfaction_over_time(year, customer_id=who, every="quarter")
        for on, judged in alone.judged.items():
            assert judged.loyalty.overall == whole[on][who].loyalty
            assert moved.judged[on].stated == whole[on][who].satisfied
            assert moved.judged[on].shown.score.value == whole[on][who].satisfaction_shown


def test_phases_of_all_over_time_are_those_of_each(invented):
    year = Period.year_to(invented.last_day())
    told = invented.loyalty_over_time(year, every="quarter")
    people = sorted(invented.summaries(as_of=invented.last_day()).customers)
    alone = [
        invented.loyalty_over_time(year, customer_id=who, every="quarter").judged for who in people
    ]
    names = ("none", "cognitive", "affective", "intentional", "behavioural")
    for on, judged in told.judged.items():
        phases = [one[on].loyalty.phase for one in alone if on in one]
        for number, name in enumerate(names):
            assert judged.phases[name] == phases.count(number)
        assert judged.phases["unknown"] == phases.count(None)
