"""BG/BB: how often will this customer use the opportunities to come, if they are still there?

Assumptions, in plain words: there are fixed opportunities to buy (a yearly donation, a monthly
box, a trade fair), and at each a customer buys or does not. While there they buy with a steady
personal chance; before each opportunity they may leave for good, with another personal chance.
Both chances vary over customers as a Beta, and are unrelated. Opportunities are counted from
the first purchase on, which is itself not counted. Do not use it where customers may buy at
any moment, or where leaving is seen.

    paper   here            unit
    x       repeats         purchases after the first
    t_x     recency         number of the last opportunity with a purchase, 0 without any
    n       age             opportunities since the first purchase; may differ by customer
    n*      opportunities   opportunities to come
    α, β    alpha, beta     -
    γ, δ    gamma, delta    -
    d       discount        per opportunity

Source: Fader, P. S., Hardie, B. G. S., Shang, J. (2010). Customer-base analysis in a
discrete-time noncontractual setting. Marketing Science 29(6), 1086-1108. [FHS]
"""

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from crmkit._require import require
from crmkit.metrics.seeds import generator
from crmkit.metrics.value.models import _beta_geometric as chance
from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers, as_column, logistic
from crmkit.metrics.value.models._opportunities import (
    MOST,
    Opportunities,
    read_opportunities,
    read_probability,
    read_whole,
)
from crmkit.metrics.value.models._opportunities_drawn import drawn, read_ahead
from crmkit.metrics.value.models.simulated import SimulatedCustomers

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit


