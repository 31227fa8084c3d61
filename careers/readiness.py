"""Whether this process can serve the site now: what /readyz answers, and what `manage.py doctor` builds on."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from careers import replica, upgrades
from clusters.models import Cluster, Occupation

# Less is not enough for the next backup of a site of usual size.
DISK_FLOOR_BYTES = 200 * 1024 * 1024

_migrated = False


def database_answers() -> bool:
    return database_fault() == ""


def database_fault() -> str:
    """Why the database does not answer, as its driver says it; "" where it does."""
    # SQLite would make an empty file, and answer.
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return f"there is no file {connection.settings_dict['NAME']}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return str(error).strip() or type(error).__name__
    return ""


def is_migrated() -> bool:
    """Whether no migration is missing. Once that is so it stays so for this code, and is not asked again."""
    global _migrated
    if not _migrated:
        try:
            _migrated = not upgrades.pending(connection)
        except DatabaseError:
            return False
    return _migrated


def has_reference_data() -> bool:
    try:
        return Cluster.objects.exists() and Occupation.objects.exists()
    except DatabaseError:
        return False


def has_space() -> bool:
    return free_bytes() >= DISK_FLOOR_BYTES


def free_bytes() -> int:
    """What this account may still write to the disk of VAR_DIR."""
    return shutil.disk_usage(settings.VAR_DIR).free


def answers() -> dict[str, bool]:
    """Each check by its name; those that ask the database fail with it."""
    found = {"database": database_answers(), "disk": has_space()}
    # A database that is gone is not asked three times, each with a wait.
    for name, check in {"migrations": is_migrated, "reference_data": has_reference_data}.items():
        found[name] = found["database"] and check()
    return found


def without() -> dict[str, str]:
    """What the site has to do without for now, in words, by its name. It can be served all the same."""
    copy = replica.copy()
    if copy is None or copy.can_be_read(None):
        return {}
    return {"replica": "It does not answer. Pages are read from the database itself."}
