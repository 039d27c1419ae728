"""Customer lifetime value: discounted purchases to come × what one brings × margin.

    CLV = margin · E(M) · Σ_k [E[Y(k)] - E[Y(k-1)]] e^(-δ(k - ½)),   k = 1 … horizon in weeks

Each week's purchases are valued in the middle of the week. δ = ln(1 + d)/52 is the continuous
weekly rate of d a year: 15 % is 0.0026877. (A year has 52.18 weeks; 52 keeps 156 weeks three
years, and makes δ larger by 0.3 % of itself.) Without a horizon the sum over weeks becomes the
discounted expected residual transactions: each purchase counts at its own moment, for ever.

The interval covers how far the models' parameters may be off, given the data they were
fitted on: it says how well the *mean* over such customers is known, not how luck will spread
them. The two fits are taken to be unrelated, as the models assume. Without a margin there is
no value: revenue is never passed off as profit.

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). RFM and CLV: using iso-value curves
for customer base analysis. Journal of Marketing Research 42(4), 415-430.
"""

from typing import Any

from attrs import frozen

from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.value._worth import Case, doubts_of
from crmkit.metrics.value.models._arithmetic import Numbers, as_column
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma

_COVERED = (
    "interval: uncertainty of the models' parameters (delta method on the log scale), "
    "not the luck of one customer"
)
_NO_MARGIN = "the margin is unknown, so the value is; revenue is not profit"
_NO_MEAN = "q of the spend model is 1 or less: there is no mean spend to expect"
_NO_INTERVAL = "no interval: it needs fit= and spend_fit=, each with a covariance"


@frozen(kw_only=True, eq=False)
class BaseValue:
    """What a customer base is worth, one by one and together.

    Attributes:
        values: Value of each customer, an array in the order given; None where undefined.
        low: Lower ends of their intervals, an array; None where open.
        high: Upper ends of their intervals, an array; None where open.
        total: Their sum, with the interval that the parameters' uncertainty gives it.
    """

    values: Numbers | None
    low: Numbers | None
    high: Numbers | None
    total: Estimate


def clv(
    model: BuyingModel,
    spend: GammaGamma,
    *,
    repeats: int,
    recency: float,
    age: float,
    spending_purchases: int,
    mean_spend: float | None,
    margin: float | None,
    currency: str,
    horizon_weeks: float | None = 156,
    annual_discount: float = 0.15,
    fit: Fit[Any] | None = None,
    spend_fit: Fit[GammaGamma] | None = None,
) -> Estimate:
    """Value of what one customer is expected to buy from now on, at today's worth.

    Needs the standard library only; ``total_clv`` values many customers at once.

    Args:
        model: A model of buying, in weeks: MBG/NBD, Pareto/NBD, …
        spend: A Gamma-Gamma, in units of ``currency``.
        repeats: Purchases after the first.
        recency: Weeks from first to last purchase.
        age: Weeks from first purchase to now.
        spending_purchases: Purchases behind ``mean_spend``.
        mean_spend: Revenue per purchase, in units of ``currency``; not read without purchases.
        margin: Share of revenue that is kept, at most 1; None if unknown.
        currency: ISO 4217 code of the money.
        horizon_weeks: How far ahead, in weeks; None for ever, which needs a discount.
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.
        fit: Where ``model`` comes from; one half of the interval.
        spend_fit: Where ``spend`` comes from; the other half.

    Returns:
        Money in ``currency``. Without a margin, or a mean spend to expect, the value is None;
        without the covariances of both fits the interval is open.

    Raises:
        InvalidValueError: A history, margin, discount or horizon that cannot exist, or a fit
            of another model.

    >>> from crmkit.metrics.value import BGNBD
    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> spend = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    >>> who = {"repeats": 2, "recency": 30.43, "age": 38.86}
    >>> what = {"spending_purchases": 2, "mean_spend": 22.35}
    >>> round(clv(cdnow, spend, **who, **what, margin=0.3, currency="USD").value, 2)
    22.13
    """
    case = Case(
        model=model,
        spend=spend,
        repeats=repeats,
        recency=recency,
        age=age,
        spending_purchases=spending_purchases,
        mean_spend=mean_spend,
        margin=margin,
        horizon_weeks=horizon_weeks,
        annual_discount=annual_discount,
        fit=fit,
        spend_fit=spend_fit,
    )
    missing = _missing(case)
    if margin is None or missing:
        return _nothing(case, currency, missing)
    worth = case.worth()
    return _told(case, currency, margin * worth.values, worth.ends(margin), customers=1)