@frozen(kw_only=True)
class BGBB(Opportunities):
    """The BG/BB model. A newcomer is a customer with ``repeats``, ``recency`` and ``age`` 0.

    Every method takes ``repeats``, ``recency`` and ``age`` of one customer (and answers with a
    float, by the standard library alone) or as sequences (and answers with an array). All of
    them raise InvalidValueError for a history, horizon or discount that cannot exist.

    Attributes:
        alpha: First shape of the Beta over chances to buy.
        beta: Second shape of it; alpha / (alpha + beta) is the mean chance.
        gamma: First shape of the Beta over chances to leave before an opportunity.
        delta: Second shape of it; gamma / (gamma + delta) is the mean chance.

    >>> donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
    >>> round(donors.expected_purchases(4, 5, 6, opportunities=5), 3)
    2.03
    >>> round(donors.probability_alive(4, 5, 6), 3)
    0.697
    """

    NAME: ClassVar[str] = "BG/BB"

    @classmethod
    def fit(cls, repeats: Any, recency: Any, age: Any, *, weights: Any = None) -> "Fit[BGBB]":
        """Find the parameters that make these histories most likely.

        Args:
            repeats: Purchases after the first, per customer.
            recency: Number of the last opportunity with one; 0 exactly without any.
            age: Opportunities since the first purchase. One-time buyers belong in the data.
            weights: How many customers each row stands for; 1 if left out.

        Returns:
            Model, standard errors and covariance; ``converged`` is False, and ``notes`` say
            why, where the data cannot tell the parameters apart or send one to its border.

        Raises:
            InvalidValueError: A history that cannot exist, with its row.
            InsufficientDataError: Too few customers, repeat buyers or different histories.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.bgbb import fit_bgbb

        return fit_bgbb(cls, repeats, recency, age, weights)

    def log_likelihood(self, repeats: Any, recency: Any, age: Any) -> Numbers:
        """Return the log-likelihood of each history, as one order of purchases. [FHS] (5)."""
        return self._log_likelihood(read_opportunities(repeats, recency, age))

    def probability_alive(self, repeats: Any, recency: Any, age: Any) -> Numbers:
        """Return the probability, 0 to 1, to be there at the next opportunity, n + 1. [FHS] (9).

        Whoever bought at opportunity n was there then, but may leave before the next: the
        probability is below 1 for every customer.
        """
        h = read_opportunities(repeats, recency, age)
        left = self.gamma + self.delta + h.age
        return self._there(h) * ((self.delta + h.age) / left)

    def survival_probability(
        self, repeats: Any, recency: Any, age: Any, *, opportunities: int
    ) -> Numbers:
        """Return the probability to be there at the ``opportunities``-th opportunity to come.

        With 0 it is the probability to have been there at the last one, n.
        """
        h, ahead = read_opportunities(repeats, recency, age), read_whole(opportunities)
        m, stay = h.arithmetic, self.delta + h.age
        return self._there(h) * m.exp(chance.log_survival(m, self.gamma, stay, ahead))

    def expected_purchases(
        self, repeats: Any, recency: Any, age: Any, *, opportunities: int
    ) -> Numbers:
        """Return the purchases to expect at the next ``opportunities``. [FHS] (13)."""
        h, ahead = read_opportunities(repeats, recency, age), read_whole(opportunities)
        return self._there(h) * self._rate(h) * self._staying(h, ahead)

    def expected_purchases_of_newcomer(self, *, opportunities: int) -> float:
        """Return the repeat purchases to expect after a first one. [FHS] (8)."""
        return float(self.expected_purchases(0, 0, 0, opportunities=opportunities))

    def expected_lifetime(
        self, repeats: Any, recency: Any, age: Any, *, opportunities: int
    ) -> Numbers:
        """Return at how many of the next ``opportunities`` the customer will be there.

        The sum of the survival probabilities: without a horizon it is endless where gamma <= 1.
        """
        h, ahead = read_opportunities(repeats, recency, age), read_whole(opportunities)
        return self._there(h) * self._staying(h, ahead)

    def _staying(self, h: Any, ahead: int) -> Numbers:
        m = h.arithmetic

        def each(n: Numbers) -> Numbers:
            return chance.expected_stay(m, self.gamma, self.delta + n, ahead)

        return m.once_each(each, h.age)

    def remaining_lifetime(
        self, repeats: Any, recency: Any, age: Any, *, probability: float = 0.5
    ) -> Any:
        """Return at which opportunity to come the customer is gone with that probability.

        Args:
            repeats: Purchases after the first, x.
            recency: Number of the last opportunity with one, t_x.
            age: Opportunities since the first purchase, n.
            probability: Between 0 and 1; 0.5 gives the median.

        Returns:
            A whole number, 0 for who is gone already with that probability, None if it takes
            more than 2**53 opportunities; a list for many customers.
        """
        h, level = read_opportunities(repeats, recency, age), 1 - read_probability(probability)
        m, there = h.arithmetic, self._there(h)
        level = level / m.larger(there, level)
        return chance.whole_or_none(m, chance.stays_until(m, self.gamma, self.delta + h.age, level))

    def purchase_probability(
        self, repeats: Any, recency: Any, age: Any, *, opportunities: int
    ) -> Numbers:
        """Return the probability of a purchase at any of the next ``opportunities``.

        A sum over the opportunity of the next purchase; at most 100,000 of them.
        """
        h = read_opportunities(repeats, recency, age)
        ahead = read_whole(opportunities, most=chance.LONGEST)
        return self._there(h) * self._buying_within(h, ahead)

    def next_purchase(
        self, repeats: Any, recency: Any, age: Any, *, probability: float = 0.5
    ) -> Any:
        """Return within how many opportunities the next purchase comes with that probability.

        Args:
            repeats: Purchases after the first, x.
            recency: Number of the last opportunity with one, t_x.
            age: Opportunities since the first purchase, n.
            probability: Between 0 and 1; 0.5 gives the median.

        Returns:
            A whole number from 1; None if a purchase is never that likely, or not within
            10,000 opportunities; a list for many customers.
        """
        h, wanted = read_opportunities(repeats, recency, age), read_probability(probability)
        m, there = h.arithmetic, self._there(h)
        wanted = m.choose(there < wanted, 2.0, wanted / m.larger(there, wanted))
        return chance.whole_or_none(m, self._next_within(h, wanted))

    def count_probabilities(
        self, repeats: Any, recency: Any, age: Any, *, opportunities: int, most: int | None = None
    ) -> Any:
        """Return the probabilities of 0, 1, 2, … purchases at the next ``opportunities``.

        Args:
            repeats: Purchases after the first, x.
            recency: Number of the last opportunity with one, t_x.
            age: Opportunities since the first purchase, n.
            opportunities: n*, up to 10,000.
            most: The largest number of purchases asked for; all of them if left out.

        Returns:
            Each 0 to 1: for one history a tuple of ``most`` + 1 floats, for sequences an array
            of one row per customer. Those who have left count under 0 purchases.
        """
        h, ahead = read_opportunities(repeats, recency, age), read_whole(opportunities, most=MOST)
        last = ahead if most is None else read_whole(most, "most", MOST)
        odds, m = self._log_odds_gone(h), h.arithmetic
        none, *some = (logistic(m, -odds) * count for count in self._counts(h, ahead, last))
        chances = (m.smaller(logistic(m, odds) + none, 1.0), *some)
        return chances if m is PLAIN else require("numpy", extra="models").column_stack(chances)

    def count_probabilities_of_newcomer(
        self, *, opportunities: int, most: int | None = None
    ) -> tuple[float, ...]:
        """Return the probabilities of 0, 1, 2, … repeat purchases after a first. [FHS] (7)."""
        counts = self.count_probabilities(0, 0, 0, opportunities=opportunities, most=most)
        return tuple(map(float, counts))

    def dert(self, repeats: Any, recency: Any, age: Any, *, discount: float) -> Numbers:
        """Return the discounted expected residual transactions. [FHS] (14).

        All purchases to come, the one at the k-th opportunity worth (1 + discount)^-k.

        Args:
            repeats: Purchases after the first, x.
            recency: Number of the last opportunity with one, t_x.
            age: Opportunities since the first purchase, n.
            discount: d per opportunity, above 0: 0.1 is 10 %.
        """
        h, d = read_opportunities(repeats, recency, age), chance.read_discount(discount)
        stay = chance.discounted_stay(h.arithmetic, self.gamma, self.delta + h.age, d)
        return self._there(h) * self._rate(h) * stay

    def discounted_purchases(
        self, repeats: Any, recency: Any, age: Any, *, opportunities: int, discount: float
    ) -> Numbers:
        """Return the same over the next ``opportunities`` only; ``discount`` may be 0."""
        h, ahead = read_opportunities(repeats, recency, age), read_whole(opportunities)
        d = chance.read_discount(discount, least=0.0)
        stay = self.delta + h.age
        worth = chance.discounted_stay_within(h.arithmetic, self.gamma, stay, ahead, d)
        return self._there(h) * self._rate(h) * worth

    def simulate(self, opportunities: Any, *, seed: int) -> SimulatedCustomers:
        """Draw newcomers, and what each has done after ``opportunities``; needs numpy.

        Args:
            opportunities: How many each one has had since the first purchase, up to 10,000.
            seed: From 0; the same seed gives the same customers.
        """
        age = read_ahead(as_column(opportunities))
        bought, last, alive = self._drawn(seed, 0.0 * age, 0.0 * age, 0.0 * age, age)
        return SimulatedCustomers(repeats=bought, recency=last, age=+age, alive=alive)

    def simulate_ahead(self, repeats: Any, recency: Any, age: Any, *, ahead: Any, seed: int) -> Any:
        """Draw how often each of these customers buys at the opportunities to come.

        Whether a customer is still there is drawn with the rest.

        Args:
            repeats: Purchases after the first, x.
            recency: Number of the last opportunity with one, t_x.
            age: Opportunities since the first purchase, n.
            ahead: Opportunities to come, one number for all or one per customer, up to 10,000.
            seed: From 0; the same seed gives the same purchases.

        Returns:
            A numpy array of whole numbers, one per customer.
        """
        x, t_x, n = map(as_column, (repeats, recency, age))
        return self._drawn(seed, x, t_x, n, read_ahead(as_column(ahead)))[0]

    def _drawn(self, seed: int, x: Any, t_x: Any, n: Any, ahead: Numbers) -> tuple[Any, Any, Any]:
        rng, h = generator(seed), read_opportunities(x, t_x, n)
        buys, buys_not, stays = self._buying(h.repeats, h.age)
        return drawn(rng, self._there(h), (buys, buys_not), (self.gamma, stays), ahead)
