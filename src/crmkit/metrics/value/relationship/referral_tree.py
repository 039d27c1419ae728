"""Which referrals count: each new customer has one referrer at most, and nobody their own heir.

A referral counts if the person referred bought for the first time on its day or later, and
within the attribution window. Of several that count, the earliest wins (ties by the referrer's
id). One that would make somebody a descendant of their own is left out. So what counts is a
forest: walking down it ends, and no purchase has two direct referrers.

Referrals are taken by (day, referrer, referred), so that neither their order nor duplicates
matter. Whatever is left out is kept with its reason.

Source: the one-year window is that of Kumar, V., Petersen, J. A., Leone, R. P. (2010). Driving
profitability by encouraging customer referrals: who, when, and how. Journal of Marketing
74(5), 1-17. The rules for ties and cycles are crmkit's own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import date_of
from crmkit.domain.validators import named, whole
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number

__all__ = [
    "ATTRIBUTION_DAYS",
    "LeftOutReferral",
    "NotCounted",
    "ReferralEdge",
    "ReferralTree",
    "referral_tree",
]

ATTRIBUTION_DAYS = 365
# The day number of 1 January of the year 1, the first that a date can have.
_FIRST_DAY = -719_162


class NotCounted(StrEnum):
    """Why a referral does not count."""

    NOT_BOUGHT = "not_bought"
    BOUGHT_BEFORE = "bought_before"
    OUTSIDE_WINDOW = "outside_window"
    REFERRED_BEFORE = "referred_before"
    CYCLE = "cycle"


_WHY: Mapping[NotCounted, str] = MappingProxyType(
    {
        NotCounted.NOT_BOUGHT: "the person has not bought yet",
        NotCounted.BOUGHT_BEFORE: "the person had bought before",
        NotCounted.OUTSIDE_WINDOW: "the first purchase came after the attribution window",
        NotCounted.REFERRED_BEFORE: "somebody else referred the person earlier",
        NotCounted.CYCLE: "the person brought the referrer, directly or through others",
    }
)


@frozen(kw_only=True)
class ReferralEdge:
    """One customer brought another.

    Attributes:
        referrer_id: Who.
        referred_id: Whom; somebody else.
        day: When, in days since 1970-01-01 in the shop's zone.
        joined_anyway: Whether they would have come without it (a type-two referral).
    """

    referrer_id: str = field(validator=named)
    referred_id: str = field(validator=named)
    day: int = field(validator=whole(_FIRST_DAY))
    joined_anyway: bool = False

    @referred_id.validator
    def _somebody_else(self, _attribute: object, value: str) -> None:
        if value == self.referrer_id:
            raise InvalidValueError("referred_id", value, "must be somebody else")


@frozen(kw_only=True)
class LeftOutReferral:
    """A referral that does not count, and why."""

    edge: ReferralEdge
    reason: NotCounted

    def __str__(self) -> str:
        edge = self.edge
        day = date_of(edge.day).isoformat()
        return f"{edge.referrer_id} → {edge.referred_id} on {day}: {_WHY[self.reason]}"


@frozen(kw_only=True)
class ReferralTree(Shown):
    """The referrals that count; each customer is referred by one other at most.

    Attributes:
        edges: Those that count, by (day, referrer, referred).
        left_out: Those that do not, in the same order.
        window: Days between referral and first purchase within which it counts.
    """

    edges: tuple[ReferralEdge, ...]
    left_out: tuple[LeftOutReferral, ...] = ()
    window: int = ATTRIBUTION_DAYS
    _brought: Mapping[str, tuple[ReferralEdge, ...]] = field(init=False, repr=False, eq=False)

    @_brought.default
    def _by_referrer(self) -> Mapping[str, tuple[ReferralEdge, ...]]:
        grouped: dict[str, list[ReferralEdge]] = {}
        for edge in self.edges:
            grouped.setdefault(edge.referrer_id, []).append(edge)
        return {referrer_id: tuple(own) for referrer_id, own in grouped.items()}

    def below(
        self, referrer_id: str, *, hops: int | None = 1, caused_only: bool = False
    ) -> Iterator[tuple[int, ReferralEdge]]:
        """Walk down from a customer: whom they brought, whom those brought, and so on.

        Args:
            referrer_id: Where to start.
            hops: How far; None for all the way.
            caused_only: Whether to stop at those who would have come anyway: whom *they*
                brought would have come too.

        Yields:
            The hop, from 1, and the referral; nearer ones first.
        """
        hop, level = 1, self._brought.get(referrer_id, ())
        while level and (hops is None or hop <= hops):
            for edge in level:
                yield hop, edge
            through = (edge for edge in level if not (caused_only and edge.joined_anyway))
            level = tuple(
                far for edge in through for far in self._brought.get(edge.referred_id, ())
            )
            hop += 1

    def sheet(self) -> Sheet:
        """Return how many count, and what was left out."""
        return Sheet(
            title=f"Referrals: {len(self.edges)} count, {len(self.left_out)} do not",
            rows=(("referrers", f"{len(self._brought)}"), ("window", f"{self.window} days")),
            notes=self._reasons(),
        )

    def explain(self) -> Explanation:
        """Return which referrals count, and why the others do not."""
        return explained(
            "referral_tree",
            f"{len(self.edges)} referrals count",
            inputs={
                "referrals": len(self.edges) + len(self.left_out),
                "window": f"{self.window} days",
            },
            left_out=self._reasons(),
        )

    def _reasons(self) -> tuple[str, ...]:
        found = Counter(one.reason for one in self.left_out)
        return tuple(f"{found[why]} × {text}" for why, text in _WHY.items() if why in found)


def referral_tree(
    referrals: Iterable[ReferralEdge],
    first_occasions: Mapping[str, int | None],
    *,
    window: int = ATTRIBUTION_DAYS,
) -> ReferralTree:
    """Find the referrals that count.

    Args:
        referrals: In any order; duplicates change nothing. Of two by the same person on the
            same day that differ in ``joined_anyway``, the one that gives less credit wins.
        first_occasions: Day of the first net purchase of each customer, in days since
            1970-01-01; None, or not named, where there is none yet.
        window: Most days from the referral to that first purchase, 0 or more.

    Raises:
        InvalidValueError: A window that is no whole number of days.

    Source:
        Kumar, Petersen & Leone (2010) for the window.

    >>> edges = [ReferralEdge(referrer_id="ann", referred_id="bob", day=day) for day in (3, 1)]
    >>> referral_tree(edges, {"bob": 2}).edges[0].day
    1
    """
    checked_number(window, "window", low=0, whole=True)
    referrer_of: dict[str, str] = {}
    above: dict[str, str] = {}
    edges, left_out = [], []
    for edge in sorted(set(referrals), key=_order):
        first = first_occasions.get(edge.referred_id)
        reason = _untimely(edge, first, window) or _clash(edge, referrer_of, above)
        if reason is not None:
            left_out.append(LeftOutReferral(edge=edge, reason=reason))
            continue
        edges.append(edge)
        referrer_of[edge.referred_id] = edge.referrer_id
        above[edge.referred_id] = _top(edge.referrer_id, above)
    return ReferralTree(edges=tuple(edges), left_out=tuple(left_out), window=window)


def _order(edge: ReferralEdge) -> tuple[int, str, str, bool]:
    return edge.day, edge.referrer_id, edge.referred_id, not edge.joined_anyway


def _untimely(edge: ReferralEdge, first: int | None, window: int) -> NotCounted | None:
    if first is None:
        return NotCounted.NOT_BOUGHT
    if first < edge.day:
        return NotCounted.BOUGHT_BEFORE
    return NotCounted.OUTSIDE_WINDOW if first - edge.day > window else None


def _clash(
    edge: ReferralEdge, referrer_of: Mapping[str, str], above: dict[str, str]
) -> NotCounted | None:
    if edge.referred_id in referrer_of:
        return NotCounted.REFERRED_BEFORE
    # Whoever has no referrer stands at the top of a tree: a cycle closes if the referrer is
    # in that very tree.
    return NotCounted.CYCLE if _top(edge.referrer_id, above) == edge.referred_id else None


def _top(who: str, above: dict[str, str]) -> str:
    """The top of the tree that ``who`` is in; halves the way for whoever asks next."""
    while (up := above.get(who)) is not None:
        above[who] = above.get(up, up)
        who = up
    return who
