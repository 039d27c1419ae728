"""What a customer went through, read off the summary: every signal by hand."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain import CaseClosed, CaseOpened, Contact, Delivered, Money, Return, Review, Scale
from crmkit.metrics import signals_of

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
