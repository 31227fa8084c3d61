"""A backup comes back as it was, row by row; what cannot be brought back is refused in words."""

import json
import os
import resource
import shutil
import stat
import subprocess
import time
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from assessments.models import Assessment, Result
from careers import backups, upgrades
from careers.freshness import watch
from clusters.models import AddressCheck, ContentVersion
from schools.models import School, SignInThrottle
from tests.access.world import make_world
from tests.factories import make_school

# Nothing uses them: rights come from roles (schools/access.py).
NEVER_USED = {"auth.Group", "auth.Group_permissions", "schools.User_groups", "schools.User_user_permissions"}


@pytest.fixture
def lived_in(transactional_db):
    """A site with rows of every model: content, accounts that are signed in, their traces, and two students under way."""
    ada = make_world().users["superuser"]
    today, now = timezone.localdate(), timezone.now()
    taken = Assessment.objects.create(
        slug="short", version=1, title="Short", minutes=1, licence="-", published_on=today
    )
    Result.objects.create(assessment=taken, answers={"1": 5, "2": 3})
    Result.objects.create(assessment=taken, answers={"1": 1}, expires_at=now - timedelta(days=1))
    ContentVersion.bump()
    AddressCheck.objects.create(url="https://school.example/", checked_at=now)
    SignInThrottle.objects.create(key="ada", failures=3, failed_at=now)
    TOTPDevice.objects.create(user=ada, name="phone")
    StaticDevice.objects.create(user=ada, name="paper").token_set.create(token="sunflower")  # noqa: S106 (nobody's)


def everything():
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models(include_auto_created=True)
    }


@pytest.fixture
def backup(transactional_db):
    """A backup of a small site."""
    make_school()
    return backups.make(connection=connection)[0].file


