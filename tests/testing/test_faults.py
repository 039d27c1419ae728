"""The faults that tests bring about strike when they are told, once, and leave no damage."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.testing import FakeRates
from crmkit.testing.faults import DyingRates, Fault, JumpingClock, breaking, dying, ending_badly


class _Till:
    name = "till"

    def __init__(self):
        self.done, self.closed = [], []

    def do(self, what):
        self.done.append(what)
        return what

    @contextmanager
    def open(self):
        try:
            yield self
        except OSError as error:
            raise RuntimeError("translated") from error
        finally:
            self.closed.append(len(self.done))


class _Shop:
    def __init__(self):
        self.till = _Till()


def _do_two_things(till):
    with till.open() as opened:
        opened.do(1)
        opened.do(2)


def test_a_fault_strikes_once_and_says_so():
    fault = Fault(ConnectionError, at=2)
    fault.step()
    assert not fault.struck
    with pytest.raises(ConnectionError):
        fault.step()
    fault.step()
    assert (fault.struck, fault.steps) == (True, 3)


def test_a_dying_object_does_as_it_did_until_it_dies():
    till = _Till()
    frail = dying(till, Fault(ConnectionError, at=3))
    assert [frail.do(1), frail.do(2), frail.name] == [1, 2, "till"]
    with pytest.raises(ConnectionError):
        frail.do(3)
    assert till.done == [1, 2]


@pytest.mark.parametrize(("at", "done"), [(1, []), (2, [1]), (3, [1, 2])])
def test_within_a_context_calls_are_steps_and_so_is_its_end(at, done):
    till = _Till()
    frail = dying(till, Fault(ConnectionError, at))
    with pytest.raises(RuntimeError, match="translated"):
        _do_two_things(frail)
    assert (till.done, till.closed) == (done, [len(done)])


def test_what_was_broken_is_put_back():
    shop = _Shop()
    till = shop.till
    with breaking(shop, "till", ConnectionError, at=1) as fault:
        with pytest.raises(ConnectionError):
            shop.till.do(1)
        assert fault.struck
    assert shop.till is till
    with breaking(shop, "till", ConnectionError, at=9) as fault:
        shop.till.do(1)
    assert not fault.struck


def test_a_source_ends_badly_after_all_it_has():
    told = []
    with pytest.raises(TimeoutError):
        told.extend(ending_badly([1, 2], TimeoutError))
    source = ending_badly("ab")
    assert [next(source), next(source)] == ["a", "b"]
    with pytest.raises(ConnectionError):
        next(source)


def test_rates_fail_at_the_question_they_are_told():
    rates = DyingRates(FakeRates({"USD/EUR": Decimal("0.9")}), at=2)
    question = ("USD", "EUR", date(2026, 1, 1))
    assert rates.rate(*question) == Decimal("0.9")
    with pytest.raises(ConnectionError):
        rates.rate(*question)
    assert rates.rate(*question) == Decimal("0.9")


def test_a_clock_jumps_as_it_is_told_and_stays():
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in (5, 1, 9)]
    clock = JumpingClock(times)
    assert [clock() for _ in range(5)] == [*times, times[2], times[2]]
    with pytest.raises(InvalidValueError):
        JumpingClock([datetime(2026, 1, 1)])
