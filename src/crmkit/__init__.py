"""crmkit gives an online shop a memory of its customers and a judgement of them.

The names below are what most people need; they are imported when first asked for, so that
``import crmkit`` costs next to nothing. Everything else is two deep: ``crmkit.domain``,
``crmkit.metrics``, ``crmkit.adapters``, ``crmkit.testing``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmkit.adapters.importers import read_orders, read_questionnaires, read_surveys
    from crmkit.customer_base import CustomerBase
    from crmkit.domain.customer import Customer
    from crmkit.domain.errors import CrmkitError
    from crmkit.domain.interactions import Delivered, Purchase, Return, SurveyResponse
    from crmkit.domain.lines import Line
    from crmkit.domain.money import Money
    from crmkit.domain.shop import Shop
    from crmkit.domain.surveys import Answer, Scale
    from crmkit.domain.times import Period

__all__ = [
    "Answer",
    "CrmkitError",
    "Customer",
    "CustomerBase",
    "Delivered",
    "Line",
    "Money",
    "Period",
    "Purchase",
    "Return",
    "Scale",
    "Shop",
    "SurveyResponse",
    "read_orders",
    "read_questionnaires",
    "read_surveys",
]

_HOMES = {
    "CustomerBase": "crmkit.customer_base",
    "read_orders": "crmkit.adapters.importers",
    "read_questionnaires": "crmkit.adapters.importers",
    "read_surveys": "crmkit.adapters.importers",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOMES.get(name, "crmkit.domain")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
