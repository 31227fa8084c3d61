"""An upgrade gets from every released state to this version, with what was there; alone, and again after an interruption."""

import shutil
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from careers import backups, upgrades
from schools.models import User
from tests import conftest

OWN = ("schools", "clusters", "assessments")


@pytest.fixture
def only_search(monkeypatch):
    """An upgrade without the files of fixtures/, which take long to load."""
    monkeypatch.setattr(upgrades, "STEPS", [step for step in upgrades.STEPS if step[0] == "rebuild_search"])


def visit_every_state(other):
    """Bring a database to each state of ours in turn; yields the state's name, and goes on with what is there by then.

    One executor keeps what it knows of the models, which takes most of the time of a migration.
    """
    executor = MigrationExecutor(other)
    state = executor._create_project_state(with_applied_migrations=True)
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        state = executor.migrate([(migration.app_label, migration.name)], plan=[(migration, False)], state=state)
        if migration.app_label in OWN:
            yield f"{migration.app_label}.{migration.name}"


def add_account(other, name):
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO schools_user (username, password, first_name, last_name, email, is_superuser, is_staff, "
            "is_active, date_joined) VALUES (%s, '', '', '', '', false, true, true, '2026-01-01')",
            [name],
        )


def test_what_was_there_at_any_state_is_there_at_the_end(elsewhere):
    """Each migration runs over what every state before it could leave behind."""
    states = []
    with elsewhere() as other:
        for state in visit_every_state(other):
            states.append(state)
            add_account(other, state)
        assert len(states) >= 11
        assert upgrades.pending(other) == []
        assert set(User.objects.values_list("username", flat=True)) == set(states)


@pytest.mark.once
@pytest.mark.skipif(conftest.POSTGRES, reason="the plan is the same; SQLite copies a state in no time")
def test_the_command_rolls_forward_from_every_state(elsewhere, only_search, tmp_path, manage):
    with elsewhere() as other:
        copies = []
        for state in visit_every_state(other):
            add_account(other, state)
            other.close()
            copies.append(shutil.copy(other.settings_dict["NAME"], tmp_path / f"{state}.sqlite3"))
        for number, copy in enumerate(copies, start=1):
            other.close()
            other.settings_dict["NAME"] = copy
            text = manage("upgrade")
            assert upgrades.pending(other) == [], copy
            assert "Backup: " in text, copy
            assert User.objects.count() == number
            # The next one would be made in the same second, under the same name.
            for made in backups.kept():
                made.delete()


def test_a_trial_names_the_migrations_and_runs_none(elsewhere, manage):
    with elsewhere() as other:
        text = manage("upgrade", dry_run=True)
        assert "Migration to run: clusters.0002_search_index" in text
        assert "schools_user" not in other.introspection.table_names()
    assert backups.kept() == []


def test_what_was_interrupted_is_finished_by_the_next(elsewhere, only_search, manage, monkeypatch):
    with elsewhere() as other:
        call_command("migrate", "clusters", "0001", verbosity=0)
        # Killed in the middle: one migration has run, its successor has not.
        executor = MigrationExecutor(other)
        executor.migrate([("clusters", "0002_search_index")])
        monkeypatch.setattr(upgrades, "STEPS", (("no_such_step", {}, "Nothing"),))
        with pytest.raises(CommandError, match=r"stopped at “no_such_step”.*\n.*run it again"):
            manage("upgrade")
        monkeypatch.setattr(upgrades, "STEPS", ())
        assert "none was missing" in manage("upgrade")
        assert upgrades.pending(other) == []


@pytest.mark.once
@pytest.mark.skipif(conftest.POSTGRES, reason="a server keeps its files to itself")
def test_a_new_file_is_closed_to_others(elsewhere, monkeypatch, manage):
    monkeypatch.setattr(upgrades, "STEPS", ())
    with elsewhere() as other:
        manage("upgrade")
        assert Path(other.settings_dict["NAME"]).stat().st_mode & 0o077 == 0


def test_a_faulty_migration_is_named_with_what_to_do(elsewhere, only_search, manage, monkeypatch):
    with elsewhere():
        call_command("migrate", "schools", verbosity=0)
        User.objects.create(username="ada")
        monkeypatch.setattr(MigrationExecutor, "apply_migration", lambda *arguments, **options: 1 / 0)
        with pytest.raises(CommandError, match="stopped at “migrate”"):
            manage("upgrade")
        assert len(backups.kept()) == 1, "the backup is made before anything is changed"


def test_two_at_once_run_one_after_the_other(transactional_db):
    said, order = [], []
    waiting = threading.Event()

    def second():
        def say(words):
            said.append(words)
            waiting.set()

        with upgrades.alone(connections["default"], say):
            order.append("second")
        connections["default"].close()

    with upgrades.alone(connection, said.append):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert said == [upgrades.WAITING]


@pytest.mark.once
def test_the_whole_site_is_upgraded_and_keeps_its_content(site, tmp_path):
    text = conftest.manage("upgrade", DATABASE_URL=site.database, VAR_DIR=str(tmp_path))
    for words in (
        "Backup: ",
        "Migrations: none was missing.",
        "interests-60",
        "names can be found",
        "static files",
        "pages came",
    ):
        assert words in text
    assert (tmp_path / "static" / "staticfiles.json").exists()
