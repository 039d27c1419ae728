"""Loading: a stream of interactions and row problems into a store, batch by batch.

Nothing is lost: every item is accepted, known already, or a problem with its reason. A load
that was cut off is started again, and where it has a name it goes on where it was.
"""

from crmkit.loading.found import Found
from crmkit.loading.load import BATCH, load
from crmkit.loading.report import LoadReport, Progress

__all__ = ["BATCH", "Found", "LoadReport", "Progress", "load"]
