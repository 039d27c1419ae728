"""What the project is set to; only what a shop with crmkit needs."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent


def database(url: str) -> dict[str, Any]:
    """Return Django's words for a URL of SQLite or PostgreSQL."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # Whoever begins a transaction waits for its turn; otherwise SQLite refuses one that has
        # read before somebody else wrote. Django knows the word since 5.1.
        waiting = {"timeout": 30, "transaction_mode": "IMMEDIATE"}
        file = parts.path.removeprefix("/")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": waiting}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.removeprefix("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": dict(parse_qsl(parts.query)).get("host") or parts.hostname or "",
        "PORT": parts.port or "",
    }


DATABASES = {
    "default": database(os.environ.get("SHOP_DATABASE", f"sqlite:///{BASE_DIR / 'shop.db'}"))
}

INSTALLED_APPS = ["crmkit.adapters.stores.sql.django_app", "orders"]
MIDDLEWARE = ["orders.answers.ErrorsAreAnswered"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
USE_TZ = True

# For trying it out; a real shop keeps its keys outside of its source and its database.
SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "only for trying it out")
ERASURE_KEY = os.environ.get("SHOP_ERASURE_KEY", "only for trying it out").encode()
