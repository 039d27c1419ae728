"""The SQL store in a Django project's databases, inside Django's transactions."""

import threading
from datetime import UTC, datetime
from functools import partial

import django.conf
import pytest
from django.db import connections, migrations, transaction
from django.db.migrations.state import ProjectState
from django.utils.functional import empty
from sqlalchemy import make_url

from crmkit.adapters.registry import open_store
from crmkit.adapters.stores.sql.django import DjangoStore, upgrade
from crmkit.domain.errors import StoreConflictError, StoreError
from crmkit.domain.interactions import Purchase
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.testing import StoreSuite

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAMP = Reporting(Shop(id="lamp", currency="EUR"))


def bought(i, who="ann"):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    return Purchase(id=f"o{i}", customer_id=who, at=NOW, order_id=f"o{i}", lines=[line])


def sqlite(folder):
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.db")}


def postgres(url):
    asked = make_url(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": asked.database,
        "USER": asked.username,
        "HOST": asked.query["host"],
    }


@pytest.fixture(scope="module")
def project(postgres_url, tmp_path_factory):
    """A project with two databases; afterwards there is none, as before."""
    settings = django.conf.settings
    before = settings._wrapped
    settings._wrapped = empty
    databases = {
        "default": sqlite(tmp_path_factory.mktemp("django")),
        "shop": postgres(postgres_url),
    }
    settings.configure(DATABASES=databases, USE_TZ=True)
    django.setup()
    connections.__dict__.pop("settings", None)
    connections._settings = None
    yield
    connections.close_all()
    settings._wrapped = before
    connections.__dict__.pop("settings", None)


def migrated(using):
    """Run what a project's migration says, as Django runs it."""
    connection = connections[using]
    operation = migrations.RunPython(partial(upgrade, prefix="dj_"), migrations.RunPython.noop)
    migration = migrations.Migration("0001_start", "shop")
    migration.operations = [operation]
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.apply(ProjectState(), editor)


@pytest.fixture(params=["default", "shop"])
def using(request, project):  # noqa: ARG001 -- it has to be there
    """Each database in turn, with empty tables."""
    migrated(request.param)
    with connections[request.param].cursor() as cursor:
        found = connections[request.param].introspection.table_names(cursor)
        for name in found:
            if name.startswith("dj_") and name != "dj_meta":
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608 -- names of ours
    return request.param


class TestEachCallByItself(StoreSuite):
    @pytest.fixture
    def store(self, using):
        self.using = using
        return DjangoStore(using, prefix="dj_")

    def reopened(self, store):
        store.close()
        connections[self.using].close()
        return DjangoStore(self.using, prefix="dj_")


class TestWithinAtomic(StoreSuite):
    @pytest.fixture
    def store(self, using):
        with transaction.atomic(using=using):
            yield DjangoStore(using, prefix="dj_")
            transaction.set_rollback(True, using=using)
        assert DjangoStore(using, prefix="dj_").shop("lamp") is None


def test_the_project_commits_or_rolls_back(using):
    store = DjangoStore(using, prefix="dj_")
    store.attach(LAMP)
    with transaction.atomic(using=using):
        store.add("lamp", [bought(1)], recorded_at=NOW)
        assert store.history("lamp", "ann") == [bought(1)]
        transaction.set_rollback(True, using=using)
    assert store.history("lamp", "ann") == []
    with transaction.atomic(using=using):
        store.add("lamp", [bought(i) for i in range(50)], recorded_at=NOW)
        with pytest.raises(StoreConflictError):
            store.add("lamp", [bought(99), bought(1, "ben")], recorded_at=NOW)
    assert len(store.history("lamp", "ann")) == 50


def test_a_connection_of_the_project_is_opened_by_its_name(using):
    migrate = partial(upgrade, None)
    with connections[using].schema_editor() as editor:
        migrate(editor)
    store = open_store(connections[using])
    assert isinstance(store, DjangoStore)
    assert store.shop("nobody") is None


def test_without_tables_the_error_says_so_and_the_transaction_goes_on(using):
    with transaction.atomic(using=using):
        with pytest.raises(StoreError, match="no tables"):
            DjangoStore(using, prefix="never_")
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT 1")


def test_every_thread_has_a_connection_of_its_own(using):
    store = DjangoStore(using, prefix="dj_")
    store.attach(LAMP)
    errors = []

    def work(first):
        try:
            for i in range(first, first + 5):
                store.add("lamp", [bought(i)], recorded_at=NOW)
        except Exception as error:  # noqa: BLE001 -- shown by the assertion
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(10 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store.history("lamp", "ann")) == 20
