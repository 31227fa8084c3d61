"""How fast the site is served, beside nginx with the same page as a file and a constant page of Django; granian and gunicorn.

``python benchmarks/serving.py`` starts all servers on this machine, each with two workers, and asks them in turns by wrk with
64 connections; wrk needs its part of the same cores. It needs the Debian packages nginx-light and wrk.
"""

import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
from servers import (
    HOST,
    PATIENCE,
    WORKERS,
    Load,
    Server,
    all_serving,
    ask,
    database,
    fill,
    get,
    granian,
    gunicorn,
    serving,
    take_assessment,
)
from tables import in_turns, machine, medians, show
from tqdm import tqdm

ROUNDS, SECONDS, CONNECTIONS = 5, 3, 64
STARTS = 5
PAGE, CONSTANT = "/clusters/health-science/", "/healthz"
WANTED = {"page": 0.40, "304": 0.45, "constant": 4}
MEMORY, COLD_START = 120, 2.0
SERVERS = {
    "granian": granian,
    "gunicorn, sync": partial(gunicorn, flags=("--worker-class", "sync")),
    "gunicorn, gthread": partial(gunicorn, flags=("--worker-class", "gthread", "--threads", "4", "--reuse-port")),
}
OTHER_PAGES = [
    "/search/?q=nurse", "/search/?q=jobs+with+animals", "/search/?q=mashine+operater", "/occupations/?zone=3&page=2",
    "/compare/?o=29-1141.00&o=15-1252.00", "/data/programs.csv", "/data/programs.json", "/data/clusters.json",
    "/data/occupations.csv", "/admin/login/", "/readyz",
]  # fmt: skip
# What only the way it is sent or the server that sends it can know.
OF_THE_SERVER = {"content-length", "content-type", "date", "server", "etag", "connection", "x-request-id"}
CONFIGURATION = """
worker_processes {workers};
pid {folder}/pid;
error_log stderr;
daemon off;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    server {{
        listen {host}:{port} reuseport;
        root {folder};
        location = /page {{
            default_type "text/html; charset=utf-8";
            {headers}
        }}
    }}
}}
"""


@contextmanager
def nginx(headers: dict[str, str], body: bytes) -> Iterator[Server]:
    """nginx with one static file: the same bytes, compressed as the site compresses them, and the same headers."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "page").write_bytes(body)
        sent = (f'add_header {name} "{value}";' for name, value in headers.items() if name not in OF_THE_SERVER)

        def command(port: int) -> list[str]:
            # As root it would change to an account that need not be there.
            user = "user root;" if psutil.Process().username() == "root" else ""
            text = CONFIGURATION.format(
                workers=WORKERS, folder=folder, user=user, host=HOST, port=port, headers="\n".join(sent)
            )
            (Path(folder) / "nginx.conf").write_text(text)
            return ["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf", "-e", "stderr"]

        with serving(command, first="/page") as server:
            yield server


def compare_speed() -> None:
    with all_serving(SERVERS, first=PAGE) as kept, serving(granian, first=PAGE, PAGE_CACHE_MEGABYTES="0") as bare:
        headers, body = get(kept["granian"].url + PAGE)
        with nginx(headers, body) as static:
            known = get(static.url + "/page")[0]["etag"]
            asked = {
                "nginx, static file": (static, "/page", {}),
                "nginx, 304": (static, "/page", {"If-None-Match": known}),
                "granian, 304": (kept["granian"], PAGE, {"If-None-Match": headers["etag"]}),
                "granian, uncached page": (bare, PAGE, {}),
            }
            for name, server in kept.items():
                asked[f"{name}, page from memory"] = (server, PAGE, {})
                asked[f"{name}, constant page"] = (server, CONSTANT, {})
            measures = {name: partial(_load, *what) for name, what in asked.items()}
            show_speed(in_turns(measures, ROUNDS), len(body))


def _load(server: Server, path: str, headers: dict[str, str]) -> Load:
    return ask(server, path, headers=headers, seconds=SECONDS, connections=CONNECTIONS)


def show_speed(found: dict[str, list[Load]], size: int) -> None:
    rates = medians({name: [load.requests_per_second for load in loads] for name, loads in found.items()})
    costs = medians({name: [load.cpu_milliseconds for load in loads] for name, loads in found.items()})
    show(
        f"{CONNECTIONS} connections, {WORKERS} workers each, a page of {size:,} bytes; medians of {ROUNDS} rounds",
        ["", "requests a second", "of nginx", "CPU ms a request", "errors"],
        (
            (
                name,
                f"{rate:,.0f}",
                f"{rate / rates['nginx, static file']:.2f}",
                f"{costs[name]:.3f}",
                sum(load.errors for load in found[name]),
            )
            for name, rate in rates.items()
        ),
    )
    page, not_modified = rates["granian, page from memory"], rates["granian, 304"]
    show(
        "What is wanted",
        ["", "measured", "at least"],
        [
            ("page from memory / nginx", f"{page / rates['nginx, static file']:.2f}", f"{WANTED['page']:.2f}"),
            ("304 / nginx", f"{not_modified / rates['nginx, static file']:.2f}", f"{WANTED['304']:.2f}"),
            ("304 / 304 of nginx", f"{not_modified / rates['nginx, 304']:.2f}", ""),
            (
                "page from memory / constant page",
                f"{page / rates['granian, constant page']:.1f}",
                f"{WANTED['constant']:.1f}",
            ),
        ],
    )


def compare_needs() -> None:
    """Memory of a worker that has shown everything, and the time from starting the server to its first page."""
    starts = in_turns({name: partial(_cold_start, command) for name, command in SERVERS.items()}, STARTS)
    rows = []
    for name, command in SERVERS.items():
        with serving(partial(command, workers=1), first=PAGE) as server:
            pages = show_everything(server)
            alone, seen = server.worker_megabytes()
        rows.append((name, f"{alone:.0f}", f"{seen:.0f}", f"{statistics.median(starts[name]):.1f}"))
    show(
        f"Memory of a worker that has shown all {pages:,} pages (wanted: at most {MEMORY} MB), and seconds from the start of the "
        f"server to its first page (at most {COLD_START:.0f}; median of {STARTS})",
        ["", "PSS MB", "RSS MB", "cold start s"],
        rows,
    )


def _cold_start(command: Callable[[int], list[str]]) -> float:
    with serving(command, first=PAGE) as server:
        return server.cold_start


def show_everything(server: Server) -> int:
    """Ask for every page of the sitemap and each other kind of page, and take the assessment; returns how many were asked."""
    addresses = re.findall(
        r"<loc>https?://[^/]+([^<]*)</loc>",
        get(server.url + "/sitemap.xml", **{"Accept-Encoding": "identity"})[1].decode(),
    )
    for address in tqdm([*addresses, *OTHER_PAGES], desc="pages", file=sys.stderr, leave=False, disable=None):
        get(server.url + address)
    browser, _cookie = take_assessment(server.url)
    browser.open(f"{server.url}/results/?zone=3", timeout=PATIENCE).read()
    return len(addresses) + len(OTHER_PAGES)


def main() -> None:
    fill()
    compare_speed()
    compare_needs()
    print(f"\n{database()}, {machine()}")


if __name__ == "__main__":
    main()
