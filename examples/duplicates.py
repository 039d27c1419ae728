"""How well duplicates are found, on records whose truth is known, and how fast.

    python examples/duplicates.py [PEOPLE [SEED]]

The records are invented, with the slips and moves of real ones; your own will be found better
or worse. Precision: of the pairs shown, how many are one person's. Recall: of the pairs that are
one person's, how many are shown.
"""

import sys
from collections.abc import Iterator
from time import perf_counter

from crmkit.domain.duplicates import LEAST, find_duplicates
from crmkit.synthetic.duplicates import SyntheticRecords


def report(people: int, seed: int) -> Iterator[str]:
    """Yield precision and recall at several thresholds, and two pairs with their reasons."""
    planted = SyntheticRecords(seed=seed, people=people)
    records, truth = planted.records(), planted.true_pairs()
    started = perf_counter()
    search = find_duplicates(records, least=0.5)
    found = list(search)
    seconds = perf_counter() - started
    yield f"{search}\n"
    yield f"{len(records) / seconds:,.0f} records a second, {len(truth):,} true pairs\n"
    yield "least  shown  precision  recall"
    for least in (0.5, LEAST, 0.8, 0.9, 0.95, 0.99):
        shown = {(one.a, one.b) for one in found if one.probability >= least}
        right = len(shown & truth)
        precision, recall = right / max(len(shown), 1), right / max(len(truth), 1)
        mark = "  (the default)" if least == LEAST else ""
        yield f"{least:5.2f} {len(shown):6,} {precision:10.3f} {recall:7.3f}{mark}"
    yield from (f"\n{one}" for one in found[:2])


def main(people: int = 10_000, seed: int = 1) -> None:
    """Print the report."""
    sys.stdout.writelines(f"{line}\n" for line in report(people, seed))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
