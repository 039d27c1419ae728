"""Write the sample log beside this file: the orders and surveys of an invented shop.

    python examples/make_sample.py

The same seed gives the same files, so this is only run when the invented shop changes.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from crmkit.domain import Interaction, Purchase, Return, SurveyResponse, is_guest
from crmkit.domain.lines import Line
from crmkit.synthetic import SyntheticShop

FOLDER = Path(__file__).parent
ORDERS = (
    "order_id",
    "customer_id",
    "date",
    "product",
    "category",
    "quantity",
    "amount",
    "unit_cost",
)
SURVEYS = ("id", "customer_id", "date", "instrument", "item", "value", "low", "high")


def order_row(one: Purchase | Return, line: Line) -> tuple[object, ...]:
    """One row of the order log; what came back has negative figures."""
    sign = -1 if isinstance(one, Return) else 1
    return (
        one.order_id,
        "" if is_guest(one.customer_id) else one.customer_id,
        one.at.isoformat(timespec="minutes"),
        line.product_id,
        line.category,
        sign * line.quantity,
        sign * line.amount.amount,
        "" if line.cost is None else line.cost.amount / line.quantity,
    )


def survey_rows(one: SurveyResponse) -> Iterable[tuple[object, ...]]:
    """One row per answer."""
    at = one.at.isoformat(timespec="minutes")
    for each in one.answers:
        scale = (each.scale.low, each.scale.high)
        yield one.id, one.customer_id, at, one.instrument, each.item, each.value, *scale


def write(name: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write one file."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    """Write both files, in the order of time."""
    happened: list[Interaction] = sorted(
        SyntheticShop().interactions(), key=lambda one: (one.at, one.id)
    )
    bought = [one for one in happened if isinstance(one, Purchase | Return)]
    write("orders.csv", ORDERS, (order_row(one, line) for one in bought for line in one.lines))
    asked = [one for one in happened if isinstance(one, SurveyResponse)]
    write("surveys.csv", SURVEYS, (row for one in asked for row in survey_rows(one)))


if __name__ == "__main__":
    main()
