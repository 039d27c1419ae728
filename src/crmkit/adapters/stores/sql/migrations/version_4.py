"""Version 4: the first one for SQL databases. Earlier ones were SQLite's alone."""

from crmkit.adapters.stores.kit.schema import Index
from crmkit.adapters.stores.sql.migrations.making import make, table
from crmkit.adapters.stores.sql.names import Names
from crmkit.adapters.stores.sql.runner import Runner

__all__ = ["upgrade"]

_TABLES = (
    table(
        "crmkit_meta",
        "name id, value integer",
        "name",
    ),
    table(
        "crmkit_shops",
        "shop_id id, policy text, kept integer 0, last_at integer?, recorded_at integer 0, "
        "changes integer 0, lines integer 0, events integer 0",
        "shop_id",
    ),
    table(
        "crmkit_customers",
        "shop_id id, customer_id id, version integer, payload text",
        "shop_id customer_id",
        wide=True,
    ),
    table(
        "crmkit_identifiers",
        "shop_id id, kind id, value id, customer_id id",
        "shop_id kind value customer_id",
        Index("crmkit_identified", ("shop_id", "customer_id")),
    ),
    table(
        "crmkit_interactions",
        "shop_id id, source id, id id, revision integer, recorded_at integer, customer_id id, "
        "kind id, at integer, payload text",
        "shop_id source id revision",
        Index("crmkit_histories", ("shop_id", "customer_id", "at", "source", "id")),
        Index("crmkit_returns", ("shop_id", "customer_id"), only=("kind", "return")),
        Index("crmkit_moments", ("shop_id", "revision", "at")),
        Index("crmkit_revised", ("shop_id", "source", "id", "revision"), only=("revision", 0)),
        wide=True,
    ),
    table(
        "crmkit_facts",
        "shop_id id, source id, id id, part integer, revision integer, customer_id id, guest "
        "integer, kind id, at integer, day integer, channel id?, order_id id?, order_key id?, "
        "goods integer?, units integer?, amount integer?, cost integer?, costed integer?, "
        "discount integer?, shipping integer?, tax integer?, fees integer?, adjustments "
        "integer?, liabilities integer?, donations integer?, due_day integer?, instrument "
        "id?, item id?, question id?, rating integer?, scale_low integer?, scale_high "
        "integer?, offer_id id?, campaign_id id?, case_key id?, promise_key id?, referred_id "
        "id?, matter id?, state integer?, fault integer?, intent integer?, severity integer?, "
        "points integer?, waited integer?, lasted integer?, spent integer?, worth integer?, "
        "due_at integer?",
        "shop_id source id part",
        Index("crmkit_referred", ("shop_id", "referred_id"), only=("referred_id", None)),
    ),
    table(
        "crmkit_return_links",
        "shop_id id, customer_id id, at integer, source id, id id, line integer, part "
        "integer, rule id, order_key id?, units integer, amount integer, cost integer, costed "
        "integer",
        "shop_id customer_id at source id line part",
    ),
    table(
        "crmkit_aliases",
        "shop_id id, line integer, customer_id id, stands_for id?, recorded_at integer, "
        "evidence text?, earlier text?",
        "shop_id line",
        Index("crmkit_aliased", ("shop_id", "customer_id")),
        Index("crmkit_stood_for", ("shop_id", "stands_for")),
    ),
    table(
        "crmkit_members",
        "shop_id id, customer_id id, survivor id",
        "shop_id customer_id",
        Index("crmkit_survivors", ("shop_id", "survivor")),
    ),
    table(
        "crmkit_tombstones",
        "shop_id id, hash bytes, erased_at integer",
        "shop_id hash",
    ),
    table(
        "crmkit_events",
        "shop_id id, position integer, id id, type id, recorded_at integer, customer_id id, "
        "data text",
        "shop_id position",
        Index("crmkit_told", ("shop_id", "customer_id")),
    ),
    table(
        "crmkit_positions",
        "shop_id id, subscriber id, position integer",
        "shop_id subscriber",
    ),
    table(
        "crmkit_marks",
        "shop_id id, name id, position integer, seal text",
        "shop_id name",
    ),
    table(
        "crmkit_models",
        "shop_id id, as_of_day integer, models text",
        "shop_id as_of_day",
    ),
)


def upgrade(runner: Runner, names: Names) -> None:
    """Make every table."""
    make(runner, names, _TABLES)