def total_clv(
    model: BuyingModel,
    spend: GammaGamma,
    *,
    repeats: Any,
    recency: Any,
    age: Any,
    spending_purchases: Any,
    mean_spend: Any,
    margin: float | None,
    currency: str,
    horizon_weeks: float | None = 156,
    annual_discount: float = 0.15,
    fit: Fit[Any] | None = None,
    spend_fit: Fit[GammaGamma] | None = None,
) -> BaseValue:
    """Value many customers at once, one by one as ``clv`` does, and all together.

    Args:
        model: A model of buying, in weeks: MBG/NBD, Pareto/NBD, …
        spend: A Gamma-Gamma, in units of ``currency``.
        repeats: Purchases after the first, one per customer.
        recency: Weeks from first to last purchase, one per customer.
        age: Weeks from first purchase to now, one per customer.
        spending_purchases: Purchases behind ``mean_spend``, one per customer.
        mean_spend: Revenue per purchase, one per customer; not read without purchases.
        margin: Share of revenue that is kept, at most 1; None if unknown.
        currency: ISO 4217 code of the money.
        horizon_weeks: How far ahead, in weeks; None for ever, which needs a discount.
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.
        fit: Where ``model`` comes from; one half of the intervals.
        spend_fit: Where ``spend`` comes from; the other half.

    Returns:
        Arrays of values and interval ends, and the total with an interval of its own (the
        parameters are shared, so the ends of the total are not the sums of the ends).

    Raises:
        InvalidValueError: A row that cannot exist, with its number; a margin, discount or
            horizon that cannot exist; or a fit of another model.
        MissingExtraError: numpy is not installed.
    """
    case = Case(
        model=model,
        spend=spend,
        repeats=as_column(repeats),
        recency=as_column(recency),
        age=as_column(age),
        spending_purchases=as_column(spending_purchases),
        mean_spend=as_column(mean_spend),
        margin=margin,
        horizon_weeks=horizon_weeks,
        annual_discount=annual_discount,
        fit=fit,
        spend_fit=spend_fit,
    )
    missing = _missing(case)
    if margin is None or missing:
        return BaseValue(values=None, low=None, high=None, total=_nothing(case, currency, missing))
    worth = case.worth()
    low, high = worth.ends(margin) or (None, None)
    together = worth.summed()
    total = _told(
        case,
        currency,
        margin * together.values,
        together.ends(margin),
        customers=len(worth.values),
    )
    return BaseValue(values=margin * worth.values, low=low, high=high, total=total)


def _missing(case: Case) -> tuple[str, ...]:
    unknown = ((_NO_MARGIN, case.margin is None), (_NO_MEAN, case.spend.q <= 1))
    return tuple(note for note, is_so in unknown if is_so)


def _nothing(case: Case, currency: str, missing: tuple[str, ...]) -> Estimate:
    told = undefined(unit=currency, method=_method(case), note=missing[0])
    return told.noting(*missing[1:])


def _told(
    case: Case,
    currency: str,
    value: float,
    ends: tuple[float, float] | None,
    *,
    customers: int,
) -> Estimate:
    low, high = map(float, ends) if ends else (None, None)
    fits = [fit for fit in (case.fit, case.spend_fit) if fit is not None]
    notes = [
        f"{type(fit.model).__name__}: {note}"
        for fit in fits
        for note in (*fit.notes, *(doubts_of(fit) if ends else ()))
    ]
    return Estimate(
        value=float(value),
        low=low,
        high=high,
        n=case.fit.n if case.fit else customers,
        unit=currency,
        method=_method(case),
        notes=(*notes, *(() if ends else (_NO_INTERVAL,))),
    )


def _method(case: Case) -> str:
    rate = f"{case.annual_discount:.4g} a year"
    ahead = (
        f"for ever, each discounted at its own moment at {rate}"
        if case.horizon_weeks is None
        else f"over {case.horizon_weeks:g} weeks, discounted at {rate}"
    )
    return f"{case.model.NAME} purchases {ahead}, × Gamma-Gamma spend × margin; {_COVERED}"
