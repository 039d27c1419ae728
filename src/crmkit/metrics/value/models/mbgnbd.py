"""MBG/NBD: how often will this customer buy again, and are they still there?

Assumptions, in plain words: as in the BG/NBD, but a customer may also leave after their
very first purchase. That makes it the default for the probability of being alive: most of a
shop's customers have bought once, and the BG/NBD calls them all alive. Do not use it for
subscriptions (leaving is observed there) or seasonal goods.

    paper   here        unit
    x       repeats     purchases after the first
    t_x     recency     weeks from first to last purchase
    T       age         weeks from first purchase to now
    r       r           -
    α       alpha       weeks
    a, b    a, b        -

Sources: Batislam, E. P., Denizel, M., Filiztekin, A. (2007). Empirical validation and
comparison of models for customer base analysis. International Journal of Research in
Marketing 24(3), 201-209. [BDF]
Hoppe, D., Wagner, U. (2007). Customer base analysis: the case for a central variant of the
Betageometric/NBD model. Marketing: Journal of Research and Management 3(2), 75-90. [HW]
"""

from typing import ClassVar

from attrs import frozen

from crmkit.metrics.value.models._dropout import DropoutModel


@frozen(kw_only=True)
class MBGNBD(DropoutModel):
    """The MBG/NBD model; ``_dropout`` holds its formulas, with k = x + 1 chances to leave.

    Attributes:
        r: Shape of the Gamma over purchase rates; large where customers are alike.
        alpha: Rate of that Gamma, in weeks; r / alpha is the mean of purchases a week.
        a: First shape of the Beta over chances to leave after a purchase.
        b: Second shape of that Beta; a / (a + b) is the mean chance.

    >>> model = MBGNBD(r=0.5, alpha=6.0, a=0.9, b=1.6)
    >>> model.probability_alive(0, 0, 0)  # after the first purchase: b / (a + b)
    0.64
    """

    NAME: ClassVar[str] = "MBG/NBD"
    FIRST_CHANCES: ClassVar[int] = 1
