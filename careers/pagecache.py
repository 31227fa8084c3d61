"""Public pages, kept whole in the memory of each worker and answered in front of Django.

A page in memory costs a look at the version of the content and a look into a dictionary: no middleware, no query, no
template. It is never older than the content: the version is asked for each request (careers/freshness), and a page counts
only for the version that was asked *before* it was made, so that a change in between makes it too new for its version, never
too old. Why so: docs/adr/0014-page-cache.md.
"""

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

import brotli
from django.conf import settings
from django.db import connection

from careers import logs
from careers.freshness import Freshness, Version, VersionUnknown, watch
from careers.public_pages import is_public
from careers.replica import REPLICA, copy, reading_from

if TYPE_CHECKING:
    from careers.freshness.copy import Copy

Headers = list[tuple[str, str]]
Environment = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]

# The better one first. A window of 64 KB makes brotli as fast as gzip, and holds a page.
COMPRESS = {
    "br": lambda body: brotli.compress(body, quality=9, lgwin=16, mode=brotli.MODE_TEXT),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
    "identity": lambda body: body,
}
# An answer with one of these depends on more than its address, or has its own idea of how it is to be kept.
SPEAKS_FOR_ITSELF = {"set-cookie", "vary", "cache-control", "content-encoding", "etag"}
OF_THE_BODY = {"content-type", "content-encoding", "content-length"}
# The id leads to a line in the log, which the making of a page has, and an answer from memory has not.
OF_ONE_ANSWER = {"content-length", logs.HEADER.lower()}
FOR_THE_LOG = "HTTP_" + logs.HEADER.upper().replace("-", "_")
# What Python needs for an entry beside its bytes, roughly.
ENTRY_BYTES = 1500
# In seconds; whoever waited so long for another request's page asks for their own.
PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to a visitor; with an ``etag``, a visitor who has it already is told so instead."""

    status: str
    headers: Headers
    body: bytes
    etag: str = ""
    # All that a browser which has the page is to go by from now on; a policy may have changed where the page has not.
    told_again: Headers = field(default_factory=list)

    @property
    def bytes(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)

    def compressed(self, encoding: str) -> "Answer":
        """As it is kept: compressed, and with headers that have browsers and proxies ask before they show it again."""
        body = COMPRESS[encoding](self.body)
        headers = [(name, value) for name, value in self.headers if name.lower() not in OF_ONE_ANSWER]
        headers += [("Vary", "Accept-Encoding"), ("Cache-Control", "no-cache")]
        if encoding != "identity":
            headers.append(("Content-Encoding", encoding))
        # Of the page and not of the version: most changes leave most pages as they are.
        etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers += [("ETag", etag), ("Content-Length", str(len(body)))]
        told_again = [header for header in headers if header[0].lower() not in OF_THE_BODY]
        return Answer(self.status, headers, body, etag, told_again)

    def send(self, environ: Environment, start_response: StartResponse) -> list[bytes]:
        # Copies of the headers: the server may add to them.
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and self.etag and is_among(self.etag, known):
            start_response("304 Not Modified", self.told_again.copy())
            return []
        start_response(self.status, self.headers.copy())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


def is_among(etag: str, known: str) -> bool:
    """Whether a header If-None-Match names the tag; proxies that compress mark it as weak."""
    return known in (etag, "*") or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


@lru_cache(maxsize=64)
def encoding_for(accepted: str) -> str:
    """The best encoding that a header Accept-Encoding allows."""
    wanted = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        wanted[name.strip()] = not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return next((encoding for encoding in COMPRESS if wanted.get(encoding)), "identity")


class Memory:
    """Answers by key, each with its version, up to ``limit`` bytes; what was asked for longest ago makes room."""

    def __init__(self, limit: int):
        self._limit = limit
        self._entries: OrderedDict[Key, tuple[Version, Answer]] = OrderedDict()
        self.bytes = 0

    def get(self, key: Key) -> tuple[Version, Answer] | None:
        entry = self._entries.get(key)
        if entry:
            self._entries.move_to_end(key)
        return entry

    def keep(self, key: Key, version: Version, answer: Answer) -> None:
        self._forget(key)
        if self._size(key, answer) > self._limit:
            return
        self._entries[key] = version, answer
        self.bytes += self._size(key, answer)
        while self.bytes > self._limit:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry:
            self.bytes -= self._size(key, entry[1])

    @staticmethod
    def _size(key: Key, answer: Answer) -> int:
        return ENTRY_BYTES + sum(map(len, key)) + answer.bytes


@dataclass(slots=True)
class Rendering:
    """A page being made; others who want it wait for it. It ends without an answer when each has to ask for their own."""

    done: Event = field(default_factory=Event)
    answer: Answer | None = None


class PageCache:
    """A WSGI application around another one, of which it keeps the public pages."""

    def __init__(self, application: Application, *, freshness: Freshness, limit: int, copy: "Copy | None" = None):
        self._application = application
        self._freshness = freshness
        self._copy = copy
        self._memory = Memory(limit)
        self._lock = Lock()
        self._renderings: dict[tuple[Key, Version], Rendering] = {}
        # The headers that a public page may depend on: its own address stands on it.
        self._told = ["HTTP_HOST"]
        if settings.SECURE_PROXY_SSL_HEADER:
            self._told.append(settings.SECURE_PROXY_SSL_HEADER[0])

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ)
        return answer.send(environ, start_response) if answer else self._application(environ, start_response)

    def _answer(self, environ: Environment) -> Answer | None:
        """The answer, from memory or made now; None for what is Django's."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in environ:
            return None
        key = self._key(environ)
        with self._lock:
            entry = self._memory.get(key)
        if not entry and not is_public(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")):
            return None
        try:
            version = self._freshness.current()
        except VersionUnknown:
            # The database is gone. What was right a moment ago is better than nothing.
            return entry[1] if entry else self._ask_copy(environ, version=None)
        if entry and entry[0] == version:
            return entry[1]
        answer = self._rendered(key, version, environ)
        if entry and answer and answer.status.startswith("503"):
            return entry[1]
        return answer

    def _key(self, environ: Environment) -> Key:
        """All that a page is made from, beside the content. The site has one language; a second one belongs in here."""
        return (
            encoding_for(environ.get("HTTP_ACCEPT_ENCODING", "")),
            environ["wsgi.url_scheme"],
            environ["SERVER_NAME"],
            environ["SERVER_PORT"],
            environ.get("SCRIPT_NAME", ""),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            *[environ.get(name, "") for name in self._told],
        )

    def _rendered(self, key: Key, version: Version, environ: Environment) -> Answer | None:
        """The page, made once however many ask for it at the same moment."""
        with self._lock:
            entry = self._memory.get(key)
            if entry and entry[0] == version:
                return entry[1]
            rendering = self._renderings.get((key, version))
            is_first = rendering is None
            if is_first:
                rendering = self._renderings[key, version] = Rendering()
        if not is_first:
            rendering.done.wait(PATIENCE)
            return rendering.answer
        try:
            answer = self._ask_copy(environ, version=version) or self._ask_django(environ)
            if answer and answer.status.startswith("200 "):
                answer = answer.compressed(key[0])
            rendering.answer = answer
        finally:
            # In one step: whoever comes now finds the page or its making, or makes it.
            with self._lock:
                if rendering.answer and rendering.answer.etag:
                    self._memory.keep(key, version, rendering.answer)
                del self._renderings[key, version]
            rendering.done.set()
        return answer

    def _ask_copy(self, environ: Environment, *, version: Version | None) -> Answer | None:
        """What Django answers when it reads from the copy, if there is one that has come to this version.

        ``version`` is None when no other database answers. The copy can go away at any time: its errors are nobody's answer.
        """
        if not self._copy or not self._copy.can_be_read(version):
            return None
        with reading_from(REPLICA):
            answer = self._ask_django(environ)
        return None if answer and answer.status.startswith("5") else answer

    def _ask_django(self, environ: Environment) -> Answer | None:
        """What Django answers when it is told nothing of the visitor; None when that cannot be everybody's answer.

        Without cookies there is no session and nobody is signed in, so that nothing of a person can be kept.
        """
        told = {
            name: value
            for name, value in environ.items()
            if not name.startswith("HTTP_") or name in self._told or name == FOR_THE_LOG
        }
        told["REQUEST_METHOD"] = "GET"
        started = []
        result = self._application(told, lambda status, headers, exc_info=None: started.extend((status, headers)))
        try:
            if getattr(result, "streaming", False):
                return None
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        status, headers = started
        if any(name.lower() in SPEAKS_FOR_ITSELF for name, _value in headers):
            return None
        return Answer(status, headers, body)


def keep_pages(application: Application) -> Application:
    """The application with its public pages kept, as far as the settings give memory for it."""
    if not settings.PAGE_CACHE_MEGABYTES:
        return application
    limit = settings.PAGE_CACHE_MEGABYTES * 2**20
    return PageCache(application, freshness=watch(connection), limit=limit, copy=copy())
