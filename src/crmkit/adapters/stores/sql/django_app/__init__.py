"""An app for INSTALLED_APPS, with which ``manage.py migrate`` makes and upgrades the tables.

    INSTALLED_APPS = [..., "crmkit.adapters.stores.sql.django_app"]

It has migrations and nothing else: no model, so ``makemigrations`` finds nothing to do. Each
version of crmkit's tables has a migration of its number; where an earlier one has brought the
tables up to a later version already, the later ones find nothing to do. In which of several
databases the tables are is said by the routers (``allow_migrate``, app label "crmkit").

A way back leaves the tables as they are, and what customers told with them: drop them by hand
if that is meant.
"""
