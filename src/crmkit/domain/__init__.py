"""What there is: values, rules and sums. No I/O, no clock, no float money."""

from crmkit.domain.customer import (
    Customer,
    CustomerKind,
    Identifier,
    IdentifierKind,
    guest_id,
    is_guest,
)
from crmkit.domain.errors import (
    CrmkitError,
    CurrencyMismatchError,
    IllegalTransitionError,
    InsufficientDataError,
    InvalidValueError,
    MissingExtraError,
    NoRateError,
    SchemaVersionError,
    ShopMismatchError,
    StaleRecordError,
    StoreConflictError,
    StoreError,
    UnreadableLogError,
)
from crmkit.domain.facts import (
    Fact,
)
from crmkit.domain.interactions import (
    Delivered,
    Interaction,
    Purchase,
    Return,
    SurveyResponse,
)
from crmkit.domain.lifecycle import (
    Stage,
    State,
    Transition,
)
from crmkit.domain.lines import (
    Line,
    Nature,
)
from crmkit.domain.money import (
    Money,
)
from crmkit.domain.ports import (
    Added,
    Extent,
    Refusal,
    Store,
    SupportsFacts,
)
from crmkit.domain.problems import (
    RowProblem,
)
from crmkit.domain.relationship import (
    Relationship,
)
from crmkit.domain.reporting import (
    Rates,
    Reporting,
)
from crmkit.domain.returns import (
    LinkRule,
    ReturnLink,
    facts_of,
    link_returns,
)
from crmkit.domain.shop import (
    Shop,
)
from crmkit.domain.surveys import (
    Answer,
    Indicator,
    Instrument,
    Scale,
)
from crmkit.domain.times import (
    Clock,
    Period,
)

__all__ = [
    "Added",
    "Answer",
    "Clock",
    "CrmkitError",
    "CurrencyMismatchError",
    "Customer",
    "CustomerKind",
    "Delivered",
    "Extent",
    "Fact",
    "Identifier",
    "IdentifierKind",
    "IllegalTransitionError",
    "Indicator",
    "Instrument",
    "InsufficientDataError",
    "Interaction",
    "InvalidValueError",
    "Line",
    "LinkRule",
    "MissingExtraError",
    "Money",
    "Nature",
    "NoRateError",
    "Period",
    "Purchase",
    "Rates",
    "Refusal",
    "Relationship",
    "Reporting",
    "Return",
    "ReturnLink",
    "RowProblem",
    "Scale",
    "SchemaVersionError",
    "Shop",
    "ShopMismatchError",
    "Stage",
    "StaleRecordError",
    "State",
    "Store",
    "StoreConflictError",
    "StoreError",
    "SupportsFacts",
    "SurveyResponse",
    "Transition",
    "UnreadableLogError",
    "facts_of",
    "guest_id",
    "is_guest",
    "link_returns",
]
