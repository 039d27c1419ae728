"""How good the service is: expected against perceived, by dimension (SERVQUAL, SERVPERF)."""

from crmkit.metrics.service.presets import E_S_QUAL, SERVQUAL
from crmkit.metrics.service.service_gap import ServiceGap, service_gap

__all__ = ["E_S_QUAL", "SERVQUAL", "ServiceGap", "service_gap"]