def rewrite(file, changes):
    """Change members of a backup: ``changes(name, data)`` is what each is from now on."""
    with zipfile.ZipFile(file) as archive:
        content = {name: changes(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def with_manifest(file, **changed):
    def change(name, data):
        return json.dumps(json.loads(data) | changed).encode() if name == backups.MANIFEST else data

    rewrite(file, change)


# --- There and back ---------------------------------------------------------------------------------------------------


def test_a_backup_comes_back_row_by_row(lived_in, elsewhere, manage):
    before = everything()
    assert {name for name, rows in before.items() if not rows} == NEVER_USED
    assert "restored on trial, and is good" in manage("backup", verify=True)
    (made,) = backups.kept()
    assert made.is_verified
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert {entry.name for entry in made.file.parent.iterdir()} == {made.file.name, made.mark.name}
    with elsewhere() as other:
        backups.restore(made.file, connection=other)
        assert everything() == before
        # What keeps numbers and search in step came along too.
        make_school(7)
        assert School.objects.count() == len(before["schools.School"]) + 1
        assert everything() != before


def test_expired_students_stay_purged_after_a_restore(lived_in, elsewhere, manage):
    file = backups.make(connection=connection)[0].file
    with elsewhere() as other:
        # What a restore without the command would bring back.
        backups.restore(file, connection=other)
        assert Result.objects.count() == 2
        text = manage("restore", str(file), replace=backups.database_name(other))
        assert [result.answers for result in Result.objects.all()] == [{"1": 5, "2": 3}]
    assert "Results deleted: 1." in text


def test_a_trial_says_what_a_restore_would_do_and_does_nothing(backup, manage):
    make_school(7)
    name = backups.database_name(connection)
    text = manage("restore", str(backup), dry_run=True)
    assert f"--replace {name}" in text
    assert "is good" in text
    assert "Nothing was changed" in text
    assert School.objects.filter(slug="school-7").exists()
    backup.write_bytes(b"")
    with pytest.raises(CommandError, match="not a backup"):
        manage("restore", str(backup), dry_run=True)


def test_an_older_backup_is_brought_to_this_version(elsewhere, manage):
    with elsewhere() as other:
        MigrationExecutor(other).migrate([("schools", "0002_school")])
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO schools_school VALUES (1, 'north', 'North High', 9, 12, '', '', '', '')")
        made, _manifest = backups.make(connection=other)
        text = manage("restore", str(made.file), replace=backups.database_name(other))
        assert "older version" in text
        assert "manage.py upgrade" in text
        assert upgrades.pending(other) == []
        assert School.objects.get().name == "North High"


def test_a_database_with_content_is_replaced_only_by_its_name(backup, manage):
    make_school(7)
    name = backups.database_name(connection)
    for typed, words in ((None, f"--replace {name}"), ("another", f"is called {name}, not another")):
        with pytest.raises(CommandError, match=words):
            manage("restore", str(backup), replace=typed)
        assert School.objects.filter(slug="school-7").exists()
    manage("restore", str(backup), replace=name)
    assert not School.objects.filter(slug="school-7").exists()


def test_a_process_that_looks_late_sees_that_a_backup_was_restored(backup, manage, monkeypatch):
    """It looks when the count is again where it was; what was counted in between is other content."""
    # Nobody tells it: it looks when it is asked.
    monkeypatch.setattr("careers.freshness.postgresql.PostgresFreshness._listen", lambda self: None)
    freshness = watch(connection)
    restored = ContentVersion.current()
    make_school(7)
    before = freshness.current()
    assert before.number > restored
    for _time in range(2):
        manage("restore", str(backup), replace=backups.database_name(connection))
        for _change in range(before.number - restored):
            ContentVersion.bump()
        after = freshness.current()
        assert after.number > before.number
        before, restored = after, after.number
    freshness.close()


@pytest.mark.once
def test_numbers_go_on_from_one_that_was_never_met(db):
    ContentVersion.leap()
    first = ContentVersion.current()
    # Back at the number of the backup, in a place where nothing tells what was there.
    ContentVersion.objects.update(number=1)
    ContentVersion.leap(beyond=first)
    assert ContentVersion.current() > first > time.time() - 60


# --- Proving ----------------------------------------------------------------------------------------------------------


def test_a_good_backup_is_proved_and_marked(backup, manage):
    assert not backups.kept()[0].is_verified
    assert "is good" in manage("verify_backup")
    assert backups.kept()[0].is_verified


def test_programs_are_told_the_same(backup, manage):
    backup.unlink()
    made = json.loads(manage("backup", verify=True, as_json=True))
    proved = json.loads(manage("verify_backup", as_json=True))
    assert made.pop("deleted") == []
    assert made == proved
    assert made["file"] == str(backups.kept()[0].file)
    assert made["verified"] is True
    assert made["rows"] > 10


def test_without_a_backup_there_is_nothing_to_prove(db, manage):
    with pytest.raises(CommandError, match="no backup yet"):
        manage("verify_backup")


def test_what_is_damaged_is_said_and_changes_nothing(backup, elsewhere, manage):
    good = backup.read_bytes()

    def other_database(name, data):
        return data if name == backups.MANIFEST else data[:-1] + bytes([data[-1] ^ 1])

    faults = {
        "not the one its manifest describes": lambda: rewrite(backup, other_database),
        "not a backup of this site": lambda: backup.write_bytes(good[: len(good) // 2]),
        "in these tables: schools_school": lambda: with_manifest(
            backup, tables=read_manifest(backup)["tables"] | {"schools_school": [7, "0"]}
        ),
        "newer version of the site": lambda: with_manifest(backup, format=2),
        "is of a dbase database": lambda: with_manifest(backup, database="dbase"),
    }
    for words, spoil in faults.items():
        backup.write_bytes(good)
        spoil()
        with pytest.raises(CommandError, match=words):
            manage("verify_backup", str(backup))
    assert not backups.kept()[0].is_verified
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        manage("verify_backup", "nowhere.zip")


def read_manifest(file):
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read(backups.MANIFEST))


def test_a_backup_of_a_newer_site_is_refused_before_anything_is_changed(backup, elsewhere, manage):
    with_manifest(backup, site_version="9.9", migrations=[*read_manifest(backup)["migrations"], "clusters.9999_later"])
    with elsewhere() as other:
        with pytest.raises(CommandError, match=r"version 9\.9, which is newer .* clusters\.9999_later"):
            manage("restore", str(backup))
        assert other.introspection.table_names() == []


# --- Encrypting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "tool"), [("age1qqqq", "age"), ("it@district.example", "gpg")])
def test_without_the_tool_no_backup_is_made(transactional_db, settings, monkeypatch, manage, key, tool):
    make_school()
    settings.BACKUP_ENCRYPT_TO = key
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(CommandError, match=f"{tool} is not installed"):
        manage("backup")
    assert backups.kept() == []


@pytest.fixture
def gpg(tmp_path, monkeypatch):
    """gpg with keys of its own: the beginning of its command."""
    # Short: gpg's agent listens on a socket in it, whose path has a limit.
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    yield ["gpg", "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_only_the_owner_of_the_key_reads_an_encrypted_backup(transactional_db, settings, gpg, tmp_path, manage):
    subprocess.run([*gpg, "--quick-generate-key", "it@district.example", "future-default", "default"], check=True)
    settings.BACKUP_ENCRYPT_TO = "it@district.example"
    make_school()
    manage("backup", verify=True)
    (made,) = backups.kept()
    assert made.file.name.endswith(".zip.gpg")
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert made.file.read_bytes()[:2] != b"PK"
    with pytest.raises(CommandError, match=r"is encrypted\. Decrypt it"):
        manage("verify_backup")
    plain = tmp_path / made.file.stem
    subprocess.run([*gpg, "--output", str(plain), "--decrypt", str(made.file)], check=True, stderr=subprocess.DEVNULL)
    assert "is good" in manage("verify_backup", str(plain))


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_only_the_identity_of_age_reads_an_encrypted_backup(transactional_db, settings, tmp_path, manage):
    identity = tmp_path / "identity"
    subprocess.run(["age-keygen", "-o", str(identity)], check=True, stderr=subprocess.DEVNULL)
    public = subprocess.run(["age-keygen", "-y", str(identity)], check=True, capture_output=True, text=True)
    settings.BACKUP_ENCRYPT_TO = public.stdout.strip()
    make_school()
    manage("backup", verify=True)
    (made,) = backups.kept()
    assert made.file.name.endswith(".zip.age")
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert b"PK" not in made.file.read_bytes()[:2]
    with pytest.raises(CommandError, match=r"is encrypted\. Decrypt it") as refused:
        manage("restore", str(made.file), dry_run=True)
    # The words are a command that works as it is printed.
    command = str(refused.value).splitlines()[-1].replace("KEY_FILE", str(identity)).split()
    subprocess.run(command, check=True, cwd=settings.BACKUP_DIR)
    assert "is good" in manage("verify_backup", str(settings.BACKUP_DIR / made.file.stem))


def test_a_key_that_is_none_leaves_no_backup(transactional_db, settings, manage):
    if shutil.which("age") is None:
        pytest.skip("age is not installed")
    settings.BACKUP_ENCRYPT_TO = "age1mistyped"
    make_school()
    with pytest.raises(CommandError, match="age failed"):
        manage("backup")
    assert list(settings.BACKUP_DIR.iterdir()) == []


# --- Keeping ----------------------------------------------------------------------------------------------------------


def test_an_empty_database_is_not_backed_up(transactional_db, manage):
    with pytest.raises(CommandError, match=r"Is DATABASE_URL in \.env the right one"):
        manage("backup")
    assert backups.kept() == []


def test_old_backups_go_but_never_the_newest_good_one(settings, manage, transactional_db):
    make_school()
    settings.BACKUP_DIR.mkdir()
    now = timezone.now()
    ages = {"verified": 50, "older": 60, "old": 45, "newest": 40}
    files = {}
    for name, days in ages.items():
        at = (now - timedelta(days=days)).strftime(backups.NAME_TIME)
        files[name] = settings.BACKUP_DIR / f"careers-{at}.zip"
        files[name].touch()
    (settings.BACKUP_DIR / f"{files['verified'].name}.verified").touch()
    (settings.BACKUP_DIR / "careers-notes.txt").touch()
    unfinished = settings.BACKUP_DIR / f"{backups.UNFINISHED}killed"
    unfinished.mkdir()
    os.utime(unfinished, (0, 0))

    text = manage("backup", dry_run=True)
    assert all(f"{files[name].name}: would be deleted." in text for name in ("old", "older"))
    assert all(file.exists() for file in files.values())
    manage("backup")
    left = {name for name, file in files.items() if file.exists()}
    assert left == {"verified"}, "the one just made is newer than “newest”"
    assert (settings.BACKUP_DIR / "careers-notes.txt").exists()
    assert not unfinished.exists()


def test_the_only_backup_stays_however_old(settings, manage, transactional_db):
    settings.BACKUP_DIR.mkdir()
    (settings.BACKUP_DIR / "careers-20200101-000000.zip").touch()
    settings.BACKUP_KEEP_DAYS = 0
    assert backups.outdated() == []


def test_a_backup_from_a_clock_that_was_wrong_does_not_pass_for_the_newest(settings, transactional_db):
    settings.BACKUP_DIR.mkdir()
    now = timezone.now()
    names = [(now + timedelta(days=days)).strftime(backups.NAME_TIME) for days in (400, -40, -50)]
    for name in names:
        (settings.BACKUP_DIR / f"careers-{name}.zip").touch()
    assert [backup.file.name for backup in backups.outdated()] == [f"careers-{names[2]}.zip"]


def test_two_backups_within_a_second_are_two(transactional_db):
    make_school()
    made = [backups.make(connection=connection)[0] for _time in range(2)]
    assert backups.kept() == made[::-1]


def test_a_disk_without_room_is_said_and_leaves_no_backup(transactional_db, manage, settings):
    make_school()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may become larger, which stops programs where a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(CommandError, match=r"No backup was made|pg_dump failed"):
            manage("backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(settings.BACKUP_DIR.iterdir()) == []


def test_what_stops_half_way_leaves_no_backup(transactional_db, monkeypatch, settings):
    make_school()
    monkeypatch.setattr(backups, "_sync", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backups.make(connection=connection)
    assert list(settings.BACKUP_DIR.iterdir()) == []
