"""People of a base, against truth that is counted here by hand: over plain lists, one by one.

What is asked of the base is asked of two objects on one store, so that what one of them has
read before the other changed it is noticed. Sequences are drawn from seeds.
"""

import random
import sqlite3
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from attrs import evolve

from crmkit import CustomerBase, Line, Money, Purchase, Return, Shop
from crmkit.adapters.wire import customer_to_json
from crmkit.domain.contact_points import bounced, confirmed, reached, with_point
from crmkit.domain.customer import Acquisition, Customer, Identifier, guest_id
from crmkit.domain.errors import ErasedError, InvalidValueError
from crmkit.domain.interactions import ConsentChanged, Referral, Visit
from crmkit.domain.joining import MERGE_SOURCE
from crmkit.domain.provenance import expired
from crmkit.domain.retention import RetentionRule
from crmkit.testing.clock import FakeClock

SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid", gross_margin="0.5", publishes=True)
KEY = b"a key for those who test"
START = datetime(2026, 1, 1, tzinfo=UTC)
IDS = ("ann@mail.example", "ben", "cid", "dora", "Ünï/1", "f")
GUESTS = tuple(guest_id("shop", f"g{n}") for n in range(3))
STORES = ("memory:", "sqlite://", "file")


def day(number):
    return START + timedelta(days=number)


def euros(minor):
    return Money(minor, "EUR")


def sold(id_, who, on, *lines):
    """An order of (product, quantity, minor units)."""
    return Purchase(
        id=id_,
        order_id=id_,
        customer_id=who,
        at=day(on),
        lines=[Line(product_id=p, quantity=n, amount=euros(a)) for p, n, a in lines],
    )


def consent(id_, who, on, granted, medium="email", purpose="promotion", **fields):
    given = {"medium": medium, "purpose": purpose, "granted": granted} | fields
    return ConsentChanged(id=id_, customer_id=who, at=day(on), **given)


@pytest.fixture(params=STORES)
def target(request, tmp_path):
    return f"sqlite:///{tmp_path / 'crm.db'}" if request.param == "file" else request.param


def opened(target, at=100, shop=SHOP):
    return CustomerBase.open(target, shop=shop, clock=FakeClock(day(at)), erasure_key=KEY)


# The truth, by brute force


class Truth:
    """Every revision and every line ever told, in plain lists."""

    def __init__(self):
        self.revisions = []  # (recorded_at, interaction)
        self.lines = []  # (recorded_at, who, stands for)

    def tell(self, one, at):
        known = {(o.source, o.id, o.revision) for _, o in self.revisions}
        if (one.source, one.id, one.revision) not in known:
            self.revisions.append((at, one))

    def standing(self, known):
        """Who stands for whom, since when, in the order of the lines that stand."""
        to = {}
        for at, who, stands_for in self.lines:
            if known is None or at <= known:
                to.pop(who, None)
                if stands_for is not None:
                    to[who] = at, stands_for
        return to

    def ends(self, known=None):
        to = self.standing(known)

        def end(who):
            return end(to[who][1]) if who in to else who

        return {who: end(who) for who in to}

    def current(self, known):
        latest = {}
        for at, one in sorted(self.revisions, key=lambda each: each[1].revision):
            if known is None or at <= known:
                latest[one.source, one.id] = one
        return list(latest.values())

    def people(self, known, as_of):
        ends, found = self.ends(known), defaultdict(list)
        for one in self.current(known):
            if one.at <= as_of:
                found[ends.get(one.customer_id, one.customer_id)].append(one)
        return found

    def allowed(self, known, as_of, who, medium, purpose):
        """Whether a contact is allowed: at each merge a no of either side becomes a word."""
        said = defaultdict(list)
        for one in self.current(known):
            if isinstance(one, ConsentChanged) and (one.medium, one.purpose) == (medium, purpose):
                said[one.customer_id].append((one.at, one.granted))

        def latest(words, until):
            words = [each for each in words if each[0] <= until]
            last = max((at for at, _ in words), default=None)
            return None if last is None else all(yes for at, yes in words if at == last)

        head = {}
        for member, (at, stands_for) in self.standing(known).items():
            to = stands_for
            while to in head:
                to = head[to]
            head[member] = to
            if False in (latest(said[to], at), latest(said[member], at)):
                said[to].append((at, False))
            said[to] += said.pop(member)
        return latest(said[self.ends(known).get(who, who)], as_of) is True


