"""Prospects: a group of people who may become customers, and what they are expected to bring.

The worth of a group is its size times the equity of one prospect (``prospect_equity``). The
share won is most often known from a trial: given as an estimate with an interval, it gives the
worth one, since the worth rises or falls with it in proportion. The other terms are taken as
they are given. A term that is None is not known, and neither then is the worth.

Source: Blattberg, R. C., Deighton, J. (1996). Manage marketing by the customer equity test.
Harvard Business Review 74(4), 136-144.
"""

from typing import Any

from attrs import evolve, field, fields, frozen, validators

from crmkit.domain.validators import named
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value.deterministic._closed_form import finite
from crmkit.metrics.value.equity.prospect_equity import ProspectEquity, prospect_equity
from crmkit.metrics.value.relationship._exact import Number

__all__ = ["Prospects"]

_METHOD = "number of prospects × equity of one"


def _refuse_negative(instance: object, attribute: Any, value: float) -> None:
    del instance
    checked_number(value, attribute.name, low=0)


@frozen(kw_only=True)
class Prospects:
    """A group of prospects. Terms are checked when their worth is asked for.

    Attributes:
        name: What they are called among the parts of the equity.
        count: How many will be approached, 0 or more.
        acquisition_rate: Share of them who become customers, 0 to 1; an estimate where it is
            known from a trial.
        acquisition_cost: Money spent on approaching one of them.
        annual_margin: Money a customer brings per year before the cost of keeping them.
        annual_retention: Share of customers who stay from one year to the next, 0 to 1.
        annual_retention_cost: Money spent on keeping one customer for a year.
        annual_discount: Discount rate per year, 0 to 1.
    """

    name: str = field(default="prospects", validator=named)
    count: float | None = field(validator=validators.optional(_refuse_negative))
    acquisition_rate: Number | Estimate | None
    acquisition_cost: Number | None
    annual_margin: Number | None
    annual_retention: Number | None
    annual_retention_cost: Number | None = 0
    annual_discount: Number | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the terms that are not known."""
        return tuple(one.name for one in fields(type(self)) if self._term(one.name) is None)

    def equity(self, currency: str) -> ProspectEquity | None:
        """Return what one of them is worth; None where a term of that is not known.

        Args:
            currency: ISO 4217 code of the money.

        Raises:
            InvalidValueError: A term that cannot be, or a value without end.
        """
        if set(self.missing) - {"count"}:
            return None
        return self._at(self._term("acquisition_rate"), currency)

    def worth(self, currency: str) -> Estimate:
        """Return what they are worth together.

        Args:
            currency: ISO 4217 code of the money.

        Raises:
            InvalidValueError: A term that cannot be, or a value without end.
        """
        each = self.equity(currency)
        if each is None or self.count is None:
            note = f"not known of them: {', '.join(self.missing)}"
            return undefined(unit=currency, method=_METHOD, note=note)
        found = Estimate(
            value=self._together(each.value), n=self.count, unit=currency, method=_METHOD
        )
        won = self.acquisition_rate
        if not isinstance(won, Estimate) or won.low is None or won.high is None:
            return found
        ends = (self._together(self._at(end, currency).value) for end in (won.low, won.high))
        low, high = sorted(ends)
        return evolve(found, low=low, high=high, level=won.level)

    def _term(self, name: str) -> Any:
        value = getattr(self, name)
        return value.value if isinstance(value, Estimate) else value

    def _together(self, each: float) -> float:
        return finite((self.count or 0) * each, "count", self.count)

    def _at(self, won: Any, currency: str) -> ProspectEquity:
        names = (
            "acquisition_cost",
            "annual_margin",
            "annual_retention",
            "annual_retention_cost",
            "annual_discount",
        )
        return prospect_equity(won, currency=currency, **{one: self._term(one) for one in names})
