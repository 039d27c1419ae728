"""BG/NBD: how often will this customer buy again, if at all?

Assumptions, in plain words: while alive, a customer buys at a steady personal rate; after
each repeat purchase they may leave for good, with a personal chance. Rates vary over
customers as a Gamma(r, alpha), chances as a Beta(a, b), and the two are unrelated. Do not
use it for subscriptions (leaving is observed there) or seasonal goods, and ask the MBG/NBD
who is still there: here nobody can leave after a first purchase, so every one-time buyer is
called alive.

    paper   here        unit
    x       repeats     purchases after the first
    t_x     recency     weeks from first to last purchase
    T       age         weeks from first purchase to now
    r       r           -
    α       alpha       weeks
    a, b    a, b        -

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy
way: an alternative to the Pareto/NBD model. Marketing Science 24(2), 275-284. [FHL]
"""

from typing import ClassVar

from attrs import frozen

from crmkit.metrics.value.models._dropout import DropoutModel


@frozen(kw_only=True)
class BGNBD(DropoutModel):
    """The BG/NBD model; ``_dropout`` holds its formulas, with k = x chances to leave.

    Attributes:
        r: Shape of the Gamma over purchase rates; large where customers are alike.
        alpha: Rate of that Gamma, in weeks; r / alpha is the mean of purchases a week.
        a: First shape of the Beta over chances to leave after a repeat purchase.
        b: Second shape of that Beta; a / (a + b) is the mean chance.

    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(cdnow.expected_purchases(2, 30.43, 38.86, weeks=39), 3)
    1.226
    >>> round(cdnow.probability_alive(2, 30.43, 38.86), 4)
    0.7266
    """

    NAME: ClassVar[str] = "BG/NBD"
    FIRST_CHANCES: ClassVar[int] = 0
