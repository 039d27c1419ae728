"""The customer base: a store, a shop's policy and a clock, asked as of any moment.

Everything is derived from the interactions that the store keeps. ``as_of`` limits them to
what had happened (an aware time, or a date: the end of that local day); ``known_at`` to what
had been recorded by then, so that an old answer can be had again exactly. Without ``as_of``
the answer is as of now.
"""

from collections.abc import Callable, Iterable
from os import PathLike
from typing import Any

from attrs import define

from crmkit.asking_all import AskingAll
from crmkit.asking_answers import AskingAnswers
from crmkit.asking_changes import AskingChanges
from crmkit.asking_one import AskingOne
from crmkit.asking_over_time import AskingOverTime
from crmkit.domain.errors import MissingExtraError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added
from crmkit.domain.problems import RowProblem
from crmkit.domain.times import AsOf
from crmkit.keeping_contacts import KeepingContacts
from crmkit.keeping_events import KeepingEvents
from crmkit.keeping_people import KeepingPeople
from crmkit.keeping_privacy import KeepingPrivacy
from crmkit.loading import BATCH, LoadReport, Progress, load
from crmkit.metrics.value.base.base_models import BaseModels


@define(kw_only=True)
class CustomerBase(
    AskingOne,
    AskingAll,
    AskingChanges,
    AskingOverTime,
    AskingAnswers,
    KeepingPeople,
    KeepingContacts,
    KeepingPrivacy,
    KeepingEvents,
):
    """A shop's customers, ready to be asked about.

    Open one with ``CustomerBase.open``; it is a context manager.

    >>> from crmkit import CustomerBase, Shop
    >>> base = CustomerBase.open("memory:", shop=Shop(id="lamp", currency="EUR"))
    >>> base.record([]).accepted
    0
    """

    def record(self, interactions: Iterable[Interaction]) -> Added:
        """Keep what happened, all or nothing.

        Args:
            interactions: In any order; what is kept already changes nothing.

        Raises:
            StoreConflictError: An id and revision is kept with other content.
            NoRateError: An amount cannot be brought into the shop's currency.
        """
        return self.store.add(self.shop.id, interactions, recorded_at=self.clock())

    def load(
        self,
        items: Iterable[Interaction | RowProblem],
        *,
        progress: Callable[[Progress], Any] | None = None,
        batch: int = BATCH,
        resume_as: str | None = None,
        problems: str | PathLike[str] | None = None,
    ) -> LoadReport:
        """Keep a stream of interactions; what cannot be kept becomes a problem in the report.

        Args:
            items: As importers yield them.
            progress: Called every few hundred items and at the end, with what prints as
                "12,000 rows of 541,909".
            batch: Items per transaction.
            resume_as: A name for the load ("orders-2026.csv"). A load that was cut off goes on
                under its name where it was: what is done with is read from the source and
                passed over. Another source under the name is noticed and loaded from the
                start; so is one that was loaded to its end, and all of it is known then.
            problems: A file for what cannot be kept, to be mended in a spreadsheet and loaded
                again by what read the source. It is written at the end, in place of an earlier
                one; where there are no problems, an earlier one is taken away. With it, memory
                stays bounded however many problems there are.

        Raises:
            InvalidValueError: ``problems`` names a file that is something else; or a generator
                does not begin with what the load was cut off in.
            StoreError: The file of problems cannot be written.
        """
        return load(
            self.store,
            self.shop.id,
            items,
            clock=self.clock,
            progress=progress,
            batch=batch,
            resume_as=resume_as,
            problems=problems,
        )

    def save_models(self, *, as_of: AsOf | None = None) -> BaseModels:
        """Fit the models of value and keep them, so that others need not fit them.

        They are those of the last local day that was over, against which everyone is judged.
        Whoever asks about a day with the same facts takes them as they are; whoever cannot
        fit, because numpy is not installed, takes the latest ones and says of when they are.

        Args:
            as_of: The moment judged at; now by default.

        Raises:
            MissingExtraError: numpy or scipy is not installed.
        """
        standards = self._readings.standards(self._moment(as_of), None)
        models = standards.models
        for fit in (models.buying, models.spend):
            if isinstance(fit, MissingExtraError):
                raise fit
        self.store.put_models(self.shop.id, standards.to_save())
        return models
