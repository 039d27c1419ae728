"""Internal customers: staff by the functions that customers are judged by, and what follows of it.

Staff are asked and counted as customers are, so the same functions serve, and only what is
particular to staff stands here:

    satisfaction        ``csat``, ``acsi`` of their answers (by group: ``by_group``)
    recommendation      ``employee_nps``: ``nps``, but of five answers or more
    loyalty             ``cognitive`` to ``behavioural``, ``loyalty``
    staying             ``employee_retention``; how long: ``kaplan_meier`` of their years
    worth               ``employee_lifetime_value``
    promises            ``promise_gap``: ``service_gap`` of what was promised
    reaching customers  ``service_profit_chain``

No figure is shown of fewer than five people.
"""

from crmkit.metrics.staff.chain_rows import SERVICE_PROFIT_CHAIN
from crmkit.metrics.staff.employee_lifetime_value import (
    EmployeeLifetimeValue,
    employee_lifetime_value,
)
from crmkit.metrics.staff.employee_nps import employee_nps
from crmkit.metrics.staff.employee_retention import EmployeeRetention, employee_retention
from crmkit.metrics.staff.promise_gap import PromiseGap, promise_gap
from crmkit.metrics.staff.protected_groups import ByGroup, Withheld, by_group
from crmkit.metrics.staff.serial_effect import SerialEffect, serial_effect
from crmkit.metrics.staff.service_profit_chain import (
    ChainLink,
    ServiceProfitChain,
    service_profit_chain,
)

__all__ = [
    "SERVICE_PROFIT_CHAIN",
    "ByGroup",
    "ChainLink",
    "EmployeeLifetimeValue",
    "EmployeeRetention",
    "PromiseGap",
    "SerialEffect",
    "ServiceProfitChain",
    "Withheld",
    "by_group",
    "employee_lifetime_value",
    "employee_nps",
    "employee_retention",
    "promise_gap",
    "serial_effect",
    "service_profit_chain",
]
