"""The app does not start where it would be unsafe, and says why and what to do."""

import subprocess
import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from careers import checks
from schools.management.commands.demo_login import LOGINS
from schools.models import User
from tests.conftest import POSTGRES, ROOT, SITE_ENVIRONMENT

SAFE_KEY = "".join(chr(ord("a") + place % 26) for place in range(60))


@pytest.fixture
def served(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECRET_KEY = SAFE_KEY
    settings.ALLOWED_HOSTS = ["careers.district.example"]
    return settings


def numbers(reasons):
    return [reason.id for reason in reasons]


def test_a_site_in_order_has_no_reasons(served, db):
    assert checks.reasons_not_to_start() == []


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"SECRET_KEY": "short"}, "careers.E001"),
        ({"SECRET_KEY": "a" * 60}, "careers.E001"),
        ({"SECRET_KEY": "django-insecure-" + SAFE_KEY}, "careers.E001"),
        ({"DEBUG": True}, "careers.E002"),
        ({"ALLOWED_HOSTS": ["careers.district.example", "*"]}, "careers.E003"),
    ],
)
def test_unsafe_settings_are_refused(served, db, changed, number):
    for name, value in changed.items():
        setattr(served, name, value)
    assert numbers(checks.reasons_not_to_start()) == [number]
    assert number in numbers(run_checks(include_deployment_checks=True))


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("server:/export {place} nfs4 rw 0 0", True),
        ("//server/share {place} cifs rw 0 0", True),
        ("me@server: {place} fuse.sshfs rw 0 0", True),
        ("/dev/sda1 {place} ext4 rw 0 0", False),
        ("server:/export /somewhere/else nfs4 rw 0 0", False),
    ],
)
def test_sqlite_is_refused_on_a_network_file_system(served, monkeypatch, tmp_path, line, refused):
    place = tmp_path.resolve() / "a share"
    sqlite = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": place / "folder" / "db.sqlite3"})
    monkeypatch.setattr(checks, "connection", sqlite)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n{line.format(place=str(place).replace(' ', chr(92) + '040'))}\n")
    monkeypatch.setattr(checks, "MOUNTS", mounts)
    assert numbers(checks.database_has_its_place()) == ["careers.E005"] * refused


@pytest.mark.parametrize("servers", [1, 2])
def test_only_postgresql_serves_several_machines(served, db, servers):
    served.APP_SERVERS = servers
    assert numbers(checks.database_has_its_place()) == ["careers.E004"] * (servers > 1 and not POSTGRES)


def test_logins_of_the_demo_are_refused_until_they_are_off(served, db):
    User.objects.create(username="editor", is_staff=True)
    assert checks.demo_is_not_served() == [], "somebody of that name, on a site that never was a demo"
    User.objects.create(username="demo", is_staff=True)
    (reason,) = checks.demo_is_not_served()
    assert "demo, editor." in reason.msg
    assert "editor" in LOGINS
    call_command("demo_login", "--off", stdout=StringIO())
    assert checks.demo_is_not_served() == []
    User.objects.update(is_active=True)
    served.SECURE_SSL_REDIRECT = False
    assert checks.demo_is_not_served() == []


def test_the_app_itself_does_not_start(tmp_path):
    (tmp_path / "static").mkdir()

    def start(**environment):
        own = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}", "VAR_DIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", "import careers.wsgi"],
            cwd=ROOT,
            env=SITE_ENVIRONMENT | own | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    refused = start(SECRET_KEY="short", ALLOWED_HOSTS="*")  # noqa: S106 (to be refused)
    assert refused.returncode == checks.REFUSED
    assert refused.stderr.startswith("The site does not start:\n- SECRET_KEY is too easy to guess.")
    assert "- ALLOWED_HOSTS has “*”" in refused.stderr
    assert "Traceback" not in refused.stderr
    # A database without tables is no reason: it may come back while the site runs.
    started = start(HTTPS="true")
    assert (started.returncode, started.stderr) == (0, "")


@pytest.mark.once
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"DATABASE_URL": "postgres//careers:secret@localhost"}, "DATABASE_URL has to look like postgres://"),
        ({"BACKUP_KEEP_DAYS": "secret"}, "BACKUP_KEEP_DAYS cannot be what it is"),
        ({"VAR_DIR": "/proc/none/secret"}, "No such file or directory"),
    ],
)
def test_settings_that_cannot_be_used_are_said_in_words(changed, words):
    asked = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=SITE_ENVIRONMENT | changed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith("The settings cannot be used: ")
    assert words in asked.stderr
    assert "Traceback" not in asked.stderr
    assert "VAR_DIR" in changed or "secret" not in asked.stderr, "a value can hold a password"


def test_an_empty_key_is_refused_in_words(served, db):
    served.SECRET_KEY = ""
    assert numbers(checks.settings_are_safe()) == ["careers.E001"]
