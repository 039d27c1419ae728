"""Events go out: each subscriber is told everything, in order, at least once."""

from datetime import UTC, datetime, timedelta

import pytest

from crmkit import CustomerBase, Shop
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.errors import InvalidValueError, StoreConflictError
from crmkit.domain.events import EventType
from crmkit.domain.interactions import Contribution, Visit

SHOP = Shop(id="lamp", currency="EUR", publishes=True)
START = datetime(2026, 1, 1, tzinfo=UTC)


def visit(number, customer="ann", **more):
    return Visit(id=f"v{number}", customer_id=customer, at=START + timedelta(hours=number), **more)


@pytest.fixture
def base():
    base = CustomerBase.open(MemoryStore(), shop=SHOP, erasure_key=b"0123456789abcdef")
    base.record([visit(number) for number in range(5)])
    return base


class Killed(BaseException):
    """Nothing that is caught on the way."""


def test_a_subscriber_is_told_everything_in_order_and_once(base):
    told = []
    done = base.deliver("mail", told.append)
    assert [one.data["id"] for one in told] == ["v0", "v1", "v2", "v3", "v4"]
    assert (done.count, done.position, done.failed, done.error) == (5, 5, None, None)
    assert str(done) == "5 events taken, up to 5"
    assert base.deliver("mail", told.append).count == 0
    base.record([visit(9)])
    assert base.deliver("mail", told.append).count == 1
    assert [one.position for one in told] == [1, 2, 3, 4, 5, 6]


def test_subscribers_have_positions_of_their_own(base):
    mail, search = [], []
    assert base.deliver("mail", mail.append, limit=2).position == 2
    base.deliver("search", search.append)
    base.deliver("mail", mail.append)
    assert mail == search == base.events()


def test_delivery_stops_at_a_failure_and_loses_nothing(base):
    told = []

    def fails_at_three(event):
        if event.position == 3 and not told[2:]:
            told.append("failed")
            raise ValueError("ann@example.com")
        told.append(event.position)

    done = base.deliver("mail", fails_at_three)
    assert (done.count, done.position, done.failed.position) == (2, 2, 3)
    assert isinstance(done.error, ValueError)
    assert "ann@example.com" not in repr(done)
    assert str(done) == "2 events taken, up to 2, stopped at event 3 by ValueError"
    base.deliver("mail", fails_at_three)
    assert told == [1, 2, "failed", 3, 4, 5]


@pytest.mark.parametrize("batch", [1, 2, 10])
def test_an_error_can_be_raised_once_the_position_is_kept(base, batch):
    def fails(event):
        if event.position == 4:
            raise KeyError

    with pytest.raises(KeyError):
        base.deliver("mail", fails, raise_errors=True, batch=batch)
    assert base.store.position("lamp", "mail") == 3


@pytest.mark.parametrize("batch", [1, 2, 3, 10])
def test_killed_at_any_point_every_event_arrives_at_least_once(batch, monkeypatch):
    at, done = 0, None
    while done is None:
        at += 1
        base = CustomerBase.open(MemoryStore(), shop=SHOP)
        base.record([visit(number) for number in range(5)])
        told, steps = [], 0

        def step(at=at):
            nonlocal steps
            steps += 1
            if steps == at:
                raise Killed

        def handler(event, told=told, step=step):
            step()
            told.append(event.id)
            step()

        put = base.store.put_position

        def put_position(*args, put=put, step=step):
            step()
            put(*args)
            step()

        with monkeypatch.context() as patch:
            patch.setattr(base.store, "put_position", put_position)
            try:
                done = base.deliver("mail", handler, batch=batch)
            except Killed:
                patch.setattr(base.store, "put_position", put)
                base.deliver("mail", lambda event, told=told: told.append(event.id))
        sent = [one.id for one in base.events()]
        assert list(dict.fromkeys(told)) == sent
        assert len(told) <= len(sent) + batch
    assert at > 10


def test_events_can_be_read_and_paged(base):
    assert [one.position for one in base.events(after=1, limit=2)] == [2, 3]
    with pytest.raises(InvalidValueError, match="limit"):
        base.events(limit=0)


def test_more_than_a_page_is_delivered(base):
    base.record([visit(number) for number in range(5, 2300)])
    told = []
    assert base.deliver("mail", told.append, batch=100, limit=2100).count == 2100
    assert base.deliver("mail", told.append, batch=100).count == 200
    assert [one.position for one in told] == list(range(1, 2301))


def test_what_is_recorded_while_events_are_delivered_comes_too(base):
    def record_once(event):
        if event.position == 1:
            base.record([visit(77)])

    assert base.deliver("mail", record_once).count == 6


def test_nothing_is_told_of_what_is_known_or_was_taken_back(base):
    base.record([visit(0)])
    with pytest.raises(StoreConflictError):
        base.record([visit(50), visit(0, channel="web")])
    assert len(base.events()) == 5


def test_events_that_everyone_took_are_dropped(base):
    base.deliver("mail", lambda _: None)
    base.deliver("search", lambda _: None, limit=2)
    assert base.forget_events("mail", "search", "new") == 0
    assert base.forget_events("mail", "search") == 2
    assert [one.position for one in base.events()] == [3, 4, 5]
    assert base.deliver("search", lambda _: None).count == 3
    assert base.forget_events("mail", until=4) == 2
    assert base.forget_events(until=5) == 1
    base.record([visit(9)])
    assert [one.position for one in base.events()] == [6]
    with pytest.raises(InvalidValueError, match="must name everyone"):
        base.forget_events()


def test_a_shop_that_does_not_publish_says_so():
    quiet = CustomerBase.open("memory:", shop=Shop(id="lamp", currency="EUR"))
    quiet.record([visit(1)])
    assert quiet.events() == []
    with pytest.raises(InvalidValueError, match="publishes=True"):
        quiet.deliver("mail", print)


def test_an_event_leads_to_its_interaction_as_it_is_read_now(base):
    event = base.events()[2]
    assert base.interaction_of(event) == visit(2)
    base.record([visit(2, revision=1, channel="web")])
    assert base.interaction_of(event).channel == "web"
    base.record([visit(2, customer="bob", revision=2)])
    assert base.interaction_of(event) is None


def test_events_about_people_who_were_erased_name_them_no_more(base):
    base.record([Contribution(id="idea", customer_id="bob", at=START, what="idea")])
    base.store.erase("lamp", "ann", erased_at=START + timedelta(days=30))
    told = []
    base.deliver("mail", told.append)
    assert "ann" not in repr(told)
    assert not any(f"'v{number}'" in repr(told) for number in range(5))
    assert told[-1].type is EventType.ERASED
    assert base.interaction_of(told[-1]) is None
    found = base.interaction_of(told[0])
    assert (found.at, found.customer_id) == (START, told[0].customer_id)
    assert told[5].customer_id == "bob"


def test_a_batch_must_hold_something(base):
    with pytest.raises(InvalidValueError, match="batch"):
        base.deliver("mail", print, batch=0)
