"""What a base is asked about measurement: ``python base.py CUSTOMERS``.

Beside each question the least it must do here: read and fold the facts of everybody once. A
cold question is the first that a newly opened base is asked; a warm one comes after it, about
the same reading.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

from measured import report

from crmkit import CustomerBase
from crmkit.domain.tally import CustomerTally, collect_customers
from crmkit.synthetic import SyntheticShop

QUESTIONS = "satisfaction", "loyalty", "complaint_losses", "kano"


def took(work):
    """Return the CPU seconds of some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main():
    """Print what each question took, as one line of JSON."""
    made = SyntheticShop(customers=int(sys.argv[1]))
    base = CustomerBase.open("memory:", shop=made.shop)
    base.load(made.interactions())
    store, to = base.store, base.reporting
    as_of = made.start + timedelta(days=made.days)
    until = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) + timedelta(days=2)
    facts = sum(1 for _ in store.facts(made.shop.id))

    def least():
        limit = until.timestamp() * 1e6
        some = (one for one in store.facts(made.shop.id) if one.at <= limit)
        collect_customers(some, tally=CustomerTally)

    found = {"reading and folding": (took(least), None)}
    for question in QUESTIONS:
        fresh = CustomerBase(store=store, reporting=to)

        def ask(fresh=fresh, question=question):
            return getattr(fresh, question)(as_of=as_of)

        found[question] = took(ask), took(ask)
    report({"facts": facts, "found": found}, ("crmkit",))


if __name__ == "__main__":
    main()
