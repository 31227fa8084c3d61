"""Notices when the site's own code writes to a table that public pages show, and the content version stays where it was.

Saves move it by a signal; whoever writes in bulk or in SQL has to do it (clusters/signals.py), and can forget it. The tests of
imports and adoption are watched, each as a whole: ``usefixtures("version_moves")``.
"""

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from unittest.mock import patch

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

ROOT = Path(__file__).resolve().parent.parent
OWN = tuple(f"{ROOT / name}/" for name in ("assessments", "careers", "clusters", "schools"))
VERSION = "clusters_contentversion"
# What no page shows, and what follows from rows that do.
NOT_SHOWN = {VERSION, "clusters_searchentry", "clusters_addresscheck"}
WRITE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
SAVEPOINT = re.compile(r'(ROLLBACK TO )?SAVEPOINT "?(\w+)"?')


@dataclass
class Call:
    """What one call of the site's code wrote so far; what it undid is taken back."""

    frame: FrameType | None = None
    written: list[str] = field(default_factory=list)
    moved: bool = False
    savepoints: dict[str, tuple[int, bool]] = field(default_factory=dict)


class Watch:
    def __init__(self):
        self.call = Call()
        self.forgotten: list[str] = []
        models = [
            *apps.get_app_config("clusters").get_models(include_auto_created=True),
            apps.get_model("schools.School"),
        ]
        self.shown = {model._meta.db_table for model in models} - NOT_SHOWN

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if savepoint := SAVEPOINT.match(sql):
            self._savepoint(*savepoint.groups())
        elif (write := WRITE.match(sql)) and context["cursor"].rowcount != 0:
            self._wrote(write[1])
        return result

    def undone(self) -> None:
        """The whole transaction was."""
        self.call = Call(self.call.frame)

    def settle(self) -> None:
        """The call is over."""
        if self.call.written and not self.call.moved:
            self.forgotten.append(f"{self.call.frame.f_code.co_qualname} wrote to {', '.join(self.call.written)}")
        self.call = Call()

    def _wrote(self, table: str) -> None:
        frame = _outermost()
        if frame is None or table not in self.shown | {VERSION}:
            return
        if frame is not self.call.frame:
            self.settle()
            self.call.frame = frame
        if table == VERSION:
            self.call.moved = True
        else:
            self.call.written.append(table)

    def _savepoint(self, back: str | None, name: str) -> None:
        call = self.call
        if back:
            length, call.moved = call.savepoints.get(name, (0, False))
            del call.written[length:]
        else:
            call.savepoints[name] = len(call.written), call.moved


def _outermost() -> FrameType | None:
    """The call of the site's code that everything here is done for; None where a test writes by itself."""
    frame, found = sys._getframe(1), None
    while frame:
        if frame.f_code.co_filename.startswith(OWN) and "/migrations/" not in frame.f_code.co_filename:
            found = frame
        frame = frame.f_back
    return found


@contextmanager
def watched():
    """Yields a list of what was forgotten, complete when the block is over."""
    connection = connections[DEFAULT_DB_ALIAS]
    watch, roll_back = Watch(), connection._rollback

    def undo():
        watch.undone()
        return roll_back()

    with connection.execute_wrapper(watch), patch.object(connection, "_rollback", undo):
        yield watch.forgotten
    watch.settle()
