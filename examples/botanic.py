"""Satisfaction, intention and patronage of the same customers: python examples/botanic.py FILE.

FILE is ``nps.csv`` of github.com/BenaventC/NPSgame (CC0), gzipped: a French garden-centre chain.
No rival and no wallet are known: attitude and patronage are relative to the sample, and say so.
"""

import csv
import gzip
import sys
from collections import Counter
from statistics import fmean, median
from typing import Any

from crmkit.metrics import csat, dick_basu, intentional, nps, rescaled

SCALE = (0, 10)
ATTITUDE = "satisfaction and repurchase intention, relative to the sample mean"
PATRONAGE = "visits, cut at the sample's median"


def judged(path: str) -> dict[str, Any]:
    """Return satisfaction, intention and types of loyalty of the customers in the file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answers: dict[str, list[Any]] = {
        name: [None if row[name] == "NA" else int(row[name]) for row in rows]
        for name in ("nps", "satisfaction", "intention", "NbPassageKS")
    }
    liked, again, told = (
        [rescaled(one, SCALE) for one in answers[name]]
        for name in ("satisfaction", "intention", "nps")
    )
    attitudes = [
        None if a is None or b is None else fmean((a, b)) for a, b in zip(liked, again, strict=True)
    ]
    visits, usual = answers["NbPassageKS"], fmean(one for one in attitudes if one is not None)
    means = [intentional(repurchase=a, recommend=b) for a, b in zip(again, told, strict=True)]
    labels: dict[str, Any] = {"attitude_basis": ATTITUDE, "patronage_basis": PATRONAGE}
    return {
        "NPS": nps(answers["nps"]),
        "CSAT": csat(answers["satisfaction"], scale=SCALE),
        "intention": [one.score for one in means if one.score is not None],
        "types": [
            dick_basu(
                None if own is None else own - usual, came, patronage_cut=median(visits), **labels
            )
            for own, came in zip(attitudes, visits, strict=True)
        ],
    }


if __name__ == "__main__":
    found = judged(sys.argv[1])
    types, intents = found["types"], found["intention"]
    lines = [f"NPS        {found['NPS']}", f"CSAT       {found['CSAT'].top_box} said 9 or 10"]
    lines.append(f"intention  mean {fmean(intents):.4f} of {len(intents):,}")
    lines += [f"{kind:9}  {count:,}" for kind, count in Counter(x.kind for x in types).items()]
    lines += [f"borderline {sum(one.borderline for one in types):,}", f"{ATTITUDE}; {PATRONAGE}"]
    sys.stdout.write("\n".join(lines) + "\n")
