"""A forecast is the sum of what each customer is expected to do, with an interval that holds."""

from types import SimpleNamespace

import numpy as np
import pytest
from attrs import evolve

from crmkit import CustomerBase, Shop
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import MBGNBD, NBD, GammaGamma, forecast
from crmkit.metrics.value.base.base_models import BaseModels, fit_base
from crmkit.metrics.value.models.fit import Fit
from crmkit.synthetic import SyntheticShop

LAMP = Shop(id="lamp", currency="EUR", gross_margin="0.4")
BUYING = MBGNBD(r=0.9, alpha=8.0, a=0.8, b=2.6)
SPENDING = GammaGamma(p=5.0, q=4.0, gamma=20.0)


def people(customers, seed):
    """Customers as the models have them, as summaries would tell of them."""
    drawn = BUYING.simulate(np.linspace(40, 110, customers), seed=seed)
    spent = SPENDING.simulate(np.maximum(drawn.repeats, 1), seed=seed + 1)
    return [
        SimpleNamespace(
            customer_id=f"c{row}",
            days=(0,),
            repeats=int(repeats),
            recency_weeks=recency,
            age_weeks=age,
            spending_repeats=int(repeats),
            mean_repeat_spend=100 * spend if repeats else None,
        )
        for row, (repeats, recency, age, spend) in enumerate(
            zip(drawn.repeats, drawn.recency, drawn.age, spent, strict=True)
        )
    ]


def exactly(model, n=100):
    """A fit without doubt."""
    errors = dict.fromkeys(("r", "alpha"), 0.0)
    size = len(vars_of(model))
    return Fit(
        model=model,
        log_likelihood=0.0,
        standard_errors=errors,
        covariance=tuple((0.0,) * size for _ in range(size)),
        converged=True,
        n=n,
    )


def vars_of(model):
    return [name for name in ("r", "alpha", "a", "b", "p", "q", "gamma") if hasattr(model, name)]


def known(buying=BUYING):
    return BaseModels(
        shop=LAMP, buying=exactly(buying), spend=exactly(SPENDING), margin=0.4, reason="planted"
    )


def learnt(customers):
    repeats, recency, age = zip(
        *((one.repeats, one.recency_weeks, one.age_weeks) for one in customers), strict=True
    )
    spending = [one for one in customers if one.repeats]
    return BaseModels(
        shop=LAMP,
        buying=MBGNBD.fit(repeats, recency, age),
        spend=GammaGamma.fit(
            [one.repeats for one in spending], [one.mean_repeat_spend / 100 for one in spending]
        ),
        margin=0.4,
    )


def test_it_adds_up_what_each_customer_is_expected_to_do():
    customers = people(60, seed=1)
    point = forecast(known(), customers, weeks=26).whole
    occasions = revenue = there = 0.0
    for one in customers:
        history = one.repeats, one.recency_weeks, one.age_weeks
        bought = BUYING.expected_purchases(*history, weeks=26)
        mean = None if one.mean_repeat_spend is None else one.mean_repeat_spend / 100
        occasions += bought
        revenue += bought * SPENDING.expected_spend(one.repeats, mean)
        there += BUYING.survival_probability(*history, weeks=26)
    assert point.occasions.value == pytest.approx(occasions)
    assert point.revenue.value == pytest.approx(revenue)
    assert point.profit.value == pytest.approx(0.4 * revenue)
    assert point.customers.value == pytest.approx(there)
    assert point.occasions.n == 60


def test_points_go_from_step_to_step_and_end_at_the_horizon():
    told = forecast(known(), people(30, seed=2), weeks=10, step_weeks=4)
    assert [point.weeks for point in told.points] == [4, 8, 10]
    assert [point.weeks for point in forecast(known(), people(30, seed=2), weeks=8).points] == [
        4,
        8,
    ]
    rising = [point.occasions.value for point in told.points]
    assert rising == sorted(rising)
    falling = [point.customers.value for point in told.points]
    assert falling == sorted(falling, reverse=True)
    assert list(told.to_rows()[0]) == [
        *("weeks", "customers", "customers_low", "customers_high"),
        *("occasions", "occasions_low", "occasions_high"),
        *("revenue", "revenue_low", "revenue_high"),
        *("profit", "profit_low", "profit_high", "newcomers"),
    ]


def test_without_doubt_about_parameters_the_interval_is_that_of_luck():
    customers = people(400, seed=3)
    found = forecast(known(), customers, weeks=26, seed=5).whole.occasions
    columns = [
        np.array(column, dtype=float)
        for column in zip(
            *((one.repeats, one.recency_weeks, one.age_weeks) for one in customers), strict=True
        )
    ]
    futures = [
        BUYING.simulate_ahead(*columns, weeks=26, seed=1000 + draw).sum() for draw in range(400)
    ]
    low, high = np.quantile(futures, [0.025, 0.975])
    assert found.low == pytest.approx(low, rel=0.04)
    assert found.high == pytest.approx(high, rel=0.04)


