"""The product of slopes along a chain: Monte Carlo by default, Sobel's for reference."""

from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import serial_effect
from crmkit.metrics.catalogue import metric
from crmkit.metrics.seeds import plain_generator

A, B = (0.5, 0.1), (0.4, 0.08)
links = st.lists(
    st.tuples(st.floats(-5, 5).map(lambda b: round(b, 6)), st.floats(0, 2)), min_size=1, max_size=4
)


def of(*both, **more):
    return serial_effect([b for b, _ in both], [s for _, s in both], **more)


def test_two_links_give_the_product_sobels_error_and_the_normal_interval_of_the_texts():
    found = of(A, B)
    assert found.effect.value == pytest.approx(0.200)
    assert found.standard_error == pytest.approx(0.05657, abs=5e-6)
    assert found.z == pytest.approx(3.5355, abs=5e-5)
    assert (found.sobel.low, found.sobel.high) == pytest.approx((0.0891, 0.3109), abs=5e-5)


def test_the_monte_carlo_interval_is_that_of_the_texts_within_the_noise_of_drawing():
    many = of(A, B, draws=200_000).effect
    assert (many.low, many.high) == pytest.approx((0.0997, 0.3225), abs=0.0012)
    usual = of(A, B).effect
    assert (usual.low, usual.high) == pytest.approx((0.0997, 0.3225), abs=0.004)
    assert "20,000 draws, seed 0" in usual.method


def test_the_interval_is_that_of_an_independent_simulation():
    source = np.random.default_rng(1)
    drawn = source.normal(*A, 400_000) * source.normal(*B, 400_000)
    found = of(A, B, draws=100_000, seed=3).effect
    assert (found.low, found.high) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.0018)


def test_few_degrees_of_freedom_widen_it_to_the_t_interval_of_a_single_link():
    wide = of(A, degrees=[6], draws=100_000).effect
    half = 2.446912 * 0.1
    assert (wide.low, wide.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.006)
    narrow = of(A, draws=100_000).effect
    assert narrow.high - narrow.low < wide.high - wide.low


@given(links, st.integers(0, 99))
def test_the_intervals_hold_the_product_and_a_seed_gives_the_same_again(both, seed):
    found = of(*both, seed=seed, draws=1000)
    for one in (found.effect, found.sobel):
        assert one.value == pytest.approx(prod(b for b, _ in both))
        assert one.low <= one.value <= one.high
    assert found == of(*both, seed=seed, draws=1000)


@given(links)
def test_a_flipped_slope_flips_the_effect_and_rescaling_scales_it(both):
    (b, s), *others = both
    one, flipped = of(*both, draws=1000), of((-b, s), *others, draws=1000)
    assert flipped.effect.value == -one.effect.value
    assert (flipped.sobel.low, flipped.sobel.high) == pytest.approx(
        (-one.sobel.high, -one.sobel.low)
    )
    scaled = of((4 * b, 4 * s), *others, draws=1000).effect
    assert scaled.value == pytest.approx(4 * one.effect.value, abs=1e-9)
    assert (scaled.low, scaled.high) == pytest.approx(
        (4 * one.effect.low, 4 * one.effect.high), abs=1e-9
    )


@given(links.filter(lambda both: len(both) > 1), st.data())
def test_the_order_of_the_links_matters_neither_to_effect_nor_to_sobels_error(both, data):
    one, turned = of(*both, draws=1000), of(*data.draw(st.permutations(both)), draws=1000)
    assert turned.effect.value == pytest.approx(one.effect.value)
    assert turned.standard_error == pytest.approx(one.standard_error)


def test_surer_slopes_narrow_it():
    widths = []
    for size in (1, 2, 4):
        found = of((0.5, 0.1 / size), (0.4, 0.08 / size)).effect
        widths.append(found.high - found.low)
    assert all(later < 0.6 * now for now, later in pairwise(widths))


def test_the_monte_carlo_interval_covers_where_sobels_leans():
    source, held, below, above = plain_generator(5), 0, 0, 0
    for seed in range(400):
        b = [source.gauss(0.5, 0.1), source.gauss(0.4, 0.16)]
        found = serial_effect(b, [0.1, 0.16], seed=seed, draws=1000)
        held += found.effect.low <= 0.2 <= found.effect.high
        below += found.sobel.high < 0.2
        above += found.sobel.low > 0.2
    assert 0.92 <= held / 400 <= 0.98
    assert below > above


def test_slopes_without_errors_have_a_product_and_no_interval():
    found = serial_effect([0.26, 0.3846])
    assert (found.effect.low, found.sobel.low, found.standard_error, found.z) == (None,) * 4
    assert found.effect.notes == ("no interval: the errors of the slopes are unknown",)
    assert "no interval" in str(found)


def test_no_slope_at_all_leaves_z_unknown_where_nothing_is_unsure():
    found = serial_effect([0.0], [0.0])
    assert (found.effect.value, found.standard_error, found.z) == (0, 0, None)


def test_it_shows_and_explains_itself():
    found = of(A, B, n=100)
    assert str(found).startswith("Serial effect: 0.2 per unit (0.1")
    told = found.explain()
    assert told.figure == "serial_effect"
    assert dict(told.inputs)["z (Sobel)"] == "3.536"
    assert metric("serial_effect").unit == found.effect.unit


@pytest.mark.parametrize(
    ("slopes", "errors", "more", "told"),
    [
        ([], None, {}, "must hold one per link"),
        ([1, 2], [0.1], {}, "must be 2, one per slope"),
        ([1], [-0.1], {}, r"errors\[0\]"),
        ([float("nan")], [0.1], {}, r"slopes\[0\]"),
        ([1], [0.1], {"draws": 999}, "must be 1,000 or more"),
        ([1], [0.1], {"seed": -1}, "must be a whole number from 0"),
        ([1], [0.1], {"degrees": [0.5]}, r"degrees\[0\]"),
        ([1], [0.1], {"degrees": [5, 5]}, "must be 1, one per slope"),
    ],
)
def test_what_makes_no_chain_is_refused(slopes, errors, more, told):
    with pytest.raises(InvalidValueError, match=told):
        serial_effect(slopes, errors, **more)
