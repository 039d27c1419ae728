"""The app as Django sees it, and what each of its migrations does."""

from typing import Any

from django.apps import AppConfig, apps

from crmkit.adapters.stores.sql.django import upgrade
from crmkit.adapters.stores.sql.names import PREFIX

__all__ = ["CrmkitConfig", "bring_up"]


class CrmkitConfig(AppConfig):
    """Has the tables made.

    For tables of other names, subclass it in an app of the project, set ``prefix``, and name
    the subclass in INSTALLED_APPS.

    Attributes:
        prefix: What the names of the tables begin with; to be given to ``DjangoStore`` as well.
    """

    name = "crmkit.adapters.stores.sql.django_app"
    label = "crmkit"
    verbose_name = "crmkit"
    prefix = PREFIX


def bring_up(app_states: Any, schema_editor: Any) -> None:
    """Make the tables, or bring them up to this crmkit, whichever migration asks for it."""
    upgrade(app_states, schema_editor, prefix=apps.get_app_config("crmkit").prefix)
