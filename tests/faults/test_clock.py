"""The clock of the server jumps ahead and back: nobody is locked out, nobody stays signed in for longer, nothing is lost."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.servers import Browser, serve, until, wait_for

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed"),
]
HOURS, YEAR = 3600, 365 * 24 * 3600
PAGE = "/assessment/interests-60/1/"
