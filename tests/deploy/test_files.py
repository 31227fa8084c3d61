"""What is in deploy/, read as the programs that it is for would read it. tests/deploy/test_guide.py runs it."""

import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.once

DEPLOY = ROOT / "deploy"
SERVICES = sorted(file.name for file in (DEPLOY / "systemd").glob("careers-*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = (DEPLOY / "compose.yaml").read_text()
MOST_EXPOSED = 3.0


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A machine's files, as far as units are concerned: ours, and empty ones for the programs they start."""
    folder = tmp_path_factory.mktemp("root")
    shutil.copytree(DEPLOY / "systemd", folder / "etc/systemd/system")
    shutil.copytree("/lib/systemd/system", folder / "lib/systemd/system", symlinks=True)
    for program in ("srv/careers/deploy/serve", "srv/careers/.venv/bin/python", "bin/kill"):
        (folder / program).parent.mkdir(parents=True, exist_ok=True)
        (folder / program).touch(0o755)
    return folder


systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed.")


@systemd
def test_units_are_understood(root):
    names = [file.name for file in (DEPLOY / "systemd").glob("careers-*.*") if file.is_file()]
    assert len(names) == 7
    assert run("systemd-analyze", "verify", f"--root={root}", "--man=no", *names) == ""


@systemd
@pytest.mark.parametrize("service", SERVICES)
def test_services_are_closed_in(root, service):
    rating = run("systemd-analyze", "security", "--offline=true", f"--root={root}", "--no-pager", service)
    assert float(re.search(r"Overall exposure level for \S+: ([\d.]+)", rating)[1]) <= MOST_EXPOSED


@systemd
def test_without_its_sandbox_a_service_would_be_open(root, tmp_path):
    """The rating can fail."""
    bare = shutil.copytree(root / "etc", tmp_path / "etc")
    shutil.rmtree(bare / "systemd/system/careers-.service.d")
    rating = run("systemd-analyze", "security", "--offline=true", f"--root={tmp_path}", "--no-pager", SERVICES[0])
    assert float(re.search(r"Overall exposure level for \S+: ([\d.]+)", rating)[1]) > MOST_EXPOSED


def test_the_compose_file_is_one():
    run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_images_are_named_by_version():
    images = re.findall(r"^ARG \w+=(.+)$", DOCKERFILE, re.MULTILINE) + re.findall(r"image: (\S+:\S+)", COMPOSE)
    assert len(images) == 3
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+\S*", image) for image in images), images
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${DEBIAN}"}


def test_the_image_runs_without_rights_and_says_how_it_is():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", final, re.MULTILINE) == ["careers"]
    assert re.search(r"^HEALTHCHECK .*\\\n +CMD \[", final, re.MULTILINE)
    assert final.index("USER careers") < final.index("CMD [")


def test_secrets_stay_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", "**/.env", "var", ".venv"} <= set(ignored)


def test_no_secret_has_a_default():
    assert re.findall(r"\$\{(\w+):-", COMPOSE) == ["SITE_TLS"]


class _Site(BaseHTTPRequestHandler):
    """Answers what the site would answer behind its proxy, and nothing else."""

    def do_GET(self):
        asked = (self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"])
        self.send_response(200 if asked == ("/healthz", "careers.district.example", "https") else 400)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_the_container_asks_as_its_proxy_does():
    """Its health check is answered by the site, and fails where nobody answers, or something else does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for host, number, ends in (
            ("careers.district.example,www.district.example", server.server_port, 0),
            ("other.example", server.server_port, 1),
            ("careers.district.example", 1, 1),
        ):
            settings = {"ALLOWED_HOSTS": host, "GRANIAN_PORT": str(number)}
            asked = subprocess.run(
                [sys.executable, DEPLOY / "alive.py"], env=settings, capture_output=True, check=False
            )
            assert asked.returncode == ends, asked.stderr
        server.shutdown()
