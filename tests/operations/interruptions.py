"""Run as a program: upgrades the site, each time killed in another place, until the last time it is let through.

In a process of its own, which Django sets up once, and one more for each upgrade: only a process can be killed. Prints, for each
place, the signal that ended the upgrade there; 0 for the last one. ``--undisturbed`` does the last one only.
"""

import argparse
import gzip
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from unittest import mock

import django


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def at_statement(words, number):
    """Killed where a statement with these words begins for the ``number``-th time."""
    from django.db import connection

    seen = []

    def count(execute, sql, *arguments):
        if words in str(sql):
            seen.append(sql)
            if len(seen) == number:
                die()
        return execute(sql, *arguments)

    connection.execute_wrappers.append(count)


def at_call(owner, name, number=1):
    """Killed where a function is called for the ``number``-th time."""
    function = getattr(owner, name)
    effects = [mock.DEFAULT] * (number - 1)
    mock.patch.object(
        owner, name, wraps=function, side_effect=lambda *a, **o: effects.pop() if effects else die()
    ).start()


def places():
    """By their names, in the order of an upgrade; each is past the one before it."""
    from django.contrib.staticfiles.storage import ManifestFilesMixin
    from django.core.management.commands import migrate

    from careers import backups
    from clusters import search

    return {
        "backup": lambda: at_call(backups, "_sync"),
        # Others have run by then.
        "in a migration": lambda: at_statement("ADD COLUMN", 3),
        "after the migrations": lambda: at_call(migrate, "emit_post_migrate_signal"),
        "reference data": lambda: at_statement('INSERT INTO "clusters_pathway"', 1),
        "search index": lambda: at_call(search, "rebuild", 2),  # The load has built it once.
        "static files": lambda: at_call(ManifestFilesMixin, "save_manifest"),
    }


def small_fixtures(folder: Path) -> Path:
    """The shipped clusters and pathways, and no more: a load of everything takes longer."""
    from clusters.importers import fixtures

    folder.mkdir()
    for name in fixtures.FILES:
        if name in ("sources.json", "framework.json"):
            shutil.copy(fixtures.FIXTURES / name, folder)
        else:
            empty = json.dumps([]).encode()
            (folder / name).write_bytes(gzip.compress(empty) if name.endswith(".gz") else empty)
    return folder


def upgrade(place=None) -> int:
    """The signal that ended an upgrade, or 0."""
    if (child := os.fork()) == 0:
        from django.core.management import call_command

        if place:
            place()
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 (not a path)
            call_command("upgrade", stdout=nowhere)
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--undisturbed", action="store_true")
    options = parser.parse_args()
    django.setup()
    from django.conf import settings

    from careers import upgrades
    from clusters.importers import fixtures

    # Of the pages' own files; those of the admin are many.
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    # They are asked with all files and all content by the test of the whole site.
    upgrades.STEPS = [step for step in upgrades.STEPS if step[0] != "warm"]
    fixtures.load.__kwdefaults__["folder"] = small_fixtures(settings.VAR_DIR / "fixtures")
    ended = {} if options.undisturbed else {name: upgrade(place) for name, place in places().items()}
    json.dump(ended | {"to the end": upgrade()}, sys.stdout)


if __name__ == "__main__":
    main()
