"""A fit as a search: the likelihood that is climbed, and how its places read as parameters.

Each file of fitting gives one by ``problem(cls, *data, weights)``, from the same columns as its
fit; whoever asks how the likelihood falls beside the top searches the same one.
"""

from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, frozen

from crmkit._require import require
from crmkit.metrics.value.fitting.optimise import Objective


@frozen(kw_only=True, eq=False)
class Problem:
    """What a fit searches.

    Attributes:
        objective: Mean log-likelihood and its gradient, over the logarithms of the parameters,
            these in units of the search and in the order of the model's fields.
        borders: Lowest and highest value of each parameter, in units of the search.
        n: Customers that the mean is over.
        units: What the search's unit of a parameter is in the data's; 1 where left out.
    """

    objective: Objective
    borders: Mapping[str, tuple[float, float]]
    n: float
    units: Mapping[str, float] = field(factory=dict)

    def place_of(self, model: Any) -> Any:
        """Return the parameters of a model as the search has them (not their logarithms)."""
        np = require("numpy", extra="models")
        return np.array(
            [value / self.units.get(name, 1.0) for name, value in asdict(model).items()]
        )
