"""What a page from memory costs beside a constant page of Django, and how soon a change is seen.

``python benchmarks/pagecache.py`` works on the database of DATABASE_URL, which holds the reference data; it raises the
content version and changes nothing else. Times are CPU time of this process without any web server, medians of interleaved
rounds; how soon a change is seen is time on the clock, from the return of the commit.
"""

import io
import os
import statistics
import sys
import time
from pathlib import Path
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")

import django

django.setup()

# Models can be imported once Django is set up.
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from careers.freshness import watch  # noqa: E402
from careers.wsgi import application  # noqa: E402
from clusters.models import Cluster, ContentVersion  # noqa: E402

ROUNDS, REQUESTS, CHANGES = 30, 200, 100
# In seconds, after each change.
WATCHED = 0.1


def request(path: str, **headers: str) -> dict:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": settings.ALLOWED_HOSTS[0],
        "SERVER_PORT": "80",
        "HTTP_HOST": settings.ALLOWED_HOSTS[0],
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
        "wsgi.url_scheme": "https" if settings.HTTPS else "http",
        "wsgi.input": io.BytesIO(),
        "HTTP_X_FORWARDED_PROTO": "https",
    } | headers


def ask(environ: dict) -> dict[str, str]:
    """The headers of the answer."""
    answers = []
    result = application(environ, lambda status, headers, exc_info=None: answers.append((status, headers)))
    b"".join(result)
    if hasattr(result, "close"):
        result.close()
    status, headers = answers[0]
    assert status[:3] in ("200", "304"), status  # noqa: S101 (a benchmark of error pages would look good)
    return dict(headers)


def measure() -> dict[str, float]:
    """The median CPU time of a request, in microseconds."""
    path = Cluster.objects.order_by("number")[0].get_absolute_url()
    etag = ask(request(path))["ETag"]
    # The listener of PostgreSQL needs a moment to begin.
    time.sleep(0.5)
    requests = {
        "page from memory": request(path),
        "not modified (304)": request(path, HTTP_IF_NONE_MATCH=etag),
        "constant page of Django": request("/healthz"),
    }
    times = {name: [] for name in requests}
    for _round in range(ROUNDS):
        for name, environ in requests.items():
            start = time.process_time()
            for _request in range(REQUESTS):
                ask(environ)
            times[name].append((time.process_time() - start) / REQUESTS * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def time_changes() -> list[float]:
    """For each change how long after its commit a request could begin and still be given the old version: milliseconds.

    Another thread keeps asking for a page, so that there is load. 0 where no request was given the old version.
    """
    freshness, done = watch(connection), Event()
    environ = request("/about/")

    def load():
        while not done.is_set():
            ask(environ)

    busy = Thread(target=load)
    busy.start()
    delays = []
    for _change in range(CHANGES):
        old = freshness.current()
        ContentVersion.bump()
        committed = begun = time.perf_counter()
        last_stale = 0.0
        while begun - committed < WATCHED:
            if freshness.current() == old:
                last_stale = (begun - committed) * 1000
            time.sleep(0.0002)
            begun = time.perf_counter()
        delays.append(last_stale)
    done.set()
    busy.join()
    freshness.close()
    return sorted(delays)


def main() -> None:
    costs = measure()
    constant = costs["constant page of Django"]
    print(f"{connection.vendor}; CPU time, microseconds\n\n{'':28}{'time':>8}{'ratio':>8}")
    for name, cost in costs.items():
        print(f"{name:28}{cost:8.1f}{constant / cost:8.1f}")
    delays = time_changes()
    print(f"\n{CHANGES} changes under load: until when the old version was given (milliseconds after the commit)\n")
    print(f"median {statistics.median(delays):.2f}, p95 {delays[int(0.95 * CHANGES)]:.2f}, worst {delays[-1]:.2f}")


if __name__ == "__main__":
    main()
