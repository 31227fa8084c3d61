"""The steps of deploy/Dockerfile, on machines with the Debian that it names and the guide's first programs.

Nothing here has Docker: no image was built, and what its layers and its cache do is not tried. That the steps succeed, and that
what they leave runs with the rights, the folder and the variables that the file says, is.
"""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy import machine as machines
from tests.deploy.guide import instructions
from tests.deploy.machine import Machine
from tests.deploy.reader import SITE, measured

pytestmark = [pytest.mark.machine, pytest.mark.skipif(bool(machines.missing()), reason=machines.missing())]

STEPS = instructions(ROOT / "deploy" / "Dockerfile")
IGNORED = [line.removeprefix("**/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] != "#"]
KNOWN = {"ARG", "FROM", "RUN", "COPY", "WORKDIR", "USER", "ENV", "EXPOSE", "HEALTHCHECK", "CMD"}


def stages() -> list[list[tuple[str, str]]]:
    """The steps after each FROM."""
    starts = [number for number, (word, _rest) in enumerate(STEPS) if word == "FROM"]
    return [STEPS[start + 1 : end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def build(machine: Machine, steps: list[tuple[str, str]], context: Path, packages: Path | None = None) -> None:
    """Do the steps that change files."""
    folder = "/"
    for word, rest in steps:
        if word == "RUN":
            machine.run(f"cd {folder}; {rest}", outside=True)
        elif word == "WORKDIR":
            folder = rest
            (machine.root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            is_from_packages = rest.startswith("--from=packages ")
            what, where = rest.removeprefix("--from=packages ").split()
            target = machine.root / folder.lstrip("/") / where.lstrip("/")
            if is_from_packages:
                shutil.copytree(packages / what.lstrip("/"), target, symlinks=True)
            elif (context / what).is_dir():
                ignored = shutil.ignore_patterns(*IGNORED)
                shutil.copytree(context / what, target, symlinks=True, dirs_exist_ok=True, ignore=ignored)
            else:
                target.mkdir(parents=True)
                shutil.copy2(context / what, target)


def test_the_file_says_nothing_that_is_not_tried_here():
    assert {word for word, _rest in STEPS} == KNOWN
    assert len(stages()) == 2


def test_the_image_serves_the_site(boot, source):
    first, final = stages()
    with boot("packages", is_bare=True) as packages, boot("image", is_bare=True) as image, measured("the image"):
        build(packages, first, source)
        build(image, final, source, packages.root)
        said = dict(final)
        release = (image.root / "etc/debian_version").read_text().partition(".")[0]
        assert re.search(rf"=debian:{release}\.\d+-slim$", dict(STEPS)["ARG"])
        assert image.run("find /srv/careers -user careers").split() == ["/srv/careers/var", "/srv/careers/var/backups"]
        settings = {"SECRET_KEY": "0123456789" * 6, "ALLOWED_HOSTS": SITE, "HTTPS": "true"}
        variables = shlex.join(["env", *said["ENV"].split(), *(f"{name}={value}" for name, value in settings.items())])
        as_user = f"cd {said['WORKDIR']}; runuser -u {said['USER']} -- {variables}"
        server = shlex.join(json.loads(said["CMD"]))
        health = shlex.join(json.loads(re.search(r"CMD (\[.+\])", said["HEALTHCHECK"])[1]))
        image.run(f"{as_user} {server} >/tmp/log 2>&1 & sleep 0")
        image.run(
            f"for second in $(seq 60); do ({as_user} {health}) 2>/dev/null && exit; sleep 1; done; cat /tmp/log; exit 1"
        )
        assert "PostgreSQL" in image.run(f"{as_user} pg_dump --version")
