"""Kano classes planted in the shop's features, and the two ways to ask for them.

Pairs: "kano" asks how somebody feels if a feature is there ("gift_wrap_functional") and if it
is not ("gift_wrap_dysfunctional"), in steps 1 like, 2 must-be, 3 neutral, 4 live with,
5 dislike. With chance 0.75 the pair is one of the feature's class, else any of the 25.

Ratings: "features" asks how well each feature did, 1 to 5, and for the whole, "overall", 1 to
10. A feature done badly (1, 2) takes its penalty off satisfaction, one done well (4, 5) adds
its reward: must-be features only punish, attractive ones only reward, performance both.

    class           pairs (functional, dysfunctional)            penalty   reward
    must-be         (2, 5) (3, 5) (4, 5)                         0.15      0
    performance     (1, 5)                                       0.1       0.1
    attractive      (1, 2) (1, 3) (1, 4)                         0         0.12
    indifferent     2 to 4, 2 to 4                               0         0
    reverse         (2, 1) (3, 1) (4, 1) (5, 1) (5, 2) (5, 3) (5, 4)   0   -0.1

Source: pairs as in Berger et al. (1993), "Kano's methods for understanding customer-defined
quality"; the effects are crmkit's own.
"""

from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType

from attrs import frozen

from crmkit.domain.surveys import Answer, Scale
from crmkit.domain.words import Word
from crmkit.synthetic.truth import Planted

__all__ = ["FEATURES", "Feature", "KanoKind", "kano_answers", "rating_answers"]


class KanoKind(Word):
    """What a feature does to satisfaction."""

    MUST_BE = "must_be"
    PERFORMANCE = "performance"
    ATTRACTIVE = "attractive"
    INDIFFERENT = "indifferent"
    REVERSE = "reverse"


@frozen(kw_only=True)
class Feature:
    """A feature of the shop with its planted class.

    Attributes:
        name: The word for it in item names.
        kind: Its class.
    """

    name: str
    kind: KanoKind


FEATURES = (
    Feature(name="secure_payment", kind=KanoKind.MUST_BE),
    Feature(name="easy_return", kind=KanoKind.MUST_BE),
    Feature(name="delivery_speed", kind=KanoKind.PERFORMANCE),
    Feature(name="advice", kind=KanoKind.PERFORMANCE),
    Feature(name="gift_wrap", kind=KanoKind.ATTRACTIVE),
    Feature(name="light_preview", kind=KanoKind.ATTRACTIVE),
    Feature(name="dark_theme", kind=KanoKind.INDIFFERENT),
    Feature(name="sales_calls", kind=KanoKind.REVERSE),
)
"""The planted classes."""

_MIDDLE = (2, 3, 4)
_PAIRS: Mapping[KanoKind, tuple[tuple[int, int], ...]] = MappingProxyType(
    {
        KanoKind.MUST_BE: tuple((f, 5) for f in _MIDDLE),
        KanoKind.PERFORMANCE: ((1, 5),),
        KanoKind.ATTRACTIVE: tuple((1, d) for d in _MIDDLE),
        KanoKind.INDIFFERENT: tuple((f, d) for f in _MIDDLE for d in _MIDDLE),
        KanoKind.REVERSE: (*((f, 1) for f in (2, 3, 4, 5)), *((5, d) for d in _MIDDLE)),
    }
)
_EFFECTS: Mapping[KanoKind, tuple[float, float]] = MappingProxyType(
    {
        KanoKind.MUST_BE: (-0.15, 0.0),
        KanoKind.PERFORMANCE: (-0.1, 0.1),
        KanoKind.ATTRACTIVE: (0.0, 0.12),
        KanoKind.INDIFFERENT: (0.0, 0.0),
        KanoKind.REVERSE: (0.0, -0.1),
    }
)
_TRULY = 0.75
_FIVE, _TEN = Scale(1, 5), Scale(1, 10)


def kano_answers(draw: Random) -> Iterator[Answer]:
    """Yield one respondent's answers to the pairs."""
    for feature in FEATURES:
        cells = _PAIRS[feature.kind]
        true, cell = draw.random() < _TRULY, cells[int(draw.random() * len(cells))]
        anything = (1 + int(draw.random() * 5), 1 + int(draw.random() * 5))
        functional, dysfunctional = cell if true else anything
        yield Answer(item=f"{feature.name}_functional", value=functional, scale=_FIVE)
        yield Answer(item=f"{feature.name}_dysfunctional", value=dysfunctional, scale=_FIVE)


def rating_answers(truth: Planted, draw: Random) -> Iterator[Answer]:
    """Yield one respondent's ratings of the features and of the whole."""
    whole = 0.3 + 0.4 * truth.satisfaction + draw.gauss(0, 0.05)
    for feature in FEATURES:
        done = 1 + int(draw.random() * 5)
        penalty, reward = _EFFECTS[feature.kind]
        whole += penalty if done < 3 else reward if done > 3 else 0.0
        yield Answer(item=feature.name, value=done, scale=_FIVE)
    yield Answer(item="overall", value=1 + round(9 * min(1.0, max(0.0, whole))), scale=_TEN)
