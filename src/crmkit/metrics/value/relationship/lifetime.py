"""Relationship lifetime: how long it has lasted, whether it still does, what is left of it.

A horizon beside the money, never a part of the sum. The tenure is observed; that the customer
is still there and what remains come from a model of buying and carry its interval.

Source: crmkit; the models name theirs.
"""

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.validators import whole_if_given
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate

__all__ = ["Lifetime"]


@frozen(kw_only=True)
class Lifetime(Shown):
    """How long a relationship has lasted and may last.

    Attributes:
        tenure: Days since the first net purchase occasion; None without one.
        alive: Chance that the customer will still buy, 0 to 1; None where no model tells.
        remaining: What is expected of the rest, in its own unit (occasions, weeks); None
            where no model tells.
        first_seen_only: Whether the log is cut off near the first occasion, so that the
            relationship may be older.
    """

    tenure: int | None = field(validator=whole_if_given(0))
    alive: Estimate | None = None
    remaining: Estimate | None = None
    first_seen_only: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not known of it; empty where all is."""
        told = {
            "tenure": self.tenure,
            "alive": self.alive and self.alive.value,
            "remaining": self.remaining and self.remaining.value,
        }
        return tuple(name for name, one in told.items() if one is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is missing, and why."""
        figures = [one for one in (self.alive, self.remaining) if one is not None]
        reasons = dict.fromkeys(note for one in figures for note in one.notes)
        unknown = f"not known: {', '.join(self.missing)}"
        older = "the log begins near the first occasion: the relationship may be older"
        return (
            *((unknown,) if self.missing else ()),
            *reasons,
            *((older,) if self.first_seen_only else ()),
        )

    def brief(self) -> str:
        """Return all of it in a line."""
        tenure = "tenure unknown" if self.tenure is None else f"{self.tenure:,} days so far"
        figures = {"still a customer": self.alive, "to come": self.remaining}
        known = {
            name: one for name, one in figures.items() if one is not None and one.value is not None
        }
        return "; ".join([tenure, *(f"{name} {one}" for name, one in known.items())])

    def sheet(self) -> Sheet:
        """Return tenure and outlook as they are shown."""
        return Sheet(title=f"Lifetime: {self.brief()}", notes=self.notes)

    def explain(self) -> Explanation:
        """Return where tenure and outlook come from."""
        methods = (one.method for one in (self.alive, self.remaining) if one is not None)
        return explained(
            "lifetime",
            self.brief(),
            coverage=f"{3 - len(self.missing)} of 3",
            left_out=self.notes,
            model="; ".join(dict.fromkeys(method.partition(";")[0] for method in methods)),
        )
