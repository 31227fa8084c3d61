"""The site as real web servers on this machine, with all of its content, and a public load generator (wrk) that asks them.

The content is in the database of DATABASE_URL, else in SQLite in var/benchmarks/; it is put there the first time, which takes a
minute.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryFile
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import psutil

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PROGRAMS = Path(sys.executable).parent
# As many as the machine has cores, for every server that is compared.
WORKERS = 2
GRANIAN_FLAGS = ("--blocking-threads", "4", "--backpressure", "4096", "--http", "1", "--no-ws")
# What a browser sends. It takes brotli, which the site prefers.
ENCODINGS = "gzip, deflate, br, zstd"
# In seconds, for a server to answer its first request, on a machine that does other things as well.
PATIENCE = 60
# The same for load in the background, if nobody ends it.
LONGEST = 600
# Of 5, by interest area.
LIKED = (2, 5, 3, 4, 1, 3)
TO_FILL = ("load_reference_data", "load_assessments", "load_demo_schools")
# The schools come last: where they are, all is.
IS_FILLED = "from schools.models import School; raise SystemExit(not School.objects.exists())"


def environment(**changes: str) -> dict[str, str]:
    """What the site's processes are told: their own key and folder, and no HTTPS, which is the proxy's."""
    folder = ROOT / "var" / "benchmarks"
    return {
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        **os.environ,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": HOST,
        "HTTPS": "false",
        "DEBUG": "false",
        # As deploy/serve sets it.
        "MALLOC_ARENA_MAX": "1",
        **changes,
    }


def fill() -> None:
    """Bring all content of the project into the database, with the schools of the demo."""
    told = environment()
    Path(told["VAR_DIR"]).mkdir(parents=True, exist_ok=True)
    manage("migrate", environment=told)
    manage("collectstatic", "--noinput", environment=told)
    if manage("shell", "-c", IS_FILLED, environment=told, check=False):
        for command in TO_FILL:
            manage(command, environment=told)


def manage(*arguments: str, environment: dict[str, str], folder: Path = ROOT, check: bool = True) -> int:
    """Run a management command, and return how it ended."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=check, stdout=subprocess.DEVNULL).returncode


def database() -> str:
    return "PostgreSQL" if environment()["DATABASE_URL"].startswith("postgres") else "SQLite"


def granian(port: int, *, workers: int = WORKERS, application: str = "careers.wsgi:application") -> list[str]:
    """The command of the default server, with the flags that the Makefile and deploy/ give it."""
    server = [str(PROGRAMS / "granian"), "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-log"]
    return [*server, "--workers", str(workers), *GRANIAN_FLAGS, application]


def gunicorn(port: int, *, flags: Sequence[str], workers: int = WORKERS) -> list[str]:
    server = [
        str(PROGRAMS / "gunicorn"),
        "--bind",
        f"{HOST}:{port}",
        "--workers",
        str(workers),
        "--log-level",
        "critical",
    ]
    return [*server, "--no-control-socket", *flags, "careers.wsgi:application"]


def free_port() -> int:
    with socket.socket() as waiting:
        waiting.bind((HOST, 0))
        return waiting.getsockname()[1]


@dataclass
class Server:
    """A server that runs, with all of its processes."""

    url: str
    process: psutil.Process
    # In seconds, from the start of the process to its first whole page.
    cold_start: float

    def processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self.processes())

    def worker_megabytes(self) -> tuple[float, float]:
        """Of the largest worker: what it has alone or its part of what it shares (PSS), and all that it sees (RSS)."""
        found = [process.memory_full_info() for process in self.processes()]
        largest = max(found, key=lambda memory: memory.pss)
        return largest.pss / 2**20, largest.rss / 2**20


@contextmanager
def serving(
    command: Callable[[int], list[str]], *, first: str = "/", folder: Path = ROOT, **changes: str
) -> Iterator[Server]:
    """Start a server, wait until it answers ``first`` with 200, and end it with all of its processes."""
    port = free_port()
    told = environment(**changes)
    with TemporaryFile() as log:
        begun = time.perf_counter()
        started = subprocess.Popen(command(port), cwd=folder, env=told, stdout=log, stderr=log)
        try:
            url = f"http://{HOST}:{port}"
            _wait_for(url + first, started)
            yield Server(url, psutil.Process(started.pid), time.perf_counter() - begun)
        except RuntimeError:
            log.seek(0)
            sys.stderr.write(log.read()[-4000:].decode(errors="replace"))
            raise
        finally:
            _end(psutil.Process(started.pid))
            started.wait()


