"""The remission times of Freireich et al. (1963), as analysed by Cox (1972).

Weeks of remission of 21 patients on 6-mercaptopurine and 21 on placebo. Cox, D. R. (1972),
JRSS B 34, 187-220, gives the data; the effect of placebo is 1.51 with Breslow's ties and 1.57
(standard error 0.412) with Efron's: Kalbfleisch, J. D., Prentice, R. L. (2002). The Statistical
Analysis of Failure Time Data, 2nd ed.; Therneau, T. M., Grambsch, P. M. (2000).
Modeling Survival Data.
"""

from math import log
from statistics import NormalDist

import pytest

from crmkit.metrics import Episode, hazard_ratios

PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
RELAPSED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
IN_REMISSION = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PATIENTS = [
    *(Episode(0, week, left=True, exposures={"placebo"}) for week in PLACEBO),
    *(Episode(0, week, left=True) for week in RELAPSED),
    *(Episode(0, week, left=False) for week in IN_REMISSION),
]


def test_the_effect_of_placebo_with_the_ties_of_efron():
    ratio = hazard_ratios(PATIENTS, unit="weeks")["placebo"].ratio
    assert log(ratio.value) == pytest.approx(1.5721, abs=5e-5)
    error = log(ratio.high / ratio.low) / 2 / NormalDist().inv_cdf(0.975)
    assert error == pytest.approx(0.4124, abs=5e-5)


def test_the_effect_of_placebo_with_the_ties_of_breslow():
    ratio = hazard_ratios(PATIENTS, ties="discrete")["placebo"].ratio
    assert log(ratio.value) == pytest.approx(1.509, abs=5e-4)
