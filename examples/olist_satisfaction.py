"""How far behaviour foretells the stars that Olist's customers gave.

    python examples/olist_satisfaction.py FOLDER

FOLDER holds the eight files that ``olist.py`` reads. Each customer's satisfaction is told
from what they went through, without their stars: late deliveries, and those that did not
arrive though the promised day has passed. It is calibrated on the mean of the stars they gave,
as a share of the scale from 1 to 5, and judged on customers it was not fitted to.

- Orders that were called off are no deliveries: who has no other shows nothing here.
- Olist records no complaints and no reasons of returns, so nothing else is known.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from attrs import frozen
from olist import SHOP, Olist, keep_people

from crmkit import CustomerBase
from crmkit.metrics import (
    ShownCalibration,
    ShownSatisfaction,
    Signals,
    behavioural_satisfaction,
    calibrate_shown,
    signals_of,
)

WARNING = (
    "Not Olist's own rates: in the subset of 8,135 orders those that never arrived are "
    "over-sampled."
)


@frozen(kw_only=True)
class Reviewer:
    """A customer who gave stars.

    Attributes:
        signals: What they went through.
        shown: Their satisfaction as that shows it, without stars.
        stated: The mean of their stars, from 0 (one star) to 1 (five).
    """

    signals: Signals
    shown: ShownSatisfaction
    stated: float


def reviewers(base: CustomerBase) -> list[Reviewer]:
    """Return everybody who gave stars, as of the last day there is something of."""
    as_of = base.last_day()
    rates = base.profiles(as_of=as_of).standards.rates
    everyone = base.summaries(as_of=as_of).customers.values()
    seen = (signals_of(one, SHOP) for one in everyone)
    return [
        Reviewer(
            signals=one,
            shown=behavioural_satisfaction(one, base_rates=rates, without=("stars",)),
            stated=(one.stars / one.reviews - 1) / 4,
        )
        for one in seen
        if one.stars is not None and one.reviews
    ]


def calibrated(people: list[Reviewer]) -> ShownCalibration:
    """Return how stars follow from what customers went through."""
    return calibrate_shown([one.shown for one in people], [one.stated for one in people])


def told(people: list[Reviewer], found: ShownCalibration) -> Iterator[str]:
    """Yield what was found, line by line."""
    waiting = sum(bool(one.signals.overdue) for one in people)
    late = sum(bool(one.signals.late) for one in people)
    yield WARNING
    yield f"{len(people):,} customers gave stars; of {found.missing:,} no delivery was due"
    yield f"{waiting:,} still wait beyond the promised day, {late:,} got an order late"
    yield str(found)


def opened(folder: Path) -> CustomerBase:
    """Return a base in memory with all that the files tell."""
    olist = Olist(folder)
    base = CustomerBase.open("memory:", shop=SHOP)
    base.load(chain(keep_people(base, olist.people()), olist.facts()))
    return base


def main() -> None:
    """Print what behaviour foretells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    with opened(parser.parse_args().folder) as base:
        people = reviewers(base)
    sys.stdout.writelines(f"{line}\n" for line in told(people, calibrated(people)))


if __name__ == "__main__":
    main()
