"""Strategies for single values, and for what every kind of interaction has."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.customer import guest_id
from crmkit.domain.money import Money

Strategy = st.SearchStrategy

SOURCES = ("shop", "till-2", "a.b_c")


#: What every database can hold in a column.
_IN_A_COLUMN = st.characters(codec="utf-8", exclude_characters="\0")


def given_or(given: Strategy[Any] | None, wide: Strategy[Any]) -> Strategy[Any]:
    """Return the strategy that was given, or the wide one where none was."""
    return wide if given is None else given


def ids() -> Strategy[str]:
    """Any text that can be an id."""
    return st.text(_IN_A_COLUMN, min_size=1, max_size=12)


def texts() -> Strategy[str | None]:
    """Any words, or None for none."""
    return st.none() | st.text(_IN_A_COLUMN, max_size=8)


def slugs() -> Strategy[str]:
    """Words that can stand between the slashes of a matter."""
    return st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True)


def shares() -> Strategy[Decimal]:
    """Numbers from 0 to 1 with at most three decimals."""
    return st.decimals(0, 1, places=3)


def seconds() -> Strategy[int | None]:
    """Whole seconds up to a week, or None where they were not measured."""
    return st.none() | st.integers(0, 7 * 24 * 3600)


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


def happened(**given: Strategy[Any] | None) -> dict[str, Strategy[Any]]:
    """Return strategies for the fields of every kind; those given replace the wide ones."""
    wide: dict[str, Strategy[Any]] = {
        "id": ids(),
        "customer_id": customer_ids(),
        "at": moments(),
        "channel": st.none() | st.sampled_from(["web", "store"]),
        "source": st.sampled_from(SOURCES),
        "revision": st.integers(0, 3),
        "staff_id": st.none() | ids(),
        "offer_id": st.none() | ids(),
        "campaign_id": st.none() | ids(),
        "extra": st.dictionaries(st.text(max_size=5), json_values(), max_size=2),
    }
    return wide | {name: strategy for name, strategy in given.items() if strategy is not None}
