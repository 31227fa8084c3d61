"""Files of open data, each made once for a version of the content, and kept on this server's disk for all of its processes.

A file is named by all that it is made from: the code, the database, the site's address, the version; and by its content, so
that a change elsewhere on the site gives nobody the same file a second time.
"""

import fcntl
import hashlib
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.apps import apps
from django.conf import settings
from django.db import connection

from clusters.models import ContentVersion
from clusters.open_data.base import DataFile, one_moment

FOLDER = "open-data"
# The site may answer under several names. Not under any number of them: each has its own copy of every file.
NAMES_KEPT = 4


def kept(data_file: DataFile, *, site: str) -> tuple[BinaryIO, str]:
    """The file as it is now, open for reading, and its ETag; ``site`` is as for ``DataFile.write``.

    Who finds that it is out of date makes it. Whoever comes meanwhile is given the one before, complete and of one moment:
    with ten thousands of programs the making takes a minute, in which all who ask would keep the site's threads waiting.
    They wait only where there is none before.
    """
    folder = settings.VAR_DIR / FOLDER / data_file.name
    folder.mkdir(parents=True, exist_ok=True)
    variant = _variant(site)
    while True:
        path = _found(folder, f"{variant}-{ContentVersion.current()}-*") or _make(folder, variant, data_file, site)
        try:
            return path.open("rb"), f'"{path.name.rpartition("-")[2]}"'
        except FileNotFoundError:
            # Another process has put a newer one in its place this very moment.
            continue


def _make(folder: Path, variant: str, data_file: DataFile, site: str) -> Path:
    """The file, made now or meanwhile; or the one before, while another process makes it."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if before := _found(folder, f"{variant}-*"):
                return before
            fcntl.flock(lock, fcntl.LOCK_EX)
        with one_moment():
            start = f"{variant}-{ContentVersion.current()}-"
            return _found(folder, f"{start}*") or _write(folder, start, data_file, site)


def _write(folder: Path, start: str, data_file: DataFile, site: str) -> Path:
    unfinished = folder / "unfinished"
    try:
        with unfinished.open("w+b") as file:
            data_file.write(file, site=site)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        made = unfinished.rename(folder / f"{start}{digest[:24]}")
    finally:
        unfinished.unlink(missing_ok=True)
    _make_room(folder, made)
    return made


def _make_room(folder: Path, made: Path) -> None:
    """Delete the ones before. Who is reading one still reads it to its end."""
    variant = made.name.partition("-")[0]
    newest_first = sorted(folder.glob("*-*-*"), key=lambda file: file.stat().st_mtime, reverse=True)
    others = [file for file in newest_first if file.name.partition("-")[0] != variant]
    for file in {*newest_first} - {made, *others[: NAMES_KEPT - 1]}:
        file.unlink()


def _found(folder: Path, pattern: str) -> Path | None:
    return next(folder.glob(pattern), None)


def _variant(site: str) -> str:
    """Stands for all that a file is made from beside the content."""
    database = [str(connection.settings_dict[name]) for name in ("ENGINE", "HOST", "PORT", "NAME")]
    return hashlib.sha256("\n".join([_code(), *database, site]).encode()).hexdigest()[:24]


@cache
def _code() -> str:
    """A digest of the code: an upgrade may write a file differently, and change no content."""
    digest = hashlib.sha256()
    for app in ("schools", "clusters"):
        for file in sorted(Path(apps.get_app_config(app).path).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
