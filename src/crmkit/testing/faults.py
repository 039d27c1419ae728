"""Faults for tests: sources that end badly, rates that fail, clocks that jump, databases that die.

The first three work on any store. For the last, a suite says how the database under its store
is reached, in the hook ``faults``; ``dying`` stands in front of anything with methods and
dies at the n-th call.

    class TestMyStore(StoreSuite):
        def faults(self, store):
            yield lambda n: breaking(store, "_database", DiskFullError, at=n)
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from inspect import isgeneratorfunction
from typing import Any, TypeVar

from attrs import define, field

from crmkit.domain.reporting import Rates
from crmkit.domain.times import utc

__all__ = ["Breaking", "DyingRates", "Fault", "JumpingClock", "breaking", "dying", "ending_badly"]

_T = TypeVar("_T")


@define
class Fault:
    """What goes wrong at the n-th step, once.

    Attributes:
        error: Makes what is raised.
        at: The step that fails, from 1 on.
        steps: How many there were.
        struck: Whether it has failed.

    >>> fault = Fault(OSError, at=2)
    >>> fault.step()
    >>> fault.struck
    False
    """

    error: Callable[[], BaseException]
    at: int
    steps: int = 0
    struck: bool = False

    def step(self) -> None:
        """Count a step, and fail where it is the one."""
        self.steps += 1
        if self.steps == self.at:
            self.struck = True
            raise self.error()


#: Gives, for a step, a context in which it fails; what it yields tells whether it did.
Breaking = Callable[[int], AbstractContextManager[Fault]]


class _Dying:
    """Stands in front of an object; every call of a method is a step."""

    def __init__(self, whole: Any, fault: Fault) -> None:
        self._whole, self._fault = whole, fault

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._whole, name)
        return _stepping(found, self._fault) if callable(found) else found


def _stepping(method: Callable[..., Any], fault: Fault) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if _opens_a_context(method):
            return _within(method(*args, **kwargs), fault)
        fault.step()
        return method(*args, **kwargs)

    return call


def _opens_a_context(method: Callable[..., Any]) -> bool:
    return isgeneratorfunction(getattr(method, "__wrapped__", None))


@contextmanager
def _within(context: AbstractContextManager[Any], fault: Fault) -> Iterator[Any]:
    """The context, in which every call is a step, and so is its end."""
    with context as inner:
        yield dying(inner, fault)
        fault.step()


def dying(whole: Any, fault: Fault) -> Any:
    """Return an object that does as ``whole`` does until the fault strikes.

    Every call of a method is a step. A method made with ``contextlib.contextmanager`` gives
    a context in which every call is one, and so is its end, the commit; what opened the
    context meets the error, as it would that of a driver.

    Args:
        whole: Anything with methods.
        fault: What goes wrong, and when.
    """
    return _Dying(whole, fault)


@contextmanager
def breaking(
    owner: Any, name: str, error: Callable[[], BaseException], *, at: int
) -> Iterator[Fault]:
    """Let the object that ``owner`` keeps under a name die at a step, then put it back.

    Args:
        owner: The store.
        name: Of the attribute that holds its database.
        error: Makes what the database's driver would raise.
        at: The step that fails, from 1 on.
    """
    whole, fault = getattr(owner, name), Fault(error, at)
    setattr(owner, name, dying(whole, fault))
    try:
        yield fault
    finally:
        setattr(owner, name, whole)


def ending_badly(
    items: Iterable[_T], error: Callable[[], BaseException] = ConnectionError
) -> Iterator[_T]:
    """Yield all items, then fail instead of ending: a source of which the line goes dead.

    >>> list(ending_badly([1, 2]))
    Traceback (most recent call last):
    ConnectionError
    """
    yield from items
    raise error()


@define
class DyingRates:
    """Exchange rates from a provider that fails at the n-th question.

    Attributes:
        rates: The provider.
        at: The question that fails, from 1 on.
        error: Makes what is raised.
    """

    rates: Rates
    at: int
    error: Callable[[], BaseException] = ConnectionError
    _fault: Fault = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._fault = Fault(self.error, self.at)

    def rate(self, currency: str, into: str, day: date, /) -> Decimal | None:
        """Return the provider's rate, or fail."""
        self._fault.step()
        return self.rates.rate(currency, into, day)


def _in_utc(times: Iterable[datetime]) -> list[datetime]:
    return [utc(one) for one in times]


@define
class JumpingClock:
    """A ``Clock`` that tells one given time after another, forwards or back; then the last.

    Attributes:
        times: What it tells, in turn.

    >>> from datetime import UTC
    >>> clock = JumpingClock([datetime(2026, 1, 2, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)])
    >>> [clock().year for _ in range(3)]
    [2026, 2025, 2025]
    """

    times: list[datetime] = field(converter=_in_utc)

    def __call__(self) -> datetime:
        """Return the next time."""
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]
