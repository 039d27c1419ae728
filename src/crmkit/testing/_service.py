"""Strategies for contacts, cases and promises."""

from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import (
    CaseAbout,
    CaseClosed,
    CaseOpened,
    Contact,
    Direction,
    PromiseMade,
    PromiseSettled,
    Purpose,
    Risk,
)
from crmkit.testing._values import Strategy, happened, ids, moments, money, seconds, texts


def contacts(**given: Strategy[Any]) -> Strategy[Contact]:
    """Contacts in both directions; ``given`` are strategies for their fields."""
    own = {
        "direction": st.sampled_from(Direction),
        "purpose": st.sampled_from(Purpose),
        "topic": texts(),
        "waited_seconds": seconds(),
        "lasted_seconds": seconds(),
        "answered": st.none() | st.booleans(),
        "order_id": st.none() | ids(),
        "case_id": st.none() | ids(),
    }
    return st.builds(Contact, **(own | happened(**given)))


def cases_opened(**given: Strategy[Any]) -> Strategy[CaseOpened]:
    """Openings of cases; ``given`` are strategies for their fields."""
    own = {
        "case_id": ids(),
        "about": st.sampled_from(CaseAbout),
        "category": texts(),
        "severity": st.none() | st.integers(1, 5),
        "due": st.none() | moments(),
        "order_id": st.none() | ids(),
    }
    return st.builds(CaseOpened, **(own | happened(**given)))


def cases_closed(**given: Strategy[Any]) -> Strategy[CaseClosed]:
    """Closings of cases; ``given`` are strategies for their fields."""
    own = {"case_id": ids(), "resolved": st.booleans()}
    return st.builds(CaseClosed, **(own | happened(**given)))


def promises_made(**given: Strategy[Any]) -> Strategy[PromiseMade]:
    """Promises; ``given`` are strategies for their fields."""
    own = {
        "promise_id": ids(),
        "what": st.text(max_size=8),
        "due": st.none() | moments(),
        "risk": st.none() | st.sampled_from(Risk),
        "order_id": st.none() | ids(),
    }
    return st.builds(PromiseMade, **(own | happened(**given)))


def promises_settled(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[PromiseSettled]:
    """Promises kept and broken.

    Args:
        currency: Of the remedy.
        given: Strategies for their fields.
    """
    own = {
        "promise_id": ids(),
        "kept": st.booleans(),
        "remedy": st.none() | money(currency=currency, least=0),
    }
    return st.builds(PromiseSettled, **(own | happened(**given)))
