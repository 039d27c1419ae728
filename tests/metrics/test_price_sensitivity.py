"""Van Westendorp's prices: the worked example, brute force, invariants, what is left out."""

from itertools import pairwise
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.loyalty import cognitive
from crmkit.metrics.price import price_sensitivity
from crmkit.metrics.price.curves import Curves, crossing, curves_of
from crmkit.metrics.seeds import plain_generator

TOO_CHEAP = (2, 3, 3, 4, 4, 5, 5, 6, 6, 8)
CHEAP = (4, 5, 6, 6, 7, 8, 8, 9, 10, 12)
EXPENSIVE = (7, 8, 9, 10, 11, 12, 12, 13, 15, 18)
TOO_EXPENSIVE = (9, 11, 12, 13, 14, 15, 16, 18, 20, 25)
TOY = (TOO_CHEAP, CHEAP, EXPENSIVE, TOO_EXPENSIVE)
NAMES = ("pmc", "pme", "idp", "opp")
PAIRS = {
    "pmc": ("too_cheap", "not_cheap"),
    "pme": ("not_expensive", "too_expensive"),
    "idp": ("cheap", "expensive"),
    "opp": ("too_cheap", "too_expensive"),
}

ROWS = st.lists(
    st.sets(st.integers(1, 40), min_size=4, max_size=4).map(sorted), min_size=1, max_size=15
)


def prices_of(rows, **options):
    return price_sensitivity(*zip(*rows, strict=True), draws=100, **options)


def values(found):
    return [getattr(found, name).value for name in NAMES]


def test_the_worked_example_in_the_original_convention():
    found = price_sensitivity(*TOY)
    assert (found.pmc.value, found.pme.value) == (5.25, 12.00)
    assert (found.n, found.intransitive, found.flat) == (10, 0, {})
    for name in NAMES:
        one = getattr(found, name)
        assert one.low < one.value < one.high


def test_the_worked_example_in_the_narrower_convention():
    """Too cheap × expensive: .1 at 7, .1 at 7. Too expensive × cheap: .1 against .1 at 10."""
    found = price_sensitivity(*TOY, convention="narrower")
    assert (found.pmc.value, found.pme.value) == (7, 10)
    assert (found.idp.value, found.opp.value) == (8.5, 8)
    assert values(price_sensitivity(*TOY))[2:] == [8.5, 8]


def test_the_curves_of_the_worked_example_are_there_for_plotting():
    found = price_sensitivity(*TOY, draws=100)
    assert found.curves["too_cheap"][:3] == ((2, 0.9), (3, 0.7), (4, 0.5))
    assert dict(found.curves["not_cheap"])[6] == 0.4
    for name, points in found.curves.items():
        shares = [share for _, share in points]
        assert all(0 <= share <= 1 for share in shares)
        falling = name in {"too_cheap", "cheap", "not_expensive"}
        assert shares == sorted(shares, reverse=falling)


@given(ROWS)
def test_the_four_prices_stand_in_order_inside_the_prices_named(rows):
    wide, narrow = (prices_of(rows, convention=one) for one in ("original", "narrower"))
    pmc, pme, idp, opp = values(wide)
    named = [price for row in rows for price in row]
    assert min(named) <= pmc <= min(idp, opp) + 1e-9
    assert max(idp, opp) <= pme + 1e-9 <= max(named) + 1e-9
    assert narrow.pmc.value >= pmc - 1e-9
    assert narrow.pme.value <= pme + 1e-9
    for one in (wide.pmc, wide.pme):
        assert one.low is None or min(named) <= one.low <= one.high <= max(named)


@given(ROWS, st.sampled_from([0.01, 0.5, 7.0, 100.0]))
def test_prices_scale_with_the_currency(rows, rate):
    scaled = [[price * rate for price in row] for row in rows]
    before, after = prices_of(rows), prices_of(scaled)
    assert values(after) == pytest.approx([rate * one for one in values(before)])
    if before.pmc.low is not None:
        assert after.pmc.low == pytest.approx(rate * before.pmc.low)


@given(ROWS, st.randoms())
def test_neither_the_order_of_respondents_nor_their_twins_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert values(prices_of(shuffled)) == values(prices_of(rows))
    assert values(prices_of(rows + rows)) == pytest.approx(values(prices_of(rows)))


@given(ROWS)
def test_where_curves_cross_they_are_equal(rows):
    """Brute force: both interpolated curves, read at the price that was found."""
    found = prices_of(rows)
    for name, (one, other) in PAIRS.items():
        price = getattr(found, name).value
        assert read(found.curves[one], price) == pytest.approx(read(found.curves[other], price))


def read(points, price):
    for (a, share), (b, next_share) in pairwise(points):
        if a <= price <= b:
            return share + (next_share - share) * (price - a) / (b - a)
    raise AssertionError(price)


