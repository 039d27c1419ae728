"""sBG: how long will this customer renew a contract, and what are the renewals worth?

Assumptions, in plain words: there are renewals at equal distances (months, years), leaving is
seen when it happens, and each customer leaves at each renewal with the same personal chance θ
as at the one before. Chances vary over customers as a Beta(alpha, beta). Retention rises with
the number of renewals not because customers become more loyal, but because the less loyal
have left. Do not use it where nobody sees who has left.

    paper     here            unit
    t         periods         renewals; P(T = t) is to leave at the t-th
    n         renewals        renewals so far
    α, β      alpha, beta     -
    d         discount        per period

    P(T = t) = B(α+1, β+t-1)/B(α, β)   S(t) = B(α, β+t)/B(α, β)   r_t = (β+t-1)/(α+β+t-1)

Who has renewed n times is as a new customer is under Beta(alpha, beta + n). [FH2] write the
residual lifetime of a customer in their n-th period, after n - 1 renewals: the n there is one
more than the ``renewals`` here.

Source: Fader, P. S., Hardie, B. G. S. (2007). How to project customer retention. Journal of
Interactive Marketing 21(1), 76-90 [FH]; (2010). Customer-base valuation in a contractual
setting: the perils of ignoring heterogeneity. Marketing Science 29(1), 85-93 [FH2].
"""

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import field, frozen

from crmkit._require import require
from crmkit.metrics.seeds import generator
from crmkit.metrics.value.models import _beta_geometric as chance
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._opportunities import read_probability, read_whole
from crmkit.metrics.value.models.history import positive, read_columns, refuse

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit

# Chances to leave that are as good as 0 and 1.
_NEVER, _ALWAYS = 1e-300, 1 - 2**-53


