"""Data frames in and out: the declarations of the fold, read by whatever engine one has."""

from crmkit.adapters.frames.facts import fact_frame
from crmkit.adapters.frames.some_days import some_days
from crmkit.adapters.frames.summary import FrameSummary, summarise

__all__ = ["FrameSummary", "fact_frame", "some_days", "summarise"]
