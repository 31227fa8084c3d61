import secrets
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """Nothing here writes where another test reads."""
    settings.VAR_DIR = tmp_path
    settings.BACKUP_DIR = tmp_path / "backups"


@pytest.fixture
def manage():
    """What a management command of this process prints."""

    def run(*arguments, **options):
        output = StringIO()
        call_command(*arguments, **options, stdout=output)
        return output.getvalue()

    return run


@pytest.fixture
def elsewhere(transactional_db, tmp_path):
    """``with elsewhere():`` the site's database is another one, which is empty at first and the same each time."""
    home = connections["default"]
    name = f"careers_elsewhere_{secrets.token_hex(6)}"
    if home.vendor == "sqlite":
        name = str(tmp_path / f"{name}.sqlite3")
    else:
        _execute(home, f'CREATE DATABASE "{name}" TEMPLATE template0')
    other = home.copy()
    other.settings_dict = home.settings_dict | {"NAME": name}

    @contextmanager
    def moved():
        connections["default"] = other
        try:
            yield other
        finally:
            other.close()
            connections["default"] = home

    yield moved
    if home.vendor == "postgresql":
        _execute(home, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
