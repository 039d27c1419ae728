"""In which order to work on features: basic needs, then performance, then excitement.

A basic need that fails always stands before a delighter, however much the delighter would
delight: nobody thanks for gift wrap around a wrong delivery. Where it is known how well the
features are done today, a basic need that is met only has to be held, and moves behind.

    place   category       done today     what to do
    1       basic          failing        repair it first
    2       basic          not known      make sure that it is met
    3       performance    failing        raise it
    4       performance    not known      raise it as far as it pays
    5       performance    met            raise it as far as it pays
    6       excitement     any            add it once the basic needs are met
    7       basic          met            hold it; more adds nothing
    8       indifferent    any            spend nothing on it
    9       reverse        any            leave it out, or invert it
    10      questionable   any            ask again in other words
    11      none           any            ask

Within a place, those whose lack hurts most come first (worse), for excitement those that delight
most (better). The figures order features of one place; they are not added into a score.

Source: the order is that of Kano et al. (1984) and Berger et al. (1993); the places by what is
done today are crmkit's own.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.words import Word
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import checked_number, mapped, valid_scale
from crmkit.metrics.kano.categories import KanoCategory
from crmkit.metrics.kano.kano import Kano

__all__ = ["KanoPriorities", "KanoPriority", "NeedStanding", "kano_priorities"]


class NeedStanding(Word):
    """How well a feature is done today: ``FAILING``, ``MET``, or ``UNKNOWN``."""

    FAILING = "failing"
    MET = "met"
    UNKNOWN = "unknown"


_BASIC, _PERFORMANCE, _EXCITEMENT, _INDIFFERENT, _REVERSE, _QUESTIONABLE = KanoCategory
_FAILING, _MET, _UNKNOWN = NeedStanding
_ANY = tuple(NeedStanding)
_ORDER: tuple[tuple[KanoCategory | None, tuple[NeedStanding, ...], str], ...] = (
    (_BASIC, (_FAILING,), "a basic need that fails: repair it first"),
    (_BASIC, (_UNKNOWN,), "a basic need: make sure that it is met"),
    (_PERFORMANCE, (_FAILING,), "a performance need that fails: raise it"),
    (_PERFORMANCE, (_UNKNOWN,), "a performance need: raise it as far as it pays"),
    (_PERFORMANCE, (_MET,), "a performance need that is met: raise it as far as it pays"),
    (_EXCITEMENT, _ANY, "it excites: add it once the basic needs are met"),
    (_BASIC, (_MET,), "a basic need that is met: hold it; more adds nothing"),
    (_INDIFFERENT, _ANY, "nobody minds: spend nothing on it"),
    (_REVERSE, _ANY, "customers want the opposite: leave it out, or invert it"),
    (_QUESTIONABLE, _ANY, "the answers contradict each other: ask again in other words"),
    (None, _ANY, "no answers: ask"),
)
_PLACES: Mapping[tuple[KanoCategory | None, NeedStanding], tuple[int, str]] = MappingProxyType(
    {
        (category, standing): (place, reason)
        for place, (category, standings, reason) in enumerate(_ORDER, start=1)
        for standing in standings
    }
)


@frozen(kw_only=True)
class KanoPriority:
    """A feature in the order of work.

    Attributes:
        rank: From 1, the first to work on.
        feature: Its name.
        category: Its category; None without answers.
        standing: How well it is done today.
        performance: Its rating today, on the scale given; None where it is not known.
        unclear: Whether its category is.
        reason: Why it stands where it stands.
    """

    rank: int
    feature: str
    category: KanoCategory | None
    standing: NeedStanding
    performance: float | None
    unclear: bool
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} (unclear: ask more)" if self.unclear else self.reason


@frozen(kw_only=True)
class KanoPriorities(Shown):
    """Features in the order in which to work on them.

    Attributes:
        order: First things first.
        met_from: Rating from which a feature counts as met.
    """

    order: tuple[KanoPriority, ...]
    met_from: float

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features, first things first."""
        return tuple(one.feature for one in self.order)

    @property
    def failing(self) -> tuple[str, ...]:
        """The basic needs that fail."""
        return tuple(
            one.feature for one in self.order if (one.category, one.standing) == (_BASIC, _FAILING)
        )

    def sheet(self) -> Sheet:
        """Return the features with their reasons, first things first."""
        rows = tuple((f"{one.rank}. {one.feature}", str(one)) for one in self.order)
        return Sheet(title="What to work on first", rows=rows)

    def explain(self) -> Explanation:
        """Return why each feature stands where it stands."""
        told = {one.feature: f"{one.rank}: {one}" for one in self.order}
        known = sum(one.performance is not None for one in self.order)
        return explained(
            "kano_priority",
            ", ".join(self.features) or None,
            inputs={"met from": self.met_from, **told},
            coverage=f"ratings of {known} of {len(self.order)} features",
        )


def kano_priorities(
    features: Mapping[str, Kano],
    performance: Mapping[str, float | None] | None = None,
    *,
    scale: tuple[float, float] = (1, 5),
    met_from: float | None = None,
) -> KanoPriorities:
    """Order of features to work on: basic, performance, excitement; failed basic needs first.

    Args:
        features: What ``kano`` found, by feature (``kano_table(...).features``).
        performance: How well each feature is done today, as a mean rating; None, or left out,
            where it is not known.
        scale: Lowest and highest rating.
        met_from: Rating from which a feature counts as met; the middle of the scale if None.

    Raises:
        InvalidValueError: A rating off the scale or of a feature that is not there, or an
            impossible scale.

    Source:
        Kano et al. (1984); Berger et al. (1993); the places by performance are crmkit's own.
    """
    features = mapped(features, "features")
    low, high = valid_scale(scale)
    cut = (low + high) / 2 if met_from is None else met_from
    cut = checked_number(cut, "met_from", low=low, high=high)
    ratings = _ratings(features, {} if performance is None else performance, low, high)
    stands = {name: _standing(ratings[name], cut) for name in features}

    def place(name: str) -> tuple[int, float, float]:
        found = features[name]
        worse, better = found.worse.value or 0.0, found.better.value or 0.0
        first = -better if found.category is _EXCITEMENT else worse
        return _PLACES[found.category, stands[name]][0], first, -better

    return KanoPriorities(
        order=tuple(
            KanoPriority(
                rank=rank,
                feature=name,
                category=features[name].category,
                standing=stands[name],
                performance=ratings[name],
                unclear=features[name].category is not None and features[name].unclear,
                reason=_PLACES[features[name].category, stands[name]][1],
            )
            for rank, name in enumerate(sorted(features, key=place), start=1)
        ),
        met_from=cut,
    )


def _ratings(
    features: Mapping[str, Kano],
    performance: Mapping[str, float | None],
    low: float,
    high: float,
) -> dict[str, float | None]:
    found: dict[str, float | None] = dict.fromkeys(features)
    for name, rating in mapped(performance, "performance").items():
        if name not in features:
            rule = f"must be one of {', '.join(features)}"
            raise InvalidValueError("performance", name, rule)
        if rating is not None:
            field = f"performance[{name!r}]"
            found[name] = checked_number(rating, field, low=low, high=high)
    return found


def _standing(rating: float | None, cut: float) -> NeedStanding:
    if rating is None:
        return _UNKNOWN
    return _MET if rating >= cut else _FAILING
