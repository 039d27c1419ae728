"""Logs read into a base: what was given on the command line, and what the store keeps."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from crmkit.adapters.importers import (
    PRESETS,
    OrderLog,
    QuestionnaireLog,
    SurveyLog,
    read_orders,
    read_questionnaires,
    read_surveys,
)
from crmkit.adapters.registry import open_store
from crmkit.cli._definitions import instruments_in
from crmkit.cli._terminal import err, show
from crmkit.customer_base import CustomerBase
from crmkit.domain.errors import InvalidValueError, UnreadableLogError
from crmkit.domain.shop import Shop
from crmkit.domain.surveys import Instrument, instrument
from crmkit.loading import Progress
from crmkit.report.terminal import loaded

__all__ = ["Sources", "kept_base", "opened", "progress"]


def _listed(given: Sequence[Path] | None) -> tuple[Path, ...]:
    return tuple(given or ())


@frozen(kw_only=True)
class Sources:
    """The files to read, and how.

    Attributes:
        files, surveys: Order logs and survey answers.
        questionnaires: The shop's own, as JSON.
        answers: Files with a column per question, each with the word for what was asked.
        preset: A known layout.
        columns: Names of columns by role.
        encoding, delimiter, decimal, day_first: How the files are written.
    """

    files: tuple[Path, ...] = field(converter=_listed)
    surveys: tuple[Path, ...] = field(converter=_listed)
    questionnaires: tuple[Path, ...] = field(converter=_listed)
    answers: tuple[tuple[str, Path], ...]
    preset: str | None
    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    decimal: str
    day_first: bool | None

    @property
    def any(self) -> bool:
        """Whether there is a file at all."""
        return bool(self.files or self.surveys or self.answers)

    def instruments(self, known: Sequence[Instrument]) -> tuple[Instrument, ...]:
        """Return the questionnaires there are: the files', and the known ones of other names.

        Raises:
            UnreadableLogError: A file holds no questionnaire.
            InvalidValueError: A questionnaire that cannot be.
        """
        own = [one for path in self.questionnaires for one in instruments_in(path)]
        names = {one.name for one in own}
        return (*own, *(one for one in known if one.name not in names))

    def load(
        self,
        base: CustomerBase,
        language: str = "en",
        *,
        problems: Path | None = None,
        resume: bool = False,
    ) -> None:
        """Read every file into the base, with a progress bar, and say what became of it.

        Args:
            base: Where it goes.
            language: Of the labels.
            problems: A file for what cannot be used; of several logs, each has its own.
            resume: Go on where a load was cut off.
        """
        for place, (path, log) in enumerate(self._logs(base.shop)):
            with progress(f"reading {path.name}") as tick:
                outcome = base.load(
                    log,
                    progress=tick,
                    problems=problems and self._problems_of(place, path, problems),
                    resume_as=str(path) if resume else None,
                )
            show(loaded(outcome, what=path.name, language=language))

    def _problems_of(self, place: int, path: Path, problems: Path) -> Path:
        """The file for the problems of one log: problems.csv, or problems-orders.csv."""
        paths = [*self.files, *self.surveys, *(one for _, one in self.answers)]
        if len(paths) == 1:
            return problems
        alike = [one.stem for one in paths].count(path.stem) > 1
        number = f"-{place + 1}" if alike else ""
        return problems.with_name(f"{problems.stem}-{path.stem}{number}{problems.suffix}")

    def _logs(self, shop: Shop) -> Iterator[tuple[Path, OrderLog | SurveyLog | QuestionnaireLog]]:
        shape: dict[str, Any] = {
            "timezone": shop.timezone,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "day_first": self.day_first,
        }
        for path in self.files:
            yield (
                path,
                read_orders(
                    path,
                    preset=self.preset,
                    columns=self.columns or None,
                    currency=shop.currency,
                    decimal=self.decimal,
                    **shape,
                ),
            )
        for path in self.surveys:
            yield path, read_surveys(path, instruments=shop.instruments, **shape)
        for name, path in self.answers:
            asked = _asked(name, shop.instruments)
            yield path, read_questionnaires(path, instrument=asked, **shape)


def _asked(name: str, known: tuple[Instrument, ...]) -> Instrument:
    found = instrument(name, known)
    if found is None:
        there = ", ".join(one.name for one in known)
        raise InvalidValueError(
            "--answers", name, f"must be one of {there}", "tell it by --questionnaire FILE"
        )
    return found


def opened(
    sources: Sources, *, shop_id: str, store: str, rebuild: bool = False, **told: str | None
) -> CustomerBase:
    """Open the base that the files go into.

    Args:
        sources: The files; without any the store must have been filled before.
        shop_id: Whose base.
        store: The URL of the store.
        rebuild: Derive the store anew in another zone or currency.
        told: What the command line says of the shop: currency, timezone, gross_margin.

    Raises:
        UnreadableLogError: There is nothing to read, or no currency.
    """
    target = open_store(store)
    kept = target.shop(shop_id)
    if not sources.any and kept is None:
        raise UnreadableLogError(
            "no log",
            "a report needs one",
            "try: crmkit report orders.csv --currency EUR, or name a --store filled before",
        )
    shop = _policy(kept, sources.preset, shop_id, told)
    shop = evolve(shop, instruments=sources.instruments(shop.instruments))
    return CustomerBase.open(target, shop=shop, rebuild=rebuild)


def _policy(kept: Shop | None, preset: str | None, shop_id: str, told: dict[str, Any]) -> Shop:
    """The shop's policy: what was told, else what the store keeps, else the preset's."""
    given = {name: value for name, value in told.items() if value is not None}
    if kept is not None:
        return evolve(kept, **given)
    layout = PRESETS.get(preset) if preset else None
    usual = {} if layout is None else {"currency": layout.currency, "timezone": layout.timezone}
    terms: dict[str, Any] = {**usual, **given}
    if "currency" not in terms:
        raise UnreadableLogError(
            "no currency", "amounts need one", "say --currency EUR, or use a --preset"
        )
    return Shop(id=shop_id, **terms)


def kept_base(shop_id: str, store: str) -> CustomerBase:
    """Open a base that was filled before.

    Raises:
        UnreadableLogError: The store keeps nothing of that shop.
    """
    target = open_store(store)
    kept = target.shop(shop_id)
    if kept is None:
        raise UnreadableLogError(
            store,
            f"nothing of a shop called {shop_id!r} is kept there",
            "fill it: crmkit load orders.csv --currency EUR --store sqlite:///crm.db, "
            "or name another --shop",
        )
    return CustomerBase.open(target, shop=kept)


@contextmanager
def progress(what: str) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on the terminal's error stream; none where that is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def tick(done: Progress) -> None:
            bar.update(task, completed=done.rows, total=done.total)

        yield tick
