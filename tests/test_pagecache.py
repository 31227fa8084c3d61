"""Pages in memory: what is kept and what is not, that they are never out of date, and what happens when things fail."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from threading import Event

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from careers import logs, public_pages, views
from careers.freshness import Version, VersionUnknown, watch
from careers.pagecache import ENTRY_BYTES, PageCache, keep_pages
from clusters.models import Cluster, ContentVersion
from schools.models import User
from tests.conftest import POSTGRES
from tests.factories import make_cluster, make_site
from tests.urls import MADE_UP, NOT_HTML, ONLY_SENT_TO, PRIVATE, addresses

PUBLIC = addresses(MADE_UP).keys() - ONLY_SENT_TO - PRIVATE - NOT_HTML | {"robots", "sitemap"}
SECURITY = {
    "Content-Security-Policy",
    "Permissions-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
}
BROTLI = {"Accept-Encoding": "gzip, deflate, br, zstd"}
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
# Sooner than the listener would ask by itself.
SOON = 0.5


class Answer:
    """What a WSGI application answers."""

    def __init__(self, application, path="/", method="GET", **headers):
        environ = RequestFactory().generic(method, path, headers=headers).environ
        result = application(environ, self._start)
        try:
            self.body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()

    def _start(self, status, headers, exc_info=None):
        self.status, self.headers = int(status.split()[0]), dict(headers)

    @property
    def page(self):
        return UNPACK[self.headers.get("Content-Encoding")](self.body)


class Pages:
    """An application that counts how often it is asked, and answers with the number."""

    def __init__(self, respond=HttpResponse):
        self.asked = 0
        self.respond = respond

    def __call__(self, environ, start_response):
        self.asked += 1
        response = self.respond(f"page {self.asked}")
        headers = [*response.items(), *(("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values())]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else response


class Told:
    """The version that a test says it is, and how often it was asked."""

    version = Version(0, 1)

    def __init__(self):
        self.asked = count(1)
        self.times = 0

    def current(self):
        self.times = next(self.asked)
        if self.version is None:
            raise VersionUnknown
        return self.version


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def pages():
    # As Django's own test client does: the end of an answer would look after connections that other tests have left open.
    request_finished.disconnect(close_old_connections)
    yield Pages()
    request_finished.connect(close_old_connections)


@pytest.fixture
def cache(pages, told):
    return PageCache(pages, freshness=told, limit=2**20)


@pytest.fixture
def counted():
    """Django, counting how often it is asked."""
    django = WSGIHandler()

    def application(environ, start_response):
        application.asked += 1
        return django(environ, start_response)

    application.asked = 0
    return application


@pytest.fixture
def site(transactional_db, counted):
    """The site with its pages kept, on the database of the test."""
    make_cluster()
    freshness = watch(connection)
    yield PageCache(counted, freshness=freshness, limit=2**20)
    freshness.close()


def elsewhere(work):
    """Do this in another thread, with a connection of its own."""

    def run():
        with closing(connection):
            work()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def until(holds, seconds=SOON):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert holds()


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_kept_page_asks_nothing_of_django(site, counted):
    first = Answer(site)
    with CaptureQueriesContext(connection) as captured:
        second = Answer(site)
    assert (first.status, counted.asked, len(captured)) == (200, 1, 0)
    assert (second.body, second.headers) == (first.body, first.headers)


def test_page_is_the_one_django_makes_for_anybody(client, db, told, monkeypatch):
    # The transaction of the test is in it.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    make_site(1)
    cache = PageCache(WSGIHandler(), freshness=told, limit=2**24)
    client.force_login(User.objects.create(username="editor", is_superuser=True))
    for name in PUBLIC:
        own = client.get(addresses(MADE_UP)[name])
        kept = Answer(cache, addresses(MADE_UP)[name], **BROTLI, Cookie=client.cookies.output(header="", sep=";"))
        assert kept.page == own.content, name
        of_this_answer = {"Content-Length", "X-Request-ID"}
        assert kept.headers.items() > {
            (header, value) for header, value in own.headers.items() if header not in of_this_answer
        }, name
        assert kept.headers["Cache-Control"] == "no-cache"
        assert "X-Request-ID" not in kept.headers, name


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (None, None),
        ("gzip, deflate, br, zstd", "br"),
        ("BR;q=1.0, gzip", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.0,identity", None),
        ("sbr", None),
    ],
)
def test_encodings(cache, accepted, encoding):
    answer = Answer(cache, **{"Accept-Encoding": accepted} if accepted else {})
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.page == b"page 1"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.body)


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_visitor_who_has_the_page_is_told_so(cache, known):
    tag = Answer(cache).headers["ETag"]
    answer = Answer(cache, **{"If-None-Match": known.format(tag)})
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)
    assert not {"Content-Type", "Content-Length"} & answer.headers.keys()


def test_visitor_who_has_another_page_is_given_this_one(cache):
    other = {**BROTLI, "If-None-Match": Answer(cache).headers["ETag"]}
    assert Answer(cache, **other).status == 200


def test_head_is_answered_from_the_same_page(cache, pages):
    head, get = Answer(cache, method="HEAD"), Answer(cache)
    assert (head.body, get.page, pages.asked) == (b"", b"page 1", 1)
    assert head.headers == get.headers


def test_answers_to_one_request_keep_their_id_and_pages_have_none(cache, pages):
    pages.respond = lambda text: HttpResponse(text, headers={"X-Request-ID": text}, status=int(cache.wanted))
    for cache.wanted, given in (("404", {"page 1", "page 2"}), ("200", {None})):
        assert {Answer(cache).headers.get("X-Request-ID") for _request in range(2)} == given


def test_id_of_the_proxy_is_in_the_line_of_the_page_s_making(site, caplog):
    ids = [f"{number:032x}" for number in (7, 8)]
    with caplog.at_level("INFO", logger="careers.requests"):
        caplog.handler.addFilter(lambda record: setattr(record, "id", logs.request_id.get()) or True)
        answers = [Answer(site, **{"X-Request-ID": sent}) for sent in ids]
    assert [record.id for record in caplog.records if record.name == "careers.requests"] == ids[:1]
    assert answers[0].headers == answers[1].headers


def test_security_headers_go_with_every_answer_from_memory(site):
    made, kept = Answer(site), Answer(site)
    unchanged = Answer(site, **{"If-None-Match": made.headers["ETag"]})
    assert unchanged.status == 304
    for name in SECURITY:
        assert made.headers[name]
        assert made.headers[name] == kept.headers[name] == unchanged.headers[name]


def test_page_does_not_depend_on_who_asks(told):
    def django(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return [b""]

    seen = {}
    Answer(
        PageCache(django, freshness=told, limit=2**20), Host="a.example", Cookie="sessionid=1", **{"User-Agent": "x"}
    )
    assert {name for name in seen if name.startswith("HTTP_")} == {"HTTP_HOST"}


@pytest.mark.parametrize("other", [{"path": "/about/"}, {"path": "/compare/?o=1"}, {"Host": "b.example"}, BROTLI])
def test_each_address_and_encoding_has_its_own_page(cache, pages, other):
    answers = [Answer(cache), Answer(cache, **other), Answer(cache), Answer(cache, **other)]
    assert [answer.page for answer in answers] == [b"page 1", b"page 2", b"page 1", b"page 2"]


def test_scheme_is_part_of_the_address(pages, told, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    cache = PageCache(pages, freshness=told, limit=2**20)
    schemes = [{"X-Forwarded-Proto": scheme} for scheme in ("http", "https", "http")]
    assert [Answer(cache, **scheme).page for scheme in schemes] == [b"page 1", b"page 2", b"page 1"]


# --- What is not kept -------------------------------------------------------------------------------------------------


def with_cookie(text):
    response = HttpResponse(text)
    response.set_cookie("name", "value")
    return response


@pytest.mark.parametrize(
    "respond",
    [
        with_cookie,
        lambda text: HttpResponse(text, status=302, headers={"Location": "/"}),
        lambda text: HttpResponse(text, status=404),
        lambda text: HttpResponse(text, status=500),
        lambda text: HttpResponse(text, status=206),
        lambda text: HttpResponse(text, headers={"Vary": "Cookie"}),
        lambda text: HttpResponse(text, headers={"Vary": "Accept-Language"}),
        lambda text: HttpResponse(text, headers={"Cache-Control": "private"}),
        lambda text: StreamingHttpResponse([text]),
    ],
)
def test_answers_that_are_not_kept(cache, pages, respond):
    pages.respond = respond
    first, second = Answer(cache), Answer(cache)
    assert first.body != second.body
    assert first.status == respond("").status_code
    assert ("Set-Cookie" in first.headers) == (respond is with_cookie)


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("/", {"method": "POST"}),
        ("/", {"Authorization": "Basic eDp5"}),
        ("/?utm_source=mail", {}),
        ("/?sort", {}),
        ("/clusters/health-science/?sort=pay", {}),
        ("/occupations/?pay=1&code=2", {}),
        ("/admin/", {}),
        ("/results/", {}),
        ("/assessment/", {}),
        ("/healthz", {}),
        ("/data/programs.csv", {}),
        ("/static/css/base.css", {}),
        ("/no-such-page/", {}),
    ],
)
def test_requests_that_are_django_s(cache, pages, path, how):
    assert Answer(cache, path, **how).body != Answer(cache, path, **how).body


def test_page_that_looks_at_the_session_is_not_kept(site, counted, monkeypatch):
    def greet(request, *arguments, **options):
        request.session.get("name")
        return HttpResponse("Hello")

    monkeypatch.setattr(views, "render", greet)
    assert [Answer(site, "/about/").body for _request in range(2)] == [b"Hello"] * 2
    # It is asked once to keep the page, and once to answer.
    assert counted.asked == 4


def test_every_public_page_is_listed():
    assert public_pages.PARAMETERS.keys() == PUBLIC


def test_every_parameter_that_a_page_reads_is_listed(client, db, monkeypatch):
    def reading(method):
        def read(self, name, *args):
            names.add(name)
            return method(self, name, *args)

        return read

    make_site(1)
    names = set()
    for method in ("__getitem__", "get", "getlist"):
        monkeypatch.setattr(QueryDict, method, reading(getattr(QueryDict, method)))
    read = {}
    for name in PUBLIC:
        names.clear()
        client.get(addresses(MADE_UP)[name])
        read[name] = frozenset(names)
    assert read == public_pages.PARAMETERS


# --- Never out of date ------------------------------------------------------------------------------------------------


def test_change_is_seen_by_the_next_request(site, counted):
    def rename(title):
        Cluster.objects.get().delete()
        make_cluster(title_en=title)

    assert b"Made new" not in Answer(site).page
    elsewhere(lambda: rename("Made new"))
    if POSTGRES:
        # From here on it is told.
        until(lambda: site._freshness._trusted_until > time.monotonic())
    assert b"Made new" in Answer(site).page
    elsewhere(lambda: rename("Made newer"))
    until(lambda: b"Made newer" in Answer(site).page)
    # Whoever changes the number, by whatever way.
    asked = counted.asked
    elsewhere(lambda: ContentVersion.objects.update(number=1000))
    until(lambda: Answer(site) and counted.asked == asked + 1)


def test_what_changes_no_page_makes_no_page(site, counted):
    def think_again():
        with transaction.atomic():
            make_cluster(2)
            transaction.set_rollback(True)

    Answer(site)
    elsewhere(think_again)
    elsewhere(lambda: User.objects.create(username="somebody"))
    time.sleep(0.05)
    Answer(site)
    assert counted.asked == 1


def test_page_is_filed_under_the_version_before_it_was_made(cache, pages, told):
    def change_meanwhile(text):
        told.version = Version(0, 2)
        return HttpResponse(text)

    pages.respond = change_meanwhile
    assert [Answer(cache).page for _request in range(3)] == [b"page 1", b"page 2", b"page 2"]


# --- Many at once, and little memory ----------------------------------------------------------------------------------


def at_once(cache, number, pages):
    """``number`` answers, of requests that all came before the first one was answered."""
    go_on, told = Event(), cache._freshness
    respond, before = pages.respond, told.times

    def wait(text):
        go_on.wait(10)
        return respond(text)

    pages.respond = wait
    with ThreadPoolExecutor(number) as pool:
        waiting = [pool.submit(Answer, cache) for _request in range(number)]
        until(lambda: told.times == before + number, seconds=10)
        go_on.set()
        return [each.exception() or each.result() for each in waiting]


def test_page_that_a_hundred_ask_for_is_made_once_a_version(cache, pages, told):
    for number in (1, 2):
        told.version = Version(0, number)
        answers = at_once(cache, 100, pages)
        assert {answer.page for answer in answers} == {f"page {number}".encode()}
        assert pages.asked == number


def test_page_that_fails_leaves_nobody_waiting(cache, pages):
    def fail_first(text):
        if text == "page 1":
            raise ZeroDivisionError
        return HttpResponse(text)

    pages.respond = fail_first
    answers = at_once(cache, 5, pages)
    assert sum(isinstance(answer, ZeroDivisionError) for answer in answers) == 1
    assert [answer.status for answer in answers if isinstance(answer, Answer)] == [200] * 4
    assert Answer(cache).status == 200


def test_what_was_asked_for_longest_ago_makes_room(pages, told):
    pages.respond = lambda text: HttpResponse(text.ljust(10_000))
    cache = PageCache(pages, freshness=told, limit=3 * (10_000 + ENTRY_BYTES + 500))
    for code in "abcab":
        Answer(cache, f"/compare/?o={code}")
    assert pages.asked == 3
    for code in "dabdc":
        Answer(cache, f"/compare/?o={code}")
    assert pages.asked == 5
    assert cache._memory.bytes <= cache._memory._limit


def test_memory_is_counted_as_compressed(pages, told):
    pages.respond = lambda text: HttpResponse(text * 20_000)
    cache = PageCache(pages, freshness=told, limit=2 * ENTRY_BYTES)
    before = cache._memory.bytes
    kept = [Answer(cache, **BROTLI) for _request in range(2)]
    assert pages.asked == 1
    assert len(kept[0].body) < cache._memory.bytes - before - ENTRY_BYTES < 1000 < len(kept[0].page)
    # As it is, it does not fit.
    assert Answer(cache).body != Answer(cache).body


def test_page_larger_than_the_memory_throws_nothing_out(pages, told):
    pages.respond = lambda text: HttpResponse(text * 10 if pages.asked == 1 else text.ljust(20_000))
    cache = PageCache(pages, freshness=told, limit=10_000)
    for path in ("/", "/about/", "/", "/about/"):
        Answer(cache, path)
    assert pages.asked == 3


def test_older_page_makes_room_for_the_newer_one(cache, told):
    for number in range(5):
        told.version = Version(0, number)
        Answer(cache)
    assert cache._memory.bytes < 2 * ENTRY_BYTES


def test_no_memory_keeps_no_pages(pages, settings):
    settings.PAGE_CACHE_MEGABYTES = 0
    assert keep_pages(pages) is pages


# --- When things fail -------------------------------------------------------------------------------------------------


def test_without_a_database_pages_in_memory_stay(cache, pages, told):
    Answer(cache)
    told.version = None
    assert Answer(cache).page == b"page 1"
    # And what is not there is Django's to answer, and not kept.
    assert [Answer(cache, "/about/").page for _request in range(2)] == [b"page 2", b"page 3"]


def test_page_stays_when_its_newer_one_is_unavailable(cache, pages, told):
    Answer(cache)
    told.version = Version(0, 2)
    pages.respond = lambda text: HttpResponse(text, status=503)
    assert Answer(cache).page == b"page 1"
    assert Answer(cache, "/about/").status == 503
    pages.respond = HttpResponse
    assert Answer(cache).page == b"page 4"