def figures(who, facts):
    """(orders, void orders, revenue) of one person, returns linked by hand."""
    bought, back, loose, held = {}, defaultdict(lambda: [0, 0]), 0, defaultdict(dict)
    for one in sorted(facts, key=lambda each: (each.at, each.source, each.id)):
        if isinstance(one, Purchase):
            bought[one.order_id] = [0, 0]
            for line in one.lines:
                units = int(line.quantity)
                bought[one.order_id][0] += units
                bought[one.order_id][1] += line.amount.minor
                have = held[line.product_id].setdefault(one.order_id, [one.at, 0, 0, 0])
                have[1:] = have[1] + units, have[2] + units, have[3] + line.amount.minor
        elif isinstance(one, Return):
            for line in one.lines:
                units, amount = int(line.quantity), line.amount.minor
                of = held[line.product_id]
                if one.order_id is not None:
                    parts = [(one.order_id, units)]
                elif who.startswith("guest:"):
                    parts = []
                else:
                    parts = found_orders(of, one.at, units, amount)
                for key, taken in parts:
                    back[key][0] += taken
                    back[key][1] += amount * taken / units
                    if key in of:
                        of[key][2] -= min(taken, of[key][2])
                loose += amount * (units - sum(taken for _, taken in parts)) / units
    void = {
        key
        for key, (units, paid) in bought.items()
        if key in back and (back[key][0] >= units or back[key][1] >= paid)
    }
    refunds = sum(refund for _, refund in back.values()) + loose
    revenue = sum(paid for _, paid in bought.values()) - refunds
    return len(bought) - len(void), len(void), round(revenue)


def found_orders(of, at, units, amount):
    earlier = [(at_, key) for key, (at_, _, left, _) in of.items() if left > 0 and at_ < at]
    keys = [key for _, key in sorted(earlier, reverse=True)]
    exact = [k for k in keys if of[k][2] == units and of[k][3] * units == amount * of[k][1]]
    enough = [k for k in keys if of[k][2] >= units]
    if exact or enough:
        return [((exact or enough)[0], units)]
    parts = []
    for key in keys:
        parts.append((key, min(units, of[key][2])))
        units -= parts[-1][1]
    return [each for each in parts if each[1]]


# Sequences of everything


