"""From complaint to loss: what customers complain of, who leaves after it, what to do."""

from crmkit.metrics.loss.actions import Action, Actions, actions
from crmkit.metrics.loss.cause_of_loss import CauseOfLoss, ComplaintLosses
from crmkit.metrics.loss.complaint_category import ComplaintCategory, complaints_by_category
from crmkit.metrics.loss.complaint_history import Complaint, complaints_of
from crmkit.metrics.loss.complaint_losses import complaint_losses
from crmkit.metrics.loss.episodes import Episode, exposed_from
from crmkit.metrics.loss.hazard_ratio import HazardRatio, hazard_ratios
from crmkit.metrics.loss.levers import Lever, LeverChoice, lever_for

__all__ = [
    "Action",
    "Actions",
    "CauseOfLoss",
    "Complaint",
    "ComplaintCategory",
    "ComplaintLosses",
    "Episode",
    "HazardRatio",
    "Lever",
    "LeverChoice",
    "actions",
    "complaint_losses",
    "complaints_by_category",
    "complaints_of",
    "exposed_from",
    "hazard_ratios",
    "lever_for",
]
