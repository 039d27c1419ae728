"""Tables are made and brought up when the shop says so, alike on every way, also by Alembic."""

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, inspect, text
from sqlalchemy.orm import Session

from crmkit.adapters.stores.kit.schema import FACTS, TABLES, VERSION
from crmkit.adapters.stores.sql import SQLStore, metadata_of, migrate
from crmkit.adapters.stores.sql.migrations import VERSIONS
from crmkit.domain.errors import SchemaVersionError, StoreError
from crmkit.domain.facts import Fact
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop

LAMP = Reporting(Shop(id="lamp", currency="EUR"))


@pytest.fixture(params=["sqlite", "postgres", "mysql"])
def fresh(request, tmp_path):
    """An engine on a database with no tables."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'new.db'}")
    else:
        engine = create_engine(request.getfixturevalue(f"{request.param}_url"))
    cleared(engine)
    yield engine
    cleared(engine)
    engine.dispose()


def cleared(engine):
    found = MetaData()
    found.reflect(engine)
    found.drop_all(engine)


def layout(engine, prefix="crmkit_", schema=None):
    """All that a database says of its tables."""
    seen = inspect(engine)
    told = {}
    for name in sorted(seen.get_table_names(schema)):
        if not name.startswith(prefix):
            continue
        columns = [
            {key: str(value) for key, value in column.items() if key != "comment"}
            for column in seen.get_columns(name, schema)
        ]
        indexes = sorted(map(described, seen.get_indexes(name, schema)))
        told[name.removeprefix(prefix)] = (
            columns,
            indexes,
            str(seen.get_pk_constraint(name, schema)),
        )
    return told


def described(index):
    options = {key: str(value) for key, value in index.get("dialect_options", {}).items()}
    return str(index | {"dialect_options": options})


def stamped(engine, version):
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE crmkit_meta SET value = {version}"))  # noqa: S608


def test_made_by_migrations_or_from_the_metadata_it_is_the_same(fresh):
    assert migrate(fresh) == 0
    step_by_step = layout(fresh)
    assert len(step_by_step) == len(TABLES)
    cleared(fresh)
    metadata_of().create_all(fresh)
    assert layout(fresh) == step_by_step


def test_the_last_version_is_that_of_the_declared_tables(fresh):
    assert list(VERSIONS) == sorted(VERSIONS)
    assert max(VERSIONS) == VERSION
    migrate(fresh)
    for table in TABLES:
        names = [column["name"] for column in inspect(fresh).get_columns(table.name)]
        assert names == list(table.names)
    assert list(FACTS.names) == list(Fact._fields)


def test_migrating_again_changes_nothing(fresh):
    migrate(fresh)
    SQLStore(fresh).attach(LAMP)
    before = layout(fresh)
    assert migrate(fresh) == VERSION
    assert layout(fresh) == before
    assert SQLStore(fresh).shop("lamp") == LAMP.shop


def test_what_was_interrupted_is_taken_up_again(fresh):
    metadata_of().tables["crmkit_meta"].create(fresh)
    metadata_of().tables["crmkit_interactions"].create(fresh)
    with pytest.raises(StoreError, match="no tables"):
        SQLStore(fresh)
    assert migrate(fresh) == 0
    metadata = layout(fresh)
    cleared(fresh)
    migrate(fresh)
    assert metadata == layout(fresh)


def test_all_who_migrate_at_once_do_it_once(fresh):
    found, errors = [], []

    def work():
        try:
            found.append(migrate(fresh))
        except Exception as error:  # noqa: BLE001 -- shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(found) == [0, *[VERSION] * 4]
    SQLStore(fresh).attach(LAMP)


def test_tables_of_a_newer_crmkit_are_left_alone(fresh):
    migrate(fresh)
    stamped(fresh, VERSION + 1)
    before = layout(fresh)
    with pytest.raises(SchemaVersionError):
        migrate(fresh)
    assert layout(fresh) == before


def test_the_shop_may_roll_the_tables_back(fresh):
    if fresh.dialect.name in {"mysql", "mariadb"}:
        with Session(fresh) as session, pytest.raises(StoreError, match="give migrate an engine"):
            migrate(session)
        return
    with Session(fresh) as session:
        migrate(session)
        store = SQLStore(session)
        store.attach(LAMP)
        assert store.shop("lamp") == LAMP.shop
        session.rollback()
    assert layout(fresh) == {}
    with fresh.connect() as connection:
        migrate(connection)
    assert len(layout(fresh)) == len(TABLES)


def test_two_prefixes_stand_side_by_side(fresh):
    migrate(fresh)
    migrate(fresh, prefix="own_")
    one, other = SQLStore(fresh), SQLStore(fresh, prefix="own_")
    other.attach(LAMP)
    assert (one.shop("lamp"), other.shop("lamp")) == (None, LAMP.shop)
    assert list(layout(fresh)) == list(layout(fresh, "own_"))


def test_tables_may_be_in_a_schema_of_their_own(fresh):
    if fresh.dialect.name == "sqlite":
        pytest.skip("SQLite's schemas are files attached to one connection")
    with fresh.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS crm_apart" + cascade(fresh)))
    with pytest.raises(StoreError, match=r"schema|database"):
        migrate(fresh, schema="crm_apart")
    with fresh.begin() as connection:
        connection.execute(text("CREATE SCHEMA crm_apart"))
    migrate(fresh, schema="crm_apart")
    SQLStore(fresh, schema="crm_apart").attach(LAMP)
    assert SQLStore(fresh, schema="crm_apart").shop("lamp") == LAMP.shop
    assert layout(fresh) == {}
    with pytest.raises(StoreError, match="no tables"):
        SQLStore(fresh)
    with fresh.begin() as connection:
        connection.execute(text("DROP SCHEMA crm_apart" + cascade(fresh)))


def cascade(engine):
    return " CASCADE" if engine.dialect.name == "postgresql" else ""


def test_postgresql_compares_by_code_point_and_leaves_rows_out_of_indexes(postgres_url):
    engine = create_engine(postgres_url)
    cleared(engine)
    migrate(engine)
    with engine.connect() as connection:
        collations = connection.execute(
            text(
                "SELECT DISTINCT collation_name FROM information_schema.columns"
                " WHERE table_name LIKE 'crmkit%' AND data_type = 'text'"
            )
        ).all()
        (returns,) = connection.execute(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'crmkit_returns'")
        ).one()
    assert collations == [("C",)]
    assert "WHERE (kind = 'return'::text)" in returns
    engine.dispose()


# --- Alembic -------------------------------------------------------------------------------

ENV = """
from alembic import context
from shop_tables import metadata
from crmkit.adapters.stores.sql import metadata_of

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=[metadata, metadata_of()])
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
"""

REVISION = """
from alembic import op
from sqlalchemy import Column, Integer
from crmkit.adapters.stores.sql import migrate

