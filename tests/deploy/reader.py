"""Somebody who reads docs/guides/deploy.md and does what it says."""

import re
import resource
import time
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.deploy.guide import commands
from tests.deploy.machine import Machine, run

GUIDE = commands(ROOT / "docs" / "guides" / "deploy.md")
SITE, FIRST, SECOND = "careers.district.example", "10.7.0.1", "10.7.0.2"
VALUES = {
    "SITE": SITE, "SOURCE": "/source", "EDITOR_NAME": "ada", "TLS": '"tls internal"', "SERVERS": "127.0.0.1:8000",
}  # fmt: skip
MORE_VALUES = {
    "NETWORK": "10.7.0.0/24", "FIRST": FIRST, "SECOND": SECOND, "SERVERS": f'"{FIRST}:8000 {SECOND}:8000"',
    "DATABASE_PASSWORD": "",
}  # fmt: skip


class Reader:
    """Somebody who does on a machine what the guide says, with the values of the test in the place of the example's."""

    def __init__(self, machine: Machine, **values: str):
        self.machine = machine
        self.values = VALUES | values

    def do(self, heading: str, *, steps: slice = slice(None)) -> list[str]:
        """Do the steps under a heading; what each printed."""
        with measured(f"{heading} ({self.machine.name})"):
            return [self._step(script) for script in GUIDE[heading][steps]]

    def _step(self, script: str) -> str:
        # What fetches something stands first.
        fetching = re.findall(r"^apt-get .+\n", script, re.MULTILINE)
        rest = script.removeprefix("".join(fetching))
        assert "apt-get" not in rest
        for line in fetching:
            if "update" in line:
                self.machine.run(line, outside=True)
            else:
                self.machine.run(line.replace("install", "install --download-only", 1), outside=True)
                self.machine.run(line)
        names = "".join(f"{name}={value}\n" for name, value in self.values.items())
        return self.machine.run(names + rest)


@contextmanager
def measured(what: str):
    """Print the seconds that something took, of the clock and of the processor as far as it is known."""
    begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    print(f"{time.monotonic() - begun:6.1f} s, processor {processor:5.1f} s: {what}", flush=True)  # noqa: T201


def commit(folder: Path) -> None:
    run("git", "add", "--all", cwd=folder)
    author = ["-c", "user.name=A District", "-c", "user.email=it@district.example"]
    run("git", *author, "commit", "--quiet", "--message=A version", cwd=folder)