class Sequence:
    """A sequence of everything that can be done to people, drawn from a seed."""

    def __init__(self, target, seed):
        self.draw, self.truth, self.names = random.Random(seed), Truth(), count()  # noqa: S311
        self.base = opened(target, at=30)
        self.other = CustomerBase.open(
            self.base.store, shop=SHOP, clock=self.base.clock, erasure_key=KEY
        )
        self.erased = False

    @property
    def now(self):
        return self.base.clock()

    def step(self, *, erasing):
        self.base.clock.advance(seconds=self.draw.randrange(1, 40))
        kinds = [self.facts] * 5 + [self.change, self.merge, self.merge, self.unmerge, self.link]
        kinds += [self.put, self.rebuild] + [self.erase] * erasing
        self.draw.choice(kinds)(self.draw.choice([self.base, self.other]))

    def facts(self, base):
        draw, name = self.draw, f"i{next(self.names)}"
        who, at = draw.choice(IDS + GUESTS[:1]), draw.randrange(30)
        product, n = draw.choice("pq"), draw.randrange(1, 4)
        other = draw.choice([one for one in IDS if one != who])
        lines = [Line(product_id=product, quantity=n, amount=euros(n * draw.choice([100, 250])))]
        mine = [one for one in self.truth.current(None) if isinstance(one, Purchase)]
        named = draw.choice([None, *mine[-3:]])
        kept = named is not None and "erased" not in named.customer_id
        self.tell(
            base,
            draw.choice(
                [
                    sold(name, who, at, (product, n, n * draw.choice([100, 250]))),
                    sold(name, draw.choice(GUESTS), at, ("p", 1, 250)),
                    Return(
                        id=name,
                        customer_id=named.customer_id if kept else who,
                        at=day(at),
                        order_id=named.order_id if kept else None,
                        lines=named.lines if kept else lines,
                    ),
                    Return(id=name, customer_id=who, at=day(at), lines=lines),
                    consent(name, who, at, draw.random() < 0.5, draw.choice(["email", "phone"])),
                    Referral(
                        id=name,
                        customer_id=who,
                        at=day(at),
                        referred_id=other,
                        reward=draw.choice([None, euros(100)]),
                    ),
                ]
            ),
        )

    def tell(self, base, one):
        try:
            base.record([one, one])
        except ErasedError:
            return
        assert base.record([one]).known == 1
        self.truth.tell(one, self.now)

    def change(self, base):
        """A revision, perhaps of somebody else."""
        kept = [one for one in self.truth.current(None) if "erased" not in one.customer_id]
        if kept:
            one, who = self.draw.choice(kept), self.draw.choice(IDS)
            free = one.customer_id not in GUESTS and getattr(one, "referred_id", None) != who
            changes = {"customer_id": who} if free else {"at": day(self.draw.randrange(30))}
            if "erased" not in getattr(one, "referred_id", ""):
                self.tell(base, evolve(one, revision=one.revision + 1, **changes))

    def put(self, base):
        who = self.draw.choice(IDS)
        record = base.customer(who) or Customer(id=base.stands_for(who))
        try:
            base.put_customer(evolve(record, tags={self.draw.choice("xyz")}))
        except ErasedError:
            assert self.erased

    def merge(self, base):
        self.absorb(lambda: base.merge(*self.draw.sample(IDS, 2)))

    def link(self, base):
        guest, who = self.draw.choice(GUESTS), self.draw.choice(IDS)
        self.absorb(lambda: base.link_guest(guest, who, verified_by="signed_in"))

    def absorb(self, merging):
        try:
            merged = merging()
        except InvalidValueError:
            return
        self.truth.lines.append((self.now, merged.absorbed, merged.survivor))

    def unmerge(self, base):
        parted = [who for who in self.truth.ends() if "erased" not in who]
        if parted:
            who = self.draw.choice(parted)
            base.unmerge(who)
            self.truth.lines.append((self.now, who, None))

    def rebuild(self, base):
        base.store.rebuild(base.reporting)

    def erase(self, base):
        who, ends = self.draw.choice(IDS + GUESTS), self.truth.ends()
        head = ends.get(who, who)
        members = [head, *sorted(one for one, end in ends.items() if end == head)]
        try:
            erased = base.erase(who)
        except InvalidValueError:
            return
        self.erased = True
        token = erased.pseudonym.removeprefix("guest:erased/").removeprefix("erased:")[:32]
        names = {}
        for place, one in enumerate(members):
            plain = f"erased:{token}" + f".{place}" * (place > 0)
            names[one] = f"guest:erased/{token}.{place}" if one in GUESTS else plain
        self.truth.lines = [
            (at, names.get(one, one), names.get(to, to)) for at, one, to in self.truth.lines
        ]
        self.truth.revisions = [(at, renamed(one, names)) for at, one in self.truth.revisions]

    def check(self):
        moments = [at for at, *_ in self.truth.lines] + [self.now - timedelta(seconds=99)]
        for known in (None, self.draw.choice(moments)):
            as_of = self.draw.choice([self.now, day(self.draw.randrange(30))])
            base = self.draw.choice([self.base, self.other])
            ends = self.truth.ends(known)
            people = self.truth.people(known, as_of)
            told = {who: figures(who, facts) for who, facts in people.items()}
            asked = {"as_of": as_of, "known_at": known}
            everyone = base.profiles(**asked).everyone
            assert everyone.orders == sum(each[0] for each in told.values())
            assert everyone.revenue == sum(each[2] for each in told.values())
            bulk = base.summaries(**asked).customers
            nothing = {  # a referral of oneself without a reward is not even a fact
                who
                for who, facts in people.items()
                if all(isinstance(one, Referral) for one in facts) and who not in bulk
            }
            customers = {who for who in told if not who.startswith("guest:")} - nothing
            assert set(bulk) == customers
            for who, one in bulk.items():
                buying = one.buying
                assert (buying.orders, buying.void_orders, buying.revenue) == told[who]
            for who in {*IDS, *ends}:
                self.check_one(base, who, ends.get(who, who), bulk, asked)
            if known is None:
                assert [base.stands_for(who) for who in IDS] == [ends.get(who, who) for who in IDS]

    def check_one(self, base, who, head, bulk, asked):
        known, as_of = asked["known_at"], asked["as_of"]
        if head in bulk:
            assert base.summary(who, **asked) == bulk[head]
        elif not head.startswith("guest:"):
            with pytest.raises(InvalidValueError, match="nothing is known"):
                base.summary(who, **asked)
        for medium in ("email", "phone"):
            permission = base.may_contact(who, medium, "promotion", at=as_of, known_at=known)
            truth = self.truth.allowed(known, as_of, who, medium, "promotion")
            assert permission.allowed == truth


