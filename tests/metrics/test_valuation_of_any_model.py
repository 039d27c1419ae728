"""Whatever model of buying a base calls for, one customer gets what all of them get."""

import pytest
from attrs import evolve

from crmkit import CustomerBase
from crmkit.metrics import BGNBD, MBGNBD, NBD, ParetoNBD, value_of, values_of
from crmkit.synthetic import SyntheticShop


@pytest.fixture(scope="module")
def known():
    shop = SyntheticShop(seed=2, customers=120)
    base = CustomerBase.open("memory:", shop=shop.shop)
    base.load(shop.interactions())
    day = base.last_day()
    people = list(base.summaries(as_of=day).customers.values())
    return base.profiles(as_of=day).models, people


def assert_alike(one, other):
    if one is None or other is None:
        assert one is other
    else:
        assert one == pytest.approx(other, rel=1e-8)


@pytest.mark.parametrize("model", [NBD, BGNBD, MBGNBD, ParetoNBD])
def test_one_customer_gets_what_all_of_them_get(model, known):
    models, people = known
    fit = model.fit_summaries(one for one in people if one.days)
    models = evolve(models, buying=fit)
    every = values_of(models, people)
    for row, person in zip(every.rows, people, strict=True):
        alone = value_of(models, person)
        for name in ("alive", "expected_purchases", "expected_spend", "future_revenue", "clv"):
            together, single = getattr(row, name), getattr(alone, name)
            assert (together.method, together.notes) == (single.method, single.notes)
            for end in ("value", "low", "high"):
                assert_alike(getattr(single, end), getattr(together, end))
    bought = [row.expected_purchases.value or 0 for row in every.rows]
    assert every.expected_purchases.value == pytest.approx(sum(bought))
    assert every.clv.value == pytest.approx(sum(row.clv.value or 0 for row in every.rows))
    assert model.NAME in every.clv.method
    is_seen = model is not NBD
    assert all(
        (row.alive.value is not None) == (is_seen and bool(one.days))
        for row, one in zip(every.rows, people, strict=True)
    )
