"""An upgrade that was killed anywhere is finished by the next one, as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from careers import backups, upgrades
from clusters.importers import fixtures
from schools.models import User
from tests.conftest import POSTGRES, ROOT, SITE_ENVIRONMENT
from tests.operations.test_old_code import RELEASED_BEFORE, tables


def address_of(other):
    """The DATABASE_URL of a connection."""
    name = other.settings_dict["NAME"]
    if not POSTGRES:
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def play(other, folder, *options):
    """What tests/operations/interruptions.py prints, with the files of the site in ``folder``."""
    folder.mkdir()
    other.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.operations.interruptions", *options],
        cwd=ROOT,
        env=SITE_ENVIRONMENT
        | {"DATABASE_URL": address_of(other), "VAR_DIR": str(folder), "BACKUP_DIR": str(folder / "b")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def state(other, folder):
    """All that an upgrade brings, but for numbers of rows and moments in time, which no two runs have alike."""
    fixtures.dump(folder=folder / "dumped")
    with other.cursor() as cursor:
        rows = {}
        for name in other.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {other.ops.quote_name(name)}")  # noqa: S608 (names of the database)
            rows[name] = cursor.fetchone()
    return {
        "migrations": set(MigrationRecorder(other).applied_migrations()),
        "tables": tables(other),
        "rows": rows,
        "content": {file.name: file.read_bytes() for file in (folder / "dumped").iterdir()},
        "static": (folder / "static" / "staticfiles.json").read_bytes(),
    }


def test_what_was_killed_anywhere_is_finished_by_the_next(elsewhere, tmp_path, settings):
    with elsewhere() as other:
        MigrationExecutor(other).migrate(RELEASED_BEFORE)
        ada = "INSERT INTO schools_user VALUES (1, '', NULL, false, 'ada', '', '', '', true, true, '2026-01-01')"
        other.cursor().execute(ada)
        start, _manifest = backups.make(connection=other)

        undisturbed = tmp_path / "undisturbed"
        assert play(other, undisturbed, "--undisturbed") == {"to the end": 0}
        expected = state(other, undisturbed)
        assert expected["rows"]["clusters_pathway"] == (79,)

        backups.restore(start.file, connection=other)
        killed = tmp_path / "killed"
        ended = play(other, killed)
        assert ended.pop("to the end") == 0, ended
        assert len(ended) == 6
        assert set(ended.values()) == {-signal.SIGKILL}
        assert state(other, killed) == expected
        assert User.objects.get().username == "ada"

        # Each upgrade made a backup before it changed anything, but the one that was killed in the middle of it.
        settings.BACKUP_DIR = Path(killed / "b")
        made = backups.kept()
        assert len(made) == len(ended)
        backups.check(made[-1].file, connection=other)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_is_told_where_and_what_to_do(elsewhere, manage, monkeypatch, number):
    monkeypatch.setattr(upgrades, "STEPS", ())
    monkeypatch.setattr(upgrades, "pending", lambda connection: signal.raise_signal(number))
    # A shell has what it runs in the background ignore Ctrl-C, these tests as well.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
        with elsewhere(), pytest.raises(CommandError, match=r"interrupted at “migrate”.*Run it again") as stopped:
            manage("upgrade")
        assert stopped.value.returncode == upgrades.INTERRUPTED
        assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers
    finally:
        signal.signal(signal.SIGINT, before)