def renamed(one, names):
    changes = {"customer_id": names.get(one.customer_id, one.customer_id)}
    if isinstance(one, Referral):
        changes["referred_id"] = names.get(one.referred_id, one.referred_id)
    return evolve(one, **changes)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_done_to_people_answers_are_those_counted_by_hand(target, seed):
    sequence = Sequence(target, seed)
    for number in range(1, 41):
        sequence.step(erasing=seed % 2)
        if number % 8 == 0:
            sequence.check()
    while [who for who in sequence.truth.ends() if "erased" not in who]:
        sequence.base.clock.advance(seconds=1)
        sequence.unmerge(sequence.base)
    sequence.check()
    if not sequence.erased:
        twin = opened("memory:", at=30)
        twin.record([one for _, one in sequence.truth.revisions])
        store = sequence.base.store
        assert list(store.histories("lamp")) == list(twin.store.histories("lamp"))
        assert sorted(map(str, store.facts("lamp"))) == sorted(map(str, twin.store.facts("lamp")))
        at = sequence.now
        assert sequence.base.profiles(as_of=at).rows == twin.profiles(as_of=at).rows


def test_a_guest_linked_later_is_no_guest_when_asked_of_a_time_before_anything():
    base = opened("memory:")
    base.record([sold("g", GUESTS[0], 9, ("p", 1, 100)), sold("a", "ann", 8, ("p", 1, 100))])
    base.link_guest(GUESTS[0], "ann", verified_by="signed_in")
    with pytest.raises(InvalidValueError, match="customer_id is 'ann', but nothing is known"):
        base.summary(GUESTS[0], as_of=day(1))


# Records: what one id brought goes with it


