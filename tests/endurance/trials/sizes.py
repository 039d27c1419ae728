"""How long the trials try: a reduced profile for every day, the full one by hand."""

import os

import attrs


@attrs.frozen(kw_only=True)
class Size:
    """How much each trial does.

    Attributes:
        kills: Loads that are killed, each followed by a resume.
        processes: Writers at one database.
        each: Interactions that each of them sends.
        threads: Threads at two shops in one process.
        rounds: What each of them does.
        sequences: Drawn sequences that are shuffled and repeated.
        rows: Hostile rows, ids and texts.
        fuzzed: Texts that atheris makes; 0 leaves it out.
        damages: Damaged or foreign files.
    """

    kills: int
    processes: int
    each: int
    threads: int
    rounds: int
    sequences: int
    rows: int
    fuzzed: int
    damages: int


SIZES = {
    "reduced": Size(
        kills=8,
        processes=4,
        each=300,
        threads=16,
        rounds=3,
        sequences=100,
        rows=2_000,
        fuzzed=0,
        damages=40,
    ),
    "full": Size(
        kills=200,
        processes=8,
        each=5_000,
        threads=100,
        rounds=8,
        sequences=10_000,
        rows=100_000,
        fuzzed=200_000,
        damages=2_000,
    ),
}


def chosen() -> str:
    """Return the profile that CRMKIT_ENDURANCE names; the reduced one by default."""
    return os.environ.get("CRMKIT_ENDURANCE", "reduced")
