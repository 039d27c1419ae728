"""Score one customer with crmkit's core alone: numpy and scipy cannot be imported here."""

import statistics
import sys
import time
import timeit

from measured import peak_mb, report

# Repeats, recency and age of a customer who comes now and then, once, often, and once did.
ONES = ((2, 30.43, 38.86), (0, 0.0, 38.86), (26, 37.0, 38.86), (8, 12.0, 70.0))
WEEKS = 52
MODELS = {
    "BG/NBD": ("BGNBD", {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}),
    "MBG/NBD": ("MBGNBD", {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}),
    "Pareto/NBD": ("ParetoNBD", {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}),
}


def microseconds(score, customers):
    """Return the median CPU time of a call per customer: the median of them, and the longest."""
    medians = []
    for one in customers:
        timer = timeit.Timer(lambda one=one: score(*one), timer=time.process_time)
        calls = max(3, int(0.01 / timer.timeit(1)))
        medians.append(statistics.median(timer.repeat(9, calls)) / calls * 1e6)
    return statistics.median(medians), max(medians)


def scored(value):
    """Time both figures of each model there is."""
    found = {}
    for told, (name, parameters) in MODELS.items():
        if (kind := getattr(value, name, None)) is None:
            continue
        model = kind(**parameters)
        found[told] = {
            "alive": microseconds(model.probability_alive, ONES),
            "purchases": microseconds(
                lambda *one, model=model: model.expected_purchases(*one, weeks=WEEKS), ONES
            ),
        }
    return found


def main():
    """Block what the core must do without, then score."""
    sys.modules |= {"numpy": None, "scipy": None}
    from crmkit.metrics import value

    imports_mb, start = peak_mb(), time.perf_counter()
    found = scored(value)
    seconds = time.perf_counter() - start
    report(found, ("crmkit",), seconds=seconds, peak_mb=peak_mb(), imports_mb=imports_mb)


if __name__ == "__main__":
    main()
