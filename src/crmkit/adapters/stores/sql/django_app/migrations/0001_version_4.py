"""Version 4 of the tables, the first one for SQL databases."""

from django.db import migrations

from crmkit.adapters.stores.sql.django_app.apps import bring_up

__all__ = ["Migration"]


class Migration(migrations.Migration):
    """Makes the tables; the way back leaves them as they are."""

    initial = True
    dependencies = ()
    operations = (migrations.RunPython(bring_up, migrations.RunPython.noop),)
