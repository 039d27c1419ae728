"""Covariances of samples of respondents, many times over: sums of groups instead of answers.

Up to 250 respondents are drawn one by one. More are first dealt at random into 250 groups, and
groups are drawn: what is reckoned of a sample is then sums of 250 terms, however many answered.
The scatter of such samples is that of single respondents, as long as these are independent; its
own error is that of a variance from 250 values, some 9 %.

Source: Carlstein, E. (1986), The use of subseries values for estimating the variance, Annals of
Statistics 14, 1171-1179, for sums of groups; of independent respondents any grouping will do.
"""

from collections.abc import Iterator, Sequence
from math import fsum
from operator import mul

from attrs import frozen

from crmkit.metrics.seeds import plain_generator

__all__ = ["GROUPS", "GroupedAnswers", "grouped_answers"]

#: Groups that more respondents are dealt into.
GROUPS = 250
#: Of the variance of all: below this a sample does not vary but for rounding.
_STILL = 1e-12


@frozen(kw_only=True)
class GroupedAnswers:
    """Sums by group, from which the covariances of any sample of groups follow.

    Attributes:
        sizes: Respondents of each group.
        sums: By item, the sum of each group; answers are counted from their mean.
        products: By pair of items (the second not after the first), the sum of products.
    """

    sizes: tuple[int, ...]
    sums: tuple[tuple[float, ...], ...]
    products: tuple[tuple[float, ...], ...]

    def covariances(self, places: Sequence[int]) -> list[list[float]] | None:
        """Return the covariances of a sample of groups; None where an item does not vary.

        Args:
            places: The groups drawn.
        """
        n = _over(self.sizes, places)
        means = [_over(one, places) / n for one in self.sums]
        found = [[0.0] * len(means) for _ in means]
        pairs = iter(self.products)
        for i in range(len(means)):
            for j in range(i + 1):
                product = next(pairs)
                one = (_over(product, places) - n * means[i] * means[j]) / (n - 1)
                if i == j and one <= _STILL * sum(product):
                    return None
                found[i][j] = found[j][i] = one
        return found


def _over(values: Sequence[float], places: Sequence[int]) -> float:
    return sum(map(values.__getitem__, places))


def grouped_answers(columns: Sequence[Sequence[float]], *, seed: int) -> GroupedAnswers:
    """Return the answers of respondents in groups; up to 250 are a group each.

    Args:
        columns: The answers by item, equally long.
        seed: Of the dealing, from 0.
    """
    n = len(columns[0])
    dealt = list(range(n))
    if n > GROUPS:
        plain_generator(seed).shuffle(dealt)
    groups = [dealt[at::GROUPS] for at in range(min(n, GROUPS))]
    means = [fsum(column) / n for column in columns]
    from_mean = [
        [value - mean for value in column] for column, mean in zip(columns, means, strict=True)
    ]
    products = (
        list(map(mul, from_mean[i], from_mean[j]))
        for i in range(len(columns))
        for j in range(i + 1)
    )
    return GroupedAnswers(
        sizes=tuple(map(len, groups)),
        sums=tuple(tuple(_by_group(column, groups)) for column in from_mean),
        products=tuple(tuple(_by_group(one, groups)) for one in products),
    )


def _by_group(values: Sequence[float], groups: Sequence[Sequence[int]]) -> Iterator[float]:
    return (fsum(map(values.__getitem__, group)) for group in groups)
