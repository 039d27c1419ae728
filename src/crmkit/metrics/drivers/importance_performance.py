"""Importance–performance analysis: where is effort missing, and where is it wasted?

    importance   performance   quadrant
    high         low           concentrate here
    high         high          keep up the good work
    low          low           low priority
    low          high          possible overkill

An attribute on a line counts as high. The crosshair decides much: on the means of the attributes
half of them is always "low", however good all are; on the middle of the scale there may be none.
So it is returned, and where respondents' answers are given, how often each attribute lands in
its quadrant when respondents are redrawn.

Assumptions: importance is stated by customers, or a driver's weight; do not mix the two. Stated
importance is often high throughout; then a driver's weight tells attributes apart better.

Source: Martilla, J. A., James, J. C. (1977). Importance-performance analysis. Journal of
Marketing 41(1), 77-79.
"""

from collections.abc import Mapping
from math import inf, isclose
from statistics import fmean
from typing import Literal

from attrs import frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.words import Word
from crmkit.metrics.answer_table import Table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import checked_number, paired, valid_scale
from crmkit.metrics.drivers.attribute_figures import Place, attribute_figures
from crmkit.metrics.resampling import DRAWS, checked_draws
from crmkit.metrics.seeds import plain_generator

__all__ = [
    "Crosshair",
    "ImportancePerformance",
    "PlacedAttribute",
    "Quadrant",
    "importance_performance",
]

Crosshair = Literal["means", "midpoint"] | tuple[float, float]
"""Where the lines cross: the means, the middle of the scales, or (importance, performance)."""

#: What rounding can make of a figure that is the mean of its like.
_ROUNDING = 1e-12
_LEAST_FOR_MEANS = 2
_NO_ANSWERS = "figures without respondents: how steady the quadrants are is not known"


class Quadrant(Word):
    """What to do about an attribute."""

    CONCENTRATE_HERE = "concentrate_here"
    KEEP_UP = "keep_up"
    LOW_PRIORITY = "low_priority"
    POSSIBLE_OVERKILL = "possible_overkill"

    @classmethod
    def at(cls, place: tuple[float, float], crosshair: tuple[float, float]) -> "Quadrant":
        """Return where an attribute lies; on a line counts as high.

        Args:
            place: Its importance and performance.
            crosshair: Where the lines cross.
        """
        important, good = (
            own >= line or isclose(own, line, rel_tol=_ROUNDING)
            for own, line in zip(place, crosshair, strict=True)
        )
        if important:
            return cls.KEEP_UP if good else cls.CONCENTRATE_HERE
        return cls.POSSIBLE_OVERKILL if good else cls.LOW_PRIORITY


@frozen(kw_only=True)
class PlacedAttribute:
    """An attribute in its quadrant.

    Attributes:
        name: What it is called.
        importance: How important it is, as given or the mean of the answers.
        performance: How well it is done, as given or the mean of the answers.
        quadrant: What to do about it.
        stability: In which share of the redrawn samples, 0 to 1, it lies in that quadrant; None
            where no respondents were given.
    """

    name: str
    importance: float
    performance: float
    quadrant: Quadrant
    stability: float | None

    def brief(self) -> str:
        """Return quadrant, place and stability in a line."""
        where = f"importance {self.importance:.4g}, performance {self.performance:.4g}"
        how = "" if self.stability is None else f"; in {self.stability:.0%} of the samples"
        return f"{self.quadrant.replace('_', ' ')} ({where}{how})"


