"""Hostile ids and texts given to a store.

What a store takes, a memory store takes too, and both say the same of it. What it refuses
leaves every row as it was. Only crmkit's own errors come out.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, Identifier, IdentifierKind, is_guest, normalised
from crmkit.domain.errors import CrmkitError
from crmkit.domain.interactions import Purchase, Referral
from crmkit.domain.kept import Mark
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.ports import Store
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from trials.a_shop import KEY, NOW
from trials.hostile import drawn, tried
from trials.hostile_values import NASTY, TEXTS
from trials.outcome import Outcome
from trials.places import Place, opened
from trials.sizes import Size
from trials.states import rows as kept_rows
from trials.states import told


@attrs.frozen
class Call:
    """A call of a store, made anew for each, since what it makes may be refused."""

    name: str
    make: Callable[[Store, str], Any]

    def __repr__(self) -> str:
        return self.name


_AT = st.sampled_from(
    [NOW, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
)
_BIG = st.sampled_from([0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**80])


def _bought(id_: str, who: str, minor: int, at: datetime, note: str) -> Purchase:
    line = Line(product_id=note or None, amount=Money(minor, "EUR"))
    extra = {"note": note, note: [note]}
    return Purchase(id=id_, customer_id=who, at=at, order_id=id_, lines=[line], extra=extra)


def _adding(id_: str, who: str, minor: int, at: datetime, note: str, *, refuse: bool) -> Call:
    def add(store: Store, shop_id: str) -> Any:
        batch = [
            _bought("sound", "ann", 500, NOW, "cup"),
            _bought(id_, who, minor, at, note),
            Referral(id=f"{id_}!", customer_id=who, at=NOW, referred_id=note),
        ]
        added = store.add(shop_id, batch, recorded_at=NOW, refuse=refuse)
        return added.accepted, added.known

    return Call(f"add({id_!r:.80}, {who!r:.80}, {minor}, {at}, {note!r:.80})", add)


def _putting(who: str, name: str, mail: str) -> Call:
    def put(store: Store, shop_id: str) -> Any:
        kept = store.customer(shop_id, who)
        platform = Identifier(kind="platform", value=mail)
        record = Customer(
            id=who,
            name=name,
            identifiers=[platform],
            attributes={name: mail},
            version=0 if kept is None else kept.version,
        )
        new = store.put_customer(shop_id, record, recorded_at=NOW)
        assert who in store.find(shop_id, IdentifierKind.PLATFORM, platform.value)
        return new

    return Call(f"put_customer({who!r:.80}, {name!r:.80}, {mail!r:.80})", put)


def _merging(who: str, other: str | None, why: str) -> Call:
    def merge(store: Store, shop_id: str) -> Any:
        line = Alias(customer_id=who, stands_for=other, recorded_at=NOW, evidence=why)
        store.put_alias(shop_id, line)

    return Call(f"put_alias({who!r:.80}, {other!r:.80})", merge)


def _asking(text: str, number: int, at: datetime) -> Call:
    """Every question there is; what a database cannot look up, it may refuse."""

    def ask(store: Store, shop_id: str) -> Any:
        questions: list[Callable[[], Any]] = [
            lambda: store.history(shop_id, text),
            lambda: store.history(shop_id, text, known_at=at),
            lambda: store.links(shop_id, text),
            lambda: store.customer(shop_id, text),
            lambda: [store.find(shop_id, kind, text) for kind in IdentifierKind],
            lambda: store.extent(shop_id, until=at),
            lambda: store.shop(text),
            lambda: list(store.histories(text)),
            lambda: store.mark(shop_id, text),
            lambda: store.position(shop_id, text),
            lambda: store.events(shop_id, after=number, limit=3),
            lambda: store.models(shop_id, until_day=number),
        ]
        for question in questions:
            with suppress(CrmkitError):
                question()

    return Call(f"ask({text!r:.80}, {number}, {at})", ask)


def _keeping(text: str, number: int) -> Call:
    def keep(store: Store, shop_id: str) -> Any:
        mark = Mark(name=text, position=number, seal=text)
        store.add(shop_id, [], recorded_at=NOW, mark=mark)
        assert store.mark(shop_id, text) == mark
        store.put_position(shop_id, text, number)
        assert store.position(shop_id, text) == number

    return Call(f"keep({text!r:.80}, {number})", keep)


CALLS = st.one_of(
    st.builds(
        _adding, TEXTS, TEXTS, st.sampled_from([500, 0, 10**15, 2**70]), _AT, TEXTS,
        refuse=st.booleans(),
    ),
    st.builds(_putting, TEXTS, TEXTS, TEXTS),
    st.builds(_merging, TEXTS, st.none() | TEXTS, TEXTS),
    st.builds(_asking, TEXTS, _BIG, _AT),
    st.builds(_keeping, TEXTS, _BIG),
)  # fmt: skip


def calls(place: Place, size: Size) -> Outcome:
    """Give a store hostile ids and texts, and compare it with a memory store."""
    outcome = Outcome("hostile calls", place.name)

    with opened(place.fresh()) as store:

        @drawn(size.rows // 14)
        @given(st.lists(CALLS, min_size=1, max_size=8))
        def nothing_breaks_or_is_half_kept(series: list[Call]) -> None:
            shop = Shop(id=f"lamp-{outcome.did['shops']}", currency="EUR", publishes=True)
            outcome.count("shops")
            to, oracle = Reporting(shop, None, KEY), MemoryStore()
            store.attach(to)
            oracle.attach(to)
            for call in series:
                _call(outcome, call, store, oracle, shop.id)
            said, expected = told(store, shop.id), told(oracle, shop.id)
            check = Outcome("", "")
            check.alike("state", said, expected)
            assert not check.found, check.found

        tried(outcome, nothing_breaks_or_is_half_kept)
        tried(outcome, lambda: _stay_apart(outcome, store))
    return outcome.over()


def _call(outcome: Outcome, call: Call, store: Store, oracle: Store, shop_id: str) -> None:
    outcome.count("calls")
    before = kept_rows(store, shop_id)
    try:
        answer = call.make(store, shop_id)
    except CrmkitError as error:
        str(error)
        outcome.count("refused")
        assert kept_rows(store, shop_id) == before, f"{call} was refused and left something"
        return
    assert call.make(oracle, shop_id) == answer, f"{call} is answered otherwise"


def _stay_apart(outcome: Outcome, store: Store) -> None:
    """Ids that look alike, or are alike to a careless comparison, are ids of their own."""
    shop = Shop(id="apart", currency="EUR")
    store.attach(Reporting(shop))
    kept = [text for text in NASTY if _is_kept(store, shop.id, text)]
    assert len(kept) > len(NASTY) - 8, f"only {len(kept)} of {len(NASTY)} ids are kept"
    named = defaultdict(list)
    for text in kept:
        named[normalised(IdentifierKind.PLATFORM, f"{text}.")].append(text)
        (one,) = store.history(shop.id, text)
        assert one == _bought(text, text, 500, NOW, text), f"{text!r:.80} is read as another"
        record = store.customer(shop.id, text)
        assert record is not None, f"there is no record of {text!r:.80}"
        assert (record.id, record.name) == (text, text), f"{text!r:.80} has another's record"
        mark = store.mark(shop.id, text)
        assert mark is not None, f"there is no mark {text!r:.80}"
        assert mark.seal == text, f"the mark {text!r:.80} is another's"
    for value, texts in named.items():
        found = store.find(shop.id, IdentifierKind.PLATFORM, value)
        assert found == sorted(texts), f"{value!r:.80} finds {found!r:.300}"
    assert [who for who, _ in store.histories(shop.id)] == sorted(kept)
    assert [one.id for one in store.customers(shop.id)] == sorted(kept)
    outcome.count("ids that stay apart", len(kept))


def _is_kept(store: Store, shop_id: str, text: str) -> bool:
    """Keep an order, a record and a mark under a text, if it can be an id here."""
    try:
        mark = Mark(name=text, position=len(text), seal=text)
        store.add(shop_id, [_bought(text, text, 500, NOW, text)], recorded_at=NOW, mark=mark)
    except CrmkitError:
        return False
    platform = Identifier(kind="platform", value=f"{text}.")
    kind = "guest" if is_guest(text) else "individual"
    record = Customer(id=text, kind=kind, name=text, identifiers=[platform])
    store.put_customer(shop_id, record)
    return True
