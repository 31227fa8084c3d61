"""A command of manage.py that is killed in the midst of its work:

    python -m tests.faults.killed guarded|unguarded TEXT NUMBER COMMAND ...

The process kills itself with SIGKILL as soon as a statement with TEXT has been executed for the NUMBERth time. Unguarded means
without transactions.
"""

import os
import signal
import sys

from django.core.management import execute_from_command_line
from django.db import transaction
from django.db.backends.signals import connection_created

guard, text, number, *command = sys.argv[1:]
seen = 0


def watch(connection, **options):
    if guard == "unguarded":
        connection.features.has_select_for_update = False
    connection.execute_wrappers.append(count)


def count(execute, sql, params, many, context):
    global seen
    done = execute(sql, params, many, context)
    seen += text in str(sql)
    if seen == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
    return done


connection_created.connect(watch)
if guard == "unguarded":
    transaction.Atomic.__enter__ = lambda self: None
    transaction.Atomic.__exit__ = lambda self, *exception: None
execute_from_command_line(["manage.py", *command])
