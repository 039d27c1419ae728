"""Survival, cohorts and retention of revenue against published and hand-worked numbers.

Remission of leukaemia under 6-mercaptopurine and under placebo, weeks: Freireich, E. J. et
al. (1963), Blood 21, 699-716; Gehan, E. A. (1965), Biometrika 52, 203-223. Its product-limit
estimates and Greenwood errors are the worked example of Kalbfleisch & Prentice (1980) and of
Cox & Oakes (1984); every number was also computed anew here as a product of fractions.

The high-end retention series is of Fader, P. S., Hardie, B. G. S. (2007). How to project
customer retention. Journal of Interactive Marketing 21(1), 76-90, table 1.
"""

from datetime import date
from fractions import Fraction

import pytest

from crmkit.metrics import cohorts, kaplan_meier, movement_of, revenue_retention
from crmkit.metrics.kpis import Standing

ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def remission():
    return kaplan_meier(
        ENDED + CENSORED, ended=[True] * len(ENDED) + [False] * len(CENSORED), unit="weeks"
    )


def test_remission_under_mercaptopurine():
    falls = [step for step in remission().steps if step.ended]
    assert [
        (
            step.time,
            step.at_risk,
            step.ended,
            round(step.survival, 3),
            round(step.standard_error, 4),
        )
        for step in falls
    ] == [
        (6, 21, 3, 0.857, 0.0764),
        (7, 17, 1, 0.807, 0.0869),
        (10, 15, 1, 0.753, 0.0963),
        (13, 12, 1, 0.690, 0.1068),
        (16, 11, 1, 0.627, 0.1141),
        (22, 7, 1, 0.538, 0.1282),
        (23, 6, 1, 0.448, 0.1346),
    ]


def test_remission_as_exact_fractions():
    exact = Fraction(18, 21) * Fraction(16, 17) * Fraction(14, 15) * Fraction(11, 12)
    exact *= Fraction(10, 11) * Fraction(6, 7) * Fraction(5, 6)
    assert remission().at(30).value == pytest.approx(float(exact), rel=1e-14)


def test_the_median_remission_is_23_weeks_and_its_interval_is_open():
    median = remission().median
    assert (median.value, median.low, median.high) == (23, 13, None)


def test_the_restricted_mean_remission():
    """Area by hand: 6 + 1·S6 + 3·S7 + 3·S10 + 3·S13 + 6·S16 + 1·S22 + 12·S23 = 23.287."""
    assert round(remission().mean.value, 3) == 23.287


def test_remission_under_placebo_is_plain_counting():
    curve = kaplan_meier(PLACEBO, ended=[True] * 21, unit="weeks")
    assert [round(curve.at(week).value, 4) for week in (1, 5, 8, 12, 17, 22, 23)] == [
        0.9048,
        0.5714,
        0.3810,
        0.1905,
        0.0952,
        0.0476,
        0,
    ]
    assert (curve.median.value, curve.median.low, curve.median.high) == (8, 4, 11)
    assert round(curve.mean.value, 4) == 8.6667


def test_customers_who_stay_year_by_year():
    """1000 high-end customers: 869, 743, 653, 593 are left after one to four years."""
    left = [1000, 869, 743, 653, 593]
    lost = [
        date(2000 + year, 6, 1) for year in (1, 2, 3, 4) for _ in range(left[year - 1] - left[year])
    ]
    lost += [None] * left[-1]
    found = cohorts(
        [[date(2000, 1, 1)]] * 1000,
        until=date(2004, 12, 31),
        period="year",
        kind="survival",
        lost=lost,
    )
    assert [round(cell.share.value, 3) for cell in found.cells] == [1, 0.869, 0.743, 0.653, 0.593]


def test_cohorts_by_hand():
    """Three cohorts of 4, 2 and 2; April is not over, and the third has reached period 0 alone.

    Period 1: (3 of 4 and 1 of 2) = 4/6, not the mean of 75 % and 50 %.
    """
    january = [[date(2026, 1, 5), date(2026, 2, 5)]] * 3 + [[date(2026, 1, 31), date(2026, 3, 1)]]
    february = [[date(2026, 2, 1), date(2026, 3, 31)], [date(2026, 2, 28)]]
    march = [[date(2026, 3, 1), date(2026, 4, 1)]] * 2
    found = cohorts([*january, *february, *march], until=date(2026, 4, 15))
    assert [row.size for row in found.rows] == [4, 2, 2]
    assert [[cell and cell.share.value for cell in row.cells] for row in found.rows] == [
        [1, 0.75, 0.25],
        [1, 0.5, None],
        [1, None, None],
    ]
    assert [(cell.active, cell.of) for cell in found.cells] == [(8, 8), (4, 6), (1, 4)]
    assert round(found.cells[1].share.low, 4) == 0.3000
    assert round(found.cells[1].share.high, 4) == 0.9032


def test_net_and_gross_revenue_retention():
    found = revenue_retention(100_000, 8_000, 5_000, 7_000)
    assert (found.net.value, found.gross.value, found.end) == (0.96, 0.88, 96_000)


def test_a_thousand_customers_upgraded_with_and_without_those_at_the_top():
    """S 1000, N 150, L 80, U 60: 6 % of all; of 920 kept, 500 below the top: 12 %."""

    def people():
        for i in range(1000):
            top = i >= 580
            yield Standing(
                customer_id=f"old-{i}",
                opening=True,
                left=i < 80,
                tier_opening=2 if top else 1,
                tier_closing=2 if top or 80 <= i < 140 else 1,
            )
        for i in range(150):
            yield Standing(customer_id=f"new-{i}", opening=False, joined="new", tier_closing=1)

    found = movement_of(people())
    assert (found.opening, found.new, found.lost, found.closing) == (1000, 150, 80, 1070)
    assert (found.kpis.upgrade_rate.value, found.rise_rate.value) == (0.06, 0.12)
    assert found.matrix() == {
        "1": {"1": 440, "2": 60, "lost": 80},
        "2": {"1": 0, "2": 420, "lost": 0},
        "new": {"1": 150, "2": 0, "lost": 0},
        "reactivated": {"1": 0, "2": 0, "lost": 0},
    }
