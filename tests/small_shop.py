"""A few facts by hand, for tests that know every figure beforehand. Loaded with ``runpy``."""

from datetime import UTC, datetime, timedelta

from crmkit import Answer, CustomerBase, Line, Money, Purchase, Return, Scale, Shop, SurveyResponse

SHOP = Shop(id="lamp", currency="EUR", gross_margin="0.5", lapse_days=30)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def day(number):
    """Noon of the day ``number`` days after 2026-01-01."""
    return START + timedelta(days=number)


def bought(order_id, on, euros="20.00", who="ann", **fields):
    """An order of one lamp."""
    line = Line(product_id="lamp", amount=Money.of(euros, "EUR"))
    return Purchase(
        id=order_id, order_id=order_id, customer_id=who, at=day(on), lines=[line], **fields
    )


def back(order_id, on, euros="20.00", who="ann"):
    """The same lamp coming back."""
    line = Line(product_id="lamp", amount=Money.of(euros, "EUR"))
    return Return(
        id=f"{order_id}-back", order_id=order_id, customer_id=who, at=day(on), lines=[line]
    )


def said(instrument, item, value, scale, on=0, who="ann"):
    """One answer to a survey."""
    return SurveyResponse(
        id=f"{who}-{instrument}-{on}",
        customer_id=who,
        at=day(on),
        instrument=instrument,
        answers=[Answer(item=item, value=value, scale=Scale(*scale))],
    )


def opened(*facts, shop=SHOP, **options):
    """A base in memory that holds these facts."""
    base = CustomerBase.open("memory:", shop=shop, **options)
    base.record(facts)
    return base
