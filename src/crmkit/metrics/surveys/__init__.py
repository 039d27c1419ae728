"""How far answers to surveys can be trusted, and what is made of those that are few or old."""

from crmkit.metrics.surveys.careless import (
    CarelessAnswer,
    CarelessAnswers,
    CarelessSign,
    careless_answers,
)
from crmkit.metrics.surveys.nonresponse_bounds import NonresponseBounds, nonresponse_bounds
from crmkit.metrics.surveys.post_stratified import (
    PostStratifiedMean,
    Stratum,
    post_stratified_mean,
)
from crmkit.metrics.surveys.propensity_weighted import (
    PropensityWeightedMean,
    propensity_weighted_mean,
)
from crmkit.metrics.surveys.response_rate import response_rate
from crmkit.metrics.surveys.response_table import ResponseTable, response_table
from crmkit.metrics.surveys.shrinkage import Shrinkage, shrinkage_of, shrinkage_of_shares
from crmkit.metrics.surveys.shrunken import shrunken_mean, shrunken_share
from crmkit.metrics.surveys.time_decayed import time_decayed_mean

__all__ = [
    "CarelessAnswer",
    "CarelessAnswers",
    "CarelessSign",
    "NonresponseBounds",
    "PostStratifiedMean",
    "PropensityWeightedMean",
    "ResponseTable",
    "Shrinkage",
    "Stratum",
    "careless_answers",
    "nonresponse_bounds",
    "post_stratified_mean",
    "propensity_weighted_mean",
    "response_rate",
    "response_table",
    "shrinkage_of",
    "shrinkage_of_shares",
    "shrunken_mean",
    "shrunken_share",
    "time_decayed_mean",
]
