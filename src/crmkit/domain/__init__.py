"""What there is: values, rules and sums. No I/O, no clock, no float money."""

from crmkit.domain.aliases import Alias
from crmkit.domain.consent import (
    Consent,
    Permission,
    may_contact,
)
from crmkit.domain.customer import (
    Acquisition,
    AcquisitionMode,
    Bounce,
    ContactPoint,
    Customer,
    CustomerKind,
    Identifier,
    IdentifierKind,
    Repair,
    guest_id,
    is_guest,
)
from crmkit.domain.errors import (
    CrmkitError,
    CurrencyMismatchError,
    ErasedError,
    ErasureKeyError,
    IllegalTransitionError,
    InsufficientDataError,
    InvalidValueError,
    MissingExtraError,
    NoRateError,
    SchemaVersionError,
    ShopMismatchError,
    SignatureError,
    StaleRecordError,
    StoreConflictError,
    StoreError,
    UnreadableLogError,
    WebhookError,
)
from crmkit.domain.events import Event, EventType
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
from crmkit.domain.personal_data import DataCategory, OwnField, PersonalData
from crmkit.domain.ports import (
    Added,
    Erased,
    Extent,
    Mark,
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
from crmkit.domain.retention import RetentionGroup, RetentionRule
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
from crmkit.domain.survivor import Evidence
from crmkit.domain.times import (
    Clock,
    Period,
)

__all__ = [
    "Acquisition",
    "AcquisitionMode",
    "Added",
    "Alias",
    "Answer",
    "Bounce",
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
    "DataCategory",
    "Delivered",
    "Direction",
    "Eligibility",
    "Erased",
    "ErasedError",
    "ErasureKeyError",
    "Event",
    "EventType",
    "Evidence",
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
    "Mark",
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
    "OwnField",
    "Period",
    "Permission",
    "PersonalData",
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
    "Repair",
    "Reporting",
    "RetentionGroup",
    "RetentionRule",
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
    "SignatureError",
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
    "WebhookError",
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