@pytest.mark.parametrize("seed", range(40))
def test_undoing_merges_in_any_order_leaves_nobodys_words_with_anybody(seed):
    draw, base, ids = random.Random(seed), opened("memory:"), list("abcdef")  # noqa: S311
    base.record([sold(f"o{one}", one, draw.randrange(9), ("p", 1, 100)) for one in ids])
    told = {}
    for one in ids:
        told[one] = Customer(
            id=one,
            name=draw.choice([None, f"N{one}"]),
            tags={f"t{one}"},
            notes=[f"n{one}"],
            region=draw.choice([None, f"R{one}", "same"]),
            attributes=draw.choice([{}, {"x": one}, {"x": "same", "y": one}]),
            identifiers=[Identifier(kind="platform", value=f"p{one}")] * draw.randrange(2),
        )
        base.put_customer(told[one])
    for _ in range(12):
        base.clock.advance(seconds=draw.randrange(2))
        who, other = draw.sample(ids, 2)
        done = draw.randrange(5)
        if done < 2 and base.stands_for(who) != base.stands_for(other):
            base.merge(who, other)
        elif done < 4:
            base.put_customer(evolve(base.customer(who), language=draw.choice(["es", "en"])))
        elif base.stands_for(who) != who:
            base.unmerge(who)
        check_copies(base)
    draw.shuffle(ids)
    while parted := [one for one in ids if base.stands_for(one) != one]:
        base.unmerge(draw.choice(parted))
        check_copies(base)
    for one in ids:
        record = base.customer(one)
        assert evolve(record, version=0, language=None) == told[one]


def check_copies(base):
    """Copies of records that lines hold tell only of those who are that person now."""
    for line in base.store.aliases("lamp"):
        if line.before is not None:
            members = base.also_known_as(line.stands_for)
            assert {note.removeprefix("n") for note in line.before.notes} <= {*members}


def test_a_person_parted_and_erased_is_in_no_copy_and_comes_back_with_nobody(target, tmp_path):
    base = opened(target)
    base.record([sold(f"o{who}", who, n, ("p", 1, 100)) for n, who in enumerate("bac")])
    base.put_customer(Customer(id="a", name="zq-name", notes=["zq-note"], tags={"zq-tag"}))
    base.put_customer(Customer(id="c", name="Carl"))
    assert base.merge("a", "b").survivor == "b"
    base.put_customer(evolve(base.customer("b"), region="Madrid"))
    base.merge("c", "b")
    base.unmerge("a")
    base.erase("a")
    assert "zq-" not in "".join(
        customer_to_json(line.before) for line in base.store.aliases("lamp") if line.before
    )
    base.unmerge("c")
    record = base.customer("b")
    assert (record.name, record.notes, record.tags) == (None, (), frozenset())
    assert (record.region, base.customer("c").name) == ("Madrid", "Carl")
    for path in tmp_path.glob("*.db"):
        with sqlite3.connect(path) as connection:
            assert "zq-" not in "\n".join(connection.iterdump())
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        assert b"zq-" not in path.read_bytes()


# What the shop rolls back


def test_a_base_that_lives_on_does_not_answer_from_what_was_rolled_back():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    base = opened(connection)
    base.record([sold(who, who, n, ("p", 1, 100 + n)) for n, who in enumerate("bac")])
    connection.execute("BEGIN")
    base.merge("a", "b")
    assert (base.stands_for("a"), len(base.profiles())) == ("b", 2)
    connection.execute("ROLLBACK")
    base.merge("c", "b")
    assert (base.stands_for("a"), base.stands_for("c")) == ("a", "b")
    assert {one.customer_id: one.revenue.minor for one in base.profiles()} == {"a": 101, "b": 202}
    connection.execute("BEGIN")
    base.record([sold("d", "d", 4, ("p", 1, 100_000))])
    assert base.profiles().everyone.revenue == 100_303
    connection.execute("ROLLBACK")
    base.record([sold("d", "d", 4, ("p", 1, 1))])
    assert base.profiles().everyone.revenue == 304
    connection.close()


# Sources, lines


def test_nobody_records_what_only_merges_leave(target):
    base = opened(target)
    base.record([sold("a", "a", 2, ("p", 1, 1)), sold("b", "b", 1, ("p", 1, 1))])
    base.record([consent("c1", "a", 3, granted=False), consent("c2", "b", 4, granted=True)])
    forged = consent("a/email/promotion", "b", 2, granted=True, source=MERGE_SOURCE)
    with pytest.raises(InvalidValueError, match=r"source is 'crmkit\.merge', but must not be"):
        base.record([forged])
    assert [one.field for one in base.load([forged]).problems] == ["source"]
    base.merge("a", "b")
    assert not base.may_contact("a", "email", "promotion").allowed
    assert [one.id for one in base.store.facts("lamp") if one.source == MERGE_SOURCE] == [
        "a/email/promotion"
    ]


