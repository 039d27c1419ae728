"""Strategies for shops, the data their policies hold, and their offers."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import Purpose, Risk
from crmkit.domain.offer import Eligibility, Offer, OfferKind, OfferPromise
from crmkit.domain.personal_data import DataCategory, OwnField, PersonalData
from crmkit.domain.relationship_policy import RelationshipLevel, RelationshipPolicy
from crmkit.domain.scales import ReadAs, Scale
from crmkit.domain.shop import SERVING_DRIVERS, Shop
from crmkit.domain.states import DEFAULT_LIFECYCLE, Lifecycle, Stage, State
from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument, Item
from crmkit.testing._values import (
    Strategy,
    currencies,
    given_or,
    ids,
    moments,
    money,
    shares,
    slugs,
)
from crmkit.testing._voice import scales

_ZONES = ("UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")

#: The scales on which items of each reading can be asked.
_SCALES = {
    ReadAs.SCALE: scales(),
    ReadAs.RANK: st.builds(Scale, st.sampled_from([0, 1]), st.integers(2, 20)),
    ReadAs.PERCENT: st.builds(Scale, st.integers(0, 9), st.integers(10, 100)),
}


def items() -> Strategy[Item]:
    """Questions of instruments, read in every way."""

    def read(way: ReadAs, scale: Scale) -> Strategy[Item]:
        steps = range(scale.low, scale.high + 1)
        words = tuple(f"step {step}" for step in steps) if len(steps) < 12 else ()
        return st.builds(
            Item,
            name=ids().filter(lambda name: "@" not in name),
            indicator=st.none() | st.sampled_from(Indicator),
            scale=st.just(scale),
            reads=st.just(way),
            reverse=st.just(value=False) if way is ReadAs.RANK else st.booleans(),
            words=st.just(()) | st.just(words),
        )

    ways = st.sampled_from(ReadAs)
    read_so = ways.flatmap(lambda way: st.tuples(st.just(way), _SCALES[way]))
    return read_so.flatmap(lambda both: read(*both))


def instruments() -> Strategy[Instrument]:
    """Questionnaires, each item of a name of its own."""
    asked = st.lists(items(), min_size=1, max_size=3, unique_by=lambda one: one.name)
    name = ids().filter(lambda name: "/" not in name)
    return st.builds(Instrument, name=name, items=asked, scale=st.none() | scales())


def lifecycles() -> Strategy[Lifecycle]:
    """Tables of moves between states, with any stages."""
    state = st.sampled_from(State)
    stages = st.fixed_dictionaries({state: st.sampled_from(Stage) for state in State})
    return st.builds(Lifecycle, moves=st.frozensets(st.tuples(state, state)), stages=stages)


def relationship_policies() -> Strategy[RelationshipPolicy]:
    """What a shop means to do for its customers, with any cuts."""
    cuts = st.tuples(st.integers(1, 99), st.integers(100, 9_999), st.integers(0, 49))
    return st.builds(
        lambda declared, cut: RelationshipPolicy(
            declared=declared,
            few_up_to=cut[0],
            many_from=cut[1],
            low_margin=Decimal(cut[2]) / 100,
            high_margin=Decimal(50 + cut[2]) / 100,
        ),
        st.none() | st.sampled_from(RelationshipLevel),
        cuts,
    )


def _personal_data() -> Strategy[PersonalData]:
    own = st.dictionaries(
        slugs(),
        st.builds(
            OwnField,
            personal=st.booleans(),
            category=st.sampled_from(DataCategory),
            purpose=st.sampled_from(["", "packing"]),
        ),
        max_size=2,
    )
    return st.builds(PersonalData, extra=own, attributes=own)


def shops(
    *,
    id: Strategy[str] | None = None,  # noqa: A002
    currency: Strategy[str] | None = None,
) -> Strategy[Shop]:
    """Shops of any zone, currency and policy."""

    def in_currency(code: str) -> Strategy[Shop]:
        some = money(currency=st.just(code), least=1)
        free = money(currency=st.just(code), least=0)
        return st.builds(
            Shop,
            id=given_or(id, ids()),
            currency=st.just(code),
            timezone=st.sampled_from(_ZONES),
            fiscal_year_starts=st.integers(1, 12),
            gross_margin=st.none() | shares(),
            annual_discount=shares(),
            lapse_days=st.integers(1, 400),
            loyal_occasions=st.integers(2, 9),
            yearly_volume=st.none() | some,
            lifecycle=st.just(DEFAULT_LIFECYCLE) | lifecycles(),
            relationship_policy=relationship_policies(),
            intent_visits=st.integers(1, 9),
            instruments=st.just(BUILT_IN) | st.lists(instruments(), max_size=2),
            offers_contact=st.booleans(),
            answer_hours=st.none() | st.integers(0, 100),
            serving_rates=st.dictionaries(st.sampled_from(SERVING_DRIVERS), free, max_size=3),
            contribution_values=st.dictionaries(ids(), free, max_size=3),
            acquisition_cost=st.none() | some,
            yearly_wallet=st.none() | some,
            capture_chance=st.none() | shares(),
            payment_days=st.integers(0, 90),
            observed_since=st.none() | st.dates(),
            publishes=st.booleans(),
            personal_data=_personal_data(),
        )

    return given_or(currency, currencies()).flatmap(in_currency)


def _eligibilities(paid: Strategy[Any]) -> Strategy[Eligibility]:
    return st.builds(
        Eligibility,
        states=st.frozensets(st.sampled_from(State), max_size=3),
        levels=st.frozensets(st.sampled_from(RelationshipLevel), max_size=3),
        minimum_occasions=st.integers(0, 9),
        maximum_quiet_days=st.none() | st.integers(0, 999),
        minimum_revenue=st.none() | paid,
        tags=st.frozensets(st.text(max_size=3), max_size=3),
        despite_complaint=st.booleans(),
    )


def _terms(code: Strategy[str]) -> Strategy[dict[str, Any]]:
    """A price, a discount, a share of one, or nothing of the kind."""
    return st.one_of(
        st.just({}),
        st.fixed_dictionaries({"price": money(currency=code, least=0)}),
        st.fixed_dictionaries({"discount": money(currency=code, least=1)}),
        st.fixed_dictionaries({"discount_share": shares().filter(bool)}),
    )


def offers(
    *,
    id: Strategy[str] | None = None,  # noqa: A002
    currency: Strategy[str] | None = None,
) -> Strategy[Offer]:
    """Offers of every kind, with every limit and condition."""
    code = given_or(currency, currencies())
    times = st.lists(moments(), min_size=2, max_size=2, unique=True).map(sorted)
    window = st.tuples(st.booleans(), st.booleans(), times)
    risk = st.none() | st.sampled_from(Risk)
    promise = st.builds(OfferPromise, what=ids(), due_days=st.integers(0, 99), risk=risk)
    rest = st.fixed_dictionaries(
        {
            "id": given_or(id, ids()),
            "kind": st.sampled_from(OfferKind),
            "medium": slugs().filter(lambda medium: medium != "any"),
            "purpose": st.sampled_from(Purpose),
            "product_ids": st.lists(ids(), max_size=2, unique=True),
            "per_customer_limit": st.none() | st.integers(1, 9),
            "global_limit": st.none() | st.integers(1, 9999),
            "promise": st.none() | promise,
            "campaign_id": st.none() | ids(),
            "cost": st.none() | money(currency=code, least=0),
            "control_share": shares(),
            "eligible": _eligibilities(money(currency=code, least=0)),
        }
    )

    def built(fields: dict[str, Any], terms: dict[str, Any], when: tuple[Any, ...]) -> Offer:
        begins, ends, (first, last) = when
        return Offer(
            **fields,
            **terms,
            valid_from=first if begins else None,
            valid_until=last if ends else None,
        )

    return st.builds(built, rest, _terms(code), window)
