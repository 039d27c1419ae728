"""Customer equity by brand: a switching matrix, for ever and within a horizon."""

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.equity.switching_equity import switching_equity

MARKET = [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]]
TERMS = {
    "spend": [20, 18, 22],
    "margins": [0.25, 0.25, 0.25],
    "annual_discount": 0.1,
    "purchases_per_year": 2,
    "currency": "EUR",
}


def test_equity_for_ever_is_what_the_inverse_gives():
    found = list(switching_equity(MARKET, [1, 0, 0], **TERMS).by_brand.values())
    long = switching_equity(MARKET, [1, 0, 0], **TERMS, purchases=3000).by_brand
    assert found == pytest.approx(list(long.values()), rel=1e-12)
    assert found == pytest.approx([54.2285, 26.3456, 26.3329], abs=5e-5)
    # Per unit of spend all purchases together are 1 ÷ (1 − 1.1^−½), whatever the brands.
    units = sum(one / (spend * 0.25) for one, spend in zip(found, TERMS["spend"], strict=True))
    assert units == pytest.approx(1 / (1 - 1.1**-0.5), rel=1e-12)


def test_equity_is_that_of_the_mean_customer_times_the_customers():
    mixed = switching_equity(MARKET, [0.5, 0.5, 0], **TERMS, customers=1000).by_brand
    ends = [switching_equity(MARKET, start, **TERMS).by_brand for start in ([1, 0, 0], [0, 1, 0])]
    for brand in mixed:
        assert mixed[brand] == pytest.approx(500 * sum(one[brand] for one in ends))


def test_a_first_purchase_alone_is_what_the_start_says():
    found = switching_equity(MARKET, [0.2, 0.3, 0.5], **TERMS, purchases=1, brands="abc")
    assert dict(found.by_brand) == pytest.approx({"a": 1, "b": 1.35, "c": 2.75})
    assert found.explain().answer == "a: EUR 1.00; b: EUR 1.35; c: EUR 2.75"
    assert "1 purchase\n" in f"{found}\n"


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("start", {"start": [0.5, 0.4, 0]}),
        ("start", {"start": [1, 0]}),
        ("switching[2]", {"switching": [*MARKET[:2], [0, 0, 0.5]]}),
        ("spend", {"spend": [1, 2]}),
        ("spend[1]", {"spend": [1, -2, 3]}),
        ("spend", {"spend": [1e308] * 3, "margins": [1] * 3}),
        ("margins[2]", {"margins": [0.2, 0.2, 25]}),
        ("margins", {"margins": [0.2]}),
        ("annual_discount", {"annual_discount": 0}),
        ("annual_discount", {"annual_discount": 15}),
        ("annual_discount", {"annual_discount": -0.1}),
        ("purchases_per_year", {"purchases_per_year": 0}),
        ("purchases", {"purchases": 0}),
        ("customers", {"customers": -1}),
        ("brands", {"brands": ["a", "b"]}),
    ],
)
def test_a_market_that_cannot_be_is_refused_by_name(name, given_):
    with pytest.raises(InvalidValueError) as refused:
        switching_equity(**{"switching": MARKET, "start": [1, 0, 0], **TERMS, **given_})
    assert refused.value.field == name