def test_a_merge_reads_the_lines_of_the_two_alone(target, monkeypatch):
    base = opened(target)
    base.record([sold(f"o{n}", f"c{n}", n, ("p", 1, 1)) for n in range(8)])
    for n in range(0, 6, 2):
        base.merge(f"c{n}", f"c{n + 1}")
    store, asked = base.store, []
    whole = store.aliases("lamp")
    read = type(store).aliases

    def counted(self, shop_id, /, **of):
        asked.append(read(self, shop_id, **of))
        return asked[-1]

    monkeypatch.setattr(type(store), "aliases", counted)
    base.merge("c1", "c7")
    base.unmerge("c3")
    base.put_customer(Customer(id="c5", name="Eve"))
    base.add_contact_point("c5", "post", "High Street 1")
    told = [[line.customer_id for line in lines] for lines in asked]
    assert told[:3] == [["c1"], ["c3"], ["c5"]]
    ids = [line.customer_id for line in store.aliases("lamp", of=["c4", "c3", "c4"])]
    assert ids == ["c3", "c5", "c3"]
    assert store.aliases("lamp", of=[]) == []
    assert store.aliases("lamp")[:3] == whole


# Export


def test_an_export_names_no_other_customer(target):
    base = opened(target)
    ann, bob = "ann@mail.example", "bob@mail.example"
    base.record([sold("a", ann, 1, ("p", 1, 1)), sold("b", bob, 2, ("p", 1, 1))])
    base.record([Referral(id="r", customer_id=ann, at=day(3), referred_id=bob)])
    base.put_customer(Customer(id="firm", kind="manufacturer", people=[ann, bob]))
    base.merge(ann, bob, evidence="the phone of Bob")
    base.unmerge(bob, evidence="Bob called")
    plain = base.export(ann).to_plain()
    assert "bob" not in str(plain).casefold()
    assert [(one["customer_id"], one["stands_for"]) for one in plain["aliases"]] == [
        ("another customer", ann),
        ("another customer", None),
    ]
    assert plain["acts_for"] == ["firm"]
    (brought,) = (one for one in plain["interactions"] if one["kind"] == "referral")
    assert brought["referred_id"] == "another customer"


# Contact points, leases, retention, duplicates


def plain(value):
    return value.strip().casefold()


@pytest.mark.parametrize("seed", range(60))
def test_what_is_verified_stays_and_nothing_is_lost_whatever_happens_to_points(seed):
    draw, record = random.Random(seed), Customer(id="ann")  # noqa: S311
    values, verified, met = ["a@x.example", "b@x.example", "A@X.example "], set(), set()
    for n in range(15):
        value, other, at = draw.choice(values), draw.choice(values), day(draw.randrange(40))
        done = draw.randrange(4)
        try:
            if done == 0:
                proved = draw.random() < 0.3
                old = draw.choice([None, None, other])
                record = with_point(record, "email", value, at=at, verified=proved, replaces=old)
                met.add(plain(value))
                if proved:
                    verified -= {plain(old or value)}
                    verified.add(plain(value))
            elif done == 1:
                record = confirmed(record, "email", value, at)
                met.add(plain(value))
                verified.add(plain(value))
            elif done == 2:
                record = bounced(record, "email", value, at, hard=bool(n % 2))
            else:
                record = reached(record, "email", value, at)
        except InvalidValueError:
            continue
        points = record.contact_points
        assert {plain(one.value) for one in points} == met
        proved = {plain(one.value) for one in points if one.verified and not one.valid_until}
        assert verified <= proved


