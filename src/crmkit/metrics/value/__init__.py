"""What customers will be worth: models of buying and of spend, and the value they give.

Time is in weeks, money in any one unit. A fitted model scores one customer with the standard
library alone; fitting, and scoring many at once, needs the extra ``models``.
"""

from crmkit.metrics.value.base_models import BaseModels, fit_base
from crmkit.metrics.value.bgnbd import BGNBD
from crmkit.metrics.value.clv import BaseValue, clv, total_clv
from crmkit.metrics.value.fit import Fit
from crmkit.metrics.value.gamma_gamma import GammaGamma
from crmkit.metrics.value.mbgnbd import MBGNBD
from crmkit.metrics.value.plain import from_plain, to_plain
from crmkit.metrics.value.valuation import BaseValues, CustomerValue, value_of, values_of

__all__ = [
    "BGNBD",
    "MBGNBD",
    "BaseModels",
    "BaseValue",
    "BaseValues",
    "CustomerValue",
    "Fit",
    "GammaGamma",
    "clv",
    "fit_base",
    "from_plain",
    "to_plain",
    "total_clv",
    "value_of",
    "values_of",
]
