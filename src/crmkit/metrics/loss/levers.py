"""The six levers by which a shop raises satisfaction, and which one each complaint asks for.

The textbooks on customer relationship management name six ways to raise satisfaction, and no
rule that leads to one of them. The table here is that rule: whatever the library can find
customers dissatisfied with (reasons of returns, late deliveries, answers that take long,
broken promises, price, effort, dimensions of service quality, usual categories of complaints)
has one lever and the reason for it. It is a judgement: a shop gives its own table where it
knows better, and a driver that no table holds is said to be without a lever, never guessed.

    lever                 what it means for a shop
    customer's view       judge goods and service as the customer meets them
    expectations          promise no more than is kept: expectation outweighs quality
    no extra obligations  take on no duty that is not sure to be met
    small gestures        the little things that show care
    anticipate needs      answer before the customer has to ask
    outside stimuli       effective reasons from outside: prices, offers, rewards

Sources:
    The six: textbooks on customer relationship management. Expectation against quality:
    Oliver, R. L. (1980). Journal of Marketing Research 17, 460-469. The table: crmkit.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import ReturnReason
from crmkit.domain.labels import label
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.validators import named
from crmkit.domain.words import Word

__all__ = ["LEVERS", "Lever", "LeverChoice", "lever_for"]


class Lever(Word):
    """A way to raise satisfaction."""

    CUSTOMERS_VIEW = "customers_view"
    EXPECTATIONS = "expectations"
    NO_EXTRA_OBLIGATIONS = "no_extra_obligations"
    SMALL_GESTURES = "small_gestures"
    ANTICIPATE_NEEDS = "anticipate_needs"
    OUTSIDE_STIMULI = "outside_stimuli"


#: By lever and reason, the drivers that ask for it, in plain words.
_TABLE: Mapping[tuple[Lever, str], str] = {
    (Lever.CUSTOMERS_VIEW, "check goods as the customer will use them, before they leave"): (
        "defect, damaged, damaged goods, product quality, quality, fault, faulty returns, product"
    ),
    (Lever.CUSTOMERS_VIEW, "check the parcel and the bill as the customer will open them"): (
        "wrong item, wrong bill, billing, missing item, incomplete order"
    ),
    (Lever.CUSTOMERS_VIEW, "go the customer's way yourself and take out what is tedious"): (
        "effort, ease, ces, convenience, website, checkout, returns, efficiency, "
        "system availability"
    ),
    (Lever.CUSTOMERS_VIEW, "count the customer's waiting as they do, from the first question"): (
        "waiting, answer time, answering, response time, responsiveness, no answer, complaints"
    ),
    (Lever.EXPECTATIONS, "promise the day that is kept, and say so when it slips"): (
        "late, late delivery, late deliveries, delivery, delivery time"
    ),
    (Lever.EXPECTATIONS, "describe the goods as they are"): (
        "not as described, description, disconfirmation, expectation, expectations"
    ),
    (Lever.NO_EXTRA_OBLIGATIONS, "promise only what is sure to be kept, and keep it"): (
        "broken promise, broken promises, promise, promises, reliability, fulfilment, guarantee"
    ),
    (Lever.SMALL_GESTURES, "courtesy, thanks and care in every contact"): (
        "unfriendly service, rude staff, staff, courtesy, empathy, care, tangibles, packaging"
    ),
    (Lever.ANTICIPATE_NEEDS, "say beforehand what is asked again and again"): (
        "missing information, information, size, availability, out of stock, advice, assurance, "
        "contact, privacy"
    ),
    (Lever.OUTSIDE_STIMULI, "compare with what others ask, and reward staying"): (
        "price, prices, shipping cost, fees, discount, rewards, rival, competition, compensation"
    ),
}

#: Reasons that tell of a change of mind or of nothing: no driver of dissatisfaction.
_TELLS_NOTHING = frozenset(
    {ReturnReason.CHANGED_MIND.value, ReturnReason.CANCELLED.value, ReturnReason.OTHER.value}
)


def _plain(driver: str) -> str:
    """A driver as the table spells it."""
    return " ".join(driver.casefold().replace("_", " ").replace("-", " ").split())


def _spread_out() -> dict[str, tuple[Lever, str]]:
    return {
        _plain(driver): pair for pair, drivers in _TABLE.items() for driver in drivers.split(", ")
    }


#: Every driver there is a lever for, with it and with the reason.
LEVERS: Mapping[str, tuple[Lever, str]] = MappingProxyType(_spread_out())


@frozen(kw_only=True)
class LeverChoice(Shown):
    """The lever that a driver of dissatisfaction asks for.

    Attributes:
        driver: What customers are dissatisfied with.
        lever: What to do about it; None where no table says so.
        why: Why this lever, or why there is none.
        own: Whether the shop's own table says so.
    """

    driver: str = field(validator=named)
    lever: Lever | None
    why: str
    own: bool = False

    def called(self, language: str = "en") -> str:
        """Return what the lever is called; "unmapped" where there is none.

        Args:
            language: "en" or "zh".
        """
        return "unmapped" if self.lever is None else label(self.lever, language)

    def sheet(self) -> Sheet:
        """Return the choice as it is shown."""
        return Sheet(title=f"{self.driver}: {self.called()}", rows=(("why", self.why),))


def lever_for(driver: str, *, mapping: Mapping[str, Lever | str] | None = None) -> LeverChoice:
    """Return the lever that a driver of dissatisfaction asks for.

    Args:
        driver: A reason of a return, a category of complaint, a name of what satisfaction
            hangs on; upper case, hyphens and underscores make no difference.
        mapping: The shop's own table from drivers to levers, which goes before the library's.

    Returns:
        The lever with the reason; without one, and with the way out, where no table has it.

    Raises:
        InvalidValueError: An empty driver, or a table that names no lever.

    Source:
        crmkit, after the six levers of the textbooks.

    >>> lever_for("Late_Delivery").lever
    <Lever.EXPECTATIONS: 'expectations'>
    """
    own = {_plain(name): Lever(lever) for name, lever in (mapping or {}).items()}
    spelled = _plain(_text(driver))
    if spelled in own:
        why = "the shop's own table says so"
        return LeverChoice(driver=driver, lever=own[spelled], why=why, own=True)
    if spelled in LEVERS:
        lever, why = LEVERS[spelled]
        return LeverChoice(driver=driver, lever=lever, why=why)
    return LeverChoice(driver=driver, lever=None, why=_without(driver, spelled))


def _text(driver: object) -> str:
    if not isinstance(driver, str):
        raise InvalidValueError("driver", driver, "must be a text")
    return driver


def _without(driver: str, spelled: str) -> str:
    if spelled.replace(" ", "_") in _TELLS_NOTHING:
        return "tells of no dissatisfaction with the shop: ask those who said so for the reason"
    return f"no table holds it: give mapping={{{driver!r}: Lever…}}"
