"""The records of the invented customers: names under which they are known, tags, where from."""

from datetime import date, timedelta

from crmkit.domain.customer import (
    Acquisition,
    AcquisitionMode,
    ContactPoint,
    Customer,
    CustomerKind,
    Identifier,
    IdentifierKind,
)
from crmkit.domain.level import RelationshipLevel
from crmkit.synthetic.setting import Setting
from crmkit.synthetic.truth import Planted

__all__ = ["record_of"]

_REGIONS = ("Madrid", "Andalucía", "Catalunya", "Galicia", "Aragón")
_SOURCES = ("search", "marketplace", "fair", "newspaper")


def record_of(truth: Planted, setting: Setting) -> Customer:
    """Return the record of a customer; partners are intermediaries."""
    draw = setting.draw(truth.customer_id, "record")
    email = f"{truth.customer_id}@shop.example"
    partner = truth.style is RelationshipLevel.PARTNERSHIP
    return Customer(
        id=truth.customer_id,
        kind=CustomerKind.INTERMEDIARY if partner else CustomerKind.INDIVIDUAL,
        name=f"Customer {truth.customer_id[1:]}",
        identifiers=(Identifier(kind=IdentifierKind.EMAIL, value=email, verified=True),),
        birthday=date(1950, 1, 1) + timedelta(days=int(draw.random() * 18_000)),
        language=draw.choice(("es", "es", "en", "zh")),
        region=draw.choice(_REGIONS),
        contact_points=(ContactPoint(medium="email", value=email, verified=True),),
        acquisition=Acquisition(
            mode=AcquisitionMode.OWN,
            source="referral" if truth.referred_by else draw.choice(_SOURCES),
            lawful_basis="contract",
        ),
        tags=(truth.segment,),
    )
