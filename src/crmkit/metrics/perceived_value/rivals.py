"""Our offer against a rival's: by difference, and by ratio, which need not agree.

Only the parts known of both offers are compared; a part unknown of either falls out of both
sides, and the coverage says so. The difference decides.

Source: Kotler and Keller (2006), chapter 5; comparing over shared parts is crmkit's own.
"""

from collections.abc import Mapping
from math import fsum

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.perceived_value.delivered_value import DeliveredValue, checked_judgement

__all__ = ["ValueComparison", "compare_delivered_value"]


@frozen(kw_only=True)
class ValueComparison(Shown):
    """An offer against a rival's.

    Attributes:
        difference_lead: Our difference less the rival's, over the parts known of both; undefined
            where no part is.
        ratio_lead: Our ratio less the rival's, over the same parts; undefined without a cost
            above 0 on either side.
        compared: The parts known of both.
        left_out: The parts unknown of either.
    """

    difference_lead: Estimate
    ratio_lead: Estimate
    compared: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def better(self) -> bool | None:
        """Whether ours delivers more, by the difference; None if equal or not known."""
        way = _sign(self.difference_lead.value or 0)
        return None if way == 0 else way > 0

    @property
    def agree(self) -> bool | None:
        """Whether difference and ratio rank alike; None where either is not known."""
        by_difference, by_ratio = self.difference_lead.value, self.ratio_lead.value
        if by_difference is None or by_ratio is None:
            return None
        return _sign(by_difference) == _sign(by_ratio)

    def sheet(self) -> Sheet:
        """Return both leads as they are shown."""
        rows = (
            ("by difference", self.difference_lead),
            ("by ratio", self.ratio_lead),
            ("compared", ", ".join(self.compared) or "nothing"),
        )
        words = {True: "ours delivers more", False: "the rival delivers more", None: "open"}
        return Sheet(
            title=f"Against the rival: {words[self.better]}", rows=rows, notes=self._notes()
        )

    def explain(self) -> Explanation:
        """Return how the leads came about."""
        whole = len(self.compared) + len(self.left_out)
        leads = {"value_lead": self.difference_lead, "value_ratio_lead": self.ratio_lead}
        return explained(
            "value_comparison",
            self.difference_lead.told,
            inputs={"compared": ", ".join(self.compared) or None},
            coverage=f"{len(self.compared)} of {whole} parts are known of both",
            left_out=self._notes(),
            parts=tuple(one.explain(name) for name, one in leads.items()),
        )

    def _notes(self) -> tuple[str, ...]:
        unknown = (f"not known of both: {', '.join(self.left_out)}",) * bool(self.left_out)
        if self.agree is False:
            return (
                *unknown,
                "difference and ratio rank the offers differently: the former decides",
            )
        return unknown


def _sign(lead: float) -> int:
    # Rounded, so that what is equal but for the last digit of a float ranks as equal.
    return (round(lead, 9) > 0) - (round(lead, 9) < 0)


def compare_delivered_value(own: DeliveredValue, rival: DeliveredValue) -> ValueComparison:
    """Our delivered value against a rival's, over the parts known of both.

    Args:
        own: Our offer.
        rival: The rival's, in the same unit.

    Raises:
        InvalidValueError: The two are in different units.

    Source:
        Kotler and Keller (2006).
    """
    checked_judgement(own, "own")
    checked_judgement(rival, "rival")
    if own.difference.unit != rival.difference.unit:
        raise InvalidValueError("unit", rival.difference.unit, f"must be {own.difference.unit}")
    benefits = _shared(own.benefits, rival.benefits)
    costs = _shared(own.costs, rival.costs)
    every = (*own.benefits, *own.costs)
    compared = (*benefits, *costs)
    sums = [(_sum(one.benefits, benefits), _sum(one.costs, costs)) for one in (own, rival)]
    return ValueComparison(
        difference_lead=_lead_of_differences(sums, len(compared), own.difference.unit),
        ratio_lead=_lead_of_ratios(sums, len(compared)),
        compared=compared,
        left_out=tuple(name for name in every if name not in compared),
    )


def _shared(
    ours: Mapping[str, float | None], theirs: Mapping[str, float | None]
) -> tuple[str, ...]:
    return tuple(name for name in ours if ours[name] is not None and theirs[name] is not None)


def _sum(amounts: Mapping[str, float | None], names: tuple[str, ...]) -> float:
    return fsum(amounts[name] or 0 for name in names)


def _lead_of_differences(sums: list[tuple[float, float]], n: int, unit: str) -> Estimate:
    method = "our value less cost, less the rival's"
    if n == 0:
        return undefined(unit=unit, method=method, note="no part is known of both")
    (value, cost), (rival_value, rival_cost) = sums
    lead = (value - cost) - (rival_value - rival_cost)
    return Estimate(value=lead, n=n, unit=unit, method=method)


def _lead_of_ratios(sums: list[tuple[float, float]], n: int) -> Estimate:
    method, unit = "our value ÷ cost, less the rival's", "value per cost"
    if any(cost <= 0 for _, cost in sums):
        note = "a cost over the parts known of both is not above 0"
        return undefined(unit=unit, method=method, note=note, n=n)
    ours, theirs = (value / cost for value, cost in sums)
    return Estimate(value=ours - theirs, n=n, unit=unit, method=method)
