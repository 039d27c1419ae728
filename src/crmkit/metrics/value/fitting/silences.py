"""The Pareto/NBD's odds of having left, with their slopes, for many histories at a time.

In the symbols of ``models.pareto_nbd``, with E the mean over the moment y of leaving, whose
density is in proportion to g(y) = (α+y)^-R (β+y)^-(s+1) from t_x to T, the derivatives of ln Q are

    ∂r  E[ln(c/(α+y))]           ∂α  R/c - E[R/(α+y)]
    ∂s  1/s + E[ln(B/(β+y))]     ∂β  s/B - E[(s+1)/(β+y)]

all plain calculus under the sum over the nodes of ``models._gauss``. One mean is spared: g' is
-g times both of R/(α+y) and (s+1)/(β+y), whose means add up to (g(t_x) - g(T)) / ∫g dy.
"""

from attrs import frozen

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import Arrays, Numbers
from crmkit.metrics.value.models._gauss import nodes, nodes_needed
from crmkit.metrics.value.models._silence import FALL, SMALLEST, reach

_Pair = tuple[Numbers, Numbers]


@frozen(kw_only=True, eq=False)
class Gone:
    """What silence says of some histories.

    Attributes:
        used: ln(α+T) and ln(β+T), per row.
        odds: ln Q, per row.
        slopes: Derivatives of ln Q over r, α, s and β, per row.
    """

    used: tuple[Numbers, Numbers]
    odds: Numbers
    slopes: tuple[Numbers, ...]


class Silences:
    """The odds at one set of parameters, for any histories; quickest where these are alike.

    As in ``models._silence``, n is the smaller of α+t_x and β+t_x, f the larger, v is ln(n + y)
    and p and q are the exponents there: the integrand over v is e^-(pv + q ln(f + y)).
    """

    def __init__(self, r: float, alpha: float, s: float, beta: float) -> None:
        self.np, self.m = require("numpy", extra="models"), Arrays()
        self.r, self.s, self.is_alpha_near = r, s, alpha <= beta
        self.near, self.far = min(alpha, beta), max(alpha, beta)

    def __call__(self, x: Numbers, t_x: Numbers, T: Numbers) -> Gone:
        """Return what the silence from t_x to T says after x purchases."""
        np, s, R = self.np, self.s, self.r + x
        powers = (R - 1, s + 1) if self.is_alpha_near else (s, R)
        starts = np.log(self.near + t_x), np.log(self.far + t_x)
        ends = np.log(self.near + T), np.log(self.far + T)
        passed = ends[0] - starts[0], ends[1] - starts[1]
        length = self._length(t_x, T, passed, powers)
        mass, means, pulls = self._over_nodes(length, starts, powers)
        if self.is_alpha_near:
            odds = np.log(np.maximum(s * mass, SMALLEST)) + starts[0] - starts[1]
        else:
            odds = np.log(np.maximum(s * mass, SMALLEST))
            ends, passed = ends[::-1], passed[::-1]
            means, pulls = means[::-1], pulls[::-1]
        return Gone(
            used=ends,
            odds=odds + R * passed[0] + s * passed[1],
            slopes=(
                ends[0] - means[0],
                R * np.exp(-ends[0]) - pulls[0],
                1 / s + ends[1] - means[1],
                s * np.exp(-ends[1]) - pulls[1],
            ),
        )

    def _length(self, t_x: Numbers, T: Numbers, passed: _Pair, powers: _Pair) -> Numbers:
        """Of the interval over v, cut off only where some row's integrand falls that far."""
        p, q = powers
        if (p * passed[0] + q * passed[1]).max() < FALL:
            return passed[0]
        near, far = self.near + t_x, self.far + t_x
        return self.np.minimum(passed[0], reach(self.m, (T - t_x) / far, p, q, near / far))

    def _over_nodes(
        self, length: Numbers, starts: _Pair, powers: _Pair
    ) -> tuple[Numbers, _Pair, _Pair]:
        """The integral over v, the means of ln n and ln f, and those of R/(α+y), (s+1)/(β+y)."""
        np, (p, q), apart = self.np, powers, self.far - self.near
        places, weights = np.array(nodes(self._count(length, starts, powers))).T
        v = places[:, None] * length
        v += starts[0]
        y = np.exp(v)
        f = np.log(y + apart)
        height = p * starts[0] + q * starts[1]
        g = np.exp(height - p * v - q * f)
        total = weights @ g
        v *= g
        f *= g
        y = np.divide(g, y, out=y)
        mass, near_pull = total * length, (p + 1) * (weights @ y / total)
        end = starts[0] + length
        last = np.exp(height - (p + 1) * end - q * np.log(np.exp(end) + apart))
        both = (np.exp(-starts[0]) - last) / np.maximum(mass, SMALLEST)
        means = weights @ v / total, weights @ f / total
        return mass, means, (near_pull, both - near_pull)

    def _count(self, length: Numbers, starts: _Pair, powers: _Pair) -> int:
        """Nodes for these rows: as many as the most demanding one needs."""
        (p, q), share = powers, self.np.exp(starts[0] - starts[1])
        slope = self.np.maximum(p + q * share, 0.0)
        return int(nodes_needed(self.m, length, slope, q * share * (1 - share)).max())