def test_who_stays_is_a_toss_for_each():
    customers = people(200, seed=13)
    point = forecast(known(), customers, weeks=26, step_weeks=26).whole
    chances = [
        BUYING.survival_probability(one.repeats, one.recency_weeks, one.age_weeks, weeks=26)
        for one in customers
    ]
    spread = sum(chance * (1 - chance) for chance in chances) ** 0.5
    factor = np.exp(1.959963984540054 * spread / sum(chances))
    assert point.customers.low == pytest.approx(sum(chances) / factor)
    assert point.customers.high == pytest.approx(sum(chances) * factor)
    # No more can stay than there are.
    faithful = MBGNBD(r=0.9, alpha=8.0, a=0.2, b=20.0)
    one = forecast(known(faithful), people(3, seed=13), weeks=4).whole.customers
    assert one.value < one.high == 3


def test_the_interval_holds_what_comes_in_nineteen_of_twenty_shops():
    inside = {"occasions": 0, "revenue": 0}
    for shop in range(24):
        customers = people(300, seed=100 + shop)
        columns = [
            np.array(column, dtype=float)
            for column in zip(
                *((one.repeats, one.recency_weeks, one.age_weeks) for one in customers),
                strict=True,
            )
        ]
        point = forecast(learnt(customers), customers, weeks=52, step_weeks=52).whole
        bought = BUYING.simulate_ahead(*columns, weeks=52, seed=900 + shop)
        means = [
            0.0 if one.mean_repeat_spend is None else one.mean_repeat_spend / 100
            for one in customers
        ]
        spent = SPENDING.simulate_ahead(columns[0], means, bought, seed=500 + shop)
        for name, came in (("occasions", bought.sum()), ("revenue", spent.sum())):
            figure = getattr(point, name)
            inside[name] += figure.low <= came <= figure.high
    # A true 95 % gives fewer than 20 of 24 once in two hundred times.
    assert min(inside.values()) >= 20, inside


def test_newcomers_are_counted_if_it_is_said_how_many_come():
    one = forecast(known(), people(10, seed=4), weeks=2.5, step_weeks=9)
    assert one.whole.newcomers is None
    assert one.notes == ("customers yet to come are not counted; newcomers_per_week= adds them",)
    told = forecast(known(), people(10, seed=4), weeks=2.5, step_weeks=9, newcomers_per_week=4)
    later = [BUYING.expected_purchases_of_newcomer(weeks=t) for t in (2.0, 1.0, 0.25)]
    assert told.whole.newcomers == pytest.approx(4 * (2.5 + later[0] + later[1] + 0.5 * later[2]))
    assert told.notes == ()


def test_where_nobody_leaves_it_is_not_told_who_will():
    point = forecast(known(NBD(r=0.9, alpha=8.0)), people(30, seed=6)).whole
    assert point.customers.value is None
    assert "no sign that customers leave" in point.customers.notes[0]
    assert point.occasions.value > 0


def test_what_no_model_tells_is_undefined_and_says_why():
    empty = fit_base([], LAMP)
    told = forecast(empty, [], weeks=4)
    for name in ("customers", "occasions", "revenue", "profit"):
        assert getattr(told.whole, name).value is None
        assert getattr(told.whole, name).notes == ("nobody has bought yet",)
    missing = evolve(known(), spend=InsufficientDataError("Gamma-Gamma fit", 10, 2, "customers"))
    point = forecast(missing, people(20, seed=7)).whole
    assert point.occasions.value > 0
    assert point.revenue.value is None
    assert "Gamma-Gamma fit needs at least 10" in point.revenue.notes[0]
    unknown = forecast(evolve(known(), margin=None), people(20, seed=7)).whole
    assert unknown.revenue.value > 0
    assert unknown.profit.value is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"weeks": 0}, "weeks"),
        ({"weeks": -1}, "weeks"),
        ({"weeks": float("nan")}, "weeks"),
        ({"step_weeks": 0}, "step_weeks"),
        ({"weeks": 500, "step_weeks": 1}, "step_weeks"),
        ({"newcomers_per_week": -1}, "newcomers_per_week"),
    ],
)
def test_a_horizon_that_cannot_be_is_refused(asked, field):
    with pytest.raises(InvalidValueError) as caught:
        forecast(known(), people(10, seed=8), **asked)
    assert caught.value.field == field


def test_the_same_seed_gives_the_same_interval():
    customers, short = people(50, seed=9), {"weeks": 4}
    told = forecast(known(), customers, seed=3, **short)
    assert told == forecast(known(), customers, seed=3, **short)
    assert told != forecast(known(), customers, seed=4, **short)


@pytest.fixture(scope="module")
def base():
    shop = SyntheticShop(seed=3, customers=200)
    made = CustomerBase.open("memory:", shop=shop.shop)
    made.load(shop.interactions())
    return made


def test_a_base_forecasts_what_its_profiles_expect(base):
    day = base.last_day()
    told, worth = base.forecast(as_of=day, weeks=52), base.profiles(as_of=day).worth
    assert told.whole.occasions.value == pytest.approx(worth.expected_purchases.value)
    assert told.whole.customers.value <= worth.alive.value
    assert told.buyers == sum(one.clv is not None for one in base.profiles(as_of=day))


def test_a_forecast_shows_and_explains_itself(base):
    told = base.forecast(as_of=base.last_day(), weeks=12)
    assert str(told).startswith(f"The next 12 weeks of {told.buyers} customers\n")
    explained = told.explain()
    assert (explained.figure, explained.left_out) == ("forecast", told.notes)
    assert explained.model.startswith("MBG/NBD: r ")
    assert dict(explained.inputs)["occasions"] == str(told.whole.occasions)
