"""Champions, affluents, advocates, misers: who buys much, who brings others, who does both.

                      low referral value    high referral value
    high CLV          affluents             champions
    low CLV           misers                advocates

What counts as high is for the caller to say, since a median of this month's base would move
under the customer's feet; the cuts are returned with the class. A value on its cut is high.

Source: Kumar, V., Petersen, J. A., Leone, R. P. (2007). How valuable is word of mouth? Harvard
Business Review 85(10), 139-146 (they cut at the medians of the sample).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained

__all__ = ["ReferralClass", "ReferralStanding", "referral_class"]


class ReferralClass(StrEnum):
    """How much a customer buys and how much they bring."""

    CHAMPIONS = "champions"
    AFFLUENTS = "affluents"
    ADVOCATES = "advocates"
    MISERS = "misers"


_CLASSES: Mapping[tuple[bool, bool], ReferralClass] = MappingProxyType(
    {
        (True, True): ReferralClass.CHAMPIONS,
        (True, False): ReferralClass.AFFLUENTS,
        (False, True): ReferralClass.ADVOCATES,
        (False, False): ReferralClass.MISERS,
    }
)


@frozen(kw_only=True)
class ReferralStanding(Shown):
    """A customer's class with what it was judged by.

    Attributes:
        kind: The class; None where a value is not known.
        clv: Lifetime value.
        crv: Referral value.
        clv_cut: Lifetime value from which it is high.
        crv_cut: Referral value from which it is high.
        notes: What is missing.
    """

    kind: ReferralClass | None
    clv: Money | None
    crv: Money | None
    clv_cut: Money
    crv_cut: Money
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the class with values and cuts as they are shown."""
        rows = (
            ("lifetime value", self._against(self.clv, self.clv_cut)),
            ("referral value", self._against(self.crv, self.crv_cut)),
        )
        return Sheet(title=f"Referral class: {self.kind or 'unknown'}", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the class came about."""
        return explained("referral_class", self.kind, inputs=self.sheet().rows, left_out=self.notes)

    @staticmethod
    def _against(value: Money | None, cut: Money) -> str:
        return f"{'unknown' if value is None else value} (high from {cut})"


def referral_class(
    clv: Money | None, crv: Money | None, *, clv_cut: Money, crv_cut: Money
) -> ReferralStanding:
    """Classify a customer by lifetime value and referral value.

    Args:
        clv: Lifetime value; None where it is not known.
        crv: Referral value; None where it is not known.
        clv_cut: Lifetime value from which it is high.
        crv_cut: Referral value from which it is high.

    Returns:
        The class with its cuts; without one of the values no class, and a note.

    Raises:
        CurrencyMismatchError: A value and its cut in two currencies.

    Source:
        Kumar, Petersen & Leone (2007).

    >>> euros = lambda amount: Money.of(amount, "EUR")
    >>> standing = referral_class(euros(90), euros(70), clv_cut=euros(50), crv_cut=euros(50))
    >>> print(standing.kind)
    champions
    """
    given = {"lifetime value": clv, "referral value": crv}
    kind = None
    if clv is not None and crv is not None:
        kind = _CLASSES[clv >= clv_cut, crv >= crv_cut]
    return ReferralStanding(
        kind=kind,
        clv=clv,
        crv=crv,
        clv_cut=clv_cut,
        crv_cut=crv_cut,
        notes=tuple(f"the {name} is not known" for name, one in given.items() if one is None),
    )
