"""Strategies for single values: ids, money, moments, whatever JSON can hold."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.customer import guest_id
from crmkit.domain.money import Money

Strategy = st.SearchStrategy

SOURCES = ("shop", "till-2", "a.b_c")


def given_or(given: Strategy[Any] | None, wide: Strategy[Any]) -> Strategy[Any]:
    """Return the strategy that was given, or the wide one where none was."""
    return wide if given is None else given


def ids() -> Strategy[str]:
    """Any text that can be an id."""
    return st.text(min_size=1, max_size=12)


def currencies() -> Strategy[str]:
    """Currencies with two, no and three decimals."""
    return st.sampled_from(["EUR", "USD", "JPY", "KWD"])


def money(
    *,
    currency: Strategy[str] | None = None,
    least: int = -(10**9),
    most: int = 10**9,
) -> Strategy[Money]:
    """Amounts from ``least`` to ``most`` minor units."""
    return st.builds(Money, st.integers(least, most), given_or(currency, currencies()))


def moments(
    *,
    since: datetime = datetime(1971, 1, 1, tzinfo=UTC),
    until: datetime = datetime(2099, 12, 31, tzinfo=UTC),
) -> Strategy[datetime]:
    """Aware times in UTC, to the microsecond."""
    first, last = since.replace(tzinfo=None), until.replace(tzinfo=None)
    return st.datetimes(first, last).map(lambda naive: naive.replace(tzinfo=UTC))


def customer_ids() -> Strategy[str]:
    """Ids of customers and of guests."""
    return st.one_of(
        ids().filter(lambda one: not one.startswith("guest:")),
        st.builds(guest_id, st.sampled_from(SOURCES), ids()),
    )


def json_values() -> Strategy[Any]:
    """Whatever JSON can hold and gives back unchanged."""
    plain = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5)
    return st.recursive(
        plain | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
        ),
        max_leaves=4,
    )
