"""Known instruments of service quality as data: what they hold, and that they do not mix."""

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import E_S_QUAL, SERVQUAL, service_gap


def answered(instrument, value):
    return {item: [value] for items in instrument.values() for item in items}


def test_the_presets_hold_the_dimensions_of_their_instruments():
    counts = {name: len(items) for name, items in SERVQUAL.items()}
    assert counts == {
        "tangibles": 4,
        "reliability": 5,
        "responsiveness": 4,
        "assurance": 4,
        "empathy": 5,
    }
    counts = {name: len(items) for name, items in E_S_QUAL.items()}
    assert counts == {"efficiency": 8, "system availability": 4, "fulfilment": 7, "privacy": 3}
    for preset in (SERVQUAL, E_S_QUAL):
        assert len(answered(preset, 1)) == 22
    assert not answered(SERVQUAL, 1).keys() & answered(E_S_QUAL, 1).keys()


def test_the_presets_are_dimensions():
    gaps = service_gap(answered(SERVQUAL, 6), answered(SERVQUAL, 5), dimensions=SERVQUAL)
    assert gaps.overall.value == -1
    shop = service_gap(None, answered(E_S_QUAL, 4), dimensions=E_S_QUAL, scale=(1, 5))
    assert shop.overall.value == 4


def test_two_instruments_are_not_mixed():
    both = {**answered(SERVQUAL, 5), **answered(E_S_QUAL, 5)}
    with pytest.raises(InvalidValueError, match="every item must stand in a dimension"):
        service_gap(None, both, dimensions=SERVQUAL)
    scales = {
        **dict.fromkeys(answered(SERVQUAL, 1), (1, 7)),
        **dict.fromkeys(answered(E_S_QUAL, 1), (1, 5)),
    }
    with pytest.raises(InvalidValueError, match="equipment on 1 to 7, easy_to_find_things on 1 to"):
        service_gap(None, both, dimensions={**SERVQUAL, **E_S_QUAL}, scale=scales)
