"""Commands of manage.py in processes of their own, which can be killed in the midst of their work.

They are forked from the tests, where Django is loaded already.
"""

import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from django.core.management import call_command
from django.db import connections, transaction


def run(place: dict, *command: str) -> tuple[int, str]:
    """What became of a command on the database at ``place`` (part of a Django database setting): exit code, and all it said."""
    return _fork(place, lambda: call_command(*command))


def killed(place: dict, text: str, *command: str, with_transactions: bool = True) -> None:
    """Run a command that dies of SIGKILL as soon as a second statement with ``text`` has been executed."""
    code, said = _fork(place, lambda: _until_killed(text, command, with_transactions))
    assert code == -signal.SIGKILL, said


def _until_killed(text, command, with_transactions):
    seen = 0

    def count(execute, sql, params, many, context):
        nonlocal seen
        done = execute(sql, params, many, context)
        seen += text in str(sql)
        if seen == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    connection = connections["default"]
    if not with_transactions:
        transaction.Atomic.__enter__ = lambda self: None
        transaction.Atomic.__exit__ = lambda self, *exception: None
        connection.features.has_select_for_update = False
    with connection.execute_wrapper(count):
        call_command(*command)


def _fork(place, work):
    with tempfile.NamedTemporaryFile() as output:
        pid = os.fork()
        if not pid:
            _be_a_command(place, work, output.fileno())
        _pid, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status), Path(output.name).read_text()


def _be_a_command(place, work, output):
    """Never returns: what pytest would do at the end is for the process that it runs in."""
    code = 1
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout = sys.stderr = os.fdopen(os.dup(output), "w")
        other = connections["default"].copy()
        other.settings_dict = other.settings_dict | place
        connections["default"] = other
        work()
        other.close()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
