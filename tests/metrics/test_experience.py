"""What a customer went through, read off the summary: every signal by hand."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain import CaseClosed, CaseOpened, Contact, Delivered, Money, Return, Review, Scale
from crmkit.metrics import Signals, base_rates, behavioural_satisfaction, signals_of

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, day, SHOP = small["bought"], small["opened"], small["day"], small["SHOP"]
AS_OF = date(2026, 3, 31)
ANN = {"customer_id": "ann"}


def signals(*facts, **policy):
    shop = evolve(SHOP, **policy)
    return signals_of(opened(*facts, shop=shop).summary("ann", as_of=AS_OF), shop)


def sent_back(order_id, on, reason=None):
    """All of an order of one lamp coming back."""
    lines = bought(order_id, on).lines
    return Return(
        id=f"{order_id}-r", at=day(on), order_id=order_id, lines=lines, reason=reason, **ANN
    )


def wrote(on, purpose="answer", **fields):
    id_ = f"w{on}"
    return Contact(id=id_, at=day(on), direction="inbound", purpose=purpose, **ANN, **fields)


def test_an_order_that_came_back_was_placed_all_the_same():
    found = signals(bought("o1", 0), bought("o2", 1), sent_back("o2", 3, "defect"))
    assert (found.orders, found.faulty_returns) == (2, 1)


def test_a_return_for_no_fault_of_the_shops_is_no_signal():
    found = signals(bought("o1", 0), sent_back("o1", 3, "size"))
    assert (found.orders, found.faulty_returns) == (1, 0)


def test_returns_without_a_reason_tell_nothing():
    found = signals(bought("o1", 0), sent_back("o1", 3))
    assert (found.orders, found.faulty_returns) == (1, None)
    mixed = signals(
        bought("o1", 0), sent_back("o1", 3), bought("o2", 4), sent_back("o2", 5, "late")
    )
    assert (mixed.orders, mixed.faulty_returns) == (2, 1)


def test_complaints_are_cases_and_contacts_that_belong_to_none():
    found = signals(
        bought("o1", 0),
        CaseOpened(id="k", at=day(1), case_id="k", about="complaint", **ANN),
        wrote(2, "complaint", case_id="k"),
        wrote(3, "complaint"),
        CaseClosed(id="kc", at=day(4), case_id="k", **ANN),
        CaseOpened(id="q", at=day(5), case_id="q", about="question", **ANN),
    )
    assert (found.complaints, found.resolved_complaints) == (2, 1)


def test_only_deliveries_that_were_promised_can_be_late():
    found = signals(
        bought("o1", 0, promised_at=day(2)),
        Delivered(id="d1", at=day(3), order_id="o1", **ANN),
        bought("o2", 5, promised_at=day(8)),
        Delivered(id="d2", at=day(8), order_id="o2", **ANN),
        bought("o3", 10),
        Delivered(id="d3", at=day(30), order_id="o3", **ANN),
    )
    assert (found.delivered, found.late) == (2, 1)
    nothing = signals(bought("o3", 10), Delivered(id="d3", at=day(30), order_id="o3", **ANN))
    assert (nothing.delivered, nothing.late) == (None, None)


def test_what_did_not_arrive_though_the_promised_day_has_passed_is_overdue():
    found = signals(
        bought("o1", 0, promised_at=day(2)),
        bought("o2", 1, promised_at=day(2)),
        bought("o3", 3, promised_at=day(4)),
        bought("o4", 5, promised_at=day(89)),  # the day judged at: it may still come
        bought("o5", 5, promised_at=day(100)),
        bought("o6", 6),
        bought("o7", 7, promised_at=day(8)),
        sent_back("o7", 9, "cancelled"),
        bought("o8", 8, promised_at=day(9)),
        Delivered(id="d8", at=day(9), order_id="o8", **ANN),
    )
    # Orders promised for one day are one delivery.
    assert (found.delivered, found.late, found.overdue) == (1, 0, 2)


def test_what_arrived_at_last_is_late_and_no_longer_overdue():
    order = bought("o1", 0, promised_at=day(2))
    waiting = signals(order)
    arrived = signals(order, Delivered(id="d1", at=day(30), order_id="o1", **ANN))
    assert (waiting.delivered, waiting.late, waiting.overdue) == (None, None, 1)
    assert (arrived.delivered, arrived.late, arrived.overdue) == (1, 1, 0)


def test_overdue_counts_as_late_where_the_shop_records_what_arrives():
    people = [Signals(delivered=3, late=0, overdue=0), Signals(overdue=2)]
    rates = base_rates(people)
    assert (rates.records_arrivals, rates.late) == (True, 2 / 5)
    shown = [behavioural_satisfaction(one, base_rates=rates) for one in people]
    assert shown[1].components["late"] == pytest.approx(0.5 ** ((2 + 5 * 0.4) / 7 / 0.25))
    assert shown[1].components["late"] < shown[0].components["late"]
    assert shown[1].score.n == 2


def test_overdue_tells_nothing_where_half_of_what_was_due_never_arrived():
    people = [Signals(delivered=3, late=1), Signals(overdue=4)]
    rates = base_rates(people)
    assert (rates.records_arrivals, rates.late) == (False, 1 / 3)
    assert behavioural_satisfaction(people[1], base_rates=rates).components["late"] is None
    nothing = base_rates([Signals(overdue=4)])
    assert (nothing.records_arrivals, nothing.late) == (False, None)


def test_deliveries_of_which_nobody_knows_whether_they_were_late_are_not_on_time():
    one = Signals(delivered=4, overdue=2)
    assert one.lateness(records_arrivals=True) == (None, None)
    assert Signals(delivered=4, late=1, overdue=2).lateness(records_arrivals=True) == (3, 6)
    assert Signals(delivered=4, late=1, overdue=2).lateness(records_arrivals=False) == (1, 4)


def test_stars_count_on_the_usual_scale_alone():
    stars = [
        Review(id="1", at=day(1), stars=2, **ANN),
        Review(id="2", at=day(2), stars=5, **ANN),
        Review(id="3", at=day(3), stars=9, scale=Scale(1, 10), **ANN),
        Review(id="4", at=day(4), text="fine", **ANN),
    ]
    found = signals(*stars)
    assert (found.reviews, found.stars, found.orders) == (2, 7, None)


@pytest.mark.parametrize(("agreed", "over"), [(24, 12), (40, 0), (None, None)])
def test_answers_are_late_by_what_they_exceed_the_agreed_hours_on_average(agreed, over):
    found = signals(
        wrote(1, waited_seconds=48 * 3600), wrote(2, waited_seconds=24 * 3600), wrote(3),
        answer_hours=agreed,
    )  # fmt: skip
    assert found.hours_over_sla == over


def test_serving_counts_orders_that_came_back_too():
    shop = evolve(SHOP, serving_rates={"order": Money(100, "EUR"), "return": Money(50, "EUR")})
    base = opened(bought("o1", 0), bought("o2", 1), sent_back("o2", 3), shop=shop)
    served = base.relationship_value("ann", as_of=AS_OF).serving
    assert served.parts == {"order": Money(200, "EUR"), "return": Money(50, "EUR")}