@frozen(kw_only=True)
class SBG:
    """The shifted-beta-geometric model of contracts.

    Numbers of renewals and periods are one each (the answer is a float, by the standard library
    alone) or sequences (the answer is an array). All methods raise InvalidValueError for a
    number that cannot exist.

    Attributes:
        alpha: First shape of the Beta over chances to leave at a renewal.
        beta: Second shape of it; alpha / (alpha + beta) is the mean chance at the first.

    >>> high_end = SBG(alpha=0.668, beta=3.806)
    >>> round(high_end.survival(8), 3)
    0.46
    >>> round(high_end.derl(7, discount=0.1), 4)
    7.5299
    """

    alpha: float = field(converter=float, validator=positive)
    beta: float = field(converter=float, validator=positive)

    NAME: ClassVar[str] = "sBG"

    # --- learning ---------------------------------------------------------------------------

    @classmethod
    def fit(cls, survivors: Any, *, n: float | None = None) -> "Fit[SBG]":
        """Find the parameters that make one cohort's survivors most likely.

        Args:
            survivors: Customers at the start, after one renewal, after two, and so on.
            n: With shares for ``survivors`` (of any whole): the customers at the start.

        Returns:
            Model, standard errors and covariance; ``converged`` is False, and ``notes`` say
            why, where customers show no difference or all the difference there can be.

        Raises:
            InvalidValueError: Survivors that increase or are no numbers, by their index.
            InsufficientDataError: Too few customers, periods, or nobody who left or renewed.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.sbg import fit_cohorts, scaled

        return fit_cohorts(cls, {"survivors": survivors if n is None else scaled(survivors, n)})

    @classmethod
    def fit_cohorts(cls, triangle: Any) -> "Fit[SBG]":
        """Find the parameters that make several cohorts' survivors most likely together.

        Args:
            triangle: For each cohort its survivors as in ``fit``; cohorts may be of different
                lengths, since younger ones have been seen for fewer periods.

        Returns:
            As ``fit``.

        Raises:
            InvalidValueError: Survivors that increase or are no numbers, by cohort and index.
            InsufficientDataError: Too few customers, periods, or nobody who left or renewed.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.sbg import fit_cohorts

        rows = {f"triangle[{i}]": survivors for i, survivors in enumerate(triangle)}
        return fit_cohorts(cls, rows)

    @classmethod
    def fit_lifetimes(cls, periods: Any, *, ended: Any, weights: Any = None) -> "Fit[SBG]":
        """Find the parameters from customers one by one.

        Args:
            periods: Renewals that each customer has survived, from 0.
            ended: Whether the customer left at the renewal after these; else, they are there.
            weights: How many customers each row stands for; 1 if left out.

        Returns:
            As ``fit``.

        Raises:
            InvalidValueError: A row that cannot exist, with its number.
            InsufficientDataError: Too few customers, periods, or nobody who left or renewed.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.sbg import fit_lifetimes

        return fit_lifetimes(cls, periods, ended, weights)

    # --- asking about a new customer --------------------------------------------------------

    def log_likelihood(self, periods: Any, *, ended: Any) -> Numbers:
        """Return the log-likelihood of each customer, as ``fit_lifetimes`` reads them."""
        m, (t, has_left) = read_columns(periods=periods, ended=ended)
        _refuse_part(m, "periods", t, 0)
        refuse(m, "ended", has_left, (has_left != 0) & (has_left != 1), "must be true or false")
        leaving = m.log(self.alpha / (self.alpha + self.beta + t))
        return self._log_survival(m, 0.0 * t, t) + m.choose(has_left == 1, leaving, 0.0)

    def survival(self, periods: Any) -> Numbers:
        """Return S(t), the share of customers still there after ``periods`` renewals."""
        return self.survival_given(0, periods)

    def churn_probability(self, period: Any) -> Numbers:
        """Return P(T = t), the probability to leave at the renewal ``period``, from 1 on."""
        m, (t,) = read_columns(period=period)
        _refuse_part(m, "period", t, 1)
        leaving = self.alpha / (self.alpha + self.beta + (t - 1))
        return m.exp(self._log_survival(m, 0.0 * t, t - 1)) * leaving

    def retention(self, period: Any) -> Numbers:
        """Return r_t, the share that renews at ``period`` of those still there; from 1 on."""
        m, (t,) = read_columns(period=period)
        _refuse_part(m, "period", t, 1)
        return (self.beta + (t - 1)) / (self.alpha + self.beta + (t - 1))

    def discounted_lifetime(self, discount: float) -> float:
        """Return DEL, the discounted expected lifetime of a new customer in periods. [FH2] (5).

        The sum of S(t) / (1 + d)^t over t = 0, 1, …: the first period counts 1.

        Args:
            discount: d per period, above 0: 0.1 is 10 %.
        """
        m, (zero,) = read_columns(renewals=0)
        return 1.0 + float(
            chance.discounted_stay(m, self.alpha, self.beta + zero, chance.read_discount(discount))
        )

    # --- asking about a customer who has renewed ``renewals`` times and is there -------------

    def survival_given(self, renewals: Any, periods: Any) -> Numbers:
        """Return the probability to be there after ``periods`` more renewals."""
        m, (n, t) = read_columns(renewals=renewals, periods=periods)
        _refuse_part(m, "renewals", n, 0)
        _refuse_part(m, "periods", t, 0)
        return m.exp(self._log_survival(m, n, t))

    def expected_remaining(self, renewals: Any, *, periods: Any) -> Numbers:
        """Return how many of the next ``periods`` renewals to expect.

        The sum of the survival probabilities: without a horizon it is endless where alpha <= 1.
        """
        m, (n, t) = read_columns(renewals=renewals, periods=periods)
        _refuse_part(m, "renewals", n, 0)
        _refuse_part(m, "periods", t, 0)
        return chance.expected_stay(m, self.alpha, self.beta + n, t)

    def remaining_lifetime(self, renewals: Any, *, probability: float = 0.5) -> Any:
        """Return at which renewal to come the customer has left with that probability.

        Args:
            renewals: Renewals so far.
            probability: Between 0 and 1; 0.5 gives the median.

        Returns:
            A whole number from 1, None if it takes more than 2**53 renewals; a list for many.
        """
        m, (n,) = read_columns(renewals=renewals)
        _refuse_part(m, "renewals", n, 0)
        level = 0.0 * n + (1 - read_probability(probability))
        return chance.whole_or_none(m, chance.stays_until(m, self.alpha, self.beta + n, level))

    def derl(self, renewals: Any, *, discount: float) -> Numbers:
        """Return DERL, the discounted expected residual lifetime in periods. [FH2] (6).

        What is to come immediately before renewal ``renewals`` + 1, which counts 1 if it
        happens, the next 1 / (1 + d), and so on.

        Args:
            renewals: Renewals so far; a new customer immediately before the first has 0.
            discount: d per period, above 0: 0.1 is 10 %.
        """
        m, (n,) = read_columns(renewals=renewals)
        _refuse_part(m, "renewals", n, 0)
        d = chance.read_discount(discount)
        return (1 + d) * chance.discounted_stay(m, self.alpha, self.beta + n, d)

    def _log_survival(self, m: Any, renewals: Numbers, periods: Numbers) -> Numbers:
        return chance.log_survival(m, self.alpha, self.beta + renewals, periods)

    # --- drawing ----------------------------------------------------------------------------

    def simulate(self, n: int, periods: int, *, seed: int) -> tuple[Numbers, Numbers]:
        """Draw new customers and watch them for some renewals; needs numpy.

        Args:
            n: Customers.
            periods: Renewals that each is watched for.
            seed: Of the random numbers: the same seed draws the same.

        Returns:
            Renewals survived, and whether the customer then left, as ``fit_lifetimes`` reads.
        """
        n, periods = read_whole(n, "n"), read_whole(periods, "periods")
        rng, np = generator(seed), require("numpy", extra="models")
        chances = np.clip(rng.beta(self.alpha, self.beta, n), _NEVER, _ALWAYS)
        lasts = np.log1p(-rng.random(n)) / np.log1p(-chances)
        survived = np.floor(np.minimum(lasts, periods))
        return survived, survived < periods


def _refuse_part(m: Any, name: str, values: Numbers, least: int) -> None:
    broken = (values < least) | (values > chance.FURTHEST) | (m.floor(values) != values)
    refuse(m, name, values, broken, f"must be whole, from {least}")
