"""What `manage.py doctor` looks at: each question answered in words for who runs the site, with what to do."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.utils import timezone

from assessments.models import Result
from careers import backups, checks, readiness, replica, upgrades
from careers.env import ENV_FILE
from clusters.models import ContentVersion, DataSource

OK, ADVICE, PROBLEM = "ok", "advice", "problem"
BACKUP_EVERY, VERIFY_EVERY, PURGE_EVERY = timedelta(days=2), timedelta(days=31), timedelta(days=2)
# Releases come once a year, and some months late.
NEW_DATA_EVERY = timedelta(days=550)
CLOCK_TOLERANCE = timedelta(seconds=5)
# In seconds, to reach the copy, and for it to hear of the last change.
REPLICA_PATIENCE = 3
UPGRADE = "Run: manage.py upgrade"


@dataclass(frozen=True)
class Finding:
    """One answer. ``level`` is "ok", "advice" or "problem"; only a problem must be mended. ``mend`` says how."""

    name: str
    level: str
    words: str
    mend: str = ""

    def __str__(self):
        return f"{self.level:8}{self.name}: {self.words}" + (f"\n        → {self.mend}" if self.mend else "")


Findings = Iterator[Finding]


def examine() -> list[Finding]:
    """All findings. Without a database, what depends on it is not asked."""
    questions = [*ALWAYS]
    if readiness.database_answers():
        questions.append(_migrations)
        questions += WITH_TABLES if readiness.is_migrated() else []
    return [finding for question in questions for finding in question()]


def _database() -> Findings:
    if fault := readiness.database_fault():
        yield Finding(
            "database",
            PROBLEM,
            f"It does not answer: {fault.splitlines()[0].rstrip('.')}.",
            "Look whether the database server runs, whether its disk is full, and whether DATABASE_URL in .env is right. "
            f"For a new site: {UPGRADE[0].lower()}{UPGRADE[1:]}",
        )
    else:
        yield Finding("database", OK, f"It answers ({connection.vendor}).")


def _replica() -> Findings:
    copy = replica.copy()
    if copy is None:
        return
    if not copy.is_reached(REPLICA_PATIENCE):
        yield Finding(
            "replica",
            PROBLEM,
            "It does not answer. Pages are read from the database itself, which is slower.",
            "Look whether its server runs, and whether DATABASE_REPLICA_URL in .env is right. Without a copy, take the line out.",
        )
    elif not _catches_up():
        yield Finding(
            "replica",
            PROBLEM,
            "It has not heard of the last change. Pages are read from the database itself, which is slower.",
            "Look on its server whether it still follows: SELECT status FROM pg_stat_wal_receiver.",
        )
    else:
        yield Finding("replica", OK, "It answers, and has the last change.")


def _catches_up() -> bool:
    """Whether the copy comes to the version that the database has now; it may need a moment."""
    number, deadline = ContentVersion.current(), time.monotonic() + REPLICA_PATIENCE
    with replica.reading_from(replica.REPLICA):
        while ContentVersion.current() < number:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
    return True


def _migrations() -> Findings:
    if pending := upgrades.pending(connection):
        words = (
            f"The database is older than the code. Migrations that are missing: {len(pending)}, from {pending[0]} on."
        )
        yield Finding("migrations", PROBLEM, words, UPGRADE)
    else:
        yield Finding("migrations", OK, "The database fits the code.")


def _reference_data() -> Findings:
    if not readiness.has_reference_data():
        yield Finding("reference data", PROBLEM, "There are no clusters or occupations yet.", UPGRADE)
        return
    newest = DataSource.objects.aggregate(newest=Max("released_on"))["newest"]
    if newest and newest < timezone.localdate() - NEW_DATA_EVERY:
        yield Finding(
            "reference data",
            ADVICE,
            f"Its newest release is of {newest}.",
            "Install the newest version of the site, which brings newer data.",
        )
    else:
        yield Finding("reference data", OK, f"It is loaded; its newest release is of {newest}.")


def _safety() -> Findings:
    reasons = [*checks.settings_are_safe(), *checks.database_has_its_place()]
    for reason in reasons:
        yield Finding("safety", PROBLEM, str(reason.msg), str(reason.hint))
    if not reasons:
        yield Finding("safety", OK, "Key, DEBUG and the place of the database are as they should be.")


def _https() -> Findings:
    if not settings.SECURE_SSL_REDIRECT:
        yield Finding(
            "https",
            ADVICE,
            "HTTPS is off. That is fine on your own machine, and nowhere else.",
            "Before others use the site: put a proxy with HTTPS before it, and set HTTPS=true in .env.",
        )
    elif not _names():
        yield Finding(
            "https",
            PROBLEM,
            "The site has no name under which others reach it.",
            "Set ALLOWED_HOSTS in .env to its names, such as careers.district.example.",
        )
    else:
        yield Finding("https", OK, f"The site answers as {', '.join(settings.ALLOWED_HOSTS)}, through HTTPS only.")


def _names() -> list[str]:
    """The names under which others reach the site."""
    return [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name not in ("localhost", "127.0.0.1", "[::1]", "*")]


def _proxy() -> Findings:
    """The site asked as visitors ask it, by its name and through the proxy."""
    if not settings.SECURE_SSL_REDIRECT or not _names():
        return
    address = f"https://{_names()[0]}/healthz"
    try:
        status = _status(_names()[0])
    except (OSError, HTTPException) as error:
        yield Finding(
            "proxy",
            ADVICE,
            f"From this machine {address} cannot be asked: {error}.",
            "Open the site in a browser. If it does not come: look whether site and proxy run, whether the name leads "
            "to this machine, and whether the certificate is valid.",
        )
        return
    answers = {
        200: (OK, f"{address} answers.", ""),
        301: (
            PROBLEM,
            "The proxy does not tell the site that visitors come through HTTPS, and so they are sent in circles.",
            "Let the proxy send X-Forwarded-Proto: https with every request, and drop what visitors send under that name.",
        ),
        400: (
            PROBLEM,
            "The proxy asks the site under another name than visitors do, and the site refuses it.",
            "Let the proxy pass on the header Host as it came, and look whether ALLOWED_HOSTS in .env has the name.",
        ),
    }
    other = (
        PROBLEM,
        f"{address} answers {status}.",
        "Look whether the site runs, and whether the proxy leads to its port.",
    )
    yield Finding("proxy", *answers.get(status, other))


def _status(host: str) -> int:
    with closing(HTTPSConnection(host, timeout=5)) as asked:
        asked.request("GET", "/healthz")
        return asked.getresponse().status


def _demo() -> Findings:
    reasons = checks.demo_is_not_served()
    for reason in reasons:
        yield Finding("demo", PROBLEM, str(reason.msg), str(reason.hint))
    if not reasons:
        yield Finding("demo", OK, "No login of the demo is open to the world.")


def _disk() -> Findings:
    free = f"{readiness.free_bytes() / 1e9:.1f} GB are free where the site writes."
    if readiness.has_space():
        yield Finding("disk", OK, free)
    else:
        yield Finding("disk", PROBLEM, free, "Make room, or set VAR_DIR in .env to a larger disk.")
    folders = [folder for folder in (settings.VAR_DIR, settings.BACKUP_DIR) if folder.exists()]
    for folder in folders:
        if not os.access(folder, os.W_OK):
            words = f"This account cannot write to {folder}."
            yield Finding(
                "disk", PROBLEM, words, "Run commands as the account of the site, and let it own this folder."
            )


def _static_files() -> Findings:
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        yield Finding("static files", PROBLEM, "They were not collected: pages have no style.", UPGRADE)
    elif _newest_source() > manifest.stat().st_mtime:
        yield Finding("static files", PROBLEM, "They are older than the code: pages may look wrong.", UPGRADE)
    else:
        yield Finding("static files", OK, "They are collected.")


def _newest_source() -> float:
    found = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    return max(Path(path).stat().st_mtime for path in found)


def _backups() -> Findings:
    # What a wrong clock dated later than now says nothing about last night.
    made = [backup for backup in backups.kept() if backup.made_at <= timezone.now()]
    if not made or made[0].made_at < timezone.now() - BACKUP_EVERY:
        when = f"The last backup is of {made[0].made_at:%Y-%m-%d}." if made else "There is no backup."
        yield Finding(
            "backup", PROBLEM, when, "Run: manage.py backup, and let the machine run it each night (see docs/guides)."
        )
        return
    yield Finding("backup", OK, f"The last one is of {made[0].made_at:%Y-%m-%d %H:%M} UTC.")
    verified = [backup for backup in made if backup.is_verified]
    if not verified or verified[0].made_at < timezone.now() - VERIFY_EVERY:
        yield Finding(
            "backup", ADVICE, "None of the last month was tried out.", "Run: manage.py backup --verify, once a month."
        )
    else:
        yield Finding("backup", OK, f"The one of {verified[0].made_at:%Y-%m-%d %H:%M} UTC was tried out, and is good.")


def _purging() -> Findings:
    overdue = Result.objects.filter(expires_at__lte=timezone.now() - PURGE_EVERY).count()
    if overdue:
        yield Finding(
            "deleting results",
            PROBLEM,
            f"Results of students that should be gone are still there: {overdue}.",
            "Run: manage.py purge_expired, and let the machine run it each night (see docs/guides).",
        )
    else:
        yield Finding("deleting results", OK, "No result is kept longer than the site says.")


def _clock() -> Findings:
    latest = max(MigrationRecorder.Migration.objects.using(connection.alias).values_list("applied", flat=True))
    apart = _seconds_from_database()
    if latest > timezone.now() + CLOCK_TOLERANCE:
        problem = f"It says {timezone.now():%Y-%m-%d %H:%M} UTC, and the database was upgraded later than that."
    elif apart > CLOCK_TOLERANCE.total_seconds():
        problem = f"It and the clock of the database are {apart:.0f} seconds apart."
    else:
        yield Finding("clock", OK, f"It says {timezone.now():%Y-%m-%d %H:%M} UTC.")
        return
    yield Finding("clock", PROBLEM, problem, "Let the machine ask a time server: timedatectl set-ntp true.")


def _seconds_from_database() -> float:
    """How far the clock of the database's machine is from that of this one; SQLite has the same."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
        return abs(timezone.now().timestamp() - float(cursor.fetchone()[0]))


def _files() -> Findings:
    private = {ENV_FILE: 0o077, settings.BACKUP_DIR: 0o077}
    if connection.vendor == "sqlite":
        private[Path(connection.settings_dict["NAME"])] = 0o007
    open_ones = [path for path, mask in private.items() if path.exists() and stat.S_IMODE(path.stat().st_mode) & mask]
    for path in open_ones:
        yield Finding(
            "files",
            PROBLEM,
            f"{path} can be read by others on this machine.",
            f"Run: chmod {'700' if path.is_dir() else '600'} {path}",
        )
    if not open_ones:
        yield Finding("files", OK, "Settings, backups and data are closed to others on this machine.")


ALWAYS: list[Callable[[], Findings]] = [_database, _safety, _https, _proxy, _disk, _static_files, _backups, _files]
WITH_TABLES: list[Callable[[], Findings]] = [_replica, _reference_data, _demo, _purging, _clock]
