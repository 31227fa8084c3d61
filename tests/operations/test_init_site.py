"""The first afternoon: one command writes the settings, closed to others, and never over settings that are there."""

import re
import stat

import pytest

from careers import env, upgrades
from schools.models import User


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(env, "ENV_FILE", tmp_path / ".env")
    return tmp_path / ".env"


ARGUMENTS = ["--host=careers.district.example,www.district.example", "--editor=ada"]


def test_the_settings_of_a_served_site_are_written_once_and_closed(file, capsys):
    env.begin_site([*ARGUMENTS, "--database-url=postgres://careers:s@localhost/careers"])
    text = file.read_text()
    written = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert len(written.pop("SECRET_KEY")) > 50
    assert written == {
        "ALLOWED_HOSTS": "careers.district.example,www.district.example",
        "DATABASE_URL": "postgres://careers:s@localhost/careers",
        "HTTPS": "true",
        "DEBUG": "false",
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(SystemExit, match="exists and was left as it is"):
        env.begin_site(ARGUMENTS)
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host=https://careers.example/", "--editor=ada"], "without https://"),
        (["--host=*", "--editor=ada"], "not the name of a site"),
        ([*ARGUMENTS, "--database-url=localhost"], "has to look like postgres://"),
    ],
)
def test_what_cannot_be_right_is_said_and_nothing_is_written(file, capsys, arguments, words):
    with pytest.raises(SystemExit):
        env.begin_site(arguments)
    assert words in capsys.readouterr().err
    assert not file.exists()


def test_what_is_left_out_is_asked_for_or_named(file, monkeypatch, capsys):
    with pytest.raises(SystemExit, match="--host is missing"):
        env.begin_site(["--editor=ada"])
    answers = iter(["careers.district.example", "ada"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert env.begin_site([]).editor == "ada"
    assert "ALLOWED_HOSTS=careers.district.example\n" in file.read_text()


def test_the_first_editor_can_sign_in(transactional_db, manage, monkeypatch):
    monkeypatch.setattr(upgrades, "STEPS", ())
    text = manage("init_site", editor="ada")
    password = re.search(r"Password: (\S+)", text)[1]
    ada = User.objects.get(username="ada")
    assert ada.check_password(password)
    assert ada.memberships.get().role == "district-editor"
