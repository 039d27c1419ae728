"""Which customer id stands for which: the lines as they are kept, and as they are read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from crmkit.adapters.stores.kit.schema import ALIASES, MEMBERS
from crmkit.adapters.stores.kit.tables import Among, Tables
from crmkit.adapters.wire import customer_from_json, customer_to_json
from crmkit.domain.aliases import Alias, standing, survivors
from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.provenance import vanished
from crmkit.domain.times import microseconds, moment

_LINE = ("line", "customer_id", "stands_for", "recorded_at", "evidence", "earlier")


def alias_lines(tables: Tables, shop_id: str, ids: Sequence[str] | None = None) -> list[Alias]:
    """Return the lines of some ids, or of all, in their order."""
    return list(_placed(tables, shop_id, ids).values())


def lines_about(tables: Tables, shop_id: str, ids: Sequence[str]) -> Mapping[int, Alias]:
    """Return the lines of some ids, and of all who ever stood for one of them, by place."""
    stood = tables.read(
        ALIASES, ("customer_id",), {"shop_id": shop_id}, among=Among("stands_for", ids)
    )
    return _placed(tables, shop_id, sorted({*ids, *(who for (who,) in stood)}))


def _placed(tables: Tables, shop_id: str, ids: Sequence[str] | None) -> dict[int, Alias]:
    """Lines by their place, in their order."""
    among = None if ids is None else Among("customer_id", ids)
    rows = tables.read(ALIASES, _LINE, {"shop_id": shop_id}, among=among)
    return {
        place: Alias(
            customer_id=who,
            stands_for=stands_for,
            recorded_at=moment(recorded_at),
            evidence=evidence,
            before=None if earlier is None else customer_from_json(earlier),
        )
        for place, who, stands_for, recorded_at, evidence, earlier in sorted(rows)
    }


def check_line(lines: Sequence[Alias], alias: Alias) -> None:
    """Refuse a line that says nothing new, or closes a circle.

    Raises:
        InvalidValueError: The id stands for another already, or for itself already, or the
            other stands, at the end, for this one.
    """
    stand = standing(lines)
    if alias.stands_for is None:
        if alias.customer_id not in stand:
            raise InvalidValueError("customer_id", alias.customer_id, "stands for itself already")
        return
    if alias.customer_id in stand:
        raise InvalidValueError(
            "customer_id", alias.customer_id, "stands for another already", "unmerge it first"
        )
    ends = survivors(lines)
    if ends.get(alias.stands_for, alias.stands_for) == alias.customer_id:
        raise InvalidValueError(
            "stands_for", alias.stands_for, "stands for this id already", "unmerge it first"
        )


def put_line(tables: Tables, shop_id: str, place: int, alias: Alias) -> None:
    """Keep a line at its place."""
    row = (
        *(shop_id, place, alias.customer_id, alias.stands_for),
        *(microseconds(alias.recorded_at), alias.evidence, _text(alias.before)),
    )
    tables.insert(ALIASES, [row])


def replace_line(tables: Tables, shop_id: str, place: int, alias: Alias) -> None:
    """Keep a line in place of the one that is there."""
    tables.delete(ALIASES, {"shop_id": shop_id, "line": place})
    put_line(tables, shop_id, place, alias)


def drop_expired_copies(tables: Tables, shop_id: str, customer_id: str, at: datetime) -> None:
    """Take what has expired out of the copies of a record that lines hold."""
    where = {"shop_id": shop_id, "stands_for": customer_id}
    for place, earlier in tables.read(ALIASES, ("line", "earlier"), where):
        if earlier is not None:
            before = customer_from_json(earlier)
            left = vanished(before, at)
            if left != before:
                line = {"shop_id": shop_id, "line": place}
                tables.update(ALIASES, {"earlier": _text(left)}, line)


def _text(record: Customer | None) -> str | None:
    return None if record is None else customer_to_json(record)


def put_members(tables: Tables, shop_id: str, ids: Sequence[str], lines: Iterable[Alias]) -> None:
    """Keep who stands for whom now among some ids, in place of what was kept of them.

    Args:
        tables: Inside a transaction that writes.
        shop_id: The shop.
        ids: Everybody of the groups that a line concerns.
        lines: All lines of theirs.
    """
    tables.delete(MEMBERS, {"shop_id": shop_id}, Among("customer_id", ids))
    tables.insert(MEMBERS, [(shop_id, *each) for each in survivors(lines).items()])


def group_of(tables: Tables, shop_id: str, ids: Sequence[str]) -> list[str]:
    """Return everybody who is one person with any of some ids; survivors come first."""
    ends = ends_of(tables, shop_id, ids)
    heads = sorted({ends.get(one, one) for one in ids})
    rows = tables.read(
        MEMBERS, ("customer_id",), {"shop_id": shop_id}, among=Among("survivor", heads)
    )
    return [*heads, *sorted(row[0] for row in rows)]


def any_members(tables: Tables, shop_id: str) -> bool:
    """Tell whether anybody stands for anybody in a shop."""
    return bool(tables.read(MEMBERS, ("customer_id",), {"shop_id": shop_id}, limit=1))


def ends_of(tables: Tables, shop_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the survivors of those among some ids that stand for another."""
    found = tables.read(
        MEMBERS,
        ("customer_id", "survivor"),
        {"shop_id": shop_id},
        among=Among("customer_id", ids),
    )
    return dict(found)


def persons_of(tables: Tables, shop_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the survivors of those among some ids that are one person with others.

    Survivors themselves are among them, which ``ends_of`` leaves out.
    """
    shop = {"shop_id": shop_id}
    heads = tables.read(MEMBERS, ("survivor",), shop, among=Among("survivor", ids))
    return ends_of(tables, shop_id, ids) | {head: head for (head,) in heads}


def all_ends(tables: Tables, shop_id: str) -> Mapping[str, str]:
    """Return the survivor of every id that stands for another."""
    return dict(tables.read(MEMBERS, ("customer_id", "survivor"), {"shop_id": shop_id}))
