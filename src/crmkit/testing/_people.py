"""Strategies for customer records and shops."""

from hypothesis import strategies as st

from crmkit.domain.customer import Customer, CustomerKind, Identifier, IdentifierKind
from crmkit.domain.shop import Shop
from crmkit.testing._values import (
    Strategy,
    currencies,
    customer_ids,
    given_or,
    ids,
    json_values,
    money,
)

_ZONES = ("UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")


def identifiers() -> Strategy[Identifier]:
    """Names by which a customer is recognised."""
    phone = st.builds(
        Identifier, kind=st.just(IdentifierKind.PHONE), value=st.from_regex(r"\+[1-9]{4,12}")
    )
    mail = st.builds(Identifier, kind=st.just(IdentifierKind.EMAIL), value=st.emails())
    return phone | mail


def customers(*, id: Strategy[str] | None = None) -> Strategy[Customer]:  # noqa: A002
    """Customer records that no store has kept yet; guests have the kind of a guest."""
    rest = {
        "name": st.none() | st.text(max_size=8),
        "identifiers": st.lists(
            identifiers(), max_size=2, unique_by=lambda one: (one.kind, one.value)
        ),
        "birthday": st.none() | st.dates(),
        "language": st.none() | st.just("es-ES"),
        "region": st.none() | st.text(max_size=5),
        "tags": st.frozensets(st.text(max_size=3), max_size=3),
        "attributes": st.dictionaries(st.text(max_size=4), json_values(), max_size=2),
        "notes": st.lists(st.text(max_size=8), max_size=2),
    }

    def record(one: str) -> Strategy[Customer]:
        guest = one.startswith("guest:")
        kinds = [kind for kind in CustomerKind if (kind is CustomerKind.GUEST) == guest]
        return st.builds(Customer, id=st.just(one), kind=st.sampled_from(kinds), **rest)

    return given_or(id, customer_ids()).flatmap(record)


def shops(
    *,
    id: Strategy[str] | None = None,  # noqa: A002
    currency: Strategy[str] | None = None,
) -> Strategy[Shop]:
    """Shops of any zone, currency and policy."""

    def in_currency(code: str) -> Strategy[Shop]:
        return st.builds(
            Shop,
            id=given_or(id, ids()),
            currency=st.just(code),
            timezone=st.sampled_from(_ZONES),
            fiscal_year_starts=st.integers(1, 12),
            gross_margin=st.none() | st.decimals(0, 1, places=3),
            annual_discount=st.decimals(0, 1, places=3),
            lapse_days=st.integers(1, 400),
            loyal_occasions=st.integers(2, 9),
            yearly_volume=st.none() | money(currency=st.just(code), least=1),
            observed_since=st.none() | st.dates(),
        )

    return given_or(currency, currencies()).flatmap(in_currency)
