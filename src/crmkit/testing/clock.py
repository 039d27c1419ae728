"""A clock that tells the time it is told."""

from datetime import UTC, datetime, timedelta

from attrs import define, field

from crmkit.domain.times import utc


@define
class FakeClock:
    """A ``Clock`` that stands still until it is moved.

    Attributes:
        now: The time it tells, in UTC.

    >>> clock = FakeClock()
    >>> clock.advance(days=1)
    >>> clock().isoformat()
    '2026-01-02T00:00:00+00:00'
    """

    now: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC), converter=utc)

    def __call__(self) -> datetime:
        """Return the time it was told."""
        return self.now

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        """Move the clock on, or back where negative."""
        self.now += timedelta(days=days, seconds=seconds)
