"""Strategies for what customers say and give."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import Contribution, ContributionKind, Review, SurveyResponse
from crmkit.domain.surveys import Answer, Scale
from crmkit.testing._values import Strategy, given_or, happened, ids, money, shares, texts

_Draw = Callable[[Strategy[Any]], Any]


def scales() -> Strategy[Scale]:
    """Scales of two to a hundred steps, from below 0 to above."""
    return st.builds(lambda low, more: Scale(low, low + more), st.integers(-5, 5), _MORE)


_MORE = st.integers(1, 100)


def answers() -> Strategy[Answer]:
    """Answers on scales of any length, some left open."""

    @st.composite
    def drawn(draw: _Draw) -> Answer:
        scale = draw(scales())
        value = draw(st.none() | st.integers(scale.low, scale.high))
        return Answer(item=draw(ids()), value=value, scale=scale)

    return drawn()


def survey_responses(**given: Strategy[Any]) -> Strategy[SurveyResponse]:
    """Answered surveys; ``given`` are strategies for their fields."""
    own = {
        "instrument": ids(),
        "answers": st.lists(answers(), min_size=1, max_size=3, unique_by=lambda one: one.item),
        "touchpoint": st.none() | st.sampled_from(["delivery", "checkout"]),
        "order_id": st.none() | ids(),
    }
    return st.builds(SurveyResponse, **(own | happened(**given)))


def reviews(**given: Strategy[Any]) -> Strategy[Review]:
    """Judgements of products or orders; ``given`` are strategies for their fields."""
    own = {
        "product_id": st.none() | ids(),
        "order_id": st.none() | ids(),
        "title": texts(),
        "text": texts(),
    }
    fields = own | happened(**given)

    def on(scale: Scale) -> Strategy[Review]:
        stars = given.get("stars", st.none() | st.integers(scale.low, scale.high))
        return st.builds(Review, **(fields | {"scale": st.just(scale), "stars": stars}))

    return given_or(given.get("scale"), st.just(Scale(1, 5)) | scales()).flatmap(on)


def contributions(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[Contribution]:
    """Ideas, answers, tests, reports and references.

    Args:
        currency: Of what they were worth.
        given: Strategies for their fields.
    """
    own = {
        "what": st.sampled_from(ContributionKind),
        "quality": shares(),
        "credit": shares(),
        "worth": st.none() | money(currency=currency, least=0),
        "text": texts(),
    }
    return st.builds(Contribution, **(own | happened(**given)))
