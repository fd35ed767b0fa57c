"""Imports run as the role that owns the tables: these tests do the same on the same database."""

import pytest


@pytest.fixture(scope="module")
def as_owner(django_db_setup, django_db_blocker):
    """Work as the owner's role while the tests of a module run, as `./pelak import` does."""
    from django.db import connections

    from gis_core.cli import databases
    from gis_core.settings.database import database

    connection = connections["default"]
    served = dict(connection.settings_dict)
    name = served["NAME"]
    _app_url, owner_url = databases.database_urls(name)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(database(owner_url, name))
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(served)
