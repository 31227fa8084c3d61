"""The doctor finds each fault by itself, says what to do, and is content with a site in order."""

import json
import os
from datetime import date, timedelta

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from assessments.models import Assessment, Result
from careers import backups, doctor, readiness, upgrades
from clusters.models import DataSource, Occupation
from schools.models import User
from tests.conftest import POSTGRES
from tests.factories import make_cluster, make_occupation


@pytest.fixture
def in_order(db, settings, tmp_path, monkeypatch):
    """A served site with nothing to mend."""
    monkeypatch.setattr(readiness, "_migrated", False)
    monkeypatch.setattr(doctor, "_status", lambda host: 200)
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["careers.district.example"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").touch()
    env = tmp_path / ".env"
    env.touch(mode=0o600)
    monkeypatch.setattr(doctor, "ENV_FILE", env)
    settings.BACKUP_DIR.mkdir(mode=0o700)
    backup(settings, days=1)
    make_cluster()
    make_occupation()
    DataSource.objects.update(released_on=timezone.localdate())
    if not POSTGRES:
        file = doctor.Path(connection.settings_dict["NAME"])
        mode = file.stat().st_mode
        file.chmod(0o600)
        yield settings
        file.chmod(mode)
    else:
        yield settings


def backup(settings, *, days, verified=True):
    at = (timezone.now() - timedelta(days=days)).strftime(backups.NAME_TIME)
    file = settings.BACKUP_DIR / f"careers-{at}.zip"
    file.touch()
    if verified:
        file.with_name(f"{file.name}.verified").touch()


def empty(folder):
    for file in folder.iterdir():
        file.unlink()


def examined():
    return [finding for finding in doctor.examine() if finding.level != doctor.OK]


def test_a_site_in_order_is_left_in_peace(in_order, manage):
    assert examined() == []
    assert "The site is in order." in manage("doctor")
    findings = json.loads(manage("doctor", as_json=True))
    assert {finding["level"] for finding in findings} == {"ok"}


def answer(status):
    """What the site answers when it is asked through the proxy; undone by the patch of ``in_order``."""
    doctor._status = lambda host: status


def _unreachable(host):
    raise ConnectionRefusedError("Connection refused")


def _overdue(settings):
    taken = Assessment.objects.create(
        slug="short", version=1, title="Short", minutes=1, licence="-", published_on=date(2026, 1, 1)
    )
    Result.objects.create(assessment=taken, expires_at=timezone.now() - timedelta(days=3))


def _clock(settings):
    connection.cursor().execute("UPDATE django_migrations SET applied = %s", [timezone.now() + timedelta(days=9)])


FAULTS = {
    "safety: DEBUG": lambda settings: setattr(settings, "DEBUG", True),
    "https: The site has no name": lambda settings: setattr(settings, "ALLOWED_HOSTS", ["localhost"]),
    "demo: Accounts of the demo": lambda settings: User.objects.create(username="demo", is_staff=True),
    "static files: They were not collected": lambda settings: (settings.STATIC_ROOT / "staticfiles.json").unlink(),
    "static files: They are older": lambda settings: os.utime(settings.STATIC_ROOT / "staticfiles.json", (0, 0)),
    "backup: There is no backup": lambda settings: empty(settings.BACKUP_DIR),
    "backup: The last backup is of": lambda settings: (empty(settings.BACKUP_DIR), backup(settings, days=5)),
    "backup: The last backup is of ": lambda settings: (
        empty(settings.BACKUP_DIR),
        backup(settings, days=5),
        backup(settings, days=-400),
    ),
    "proxy: The proxy does not tell": lambda settings: answer(301),
    "proxy: The proxy asks the site under another name": lambda settings: answer(400),
    "proxy: https://careers.district.example/healthz answers 502": lambda settings: answer(502),
    "deleting results: Results of students": _overdue,
    "clock: It says": _clock,
    "files: ": lambda settings: doctor.ENV_FILE.chmod(0o644),
    "reference data: There are no": lambda settings: Occupation.objects.all().delete(),
}


@pytest.mark.parametrize("words", FAULTS)
def test_each_fault_is_found_with_what_to_do(in_order, manage, words):
    FAULTS[words](in_order)
    (found,) = examined()
    assert found.level == doctor.PROBLEM
    assert str(found).split(None, 1)[1].startswith(words)
    assert found.mend
    with pytest.raises(CommandError, match=r"To be mended: 1\."):
        manage("doctor")


ADVICE = {
    "https: HTTPS is off": lambda settings: setattr(settings, "SECURE_SSL_REDIRECT", False),
    "backup: None of the last month": lambda settings: (
        empty(settings.BACKUP_DIR),
        backup(settings, days=1, verified=False),
    ),
    "proxy: From this machine https://careers.district.example/healthz cannot be asked: Connection refused": (
        lambda settings: setattr(doctor, "_status", _unreachable)
    ),
    "reference data: Its newest": lambda settings: DataSource.objects.update(released_on=date(2020, 5, 1)),
}


@pytest.mark.parametrize("words", ADVICE)
def test_advice_is_given_and_is_no_failure(in_order, manage, words):
    ADVICE[words](in_order)
    (found,) = examined()
    assert found.level == doctor.ADVICE
    assert str(found).split(None, 1)[1].startswith(words)
    manage("doctor")


def test_a_full_disk_is_a_problem(in_order, monkeypatch):
    monkeypatch.setattr(readiness, "free_bytes", lambda: 5_000_000)
    assert [finding.name for finding in examined()] == ["disk"]


def test_a_folder_that_cannot_be_written_to_is_a_problem(in_order, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: path != in_order.BACKUP_DIR)
    (found,) = examined()
    assert f"cannot write to {in_order.BACKUP_DIR}" in found.words


@pytest.mark.once
@pytest.mark.skipif(POSTGRES, reason="only SQLite makes a database by looking for it")
def test_looking_for_a_database_makes_none(in_order, tmp_path, monkeypatch):
    file = tmp_path / "mistyped.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    assert f"there is no file {file}" in examined()[0].words
    assert not file.exists()


def test_what_the_driver_says_is_passed_on(in_order, monkeypatch):
    def refused(*arguments):
        raise OperationalError('password authentication failed for user "careers"\nand more')

    with connection.execute_wrapper(refused):
        (found,) = examined()
    assert found.words == 'It does not answer: password authentication failed for user "careers".'


def test_missing_migrations_are_named(in_order, monkeypatch):
    monkeypatch.setattr(upgrades, "pending", lambda connection: ["clusters.0009_next"])
    (found,) = examined()
    assert "missing: 1, from clusters.0009_next on" in found.words
    assert found.mend == "Run: manage.py upgrade"


def test_without_a_database_the_rest_is_still_said(in_order):
    def gone(*arguments):
        raise OperationalError

    in_order.DEBUG = True
    with connection.execute_wrapper(gone):
        assert [finding.name for finding in examined()] == ["database", "safety"]
