"""Servers of the drills, and browsers that ask them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from html import unescape
from http.cookiejar import Cookie, CookieJar
from pathlib import Path

from tests.conftest import ROOT, SITE_ENVIRONMENT

ENVIRONMENT = SITE_ENVIRONMENT | {"DJANGO_SETTINGS_MODULE": "tests.faults.settings", "LOG_FORMAT": "json"}
# In seconds: long, for other workers of the test run want this machine too.
PATIENCE = 60
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def until(holds: Callable[[], object], seconds: float = PATIENCE):
    """What ``holds`` answers once that is true. Fails when it is not true in time."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"This did not come true within {seconds} seconds."
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


@dataclass(frozen=True)
class Answer:
    """``status`` is 0 where the connection broke."""

    status: int
    headers: Message
    text: str
    seconds: float

    @property
    def typed(self) -> list[tuple[str, str]]:
        """The hidden fields of the page."""
        return [(unescape(name), unescape(value)) for name, value in HIDDEN.findall(self.text)]

    @property
    def is_fault(self) -> bool:
        """Whether it is the page that says so."""
        return self.status == 503 and self.headers["Retry-After"] == "5" and "Try again in a moment" in self.text


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Browser:
    """Keeps cookies, and goes nowhere by itself."""

    def __init__(self, url: str, session: str = ""):
        self.url = url
        self._jar = CookieJar()
        if session:
            self._jar.set_cookie(
                Cookie(0, "sessionid", session, None, False, "127.0.0.1", False, False, "/", True, False, None, True, None,
                       None, {})
            )  # fmt: skip
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _NoRedirect, urllib.request.HTTPCookieProcessor(self._jar)
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(path, None, headers)

    def post(self, path: str, fields: dict | list, **headers: str) -> Answer:
        return self._ask(path, urllib.parse.urlencode(fields).encode(), headers)

    def _ask(self, path, data, headers) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310 (our own server)
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode(), time.monotonic() - began)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode(), time.monotonic() - began)
        except OSError:
            return Answer(0, Message(), "", time.monotonic() - began)


@dataclass(frozen=True)
class Server:
    """A running granian; ``process`` is the one that looks after its workers."""

    url: str
    process: subprocess.Popen
    log: Path

    def workers(self) -> list[int]:
        """The processes that answer, without those that are dead and not yet missed."""
        return [pid for pid in children(self.process.pid) if _is_alive(pid)]


@contextmanager
def serve(application: str, folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """A server of its own for a WSGI application, with ``folder`` as its VAR_DIR; not asked anything yet."""
    (folder / "static").mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface=wsgi", f"--port={port}", *options, application],
            cwd=ROOT,
            env=ENVIRONMENT | {"VAR_DIR": str(folder)} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = Server(f"http://127.0.0.1:{port}", process, folder / "server.log")
        try:
            yield server
        finally:
            # Nothing of a drill is worth a graceful end.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(server: Server) -> Server:
    """Until the server answers at all."""
    until(lambda: server.process.poll() is not None or Browser(server.url).get("/healthz").status == 200)
    assert server.process.poll() is None, server.log.read_text()
    return server
