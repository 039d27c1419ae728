"""Strategies for visits, referrals, offers, consents and costs."""

from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import (
    ANY,
    ConsentChanged,
    CostIncurred,
    OfferAnswered,
    OfferShown,
    Purpose,
    Referral,
    Visit,
    VisitAction,
)
from crmkit.testing._values import (
    Strategy,
    customer_ids,
    happened,
    ids,
    money,
    seconds,
    slugs,
    texts,
)


def visits(**given: Strategy[Any]) -> Strategy[Visit]:
    """Visits; ``given`` are strategies for their fields."""
    own = {
        "action": st.sampled_from(VisitAction),
        "product_ids": st.lists(ids(), max_size=3),
        "lasted_seconds": seconds(),
    }
    return st.builds(Visit, **(own | happened(**given)))


def referrals(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[Referral]:
    """Referrals of somebody else.

    Args:
        currency: Of the reward.
        given: Strategies for their fields.
    """
    own = {
        "referred_id": customer_ids(),
        "joined_anyway": st.booleans(),
        "reward": st.none() | money(currency=currency, least=0),
    }
    fields = st.fixed_dictionaries(own | happened(**given))
    another = fields.filter(lambda drawn: drawn["referred_id"] != drawn["customer_id"])
    return another.map(lambda drawn: Referral(**drawn))


def offers_shown(**given: Strategy[Any]) -> Strategy[OfferShown]:
    """Offers put before customers; ``given`` are strategies for their fields."""
    return st.builds(OfferShown, **(happened(**given) | {"offer_id": _named(given)}))


def offers_answered(**given: Strategy[Any]) -> Strategy[OfferAnswered]:
    """Offers taken and declined; ``given`` are strategies for their fields."""
    own = {"accepted": st.booleans()}
    return st.builds(OfferAnswered, **(own | happened(**given) | {"offer_id": _named(given)}))


def _named(given: dict[str, Strategy[Any]]) -> Strategy[str]:
    """The offer's id as given, but never None: an offer has a name."""
    return given.get("offer_id", ids()).map(lambda one: "offer" if one is None else one)


def consents_changed(**given: Strategy[Any]) -> Strategy[ConsentChanged]:
    """Consents given and withdrawn; ``given`` are strategies for their fields."""
    own = {
        "medium": st.sampled_from(["email", "phone", ANY]) | slugs(),
        "purpose": st.sampled_from([*Purpose, ANY]).map(str),
        "granted": st.booleans(),
        "evidence": texts(),
    }
    return st.builds(ConsentChanged, **(own | happened(**given)))


def costs_incurred(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[CostIncurred]:
    """Money spent on customers.

    Args:
        currency: Of the cost.
        given: Strategies for their fields.
    """
    own = {
        "activity": st.sampled_from(["service", "acquisition"]) | slugs(),
        "amount": money(currency=currency, least=0),
    }
    return st.builds(CostIncurred, **(own | happened(**given)))
