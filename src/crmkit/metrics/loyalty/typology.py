"""The type of loyalty: does the customer hold the shop for better, and do they keep buying?

Relative attitude is towards this shop as against the best competitor; a high absolute
attitude means little where rivals are liked as much. Where something else had to stand in for
it, the class carries what that was. Customers near a cut are marked, for their class hangs on
little.

                        patronage high   patronage low
    attitude high       true             latent
    attitude low        spurious         none

Source: Dick, A. S., Basu, K. (1994). Customer loyalty: toward an integrated conceptual
framework. Journal of the Academy of Marketing Science 22, 99-113. Cuts and band are crmkit's
own.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import inf
from types import MappingProxyType

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS
from crmkit.metrics.loyalty.dimension import in_range

__all__ = ["LoyaltyClass", "Typology", "dick_basu"]


ATTITUDE_AS_GIVEN = "own minus best competitor, as given"
PATRONAGE_AS_GIVEN = "share of wallet or purchase rate, as given"


class LoyaltyClass(StrEnum):
    """A cell of the typology.

    ``TRUE`` likes it and buys; ``LATENT`` likes it and does not buy; ``SPURIOUS`` buys
    without liking it; ``NONE`` neither; ``UNKNOWN`` where an input is missing.
    """

    TRUE = "true"
    LATENT = "latent"
    SPURIOUS = "spurious"
    NONE = "none"
    UNKNOWN = "unknown"


_CELLS: Mapping[tuple[bool, bool], LoyaltyClass] = MappingProxyType(
    {
        (True, True): LoyaltyClass.TRUE,
        (True, False): LoyaltyClass.LATENT,
        (False, True): LoyaltyClass.SPURIOUS,
        (False, False): LoyaltyClass.NONE,
    }
)


@frozen(kw_only=True)
class Typology(Shown):
    """A class with its distance to the cuts.

    Attributes:
        kind: The class.
        attitude_distance: Relative attitude minus its cut; None where missing.
        patronage_distance: Patronage minus its cut; None where missing.
        borderline: Whether a known distance lies inside the band.
        attitude_cut: Attitude from which it counts as high.
        patronage_cut: Patronage from which it counts as high.
        band: Half width of the border region around each cut.
        attitude_basis: What the attitude was measured by, and against what.
        patronage_basis: What the patronage was measured by, and where it was cut.
    """

    kind: LoyaltyClass
    attitude_distance: float | None
    patronage_distance: float | None
    borderline: bool
    attitude_cut: float
    patronage_cut: float
    band: float
    attitude_basis: str = ATTITUDE_AS_GIVEN
    patronage_basis: str = PATRONAGE_AS_GIVEN

    def __str__(self) -> str:
        hangs_on_little = self.borderline and self.kind is not LoyaltyClass.UNKNOWN
        return f"{self.kind} (borderline)" if hangs_on_little else str(self.kind)

    def sheet(self) -> Sheet:
        """Return the class and its distances as they are shown in a notebook."""
        return Sheet(
            title=f"Type of loyalty: {self}",
            rows=(
                ("attitude", _from_cut(self.attitude_distance, self.attitude_basis)),
                ("patronage", _from_cut(self.patronage_distance, self.patronage_basis)),
            ),
        )

    def explain(self) -> Explanation:
        """Return how the class came about."""
        return explained(
            "loyalty_type",
            self,
            inputs={
                "attitude": self.attitude_basis,
                "attitude minus cut": self.attitude_distance,
                "attitude cut": self.attitude_cut,
                "patronage": self.patronage_basis,
                "patronage minus cut": self.patronage_distance,
                "patronage cut": self.patronage_cut,
                "band": self.band,
            },
        )


def _from_cut(distance: float | None, basis: str) -> str:
    return f"{'unknown' if distance is None else f'{distance:+.2f} from its cut'} ({basis})"


def dick_basu(
    relative_attitude: float | None,
    patronage: float | None,
    *,
    attitude_cut: float = 0.0,
    patronage_cut: float = DEFAULT_ANCHORS.patronage_cut,
    band: float = DEFAULT_ANCHORS.hysteresis,
    attitude_basis: str = ATTITUDE_AS_GIVEN,
    patronage_basis: str = PATRONAGE_AS_GIVEN,
) -> Typology:
    """Class of loyalty from relative attitude and repeat patronage.

    Args:
        relative_attitude: Attitude towards this shop minus that towards the best competitor;
            None if not known.
        patronage: Share of wallet, 0 to 1, or a purchase rate, 0 or more; None if not known.
        attitude_cut: From here on the attitude is high.
        patronage_cut: From here on the patronage is high, in the unit of ``patronage``.
        band: Closer to a cut than this is borderline.
        attitude_basis: What the attitude was measured by, if it is not own minus best
            competitor ("relative to the sample mean").
        patronage_basis: What the patronage was measured by ("visits, cut at the median").

    Returns:
        The class, both distances and whether it is borderline; the class is ``UNKNOWN`` where
        an input is None.

    Raises:
        InvalidValueError: NaN, an infinity, a negative patronage or a negative band.

    Source:
        Dick and Basu (1994).

    >>> dick_basu(0.3, 0.2).kind.value
    'latent'
    """
    in_range(attitude_cut, "attitude_cut", -inf, inf)
    in_range(patronage_cut, "patronage_cut", 0, inf)
    in_range(band, "band", 0, inf)
    liking = _distance(in_range(relative_attitude, "relative_attitude", -inf, inf), attitude_cut)
    buying = _distance(in_range(patronage, "patronage", 0, inf), patronage_cut)
    return Typology(
        kind=_cell(liking, buying),
        attitude_distance=liking,
        patronage_distance=buying,
        borderline=any(abs(gap) < band for gap in (liking, buying) if gap is not None),
        attitude_cut=attitude_cut,
        patronage_cut=patronage_cut,
        band=band,
        attitude_basis=attitude_basis,
        patronage_basis=patronage_basis,
    )


def _distance(value: float | None, cut: float) -> float | None:
    # Rounded, so that 0.6 - 0.6 from two ways of reckoning is on the cut and not under it.
    return None if value is None else round(value - cut, 12)


def _cell(liking: float | None, buying: float | None) -> LoyaltyClass:
    if liking is None or buying is None:
        return LoyaltyClass.UNKNOWN
    return _CELLS[liking >= 0, buying >= 0]
