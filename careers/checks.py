"""What must hold before the site is served: asked by ``check --deploy``, by `manage.py doctor`, and by each start of the app.

Faults that a visitor could use, or that lose data, stop the start; that is better than a site which seems to work.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections

from careers.replica import REPLICA
from schools.management.commands.demo_login import LOGINS, SUPERUSER
from schools.models import User

KEY_LENGTH, KEY_VARIETY = 50, 5
# File systems whose locks reach other machines late or not at all, which costs SQLite its data.
NETWORK_FILE_SYSTEMS = {
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "gfs2", "glusterfs", "lustre", "ocfs2",
    "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.davfs", "davfs",
}  # fmt: skip
MOUNTS = Path("/proc/self/mounts")
REFUSED = 3


def _error(number: int, problem: str, mend: str) -> Error:
    return Error(problem, hint=mend, id=f"careers.E{number:03}")


@register(Tags.security, deploy=True)
def settings_are_safe(app_configs=None, **options) -> list[Error]:
    """The key, DEBUG and the names of the site."""
    return list(_unsafe_settings())


def _unsafe_settings() -> Iterator[Error]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django hands out no empty one.
        key = ""
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_VARIETY or key.startswith("django-insecure-"):
        yield _error(
            1,
            "SECRET_KEY is too easy to guess. Whoever guesses it can sign in as anybody.",
            "Set SECRET_KEY in .env to what this prints: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))". Everybody signs in again afterwards.',
        )
    if settings.DEBUG and settings.SECURE_SSL_REDIRECT:
        yield _error(
            2,
            "DEBUG is on, on a site that is served to the world. It shows settings and data to everybody.",
            "Set DEBUG=false in .env.",
        )
    if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:
        yield _error(
            3,
            "ALLOWED_HOSTS has “*”: the site answers under any name, also one that somebody made up to mislead.",
            "Set ALLOWED_HOSTS in .env to the names of the site, such as careers.district.example.",
        )


@register(Tags.security, deploy=True)
def database_has_its_place(app_configs=None, **options) -> list[Error]:
    """SQLite needs the disk of one machine."""
    return list(_misplaced_database())


def _misplaced_database() -> Iterator[Error]:
    if REPLICA in connections and {connection.vendor, connections[REPLICA].vendor} != {"postgresql"}:
        yield _error(
            7,
            "A copy for reading (DATABASE_REPLICA_URL) can only follow a PostgreSQL database, and be one.",
            "Take DATABASE_REPLICA_URL out of .env, or set both addresses to PostgreSQL.",
        )
    if connection.vendor != "sqlite":
        return
    if settings.APP_SERVERS > 1:
        yield _error(
            4,
            f"The site runs on {settings.APP_SERVERS} machines (APP_SERVERS), and each would have a SQLite database of its own.",
            "Set DATABASE_URL in .env to one PostgreSQL database for all of them, or APP_SERVERS=1.",
        )
    kind = file_system_of(Path(connection.settings_dict["NAME"]))
    if kind in NETWORK_FILE_SYSTEMS:
        yield _error(
            5,
            f"The SQLite database is on a network file system ({kind}), where it can lose or mix up what is written.",
            "Set VAR_DIR or DATABASE_URL in .env to a disk of this machine, or use PostgreSQL.",
        )


def file_system_of(path: Path) -> str:
    """The kind of file system a path is on, such as "ext4"; "" where the machine does not say."""
    try:
        lines = MOUNTS.read_text().splitlines()
    except OSError:
        return ""
    places = (line.split()[1:3] for line in lines)
    # Spaces in the name of a place are written as octal numbers.
    kinds = {Path(place.replace("\\040", " ")): kind for place, kind in places}
    path = path.resolve()
    return next((kinds[place] for place in (path, *path.parents) if place in kinds), "")


@register(Tags.database, deploy=True)
def demo_is_not_served(app_configs=None, databases=None, **options) -> list[Error]:
    """The logins of the demo are for a site that nobody else reaches."""
    try:
        names = _demo_accounts() if settings.SECURE_SSL_REDIRECT else []
    except DatabaseError:
        # A database that cannot be asked, or has no tables yet: the site starts, and works as soon as it is there.
        return []
    if not names:
        return []
    return [
        _error(
            6,
            f"Accounts of the demo can sign in on a site that is served to the world: {', '.join(names)}.",
            "Switch them off: manage.py demo_login --off.",
        )
    ]


def _demo_accounts() -> list[str]:
    # The demo always makes its superuser; without one, somebody called "editor" is just called so.
    names = [SUPERUSER, *LOGINS]
    if not User.objects.filter(username=SUPERUSER).exists():
        return []
    able = User.objects.filter(username__in=names, is_staff=True, is_active=True)
    return sorted(able.values_list("username", flat=True), key=names.index)


def reasons_not_to_start() -> list[Error]:
    """Everything above, asked at once."""
    return [*settings_are_safe(), *database_has_its_place(), *demo_is_not_served()]


def refuse_unsafe_start() -> None:
    """End the process with words on stderr where the site must not be served as it is."""
    reasons = reasons_not_to_start()
    # Workers that are forked from this process must not share its connection.
    connection.close()
    if reasons:
        lines = ["The site does not start:", *(f"- {reason.msg}\n  {reason.hint}" for reason in reasons)]
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()
        sys.exit(REFUSED)
