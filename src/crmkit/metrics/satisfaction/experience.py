"""What a customer went through, read off the summary: the signals of satisfaction shown."""

from collections.abc import Mapping

from crmkit.domain.interactions import Contact, Direction, Purpose
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Question, Scale
from crmkit.domain.tally import CustomerSummary, Matter
from crmkit.metrics.satisfaction.signals import Signals

__all__ = ["signals_of"]

_INBOUND = f"{Contact.kind}/{Direction.INBOUND}/"
_COMPLAINT = f"{_INBOUND}{Purpose.COMPLAINT}"
_STARS = Question("review", "stars").key(Scale(1, 5))
_SECONDS_AN_HOUR = 3600


def signals_of(summary: CustomerSummary, shop: Shop) -> Signals:
    """Return what a customer went through.

    Void orders count as placed. Complaints are the cases and the contacts that belong to none.
    Orders promised for the same day and not arrived are one delivery that is overdue.
    Returns without a reason tell nothing; where no return has one, the signal is missing.

    Args:
        summary: The customer, as of a day.
        shop: Whose ``answer_hours`` are what was agreed.
    """
    bought, served = summary.buying, summary.service
    placed = bought.orders + bought.void_orders
    told = not bought.returned_orders or bought.coded_orders > 0
    said = summary.matters.get(_COMPLAINT)
    stars, reviews = _stars(summary)
    return Signals(
        orders=placed or None,
        faulty_returns=bought.faulty_orders if placed and told else None,
        complaints=served.complaints + (said.unprompted if said else 0),
        resolved_complaints=served.solved_complaints,
        delivered=bought.promised or None,
        late=bought.late if bought.promised else None,
        overdue=sum(day < summary.as_of_day for day in bought.owed_days),
        reviews=reviews or None,
        stars=stars if reviews else None,
        hours_over_sla=_hours_over(summary.matters, shop.answer_hours),
    )


def _stars(summary: CustomerSummary) -> tuple[int, int]:
    """The stars of all reviews on the usual scale, and how many those are."""
    given = summary.voice.get(_STARS)
    return (0, 0) if given is None else (given.points, given.answers)


def _hours_over(matters: Mapping[str, Matter], agreed: int | None) -> float | None:
    inbound = [one for word, one in matters.items() if word.startswith(_INBOUND)]
    waits = sum(one.waits for one in inbound)
    if agreed is None or not waits:
        return None
    mean = sum(one.waited for one in inbound) / waits / _SECONDS_AN_HOUR
    return max(0.0, mean - agreed)