def _end(server: psutil.Process) -> None:
    """End a server with its workers. One that has only just begun may miss the signal."""
    processes = [server, *server.children(recursive=True)]
    server.terminate()
    for process in psutil.wait_procs(processes, timeout=10)[1]:
        process.kill()
    psutil.wait_procs(processes)


def _wait_for(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return get(url)
        except URLError as error:
            if hasattr(error, "code"):
                raise RuntimeError(f"{url} answers {error.code}.") from error
            time.sleep(0.01)
    raise RuntimeError(f"{url} does not answer.")


@contextmanager
def all_serving(commands: dict[str, Callable[[int], list[str]]], **options: str) -> Iterator[dict[str, Server]]:
    with ExitStack() as running:
        yield {name: running.enter_context(serving(command, **options)) for name, command in commands.items()}


def get(url: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """Headers, their names in small letters, and the body as it came. Raises URLError."""
    request = Request(url, headers={"Accept-Encoding": ENCODINGS} | headers)  # noqa: S310 (our own servers)
    with build_opener().open(request, timeout=PATIENCE) as answer:
        return {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@dataclass(frozen=True)
class Load:
    """What came of asking one address for a while."""

    requests_per_second: float
    cpu_milliseconds: float
    errors: int


def ask(server: Server, path: str, *, seconds: int, connections: int, headers: dict[str, str] | None = None) -> Load:
    """Ask for a page on so many connections at once, for so long. Raises RuntimeError when an answer is an error."""
    command = _wrk(server.url + path, seconds=seconds, connections=connections, headers=headers or {})
    before = server.cpu_seconds()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    _wait_until_idle(server)
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)", said):
        raise RuntimeError(f"{path}: {refused[1]} answers were errors.")
    requests = int(re.search(r"(\d+) requests in", said)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return Load(rate, used * 1000 / max(requests, 1), sum(map(int, errors.groups())) if errors else 0)


def _wrk(url: str, *, seconds: int, connections: int, headers: dict[str, str]) -> list[str]:
    wrk = shutil.which("wrk")
    if not wrk:
        raise RuntimeError("wrk is missing: apt-get install wrk")
    sent = [f"-H{name}: {value}" for name, value in ({"Accept-Encoding": ENCODINGS} | headers).items()]
    # With one thread it would be what limits nginx.
    threads = min(WORKERS, connections)
    return [wrk, f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *sent, url]


@contextmanager
def under_load(servers: list[Server], path: str, connections: int) -> Iterator[None]:
    """Meanwhile each server is asked for the page on so many connections."""
    commands = [_wrk(server.url + path, seconds=LONGEST, connections=connections, headers={}) for server in servers]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _wait_until_idle(server: Server) -> None:
    """Requests that were waiting when wrk left are answered to nobody, and must not be at the expense of the next measure."""
    before, now = None, server.cpu_seconds()
    while now != before:
        time.sleep(0.1)
        before, now = now, server.cpu_seconds()


def take_assessment(url: str) -> tuple[OpenerDirector, str]:
    """Answer all items as a student, up to the result: a browser that has it, and the header Cookie that shows it."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    page = browser.open(f"{url}/assessment/", timeout=PATIENCE).read().decode()
    slug = re.search(r'name="assessment" value="([^"]+)"', page)[1]
    answer = browser.open(f"{url}/assessment/", urlencode({"assessment": slug}).encode(), timeout=PATIENCE)
    while "/results/" not in answer.url:
        items = sorted(set(re.findall(r'name="(item-\d+)"', answer.read().decode())))
        # Items come in pairs of each area in turn; some are liked more, so that there is something to recommend.
        chosen = {item: LIKED[(int(item.removeprefix("item-")) - 1) // 2 % len(LIKED)] for item in items}
        answer = browser.open(answer.url, urlencode(chosen).encode(), timeout=PATIENCE)
    if 'id="clusters-title"' not in answer.read().decode():
        raise RuntimeError("The answers led to a result without a ranking.")
    return browser, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