def test_a_lease_ends_at_its_very_moment_in_any_zone():
    madrid = timezone(timedelta(hours=2))
    ends = datetime(2026, 7, 1, 0, 0, tzinfo=madrid)
    lent = Customer(id="ann", name="Ann", acquisition=Acquisition(mode="rented", expires=ends))
    moment = timedelta(microseconds=1)
    assert not expired(lent.acquisition, datetime(2026, 6, 30, 22, tzinfo=UTC) - moment)
    assert expired(lent.acquisition, datetime(2026, 6, 30, 22, tzinfo=UTC))
    base = opened("memory:")
    base.put_customer(lent)
    base.clock.now = ends - moment
    assert (base.customer("ann").name, base.expired().rows) == ("Ann", ())
    base.clock.now = ends
    assert base.customer("ann").name is None
    assert [one.customer_id for one in base.expired().rows] == ["ann"]
    base.drop_expired(dry_run=False)
    assert base.store.customer("lamp", "ann").name is None


@pytest.mark.parametrize("seed", range(6))
def test_a_dry_run_of_retention_is_what_then_happens_and_what_a_hand_count_says(seed, target):
    draw, base = random.Random(seed), opened(target)  # noqa: S311
    ids = [*(f"c{n}" for n in range(12)), *GUESTS]
    facts, tags = [], defaultdict(set)
    for n in range(30):
        who, at = draw.choice(ids), draw.randrange(0, 99)
        visit = Visit(id=f"v{n}", customer_id=who, at=day(at))
        facts.append(draw.choice([visit, sold(f"o{n}", who, at, ("p", 1, 100))]))
    base.record(facts)
    for who in ids[:4]:
        tags[who] = {draw.choice(["hold", "club"])}
        base.put_customer(Customer(id=who, tags=tags[who]))
    for _ in range(4):
        with suppress(InvalidValueError):
            base.merge(*draw.sample(ids[:12], 2))
    members = {who: base.also_known_as(who) for who in ids}
    due, spared = set(), set()
    for who in ids:
        of = [one for one in facts if one.customer_id in members[who]]
        if not of or base.stands_for(who) != who:
            continue
        orders = [one.at for one in of if isinstance(one, Purchase)]
        group = "guests" if who in GUESTS else "buyers" if orders else "leads"
        quiet = {"guests": 30, "buyers": 50, "leads": 20}[group]
        end = max(
            max(one.at for one in of) + timedelta(days=quiet),
            max(orders, default=START) + timedelta(days=60 if group == "buyers" else 0),
        )
        if end <= base.clock():
            held = any("hold" in tags[one] for one in members[who])
            (spared if held else due).add(who)
    rules = [
        RetentionRule(name="leads", of="leads", days=20),
        RetentionRule(name="buyers", of="buyers", days=50, order_days=60),
        RetentionRule(name="guests", of="guests", days=30),
    ]
    dry = base.retention(rules)
    assert {one.customer_id for one in dry.due} == due
    assert {one.customer_id for one in dry.spared} == spared
    before = base.profiles().everyone
    run = base.retention(rules, dry_run=False)
    assert (run.due, run.spared, run.undated) == (dry.due, dry.spared, dry.undated)
    assert len(run.erased) == len(due)
    assert base.profiles().everyone == before
    assert base.retention(rules).due == ()
    assert not {who for who, _ in base.store.histories("lamp")} & due


def test_pairs_that_are_merged_are_found_no_more(target):
    base = opened(target)
    for n in range(60):
        one = Identifier(kind="email", value=f"m{n // 2}@x.example")
        name = f"Name{n // 2} Family{n // 2}"
        base.put_customer(Customer(id=f"c{n}", name=name, identifiers=[one]))
    pairs = list(base.find_duplicates())
    assert {(one.a, one.b) for one in pairs} == {(f"c{n}", f"c{n + 1}") for n in range(0, 60, 2)}
    for one in pairs[:20]:
        base.merge(one.a, one.b)
    left = {(one.a, one.b) for one in base.find_duplicates()}
    assert left == {(one.a, one.b) for one in pairs[20:]}
