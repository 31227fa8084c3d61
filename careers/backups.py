"""Backups: one file with the whole database and a manifest, that can be proved good and brought back.

A backup is a zip file of two members: the database as its own tools write it, and ``manifest.json``. The manifest has the
version of the site, the kind of database, the migrations that were applied, the SHA-256 of the first member, and for each
table how many rows it had and a digest of them.
"""

import datetime
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from careers.databases import BackupProblem, Summary, database_of, run

FORMAT = 1
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
NAME = re.compile(r"careers-(\d{8}-\d{6})\.zip(\.age|\.gpg)?")
NAME_TIME = "%Y%m%d-%H%M%S"
READ = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. ``migrations`` are "app.name"; ``tables`` are as ``Summary`` describes them."""

    format: int
    site_version: str
    made_at: str
    database: str
    migrations: list[str]
    sha256: str
    tables: Summary

    @property
    def rows(self) -> int:
        return sum(rows for rows, _digest in self.tables.values())


@dataclass(frozen=True)
class Backup:
    """A complete backup in BACKUP_DIR."""

    file: Path
    made_at: datetime.datetime

    @property
    def mark(self) -> Path:
        """The empty file that stands beside a backup which was restored once, to see whether it can be."""
        return self.file.with_name(self.file.name + ".verified")

    @property
    def is_verified(self) -> bool:
        return self.mark.exists()

    def delete(self) -> None:
        self.file.unlink()
        self.mark.unlink(missing_ok=True)


def site_version() -> str:
    """The version of the site that runs, such as "0.1.0"."""
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


# --- Making -----------------------------------------------------------------------------------------------------------


def make(*, connection: BaseDatabaseWrapper, verify: bool = False) -> tuple[Backup, Manifest]:
    """Write a backup of the database to BACKUP_DIR, encrypted where BACKUP_ENCRYPT_TO says so.

    It can be made while the site runs, and is of one moment. With ``verify`` it is restored into a scratch database before it
    is encrypted. Under its name it is complete: it is written under another one first. Raises BackupProblem.
    """
    encryption = _Encryption.of(settings.BACKUP_ENCRYPT_TO)
    if is_empty(connection):
        # It would pass for the newest good one, and those before it would be deleted in time.
        raise BackupProblem("The database is empty. Is DATABASE_URL in .env the right one? No backup was made.")
    folder = _folder()
    made_at = _moment_of_its_own()
    # A folder that only this account can open: the dump in it is not encrypted yet.
    with _faults_in_words(folder), tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as scratch:
        packed = Path(scratch) / f"careers-{made_at.astimezone(datetime.UTC).strftime(NAME_TIME)}.zip"
        manifest = _write(packed, connection, made_at)
        if verify:
            check(packed, connection=connection)
        if encryption:
            packed = encryption.encrypt(packed)
        backup = Backup(folder / packed.name, made_at)
        _sync(packed)
        packed.rename(backup.file)
    if verify:
        backup.mark.touch(mode=0o600)
    _sync(folder)
    return backup, manifest


def _folder() -> Path:
    folder = settings.BACKUP_DIR
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupProblem(f"The folder {folder} cannot be made: {error.strerror}. See BACKUP_DIR in .env.") from error
    return folder


@contextmanager
def _faults_in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BackupProblem(
            f"No backup was made: {reason}. Look whether {folder} has room and lets this account write (BACKUP_DIR in .env)."
        ) from error


def _moment_of_its_own() -> datetime.datetime:
    """Now, in whole seconds: those of the backup's name, which no other backup has."""
    taken = {backup.made_at for backup in kept()}
    while (now := timezone.now()).replace(microsecond=0) in taken:
        time.sleep(1 - now.microsecond / 1e6)
    return now.replace(microsecond=0)


def _write(packed: Path, connection: BaseDatabaseWrapper, made_at: datetime.datetime) -> Manifest:
    database = database_of(connection)
    dump = packed.with_name(database.member)
    tables = database.dump(dump)
    manifest = Manifest(
        FORMAT, site_version(), made_at.isoformat(), database.kind, _applied(connection), _sha256(dump), tables
    )
    packed.touch(mode=0o600)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        archive.write(dump, database.member)
    dump.unlink()
    return manifest


def _applied(connection: BaseDatabaseWrapper) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Wait until the file, or the names in the folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class _Encryption:
    """A program that encrypts to somebody's public key, so that the server itself cannot read its old backups."""

    program: str
    arguments: tuple[str, ...]

    @classmethod
    def of(cls, recipient: str) -> "_Encryption | None":
        """For the key of BACKUP_ENCRYPT_TO: ``age1…`` or ``ssh-…`` is one of age, everything else a name that gpg knows."""
        if not recipient:
            return None
        if recipient.startswith(("age1", "ssh-")):
            encryption = cls("age", ("--encrypt", "--recipient", recipient))
        else:
            encryption = cls("gpg", ("--batch", "--trust-model", "always", "--encrypt", "--recipient", recipient))
        if shutil.which(encryption.program) is None:
            raise BackupProblem(
                f"Backups are to be encrypted (BACKUP_ENCRYPT_TO), and {encryption.program} is not installed. "
                f"Install it: apt install {encryption.program}. No backup was made."
            )
        return encryption

    def encrypt(self, file: Path) -> Path:
        encrypted = file.with_name(f"{file.name}.{self.program}")
        encrypted.touch(mode=0o600)
        with encrypted.open("wb") as target:
            run([self.program, *self.arguments], stdin=file, stdout=target)
        file.unlink()
        return encrypted


# --- Keeping ----------------------------------------------------------------------------------------------------------


