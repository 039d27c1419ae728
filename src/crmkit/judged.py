"""What everybody says, does and shows, judged without any model of value.

Models take long to fit, and satisfaction and loyalty do not hang on them: who asks for these
alone does not wait for the models. Each part is made when it is first asked for, and once;
the profiles of a base take it from here too, so that there is one judgement of each customer.
"""

from collections.abc import Callable
from functools import cached_property

from attrs import define, field

from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerSummary
from crmkit.metrics.loyalty.observed import CustomerLoyalty, observed_loyalty
from crmkit.metrics.satisfaction.asked import Asked, asked
from crmkit.metrics.satisfaction.shown import ShownSatisfaction
from crmkit.standards import Standards

__all__ = ["Judged", "judged_of"]


@define(kw_only=True, slots=False, eq=False, repr=False)
class Judged:
    """All customers of a base as of a day, and what is judged of each but value.

    Attributes:
        people: Everyone, in the order of their ids; all columns keep it.
        shop: Whose policy rules.
        find_standards: Gives what everyone is judged against.
    """

    people: tuple[CustomerSummary, ...]
    shop: Shop
    find_standards: Callable[[], Standards] = field(repr=False)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Whose."""
        return tuple(one.customer_id for one in self.people)

    @cached_property
    def standards(self) -> Standards:
        """What everyone is judged against."""
        return self.find_standards()

    @cached_property
    def answers(self) -> tuple[tuple[Asked, ...], ...]:
        """Each customer's answers that count."""
        return tuple(asked(one, instruments=self.shop.instruments) for one in self.people)

    @cached_property
    def loyalties(self) -> tuple[CustomerLoyalty, ...]:
        """Each customer's loyalty."""
        return tuple(
            observed_loyalty(one, given, self.shop)
            for one, given in zip(self.people, self.answers, strict=True)
        )

    @cached_property
    def shown(self) -> tuple[ShownSatisfaction, ...]:
        """Each customer's satisfaction as behaviour shows it."""
        return tuple(map(self.standards.shown, self.people))


def judged_of(base: BaseSummary, shop: Shop, find_standards: Callable[[], Standards]) -> Judged:
    """Return everybody of a base, to be judged part by part.

    Args:
        base: Everyone, as of a day.
        shop: Whose policy rules.
        find_standards: Gives what everyone is judged against, when it is first needed.
    """
    people = tuple(base.customers[customer_id] for customer_id in sorted(base.customers))
    return Judged(people=people, shop=shop, find_standards=find_standards)
