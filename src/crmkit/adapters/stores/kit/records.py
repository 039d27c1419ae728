"""Customer records as they are kept, and the identifiers under which they are found."""

from collections.abc import Iterator

from attrs import evolve

from crmkit.adapters.stores.kit.schema import CUSTOMERS, IDENTIFIERS, INTERACTIONS
from crmkit.adapters.stores.kit.tables import Among, Tables
from crmkit.adapters.stores.kit.tombstones import Tombstones
from crmkit.adapters.wire import customer_from_json, customer_to_json
from crmkit.domain.customer import Customer
from crmkit.domain.errors import ErasedError, StaleRecordError
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import moment


def kept_customer(tables: Tables, shop_id: str, customer_id: str) -> Customer | None:
    """Return the record kept under an id, or None."""
    where = {"shop_id": shop_id, "customer_id": customer_id}
    found = tables.read(CUSTOMERS, ("payload",), where)
    return customer_from_json(found[0][0]) if found else None


def kept_customers(tables: Tables, shop_id: str) -> Iterator[Customer]:
    """Yield every record, by customer id."""
    rows = tables.stream(CUSTOMERS, ("payload",), {"shop_id": shop_id}, ("customer_id",))
    return (customer_from_json(payload) for (payload,) in rows)


def put_customer(tables: Tables, to: Reporting, customer: Customer) -> Customer:
    """Keep a record and return it with its new version.

    Raises:
        StaleRecordError: Another version is kept.
        ErasedError: The person was erased, and nothing has happened with them since.
    """
    new = evolve(customer, version=customer.version + 1)
    payload = customer_to_json(new)
    _refuse_erased(tables, to, customer.id)
    where = {"shop_id": to.shop.id, "customer_id": customer.id}
    have = tables.read(CUSTOMERS, ("version",), where)
    if customer.version != (have[0][0] if have else 0):
        raise StaleRecordError(customer.id, customer.version)
    drop_records(tables, to.shop.id, [customer.id])
    tables.insert(CUSTOMERS, [(to.shop.id, new.id, new.version, payload)])
    tables.insert(
        IDENTIFIERS,
        [(to.shop.id, one.kind.value, one.value, new.id) for one in new.identifiers],
    )
    return new


def _refuse_erased(tables: Tables, to: Reporting, customer_id: str) -> None:
    erased = Tombstones.of(tables, to).of_customer(customer_id)
    if not erased.found:
        return
    where = {"shop_id": to.shop.id, "customer_id": customer_id}
    if not tables.read(INTERACTIONS, ("id",), where, limit=1):
        day = moment(max(erased.found.values()))
        raise ErasedError("customer record", f"{day:%Y-%m-%d}")


def drop_records(tables: Tables, shop_id: str, ids: list[str]) -> None:
    """Drop the records of some customers, and their identifiers."""
    for table in (CUSTOMERS, IDENTIFIERS):
        tables.delete(table, {"shop_id": shop_id}, Among("customer_id", ids))


def found(tables: Tables, shop_id: str, kind: str, value: str) -> list[str]:
    """Return the ids under which records with an identifier are kept."""
    where = {"shop_id": shop_id, "kind": kind, "value": value}
    rows = tables.read(IDENTIFIERS, ("customer_id",), where, order=("customer_id",))
    return [customer_id for (customer_id,) in rows]
