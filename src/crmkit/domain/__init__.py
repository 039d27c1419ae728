"""What there is: values, rules and sums. No I/O, no clock, no float money."""

from crmkit.domain.consent import (
    Consent,
    Permission,
    may_contact,
)
from crmkit.domain.customer import (
    Acquisition,
    AcquisitionMode,
    ContactPoint,
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
from crmkit.domain.explanation import (
    Explanation,
)
from crmkit.domain.facts import (
    Fact,
)
from crmkit.domain.interactions import (
    CaseAbout,
    CaseClosed,
    CaseOpened,
    ConsentChanged,
    Contact,
    Contribution,
    ContributionKind,
    CostIncurred,
    Delivered,
    Direction,
    Interaction,
    OfferAnswered,
    OfferShown,
    PromiseMade,
    PromiseSettled,
    Purchase,
    Purpose,
    Referral,
    Return,
    ReturnReason,
    Review,
    Risk,
    SurveyResponse,
    Visit,
    VisitAction,
)
from crmkit.domain.level import Level
from crmkit.domain.level_target import CustomerNumber, MarginClass, TargetLevel, target_level
from crmkit.domain.lifecycle import (
    Transition,
)
from crmkit.domain.lines import (
    Line,
    Nature,
)
from crmkit.domain.money import (
    Money,
)
from crmkit.domain.offer import (
    Eligibility,
    Offer,
    OfferKind,
    OfferPromise,
    in_control,
    promise_of,
)
from crmkit.domain.offer_ruling import (
    Ruling,
    may_offer,
)
from crmkit.domain.offer_uptake import (
    Exposure,
    OfferCount,
    Progress,
    Taking,
    exposures,
    progress_of,
    uptake,
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
from crmkit.domain.relationship_policy import RelationshipLevel, RelationshipPolicy
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
from crmkit.domain.state_evidence import StateEvidence, StateSign
from crmkit.domain.states import (
    Lifecycle,
    Stage,
    State,
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
    "Acquisition",
    "AcquisitionMode",
    "Added",
    "Answer",
    "CaseAbout",
    "CaseClosed",
    "CaseOpened",
    "Clock",
    "Consent",
    "ConsentChanged",
    "Contact",
    "ContactPoint",
    "Contribution",
    "ContributionKind",
    "CostIncurred",
    "CrmkitError",
    "CurrencyMismatchError",
    "Customer",
    "CustomerKind",
    "CustomerNumber",
    "Delivered",
    "Direction",
    "Eligibility",
    "Explanation",
    "Exposure",
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
    "Level",
    "Lifecycle",
    "Line",
    "LinkRule",
    "MarginClass",
    "MissingExtraError",
    "Money",
    "Nature",
    "NoRateError",
    "Offer",
    "OfferAnswered",
    "OfferCount",
    "OfferKind",
    "OfferPromise",
    "OfferShown",
    "Period",
    "Permission",
    "Progress",
    "PromiseMade",
    "PromiseSettled",
    "Purchase",
    "Purpose",
    "Rates",
    "Referral",
    "Refusal",
    "Relationship",
    "RelationshipLevel",
    "RelationshipPolicy",
    "Reporting",
    "Return",
    "ReturnLink",
    "ReturnReason",
    "Review",
    "Risk",
    "RowProblem",
    "Ruling",
    "Scale",
    "SchemaVersionError",
    "Shop",
    "ShopMismatchError",
    "Stage",
    "StaleRecordError",
    "State",
    "StateEvidence",
    "StateSign",
    "Store",
    "StoreConflictError",
    "StoreError",
    "SupportsFacts",
    "SurveyResponse",
    "Taking",
    "TargetLevel",
    "Transition",
    "UnreadableLogError",
    "Visit",
    "VisitAction",
    "exposures",
    "facts_of",
    "guest_id",
    "in_control",
    "is_guest",
    "link_returns",
    "may_contact",
    "may_offer",
    "progress_of",
    "promise_of",
    "target_level",
    "uptake",
]
