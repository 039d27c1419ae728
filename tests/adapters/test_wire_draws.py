"""Ten thousand values of every kind survive the wire, every field of them exercised.

    HYPOTHESIS_PROFILE=long pytest tests/adapters/test_wire_draws.py

draws 10,000 of each; without the profile a few hundred.
"""

import os

import attrs
import pytest

from crmkit.adapters import wire
from crmkit.domain.customer import Customer
from crmkit.domain.interactions import KINDS
from crmkit.domain.offer import Offer
from crmkit.domain.shop import Shop
from crmkit.testing import round_trips
from crmkit.testing.draws import draws

COUNT = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 250
FEW = 250

WAYS = {
    **dict.fromkeys(KINDS.values(), (wire.to_json, wire.from_json)),
    Customer: (wire.customer_to_json, wire.customer_from_json),
    Offer: (wire.offer_to_json, wire.offer_from_json),
    Shop: (wire.shop_to_json, wire.shop_from_json),
}

#: Fields that are optional elsewhere.
NAMED = {"offer_id": (KINDS["offer_shown"], KINDS["offer_answered"])}


@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.__name__)
def test_every_value_comes_back_and_equal_content_is_equal_text(kind):
    there, back = WAYS[kind]
    for one in draws(kind, COUNT):
        round_trips(one, there, back)


@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.__name__)
def test_every_field_is_exercised(kind):
    drawn = list(draws(kind, FEW, seed=2))
    for field in attrs.fields(kind):
        values = [getattr(one, field.name) for one in drawn]
        assert len(set(map(repr, values))) > 1, field.name
        if field.default is None and kind not in NAMED.get(field.name, ()):
            assert None in values, field.name


def test_the_same_seed_draws_the_same():
    assert list(draws(Shop, 5, seed=7)) == list(draws(Shop, 5, seed=7))
    assert list(draws(Shop, 5, seed=7)) != list(draws(Shop, 5, seed=8))


def test_distinct_values_are_distinct_texts():
    for kind in KINDS.values():
        drawn = list(draws(kind, FEW))
        texts = {wire.to_json(one): one for one in drawn}
        assert all(texts[wire.to_json(one)] == one for one in drawn)