@frozen(kw_only=True)
class ImportancePerformance(Shown):
    """Attributes by what to do about them.

    Attributes:
        attributes: In the order they were given.
        crosshair: Where the lines cross: (importance, performance).
        n: Respondents behind it; None where figures were given.
        notes: What the reader must know.
    """

    attributes: tuple[PlacedAttribute, ...]
    crosshair: tuple[float, float]
    n: int | None
    notes: tuple[str, ...] = ()

    @property
    def quadrants(self) -> dict[str, Quadrant]:
        """The quadrant of each attribute."""
        return {one.name: one.quadrant for one in self.attributes}

    def within(self, quadrant: Quadrant) -> tuple[str, ...]:
        """Return the attributes of a quadrant, the most important first."""
        there = [one for one in self.attributes if one.quadrant == quadrant]
        return tuple(one.name for one in sorted(there, key=lambda one: -one.importance))

    def sheet(self) -> Sheet:
        """Return the attributes as they are shown."""
        importance, performance = self.crosshair
        return Sheet(
            title="Importance and performance: lines at importance "
            f"{importance:.4g} and performance {performance:.4g}",
            rows=tuple((one.name, one.brief()) for one in self.attributes),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the quadrants came about."""
        told = {one: ", ".join(self.within(one)) for one in Quadrant}
        answer = "; ".join(f"{one.replace('_', ' ')}: {who}" for one, who in told.items() if who)
        inputs = {
            "importance line": self.crosshair[0],
            "performance line": self.crosshair[1],
            "respondents": "not given" if self.n is None else self.n,
        }
        parts = (
            explained("importance_quadrant", one.brief(), called=one.name)
            for one in self.attributes
        )
        return explained(
            "importance_performance", answer, inputs=inputs, left_out=self.notes, parts=parts
        )


def importance_performance(
    importance: Mapping[str, float] | Table,
    performance: Mapping[str, float] | Table,
    *,
    crosshair: Crosshair = "means",
    scale: tuple[float, float] | None = None,
    importance_scale: tuple[float, float] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> ImportancePerformance:
    """Return which attributes to work on, and which are overdone.

    Args:
        importance: By attribute, how important it is: a figure (a mean rating, a driver's
            weight), or the answers of respondents, None where one is missing.
        performance: By the same attributes, how well each is done: a figure, or the answers of
            the same respondents in the same order.
        crosshair: "means" of the attributes, "midpoint" of the scales, or the pair
            (importance, performance) itself.
        scale: Lowest and highest performance; None where it has no ends. Needed for "midpoint".
        importance_scale: Lowest and highest importance; as ``scale`` where it is None.
        draws: Samples for the stability, 100 or more.
        seed: From 0; the same seed gives the same samples.

    Returns:
        The attributes with their quadrants, and the crosshair. Where answers are given, the mean
        over those who answered places an attribute, and respondents are redrawn for its
        stability; with "means" the lines move with them.

    Raises:
        InvalidValueError: NaN, off the scale, other attributes in the one than in the other,
            other respondents, "midpoint" without a scale.
        InsufficientDataError: Fewer than two attributes for lines at their means; an attribute
            that nobody answered.

    Source:
        Martilla & James (1977).

    >>> found = importance_performance({"speed": 4.5, "wrap": 2}, {"speed": 3, "wrap": 4.8})
    >>> str(found.quadrants["speed"]), found.crosshair
    ('concentrate_here', (3.25, 3.9))
    """
    draws = checked_draws(draws)
    source, own_scale = plain_generator(seed), importance_scale or scale
    figures = attribute_figures(importance, performance, scales=(_ends(own_scale), _ends(scale)))
    fixed = _fixed(crosshair, (own_scale, scale), len(figures.importance))
    places = figures.places() or {}
    lines = fixed or _means(places)
    samples = [_quadrants(drawn, fixed) for drawn in figures.redrawn(draws, source)]
    return ImportancePerformance(
        attributes=tuple(
            PlacedAttribute(
                name=name,
                importance=place[0],
                performance=place[1],
                quadrant=(quadrant := Quadrant.at(place, lines)),
                stability=fmean(one[name] is quadrant for one in samples) if samples else None,
            )
            for name, place in places.items()
        ),
        crosshair=lines,
        n=figures.n,
        notes=figures.notes if figures.n else (_NO_ANSWERS,),
    )


def _ends(scale: tuple[float, float] | None) -> tuple[float, float]:
    return (-inf, inf) if scale is None else valid_scale(scale)


def _fixed(
    crosshair: Crosshair, scales: tuple[tuple[float, float] | None, ...], attributes: int
) -> Place | None:
    """The lines where they hang on no answers; None for means."""
    if not isinstance(crosshair, str):
        place = paired(crosshair, "crosshair", "(importance, performance)")
        important, good = (checked_number(one, f"crosshair[{at}]") for at, one in enumerate(place))
        return important, good
    if crosshair == "midpoint":
        return _middle(scales)
    if crosshair != "means":
        rule = "must be means, midpoint, or the pair (importance, performance)"
        raise InvalidValueError("crosshair", crosshair, rule)
    if attributes < _LEAST_FOR_MEANS:
        figure = "a crosshair at the means"
        raise InsufficientDataError(figure, _LEAST_FOR_MEANS, attributes, "attributes")
    return None


def _middle(scales: tuple[tuple[float, float] | None, ...]) -> Place:
    importance, performance = scales
    if importance is None or performance is None:
        rule = "needs the lowest and the highest importance and performance"
        raise InvalidValueError("crosshair", "midpoint", rule, "give scale=(lowest, highest)")
    return fmean(valid_scale(importance)), fmean(valid_scale(performance))


def _means(places: Mapping[str, Place]) -> Place:
    return fmean(one[0] for one in places.values()), fmean(one[1] for one in places.values())


def _quadrants(places: Mapping[str, Place], fixed: Place | None) -> dict[str, Quadrant]:
    lines = fixed or _means(places)
    return {name: Quadrant.at(place, lines) for name, place in places.items()}
