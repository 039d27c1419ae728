"""The Flask recipe keeps what it promises, over HTTP; Flask-SQLAlchemy's session does as well."""

import runpy
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text
from werkzeug.serving import WSGIRequestHandler, make_server

from crmkit import CustomerBase
from crmkit.adapters.stores.sql import migrate

shops = runpy.run_path(str(Path(__file__).parent / "framework_shops.py"))
postgres_server = shops["postgres_server"]


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


@contextmanager
def served(app):
    """Serve an application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    with shops["serving"](server.server_port, server.serve_forever, server.shutdown) as port:
        yield port
    server.server_close()


class OnFlask(shops["ShopPromises"], shops["PrivacyPromises"]):
    @contextmanager
    def port_of(self, database):
        app = shops["example"]("flask_shop").create_app(database)
        told = app.test_cli_runner().invoke(args=["make-tables"])
        assert told.exit_code == 0, told.output
        with served(app) as port:
            yield port
        app.extensions["db"].get_bind().dispose()


class TestOnSQLite(shops["OnSQLite"], OnFlask):
    pass


class TestOnPostgreSQL(shops["OnPostgreSQL"], OnFlask):
    pass


def test_the_session_of_flask_sqlalchemy_is_handed_in_as_it_is(tmp_path):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'shop.db'}"
    db = SQLAlchemy(app)
    with app.app_context():
        db.session.execute(text("CREATE TABLE orders (id TEXT)"))
        db.session.commit()
        migrate(db.engine)
        base = CustomerBase.open(db.session, shop=shops["LAMP"])

    def order(number, *, commit):
        with app.app_context():
            db.session.execute(text("INSERT INTO orders VALUES ('1')"))
            base.record([shops["bought"](number)])
            if commit:
                db.session.commit()

    order("1", commit=False)
    order("2", commit=True)
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM orders")).scalar() == 1
        assert [one.id for one in base.store.history("lamp", "ann")] == ["2"]
        db.engine.dispose()
