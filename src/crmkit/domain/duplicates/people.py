"""What the finder compares of a person: everything their records say, in comparable form.

Customers who are one already are one person here, with all that any of their records says.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import NamedTuple

from crmkit.domain.customer import Customer, CustomerKind, IdentifierKind, normalised
from crmkit.domain.duplicates.names import words_of
from crmkit.domain.errors import InvalidValueError

__all__ = ["Person", "mailbox", "people_of"]

#: The digits of a number that are compared: national numbers have so many or fewer, so that
#: one written with its country is still the same.
_DIGITS, _FEWEST = 9, 7

#: Providers by domain: the domain they deliver to, and the signs they ignore before a "+tag".
#: As each of them documents for its mailboxes.
_PROVIDERS = {
    "gmail.com": ("gmail.com", "."),
    "googlemail.com": ("gmail.com", "."),
    "proton.me": ("proton.me", ".-_"),
    "protonmail.com": ("protonmail.com", ".-_"),
    "pm.me": ("pm.me", ".-_"),
    "outlook.com": ("outlook.com", ""),
    "hotmail.com": ("hotmail.com", ""),
    "icloud.com": ("icloud.com", ""),
    "fastmail.com": ("fastmail.com", ""),
}

_FIRMS = {CustomerKind.INTERMEDIARY, CustomerKind.MANUFACTURER}


class Person(NamedTuple):
    """Whatever the records of one person say, in the form in which it is compared."""

    id: str
    is_firm: bool
    names: frozenset[tuple[str, ...]]
    birthdays: frozenset[date]
    regions: frozenset[str]
    mails: frozenset[str]
    proved_mails: frozenset[str]
    mailboxes: frozenset[str]
    phones: frozenset[str]
    proved_phones: frozenset[str]
    addresses: frozenset[str]
    platform: frozenset[str]
    anonymous: frozenset[str]
    members: frozenset[str]
    agents: frozenset[str]


class _Named(NamedTuple):
    """A name or address of a record."""

    kind: str
    value: str
    verified: bool


def mailbox(mail: str) -> str:
    """Return the mailbox that a normalised address is delivered to, where that is known.

    >>> mailbox("an.na+lamps@googlemail.com")
    'anna@gmail.com'
    """
    local, _, domain = mail.rpartition("@")
    if domain not in _PROVIDERS:
        return mail
    into, ignored = _PROVIDERS[domain]
    plain = "".join(sign for sign in local.partition("+")[0] if sign not in ignored)
    return f"{plain}@{into}" if plain else mail


def people_of(records: Iterable[Customer], ends: Mapping[str, str]) -> Iterator[Person]:
    """Yield the people behind records, by the order in which they are first met.

    Args:
        records: In any order.
        ends: For ids that stand for another, for whom (``survivors``).
    """
    groups: dict[str, Customer | list[Customer]] = {}
    for one in records:
        end = ends.get(one.id, one.id)
        have = groups.get(end)
        if have is None:
            groups[end] = one
        else:
            groups[end] = [*have, one] if isinstance(have, list) else [have, one]
    for id_, group in groups.items():
        yield _person(id_, group if isinstance(group, list) else [group])


def _person(id_: str, records: list[Customer]) -> Person:
    named = list(chain.from_iterable(map(_names_of, records)))
    by_kind: dict[str, set[str]] = defaultdict(set)
    proved: dict[str, set[str]] = defaultdict(set)
    for one in named:
        by_kind[one.kind].add(one.value)
        if one.verified:
            proved[one.kind].add(one.value)
    return Person(
        id=id_,
        is_firm=any(one.kind in _FIRMS for one in records),
        names=frozenset(words for one in records if (words := words_of(one.name))),
        birthdays=frozenset(one.birthday for one in records if one.birthday),
        regions=frozenset(" ".join(words_of(one.region)) for one in records if one.region) - {""},
        mails=frozenset(by_kind["email"]),
        proved_mails=frozenset(proved["email"]),
        mailboxes=frozenset(map(mailbox, by_kind["email"])),
        phones=frozenset(by_kind["phone"]),
        proved_phones=frozenset(proved["phone"]),
        addresses=frozenset(by_kind["post"]),
        platform=frozenset(by_kind["platform"]),
        anonymous=frozenset(by_kind["anonymous"]),
        members=frozenset(one.id for one in records) | {id_},
        agents=frozenset(chain.from_iterable(one.people for one in records)),
    )


def _names_of(record: Customer) -> Iterator[_Named]:
    for one in record.identifiers:
        value = f"{one.source}/{one.value}" if one.kind is IdentifierKind.PLATFORM else one.value
        yield from _comparable(one.kind, value, verified=one.verified)
    for point in record.contact_points:
        yield from _comparable(point.medium, point.value, verified=point.verified)


def _comparable(kind: str, value: str, *, verified: bool) -> Iterator[_Named]:
    """The value as it is compared; nothing where it cannot be: malformed, or too short."""
    if kind == "email":
        try:
            yield _Named(kind, normalised(IdentifierKind.EMAIL, value), verified)
        except InvalidValueError:
            return
    elif kind == "phone":
        digits = "".join(filter(str.isdecimal, value))
        if len(digits) >= _FEWEST:
            yield _Named(kind, digits[-_DIGITS:], verified)
    elif kind == "post":
        if words := words_of(value):
            yield _Named(kind, " ".join(words), verified)
    elif kind in (IdentifierKind.PLATFORM, IdentifierKind.ANONYMOUS):
        yield _Named(kind, value, verified)