def kept() -> list[Backup]:
    """The complete backups in BACKUP_DIR, the newest first."""
    found = []
    for file in settings.BACKUP_DIR.glob("careers-*"):
        if name := NAME.fullmatch(file.name):
            made_at = datetime.datetime.strptime(name[1], NAME_TIME).replace(tzinfo=datetime.UTC)
            found.append(Backup(file, made_at))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def outdated() -> list[Backup]:
    """Backups older than BACKUP_KEEP_DAYS; never the newest one, and never the newest that was verified."""
    now = timezone.now()
    backups = kept()
    # One that a wrong clock dated later than now is not the newest.
    believable = [backup for backup in backups if backup.made_at <= now]
    verified = [backup for backup in believable if backup.is_verified]
    spared = believable[:1] + verified[:1]
    limit = now - datetime.timedelta(days=settings.BACKUP_KEEP_DAYS)
    return [backup for backup in backups if backup.made_at < limit and backup not in spared]


def forget_unfinished() -> None:
    """Delete what an interrupted backup left behind, a day later: one that is under way is not touched."""
    limit = timezone.now().timestamp() - 24 * 3600
    for folder in settings.BACKUP_DIR.glob(f"{UNFINISHED}*"):
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


# --- Proving, and bringing back ---------------------------------------------------------------------------------------


@contextmanager
def opened(file: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest of a backup, and its database unpacked for as long as the block runs. Raises BackupProblem."""
    if file.suffix in (".age", ".gpg"):
        how = "age --decrypt --identity KEY_FILE --output" if file.suffix == ".age" else "gpg --output"
        end = "" if file.suffix == ".age" else " --decrypt"
        raise BackupProblem(
            f"{file.name} is encrypted. Decrypt it where the private key is, then try again with what comes out:\n"
            f"  {how} {file.stem}{end} {file.name}"
        )
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=_folder()) as scratch:
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = _read_manifest(archive)
                member = next(name for name in archive.namelist() if name != MANIFEST)
                dump = Path(scratch) / "database"
                with archive.open(member) as source, dump.open("wb") as target:
                    shutil.copyfileobj(source, target, READ)
        except OSError as error:
            raise BackupProblem(f"{file} cannot be read: {error.strerror or error}.") from error
        except (zipfile.BadZipFile, StopIteration, EOFError, ValueError, KeyError, TypeError) as error:
            raise BackupProblem(f"{file.name} is not a backup of this site, or it is damaged.") from error
        if _sha256(dump) != manifest.sha256:
            raise BackupProblem(f"{file.name} is damaged: the database in it is not the one its manifest describes.")
        yield manifest, dump


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    manifest = Manifest(**json.loads(archive.read(MANIFEST)))
    if manifest.format != FORMAT:
        raise BackupProblem("The backup was made by a newer version of the site. Install that version to read it.")
    return manifest


def check(file: Path, *, connection: BaseDatabaseWrapper) -> Manifest:
    """Restore a backup into a scratch database and compare every table with the manifest. Raises BackupProblem."""
    database = database_of(connection)
    with opened(file) as (manifest, dump):
        _refuse_other_kind(manifest, database.kind)
        with database.scratch(dump) as found:
            _compare(manifest.tables, found)
    return manifest


def described(file: Path, manifest: Manifest, *, verified: bool) -> dict:
    """A backup in the words of `--json`."""
    return {
        "file": str(file),
        "made_at": manifest.made_at,
        "site_version": manifest.site_version,
        "database": manifest.database,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "verified": verified,
    }


def mark_verified(file: Path) -> None:
    """Remember that a backup in BACKUP_DIR was proved good."""
    for backup in kept():
        if backup.file.resolve() == file.resolve():
            backup.mark.touch(mode=0o600)


def restore(file: Path, *, connection: BaseDatabaseWrapper) -> Manifest:
    """Put a backup in the place of everything the database holds, as a whole or not at all. Raises BackupProblem."""
    database = database_of(connection)
    with opened(file) as (manifest, dump):
        _refuse_other_kind(manifest, database.kind)
        known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
        if unknown := [name for name in manifest.migrations if name not in known]:
            raise BackupProblem(
                f"The backup is of version {manifest.site_version}, which is newer than this one ({site_version()}): "
                f"it has {unknown[0]}. Install that version, then restore."
            )
        database.replace(dump)
        _compare(manifest.tables, database.summary())
    return manifest


def _refuse_other_kind(manifest: Manifest, kind: str) -> None:
    if manifest.database != kind:
        raise BackupProblem(
            f"The backup is of a {manifest.database} database, and DATABASE_URL names one of {kind}. "
            f"Set DATABASE_URL to a {manifest.database} database."
        )


def _compare(expected: Summary, found: Summary) -> None:
    differing = [name for name in sorted(expected | found) if list(expected.get(name, ())) != list(found.get(name, ()))]
    if differing:
        raise BackupProblem(f"What was restored is not what was backed up, in these tables: {', '.join(differing)}.")


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database holds nothing of the site yet. It may have been migrated."""
    tables = set(connection.introspection.table_names())
    return not any(
        model._meta.db_table in tables and _has_rows(connection, model._meta.db_table)
        for app in ("schools", "clusters", "assessments")
        for model in apps.get_app_config(app).get_models()
    )


def _has_rows(connection: BaseDatabaseWrapper, table: str) -> bool:
    # Asked in words of SQL: the tables may be of an older version than the models.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 (a name of our own)
        return cursor.fetchone() is not None


def database_name(connection: BaseDatabaseWrapper) -> str:
    """What somebody types to say that they mean this database: the file's name without folder, or the database's."""
    return Path(str(connection.settings_dict["NAME"])).name
