"""What customers say and give: answers to surveys, reviews of products, contributions."""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.happened import Happened
from crmkit.domain.money import Money, to_decimal
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.surveys import Answer, Question, Scale
from crmkit.domain.validators import (
    named,
    named_if_given,
    not_below_zero,
    not_empty,
    private_text,
)
from crmkit.domain.words import Word

__all__ = ["Contribution", "ContributionKind", "Review", "SurveyResponse"]

#: The scale of a review's stars where it does not say.
STARS = Scale(1, 5)

_THOUSAND = 1000


def _answers(value: Iterable[Answer]) -> tuple[Answer, ...]:
    return tuple(value)


def _share(value: Decimal | str | int) -> Decimal:
    number = to_decimal("share", value)
    if not 0 <= number <= 1:
        raise InvalidValueError("share", value, "must be from 0 to 1")
    return number


@frozen(kw_only=True, field_transformer=by_field)
class SurveyResponse(Happened):
    """A customer answered a survey.

    Attributes:
        instrument: The questionnaire's name.
        answers: The answers, at least one, each item once.
        touchpoint: What the survey was about ("delivery", "checkout").
        order_id: The order it was about, if any.
    """

    kind: ClassVar[str] = "survey_response"

    instrument: str = field(validator=named)
    answers: tuple[Answer, ...] = field(converter=_answers, validator=not_empty)
    touchpoint: str | None = field(default=None, validator=named_if_given)
    order_id: str | None = field(default=None, validator=named_if_given)

    @answers.validator
    def _each_item_once(self, _attribute: object, value: tuple[Answer, ...]) -> None:
        if len({answer.item for answer in value}) < len(value):
            raise InvalidValueError("answers", self.instrument, "must answer each item once")

    def facts(self, to: Reporting) -> list[Fact]:
        """Return a row per answer. They belong to the customer, not to an order's books."""
        return [
            self.row(
                to,
                part,
                order_id=self.order_id,
                instrument=self.instrument,
                item=answer.item,
                question=Question(self.instrument, answer.item, self.touchpoint).key(answer.scale),
                rating=answer.value,
                scale_low=answer.scale.low,
                scale_high=answer.scale.high,
            )
            for part, answer in enumerate(self.answers)
        ]


@frozen(kw_only=True, field_transformer=by_field)
class Review(Happened):
    """A customer judged a product, or an order, in public. Its texts stay out of the repr.

    Attributes:
        stars: The judgement, a whole step of the scale; None where only a text was given.
        scale: The steps there were, 1 to 5 by default.
        product_id: What was reviewed.
        order_id: The order it came from, if known.
        title, text: The customer's words.
    """

    kind: ClassVar[str] = "review"

    stars: int | None = None
    scale: Scale = STARS
    product_id: str | None = field(default=None, validator=named_if_given)
    order_id: str | None = field(default=None, validator=named_if_given)
    title: str | None = field(default=None, validator=private_text, repr=False)
    text: str | None = field(default=None, validator=private_text, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.stars is not None and self.stars not in self.scale:
            raise InvalidValueError(
                "stars", self.stars, f"must be a whole step of the scale {self.scale}"
            )

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this review: an answer to "review/stars", and a matter."""
        return [
            self.row(
                to,
                order_id=self.order_id,
                matter=self.kind,
                points=_THOUSAND,
                instrument=self.kind,
                item="stars",
                question=Question(self.kind, "stars").key(self.scale),
                rating=self.stars,
                scale_low=self.scale.low,
                scale_high=self.scale.high,
            )
        ]


class ContributionKind(Word):
    """What a customer gives besides money."""

    IDEA = "idea"
    ANSWER = "answer"
    TEST = "test"
    DEFECT_REPORT = "defect_report"
    REFERENCE = "reference"


@frozen(kw_only=True, field_transformer=by_field)
class Contribution(Happened):
    """A customer helped the shop to know or do better.

    Attributes:
        what: An idea, an answer to another customer, a test, a report of a defect, a
            reference.
        quality: How good it was, 0 to 1.
        credit: The part of its use that is owed to this customer, 0 to 1.
        worth: What it was worth to the shop, quality and credit taken into account; None
            leaves it to ``Shop.contribution_values``.
        text: The customer's words.
    """

    kind: ClassVar[str] = "contribution"

    what: ContributionKind = field(converter=ContributionKind)
    quality: Decimal = field(default=Decimal(1), converter=_share)
    credit: Decimal = field(default=Decimal(1), converter=_share)
    worth: Money | None = field(default=None, validator=not_below_zero)
    text: str | None = field(default=None, validator=private_text, repr=False)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this contribution, a matter by what it is."""
        stated = None if self.worth is None else to.minor(self.worth, to.day(self.at))
        return [
            self.row(
                to,
                matter=f"{self.kind}/{self.what}",
                points=int(self.quality * self.credit * _THOUSAND),
                worth=stated,
            )
        ]