revision, down_revision = "0001", None


def upgrade():
    op.create_table("orders", Column("id", Integer, primary_key=True))
    # MySQL cannot make tables inside a transaction; there: migrate(op.get_bind().engine)
    bind = op.get_bind()
    migrate(bind if bind.dialect.name in ("postgresql", "sqlite") else bind.engine)
"""


@pytest.fixture
def alembic(fresh, tmp_path, monkeypatch):
    """A shop's own migrations, of which one calls crmkit's."""
    folder = tmp_path / "alembic"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    (folder / "versions" / "0001_start.py").write_text(REVISION)
    tables = tmp_path / "shop_tables.py"
    tables.write_text(
        "from sqlalchemy import Column, Integer, MetaData, Table\n"
        "metadata = MetaData()\n"
        'Table("orders", metadata, Column("id", Integer, primary_key=True))\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = fresh
    return config


def test_a_shops_own_alembic_makes_the_tables_and_then_sees_no_difference(fresh, alembic):
    command.upgrade(alembic, "head")
    SQLStore(fresh).attach(LAMP)
    command.check(alembic)  # raises where autogenerate would write anything
    own = MetaData()
    Table("orders", own, Column("id", Integer, primary_key=True))
    with fresh.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [own, metadata_of()]) == []
        # It does look: without our metadata it would drop every table.
        drops = {each[0] for each in compare_metadata(context, own)}
    assert "remove_table" in drops


def test_tables_that_autogenerate_wrote_are_taken_over(fresh):
    metadata_of().create_all(fresh)
    with pytest.raises(StoreError, match="no tables"):
        SQLStore(fresh)
    assert migrate(fresh) == 0
    SQLStore(fresh).attach(LAMP)
