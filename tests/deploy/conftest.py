"""What the guide needs: empty machines, the code to clone, and packages of Python."""

import shutil
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy import machine as machines
from tests.deploy.machine import Machine
from tests.deploy.reader import SITE, Reader, commit, measured

VARIABLES = {
    # Caddy's own authority, which signs where no other one is asked.
    "CURL_CA_BUNDLE": "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt",
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": "/wheels",
}


@pytest.fixture(scope="package")
def source(tmp_path_factory) -> Path:
    """This repository as somebody clones it, with what is not committed yet."""
    folder = _folder(tmp_path_factory, "source")
    files = machines.run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\n")
    for name in filter(None, files):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    machines.run("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    commit(folder)
    return folder


def _folder(tmp_path_factory, name: str) -> Path:
    """A folder that other accounts may read, too."""
    folder = tmp_path_factory.mktemp(name)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="package")
def wheels(tmp_path_factory) -> Path:
    """What pip fetches, from where this machine gets its packages."""
    folder = _folder(tmp_path_factory, "wheels")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
    machines.run(*command, "--requirement", ROOT / "requirements.txt", "--dest", folder)
    return folder


@pytest.fixture(scope="package")
def boot(tmp_path_factory, source, wheels):
    """``boot(name)`` boots a machine on which the guide's first part was done, or of it only the first step."""
    shared = {source: "/source", wheels: "/wheels"}
    with ExitStack() as at_the_end:
        disk = at_the_end.enter_context(machines.memory(tmp_path_factory.mktemp("machines") / "disk"))
        with measured("an empty Debian"):
            empty = machines.empty_root(disk)
        (empty / "etc/hosts").write_text(f"127.0.0.1 localhost {SITE}\n")
        # The copy belongs to somebody else than who clones it.
        (empty / "etc/gitconfig").write_text("[safe]\n\tdirectory = *\n")
        programs = Machine("programs", [empty], shared=shared, variables=VARIABLES)
        every = Machine("every", [programs.written, empty], shared=shared, variables=VARIABLES)
        for machine, steps in ((programs, slice(0, 1)), (every, slice(1, None))):
            with machine.booted():
                Reader(machine).do("Every machine", steps=steps)

        @contextmanager
        def booted(name: str, *, is_bare: bool = False):
            below = [programs.written, empty] if is_bare else [every.written, programs.written, empty]
            machine = Machine(name, below, shared=shared, variables=VARIABLES)
            with machine.booted():
                yield machine

        yield booted