def test_curves_that_run_together_give_their_middle_and_say_from_where_to_where():
    found = prices_of([(1, 2, 3, 4)] * 40)
    assert found.flat == {"opp": (1, 3)}
    assert found.opp.value == 2
    assert found.opp.notes == ("the curves run together from 1 to 3: their middle is given",)
    assert values(found)[:3] == [1, 3, 2]


def test_respondents_whose_prices_do_not_rise_are_left_out_and_counted():
    rows = [*zip(*TOY, strict=True), (5, 4, 9, 10), (3, 3, 9, 10), (1, 2, 9, 9)]
    found = prices_of(rows)
    assert (found.n, found.intransitive) == (10, 3)
    assert (found.pmc.value, found.pme.value) == (5.25, 12)
    assert found.left_out == ("3 respondents left out: their four prices do not rise",)
    assert found.left_out[0] in found.pmc.notes


def test_a_missing_answer_leaves_its_respondent_out():
    rows = [*zip(*TOY, strict=True), (None, 4, 9, 10)]
    found = prices_of(rows)
    assert found.n == 10
    assert found.left_out == ("1 of 11 respondents left out: not all answered",)
    assert found.explain().left_out == found.left_out


def test_few_respondents_are_told():
    rows = list(zip(*TOY, strict=True))
    assert prices_of(rows).notes == ("only 10 respondents: too few for a price to rely on",)
    assert prices_of(rows * 3).notes == ()


@pytest.mark.parametrize("rows", [[(4, 3, 2, 1)], [(None, 1, 2, 3)]])
def test_without_a_valid_respondent_there_is_no_crossing(rows):
    found = prices_of(rows)
    for name in NAMES:
        one = getattr(found, name)
        assert (one.value, one.low, one.high, one.n) == (None, 0, None, 0)
        assert "do not cross" in one.notes[0]
    assert found.acceptable_premium(10).value is None
    assert "unknown" in str(found)


def test_curves_that_never_meet_have_no_crossing():
    apart = Curves(prices=(1.0, 2.0), counts={"down": (9, 8), "up": (1, 2)}, n=10)
    assert crossing(apart, "down", "up") is None
    assert crossing(curves_of([]), "too_cheap", "not_cheap") is None


def test_a_single_respondent_has_no_interval():
    found = prices_of([(1, 2, 3, 4)])
    assert (found.pmc.low, found.pmc.high) == (None, None)


def test_the_acceptable_premium_feeds_cognitive_loyalty():
    found = price_sensitivity(*TOY)
    premium = found.acceptable_premium(10)
    assert premium.value == pytest.approx(0.2)
    assert premium.unit == "of the price"
    assert (premium.low, premium.high) == pytest.approx(
        (found.pme.low / 10 - 1, found.pme.high / 10 - 1)
    )
    assert found.acceptable_premium(15).value == pytest.approx(-0.2)
    score = cognitive(price_tolerance=premium.value).indicators["price_tolerance"]
    assert score == pytest.approx(0.8)


@pytest.mark.parametrize("reference", [0, -1, nan])
def test_a_premium_over_nothing_is_refused(reference):
    with pytest.raises(InvalidValueError) as caught:
        price_sensitivity(*TOY, draws=100).acceptable_premium(reference)
    assert caught.value.field == "reference"


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        (([-1], [2], [3], [4]), "prices['too_cheap'][0]"),
        (([1], [nan], [3], [4]), "prices['cheap'][0]"),
        (([1], [2], [3], [4, 5]), "prices"),
    ],
)
def test_what_cannot_be_a_price_is_refused(prices, field):
    with pytest.raises(InvalidValueError) as caught:
        price_sensitivity(*prices)
    assert caught.value.field == field


def test_an_unknown_convention_or_too_few_draws_are_refused():
    with pytest.raises(InvalidValueError, match="one of original, narrower"):
        price_sensitivity(*TOY, convention="wide")
    with pytest.raises(InvalidValueError):
        price_sensitivity(*TOY, draws=10)


def test_the_prices_carry_their_unit_and_explain_themselves():
    found = price_sensitivity(*TOY, unit="EUR", draws=100)
    assert found.pmc.told == "EUR 5.25"
    assert [part.figure for part in found.explain().parts] == list(NAMES)
    assert "EUR 5.25 to EUR 12.00" in str(found.explain())


def test_the_intervals_cover_what_they_say():
    """Sixty surveys of 60 people, all four prices; the truth is that of 40,000 people."""
    random = plain_generator(2)

    def survey(n):
        rows = []
        for _ in range(n):
            usual = random.lognormvariate(2.3, 0.25)
            steps = sorted(random.uniform(0.5, 1.6) for _ in range(4))
            rows.append(tuple(round(usual * step, 4) for step in steps))
        return rows

    everybody = curves_of(survey(40_000))
    truth = {name: crossing(everybody, *pair).price for name, pair in PAIRS.items()}
    covered = 0
    for _ in range(60):
        found = price_sensitivity(*zip(*survey(60), strict=True), draws=150)
        for name in NAMES:
            one = getattr(found, name)
            covered += one.low <= truth[name] <= one.high
    assert 0.91 <= covered / 240 <= 0.98
