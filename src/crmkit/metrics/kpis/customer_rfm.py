"""RFM of a base's buyers, from their summaries.

Recency is days since the latest occasion (``quiet``), frequency the number of occasions,
money the net revenue of the orders that count, in major units. Both are over the whole log,
or, as Stone's points ask, over the days that the caller gives.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import asdict, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary
from crmkit.metrics.catalogue import explained
from crmkit.metrics.kpis.rfm import Rfm, RfmCuts, RfmScore, Scheme, rfm

__all__ = ["STONE_DAYS", "CustomerRfm", "customer_rfm"]

#: Stone's points are for what was bought in the last 24 months.
STONE_DAYS = 730

#: How many of the most frequent scores are shown one by one.
_SHOWN = 12
_NOTHING = Buying()
#: What the cuts are counted in.
_CUTS = {"recency": "days", "frequency": "occasions", "money": "major units"}


@frozen(kw_only=True)
class CustomerRfm(Shown):
    """The scores of a base's buyers.

    Attributes:
        customer_ids: The buyers, in the order of their ids.
        rfm: Their scores in that order, with scheme, cuts and notes.
    """

    customer_ids: tuple[str, ...]
    rfm: Rfm

    def scores(self) -> dict[str, RfmScore]:
        """Return each buyer's scores by customer id."""
        return dict(zip(self.customer_ids, self.rfm.scores, strict=True))

    def sheet(self) -> Sheet:
        """Return how many buyers have each score."""
        found = Counter(str(one) for one in self.rfm.scores)
        ranked = found.most_common()
        rows = [(score, f"{count:,}") for score, count in ranked[:_SHOWN]]
        if rest := ranked[_SHOWN:]:
            left = sum(count for _, count in rest)
            rows.append(("other", f"{left:,} in {len(rest):,} more scores"))
        return Sheet(
            title=f"RFM of {len(self.customer_ids):,} buyers ({self.rfm.scheme})",
            rows=tuple(rows),
            notes=self.rfm.notes,
        )

    def explain(self) -> Explanation:
        """Return by which cuts the scores were given."""
        cuts = {} if self.rfm.cuts is None else asdict(self.rfm.cuts)
        parts = ["recency", "frequency", "money"]
        parts += ["points"] if self.rfm.scheme == "stone" else []
        return explained(
            "rfm",
            f"{len(self.customer_ids):,} buyers scored",
            inputs={"scheme": self.rfm.scheme},
            left_out=self.rfm.notes,
            parts=(
                explained(f"rfm_{name}", self._range(name), inputs=_cut(name, cuts.get(name)))
                for name in parts
            ),
        )

    def _range(self, name: str) -> str | None:
        """The least and the highest score there is; None where nobody has one."""
        found = [one for score in self.rfm.scores if (one := getattr(score, name)) is not None]
        return f"{min(found):g} to {max(found):g}" if found else None


def _cut(name: str, cuts: tuple[float | None, ...] | None) -> dict[str, str]:
    if cuts is None:
        return {}
    told = ("never" if cut is None else f"{cut:g}" for cut in cuts)
    return {f"cuts in {_CUTS[name]}": ", ".join(told)}


def customer_rfm(
    customers: Iterable[CustomerSummary],
    *,
    shop: Shop,
    scheme: Scheme = "fixed",
    cuts: RfmCuts | None = None,
    recent: Mapping[str, Buying] | None = None,
) -> CustomerRfm:
    """Return the scores of everyone with a net purchase occasion.

    Args:
        customers: The customers, as of one day.
        shop: Whose currency rules.
        recent: What each of them bought in the days that frequency and money are of; one who
            is not named bought nothing. All that was ever bought by default.
        scheme: As for ``rfm``.
        cuts: As for ``rfm``.

    Raises:
        InsufficientDataError: Fewer than five buyers to rank.
        InvalidValueError: Cuts for another scheme, or no such scheme.
    """
    buyers = [one for one in customers if one.days]
    bought = [
        one.buying if recent is None else recent.get(one.customer_id, _NOTHING) for one in buyers
    ]
    spent = (Money(one.order_revenue, shop.currency).amount for one in bought)
    scored = rfm(
        [one.quiet for one in buyers],
        [len(one.occasions) for one in bought],
        map(float, spent),
        scheme=scheme,
        cuts=cuts,
    )
    return CustomerRfm(customer_ids=tuple(one.customer_id for one in buyers), rfm=scored)
